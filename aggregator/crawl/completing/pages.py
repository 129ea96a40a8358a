"""The worker of posts' own pages: the newest first, several hosts side by side."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from aggregator.crawl.completing.budget import Budget
from aggregator.crawl.completing.opening import open_page, reserved
from aggregator.crawl.completing.writing import Desk
from aggregator.fetch import Web
from aggregator.model import Source, Town
from aggregator.store import DuePage, PageRead, Store

SIDE_BY_SIDE = 4  # hosts
# What came since is opened by day too: people read it now.
NEWS = timedelta(days=2)
MISSED = 50  # posts a turn that left their list, and are looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWorker:
    """Opens the pages of posts that lack something, and of those that left their list.

    Attributes:
        database: Where posts are.
        turn: Held by whatever is heavy (reading.py).
        clock: Tells the time.
    """

    database: Path
    web: Web
    turn: asyncio.Lock
    clock: Callable[[], datetime]

    async def work(self, town: Town, *, budget: Budget, until: datetime, quiet: bool) -> int:
        """See `Worker`; outside of quiet hours only the pages of new posts are opened."""
        store = await asyncio.to_thread(Store.open, self.database)
        try:
            desk, now = Desk(store), self.clock()
            if quiet:
                await desk.do(lambda store: store.look_for_missed(now, limit=MISSED))
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
        now = self.worker.clock()
        for host, pause in (await self.desk.do(lambda store: store.hosts(now))).items():
            self.worker.web.leave_alone(host, until=pause.until, status=pause.status)
        queues = deque(_by_host([page for page in due if page.source in sources]))
        completed = 0

        async def follow() -> None:
            nonlocal completed
            while queues:
                # A host is asked by one task at a time: the others need not wait for its gaps.
                for page in queues.popleft():
                    if not self.budget or self.worker.clock() >= self.until:
                        return
                    is_read = await self._open(page, sources[page.source])
                    completed += is_read  # read after the pause: others count meanwhile

        async with asyncio.TaskGroup() as group:
            for _ in range(min(SIDE_BY_SIDE, len(queues))):
                group.create_task(follow())
        return completed

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
        await self.desk.do(lambda store: self._save(store, page, read, now))
        return read.post is not None

    def _save(self, store: Store, page: DuePage, read: PageRead, now: datetime) -> None:
        store.save_page(page.uid, read, now=now)
        if pauses := self.worker.web.pauses_told():
            with store.transaction():
                for host, (until, status) in pauses.items():
                    store.pause_host(host, until=until, status=status)


def _by_host(pages: Sequence[DuePage]) -> list[list[DuePage]]:
    hosts: dict[str, list[DuePage]] = defaultdict(list)
    for page in pages:
        hosts[urlsplit(page.url).hostname or ""].append(page)
    return list(hosts.values())
