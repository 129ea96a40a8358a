"""The list, followed as moderators edit it."""

from collections.abc import Callable
from pathlib import Path

from aggregator.errors import TownError
from aggregator.model import Town
from aggregator.sources.loader import load_sources

Stamp = tuple[int, int] | None


class WatchedTown:
    """Keeps the town as the list last described it without fault."""

    def __init__(self, path: Path, *, scrapers: Path | None = None) -> None:
        """Read the list for the first time.

        Raises:
            TownError: The list is wrong; there is no earlier one to keep.
        """
        self._path = path
        self._scrapers = scrapers
        self._stamp = _stamp(path)
        self._town = load_sources(path, scrapers=scrapers)

    @property
    def is_stale(self) -> bool:
        """Whether the file changed since it was last read."""
        return _stamp(self._path) != self._stamp

    def current(self, *, complain: Callable[[TownError], None]) -> Town:
        """Return the town; reads the file again when it has changed.

        Args:
            complain: Called once with each broken version; the last good one stays in force.
        """
        if self.is_stale:
            # Taken first: a change made during the reading is read next time.
            self._stamp = _stamp(self._path)
            try:
                self._town = load_sources(self._path, scrapers=self._scrapers)
            except TownError as error:
                complain(error)
        return self._town


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except OSError:  # an editor is just replacing it
        return None
    return found.st_mtime_ns, found.st_size
