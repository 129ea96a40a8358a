"""The list and its synonyms, followed as moderators edit them."""

from collections.abc import Callable
from pathlib import Path

from aggregator.errors import TownError
from aggregator.model import Town
from aggregator.sources.loader import load_sources
from aggregator.sources.synonyms import synonyms_beside
from aggregator.sources.town import scraper_names

FileStamp = tuple[int, int] | None
Stamp = tuple[FileStamp, FileStamp, frozenset[str] | None]


class WatchedTown:
    """Keeps the town as the list last described it without fault."""

    def __init__(self, path: Path, *, scrapers: Path | None = None) -> None:
        """Read the list for the first time.

        Raises:
            TownError: The list is wrong; there is no earlier one to keep.
        """
        self._path = path
        self._scrapers = scrapers
        self._stamp = self._look()
        self._town = load_sources(path, scrapers=scrapers)

    @property
    def is_stale(self) -> bool:
        """Whether list or synonyms changed since they were last read, or a scraper came or went."""
        return self._look() != self._stamp

    def current(self, *, complain: Callable[[TownError], None]) -> Town:
        """Return the town; reads the files again when one has changed.

        Args:
            complain: Called once with each broken version; the last good one stays in force.
        """
        if self.is_stale:
            # Taken first: a change made during the reading is read next time.
            self._stamp = self._look()
            try:
                self._town = load_sources(self._path, scrapers=self._scrapers)
            except TownError as error:
                complain(error)
        return self._town

    def _look(self) -> Stamp:
        # The list is right or wrong by the scrapers there are, too.
        names = None if self._scrapers is None else scraper_names(self._scrapers)
        return _stamp(self._path), _stamp(synonyms_beside(self._path)), names


def _stamp(path: Path) -> FileStamp:
    try:
        found = path.stat()
    except OSError:  # an editor is just replacing it, or a town has no such file
        return None
    return found.st_mtime_ns, found.st_size
