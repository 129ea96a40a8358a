"""How much a document may cost."""

from dataclasses import astuple, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one reading may take; the process that reads is stopped at the first it reaches."""

    pages: int = 500
    characters: int = 3_000_000
    wall_s: int = 60
    cpu_s: int = 45
    memory_bytes: int = 1 << 30
    xml_bytes: int = 64 << 20  # of one part of an ODT or DOCX, once decompressed

    def as_arguments(self) -> list[str]:
        """Return them as words of a command line."""
        return [str(limit) for limit in astuple(self)]

    @classmethod
    def from_arguments(cls, arguments: list[str]) -> "Limits":
        """Read what `as_arguments` wrote."""
        return cls(**dict(zip(cls.__slots__, map(int, arguments), strict=True)))


LIMITS = Limits()
OCR_LIMITS = Limits(pages=40, wall_s=300, cpu_s=60)
