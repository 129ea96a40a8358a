"""The worker of documents: those that posts link to, several hosts side by side."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from aggregator.crawl.completing.budget import Budget
from aggregator.crawl.completing.hosts import keep_pauses, restore_pauses, side_by_side
from aggregator.crawl.completing.reading_documents import Opened, open_document, reserved
from aggregator.crawl.completing.writing import Desk
from aggregator.fetch import Web
from aggregator.model import Town
from aggregator.store import DueDocument, Store

SIDE_BY_SIDE = 3  # hosts; of each a document may be in memory
# What came since is read by day too: people look for it now.
NEWS = timedelta(days=2)
JOINED = 200  # posts a turn that link to documents read before


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentWorker:
    """Reads the documents that posts link to.

    Attributes:
        database: Where posts are.
        clock: Tells the time.
        turn: Held while a document is read: one at a time, for each has a process of its own.
    """

    database: Path
    web: Web
    clock: Callable[[], datetime]
    faults: set[str] = field(default_factory=set)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def work(self, town: Town, *, budget: Budget, until: datetime, quiet: bool) -> int:
        """See `Worker`; outside of quiet hours only documents of new posts are read."""
        del town  # the store knows which sources are listed
        store = await asyncio.to_thread(Store.open, self.database)
        try:
            desk, now = Desk(store), self.clock()
            await desk.do(lambda store: store.index_documents(JOINED))
            since = None if quiet else now - NEWS
            due = await desk.do(
                lambda store: store.due_documents(now, limit=budget.left, found_since=since)
            )
            return await _Shift(worker=self, desk=desk, budget=budget, until=until).do(due)
        finally:
            store.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shift:
    """One turn of the worker."""

    worker: DocumentWorker
    desk: Desk
    budget: Budget
    until: datetime

    async def do(self, due: Sequence[DueDocument]) -> int:
        """Read documents; return how many."""
        await restore_pauses(self.desk, self.worker.web, self.worker.clock())
        return await side_by_side(
            due,
            self._open,
            address=lambda document: document.url,
            hosts=SIDE_BY_SIDE,
            goes_on=lambda: bool(self.budget) and self.worker.clock() < self.until,
            faults=self.worker.faults,
        )

    async def _open(self, due: DueDocument) -> bool:
        worker, now = self.worker, self.worker.clock()
        if due.is_reserved:
            opened = reserved(due, now)
        else:
            self.budget.spend()
            opened = await open_document(due, web=worker.web, turn=worker.turn, now=now)
            if not opened.was_asked:
                self.budget.take_back()
        await self.desk.do(lambda store: self._keep(store, opened, now))
        return opened.found is not None

    def _keep(self, store: Store, opened: Opened, now: datetime) -> None:
        opened.keep(store, now)
        keep_pauses(store, self.worker.web)
