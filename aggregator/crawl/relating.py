"""What is worked out of posts once they are saved: which resemble each other, what is talked about.

Beside the passes, in a thread and on a connection of its own. Nothing of it ends the crawler: a
town can do without it for a while.
"""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from aggregator.errors import AggregatorError
from aggregator.store import Store

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

COMPARED = 200  # posts a turn: one to two seconds
TOPICS_EVERY = timedelta(hours=1)
COMPARED_BY_HAND = 2_000  # posts after a pass by hand: some ten seconds; the rest next time


def relate(store: Store, *, now: datetime) -> None:
    """Do it all at once, after a pass by hand that brought posts.

    Raises:
        StoreError: The database cannot be used.
    """
    store.count_terms()
    store.compare(COMPARED_BY_HAND)
    store.count_topics(now)


class Relating:
    """Does it bit by bit, beside the passes of a daemon.

    Args:
        database: Where the posts are.
        log: Where failures are told.
    """

    def __init__(self, database: Path, *, log: "FilteringBoundLogger") -> None:
        self._database = database
        self._log = log
        # A crawler that was stopped may have left some.
        self._waiting = self._is_news = True
        self._counted: datetime | None = None

    def posts_saved(self) -> None:
        """Hear that there are posts to be looked at."""
        self._waiting = self._is_news = True

    async def take_turn(self, now: datetime) -> None:
        """Compare some posts, and count topics once an hour; next to nothing without news."""
        try:
            if self._waiting:
                self._waiting = False
                compared = await asyncio.to_thread(self._compare)
                self._waiting |= compared == COMPARED
            if self._is_news and self._is_time(now):
                self._is_news, self._counted = False, now
                await asyncio.to_thread(self._count_topics, now)
        except AggregatorError as error:
            self._log.error("relating posts failed", error=str(error))

    def _is_time(self, now: datetime) -> bool:
        # A clock that was set back must not silence it for years.
        return self._counted is None or abs(now - self._counted) >= TOPICS_EVERY

    def _compare(self) -> int:
        with Store.open(self._database) as store:
            return store.compare(COMPARED)

    def _count_topics(self, now: datetime) -> None:
        with Store.open(self._database) as store:
            store.count_topics(now)
