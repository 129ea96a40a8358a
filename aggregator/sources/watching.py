"""The list, followed as moderators edit it."""

from collections.abc import Callable
from pathlib import Path

from aggregator.errors import TownError
from aggregator.model import Town
from aggregator.sources.loader import load_sources
from aggregator.sources.town import scraper_names

Stamp = tuple[tuple[int, int] | None, frozenset[str] | None]


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
        """Whether the file changed since it was last read, or a scraper came or went."""
        return self._look() != self._stamp

    def current(self, *, complain: Callable[[TownError], None]) -> Town:
        """Return the town; reads the file again when it has changed.

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
        try:
            found = self._path.stat()
        except OSError:  # an editor is just replacing it
            return None, names
        return (found.st_mtime_ns, found.st_size), names
