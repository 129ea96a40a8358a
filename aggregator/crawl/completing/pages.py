"""The worker of posts' own pages: the newest first, several hosts side by side."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from aggregator.crawl.completing.budget import Budget
from aggregator.crawl.completing.hosts import keep_pauses, restore_pauses, side_by_side
from aggregator.crawl.completing.opening import open_page, reserved
from aggregator.crawl.completing.writing import Desk
from aggregator.fetch import Web
from aggregator.model import Source, Town
from aggregator.store import DuePage, PageRead, Store

SIDE_BY_SIDE = 4  # hosts
# What came since is opened by day too: people read it now.
NEWS = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWorker:
    """Opens the pages of posts that lack something, or that left their list.

    Attributes:
        database: Where posts are.
        turn: Held by whatever is heavy (reading.py).
        clock: Tells the time.
    """

    database: Path
    web: Web
    turn: asyncio.Lock
    clock: Callable[[], datetime]
    faults: set[str] = field(default_factory=set)

    async def work(self, town: Town, *, budget: Budget, until: datetime, quiet: bool) -> int:
        """See `Worker`; outside of quiet hours only the pages of new posts are opened."""
        store = await asyncio.to_thread(Store.open, self.database)
        try:
            desk, now = Desk(store), self.clock()
            due = await desk.do(
                lambda store: store.due_pages(
                    now, limit=budget.left, seen_since=None if quiet else now - NEWS
                )
            )
            shift = _Shift(worker=self, desk=desk, town=town, budget=budget, until=until)
            return await shift.do(due)
        finally:
            store.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shift:
    """One turn of the worker."""

    worker: PageWorker
    desk: Desk
    town: Town
    budget: Budget
    until: datetime

    async def do(self, due: Sequence[DuePage]) -> int:
        """Open pages; return how many posts were completed."""
        sources = {source.slug: source for source in self.town.sources}
        await restore_pauses(self.desk, self.worker.web, self.worker.clock())
        return await side_by_side(
            [page for page in due if page.source in sources],
            lambda page: self._open(page, sources[page.source]),
            address=lambda page: page.url,
            hosts=SIDE_BY_SIDE,
            goes_on=lambda: bool(self.budget) and self.worker.clock() < self.until,
            faults=self.worker.faults,
        )

    async def _open(self, page: DuePage, source: Source) -> bool:
        worker, now = self.worker, self.worker.clock()
        if page.tdm_reserved:
            read = reserved()
        else:
            self.budget.spend()
            read = await open_page(
                page,
                source=source,
                web=worker.web,
                turn=worker.turn,
                timezone=self.town.timezone,
                now=now,
            )
            if not read.is_try:
                self.budget.take_back()
        await self.desk.do(lambda store: self._save(store, page, read, now))
        return read.post is not None

    def _save(self, store: Store, page: DuePage, read: PageRead, now: datetime) -> None:
        store.save_page(page.uid, read, now=now)
        keep_pauses(store, self.worker.web)
