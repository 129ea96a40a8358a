"""Helpers of the tests that crawl: a town of one's own, one pass over it."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from aggregator.crawl import crawl
from aggregator.fetch import Web
from aggregator.model import Source, SourceResult, Town
from aggregator.readers import load_scrapers
from aggregator.store import Store

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def town_of(*sources: Source) -> Town:
    return Town(name="Essai", timezone="Europe/Paris", contact="essai@example.org", sources=sources)


def source(slug: str, url: str, **rest: object) -> Source:
    return Source(slug=slug, name=slug.title(), url=url, kind="blog", **rest)  # type: ignore[arg-type]


def crawl_all(
    town: Town,
    store: Store,
    *,
    now: datetime = NOW,
    scrapers: Path = Path("no-scrapers"),
    slugs: Sequence[str] | None = None,
    everything: bool = True,
) -> dict[str, SourceResult]:
    """Make one pass over all sources without gaps between requests; results by slug."""

    async def one_pass() -> tuple[SourceResult, ...]:
        async with Web(contact=town.contact, gap_s=0, deadline_s=5, clock=lambda: now) as web:
            return await crawl(
                town,
                store,
                scrapers=load_scrapers(scrapers),
                web=web,
                clock=lambda: now,
                slugs=slugs,
                everything=everything,
            )

    return {result.source: result for result in asyncio.run(one_pass())}
