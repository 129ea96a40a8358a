"""The worker of archives: sources that wait longest first, several hosts side by side."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from aggregator.crawl.completing.backfill import Backfill
from aggregator.crawl.completing.budget import Budget
from aggregator.crawl.completing.claims import Claims
from aggregator.crawl.completing.hosts import restore_pauses, side_by_side
from aggregator.crawl.completing.known import Known
from aggregator.crawl.completing.steps import Stepper
from aggregator.crawl.completing.writing import Desk
from aggregator.fetch import Web
from aggregator.model import Source, Town
from aggregator.readers import Scrapers
from aggregator.store import Store

SIDE_BY_SIDE = 4  # hosts
AT_ONCE = 40  # sources a turn
# A site is asked so much in one go, then left in peace: some 2,500 requests in a night.
SHARE = 100
REST = timedelta(minutes=15)
# What came on the list since is read a little at once, so that it shows more than its feed.
NEW = timedelta(days=2)
FIRST_SHARE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveWorker:
    """Reads archives back, a share a source.

    Attributes:
        database: Where posts go.
        scrapers: Gives the town's scrapers.
        turn: Held by whatever is heavy (reading.py).
        clock: Tells the time.
    """

    database: Path
    web: Web
    scrapers: Callable[[], Scrapers]
    turn: asyncio.Lock
    clock: Callable[[], datetime]
    faults: set[str] = field(default_factory=set)

    async def work(self, town: Town, *, budget: Budget, until: datetime, quiet: bool) -> int:
        """See `Worker`; outside of quiet hours only what is new on the list is begun."""
        store = await asyncio.to_thread(Store.open, self.database)
        try:
            with Claims(self.database) as claims:
                shift = _Shift(
                    worker=self,
                    desk=Desk(store),
                    claims=claims,
                    town=town,
                    budget=budget,
                    until=until,
                    share=SHARE if quiet else FIRST_SHARE,
                )
                return await shift.do(quiet=quiet)
        finally:
            store.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shift:
    """One turn of the worker."""

    worker: ArchiveWorker
    desk: Desk
    claims: Claims
    town: Town
    budget: Budget
    until: datetime
    share: int

    async def do(self, *, quiet: bool) -> int:
        """Read what is due; return how many posts were saved."""
        now = self.worker.clock()
        since = None if quiet else now - NEW
        await restore_pauses(self.desk, self.worker.web, now)
        due = await self.desk.do(
            lambda store: store.due_archives(now, limit=AT_ONCE, listed_since=since)
        )
        listed = {source.slug: source for source in self.town.sources}
        return await side_by_side(
            [listed[slug] for slug in due if slug in listed],
            self._read,
            address=lambda source: source.feed or source.url,
            hosts=SIDE_BY_SIDE,
            goes_on=lambda: bool(self.budget) and self.worker.clock() < self.until,
            faults=self.worker.faults,
        )

    async def _read(self, source: Source) -> int:
        number = await self.desk.do(lambda store: store.archive_number(source.slug))
        with self.claims.claim(number) as is_ours:
            if not is_ours:
                return 0
            backfill = await Backfill.begin(
                source, desk=self.desk, stepper=self._stepper(source), clock=self.worker.clock
            )
            share = self.budget.part(self.share)
            try:
                saved = await backfill.go_on(share, until=self.until)
                if not share:
                    rested = self.worker.clock() + REST
                    await self.desk.do(lambda store: store.rest_running(source.slug, rested))
            finally:
                self.budget.give_back(share)
            return saved

    def _stepper(self, source: Source) -> Callable[[Known], Stepper]:
        return lambda known: Stepper(
            source=source,
            web=self.worker.web,
            scrapers=self.worker.scrapers(),
            timezone=self.town.timezone,
            known=known,
            turn=self.worker.turn,
        )
