"""A source read back by hand: at once, without waiting for the night."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from aggregator.crawl.completing.backfill import Backfill
from aggregator.crawl.completing.budget import Budget
from aggregator.crawl.completing.claims import Claims
from aggregator.crawl.completing.known import Known
from aggregator.crawl.completing.steps import Stepper
from aggregator.crawl.completing.writing import Desk
from aggregator.errors import StoreError
from aggregator.fetch import Web
from aggregator.model import Source
from aggregator.readers import Scrapers
from aggregator.store import Archive, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBack:
    """What came of it.

    Attributes:
        saved: How many posts were added.
        known: How many of the source were here before.
    """

    saved: int
    known: int
    archive: Archive


async def read_back(
    source: Source,
    database: Path,
    *,
    web: Web,
    scrapers: Scrapers,
    timezone: str,
    budget: Budget,
    clock: Callable[[], datetime],
    told: Callable[[Archive], None],
) -> ReadBack:
    """Read a source back, from where the last reading stopped; again where it was done.

    What was put off is tried now.

    Args:
        source: Was visited before.
        database: Where posts go.
        web: The network.
        scrapers: The town's scrapers.
        timezone: The town's.
        budget: The requests that may be made.
        clock: Tells the time.
        told: Called after each step.

    Raises:
        StoreError: The database cannot be used, or another process reads this archive.
    """

    def stepper(known: Known) -> Stepper:
        return Stepper(
            source=source,
            web=web,
            scrapers=scrapers,
            timezone=timezone,
            known=known,
            turn=asyncio.Lock(),
        )

    slug = source.slug
    with Claims(database) as claims, Store.open(database) as store:
        with claims.claim(store.archive_number(slug)) as is_ours:
            if not is_ours:
                raise StoreError(
                    f"{slug}: its archive is being read by another process, the crawler perhaps;"
                    " try again in some minutes"
                )
            for host, pause in store.hosts(clock()).items():
                web.leave_alone(host, until=pause.until, status=pause.status)
            known = len(store.known_posts(slug))
            store.hurry_archive(slug)
            desk = Desk(store)
            backfill = await Backfill.begin(
                source, desk=desk, stepper=stepper, clock=clock, told=told
            )
            saved = await backfill.go_on(budget)
        archive = store.archive(slug)
    if archive is None:
        raise RuntimeError(f"{slug}: its archive was never begun")
    return ReadBack(saved=saved, known=known, archive=archive)
