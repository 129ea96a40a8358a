"""What is wrong in one file, gathered until the file has been read to its end."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path

from aggregator.errors import Complaint, TownError

MOST_COMPLAINTS = 200  # past these, nobody reads; and a hostile file must not keep us busy
MOST_CANDIDATES = 1_000  # difflib compares with each
SHOWN_CHARS = 60
FEW = 32  # names that still make a readable list: the keys of a source


class Complaints:
    """Collects the complaints about one file; `close` raises them together."""

    def __init__(self, path: Path) -> None:
        self._path = str(path)
        self._found: list[Complaint] = []

    def add(self, line: int | None, message: str) -> None:
        """Note one thing that is wrong.

        Raises:
            TownError: There are so many that the rest would only repeat them.
        """
        self._found.append(Complaint(path=self._path, line=line, message=message))
        if len(self._found) >= MOST_COMPLAINTS:
            self._found.append(
                Complaint(
                    path=self._path,
                    line=None,
                    message=f"stopped after {MOST_COMPLAINTS} complaints; correct these first",
                )
            )
            self.close()

    def close(self) -> None:
        """End the reading.

        Raises:
            TownError: Something is wrong; the complaints stand in the order of the file.
        """
        if self._found:
            last = float("inf")
            raise TownError(
                sorted(self._found, key=lambda found: last if found.line is None else found.line)
            )


def quoted(text: str) -> str:
    """Show a text of theirs in a message: short, and safe on a terminal."""
    cut = text if len(text) <= SHOWN_CHARS else text[:SHOWN_CHARS] + "…"
    return f'"{"".join(_visible(cut))}"'


def _visible(text: str) -> Iterator[str]:
    for char in text:
        yield char if char.isprintable() else char.encode("unicode_escape").decode("ascii")


def proposal(word: str, known: Iterable[str]) -> str:
    """Return the end of a complaint about an unknown word: the nearest right one, or all."""
    names = {name.lower(): name for name in sorted(known)}
    if len(names) <= MOST_CANDIDATES:
        for near in get_close_matches(word[:SHOWN_CHARS].lower(), names, n=1):
            return f'; did you mean "{names[near]}"?'
    if names and len(names) <= FEW:
        return f"; choose among {', '.join(names.values())}"
    return ""
