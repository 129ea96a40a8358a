"""How much reading a document may take."""

from dataclasses import astuple, dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one reading may take; the process that reads is stopped at the first it reaches."""

    pages: int = 500
    characters: int = 3_000_000
    wall_s: int = 60
    cpu_s: int = 45
    memory_bytes: int = 1 << 30
    xml_bytes: int = 64 << 20  # of an ODT or DOCX, once decompressed

    def as_words(self) -> list[str]:
        """Return them as words of a command line."""
        return [str(limit) for limit in astuple(self)]

    @classmethod
    def of_words(cls, words: list[str]) -> "Limits":
        """Read what `as_words` wrote."""
        names = (one.name for one in fields(cls))
        return cls(**dict(zip(names, map(int, words), strict=True)))


LIMITS = Limits()
# Recognising a page takes some seconds.
SCAN_LIMITS = Limits(pages=40, wall_s=300, cpu_s=60)
