"""Helpers of the tests that read archives back: one site, one source, one worker."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from integration.crawling import NOW, crawl_all, town_of

from aggregator.crawl.completing import Budget
from aggregator.crawl.completing.archives import ArchiveWorker
from aggregator.crawl.completing.by_hand import ReadBack, read_back
from aggregator.fetch import Web
from aggregator.model import Source
from aggregator.readers import load_scrapers
from aggregator.store import Archive, Store

NO_SCRAPERS = Path("no-scrapers")


def visit(database: Path, *sources: Source, now: datetime = NOW) -> None:
    """Crawl sources once, as they are before their archives are read."""
    with Store.open(database) as store:
        crawl_all(town_of(*sources), store, now=now)


def by_hand(
    database: Path,
    source: Source,
    *,
    requests: int = 10_000,
    now: datetime = NOW,
    told: Callable[[Archive], None] = lambda _: None,
) -> ReadBack:
    """Read a source back, as `aggregator backfill` does, without gaps between requests."""

    async def read() -> ReadBack:
        async with Web(
            contact="essai@example.org", gap_s=0, deadline_s=5, clock=lambda: now
        ) as web:
            return await read_back(
                source,
                database,
                web=web,
                scrapers=load_scrapers(NO_SCRAPERS),
                timezone="Europe/Paris",
                budget=Budget(requests),
                clock=lambda: now,
                told=told,
            )

    return asyncio.run(read())


def work(
    database: Path,
    *sources: Source,
    requests: int = 10_000,
    now: datetime = NOW,
    quiet: bool = True,
) -> int:
    """Let the daemon's worker have one turn; return how many posts it saved."""

    async def turn() -> int:
        async with Web(
            contact="essai@example.org", gap_s=0, deadline_s=5, clock=lambda: now
        ) as web:
            worker = ArchiveWorker(
                database=database,
                web=web,
                scrapers=lambda: load_scrapers(NO_SCRAPERS),
                turn=asyncio.Lock(),
                clock=lambda: now,
            )
            until = now + timedelta(minutes=5)
            budget = Budget(requests)
            return await worker.work(town_of(*sources), budget=budget, until=until, quiet=quiet)

    return asyncio.run(turn())


def archive_of(database: Path, slug: str) -> Archive:
    """Return how far a source is read back."""
    with Store.open(database) as store:
        found = store.archive(slug)
    assert found is not None
    return found


def rows(database: Path) -> list[tuple[str, str, str, str]]:
    """Return address, title, moment and origin of the date of every post, by address."""
    with Store.open(database) as store:
        return store._connection.execute(
            "SELECT url, title, published, date_origin FROM posts ORDER BY url, title"
        ).fetchall()
