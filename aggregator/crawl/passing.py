"""One pass (« tournée ») over the sources that are due."""

import asyncio
import hashlib
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from urllib.parse import urlsplit

from aggregator.crawl.health import judge, next_fetch
from aggregator.crawl.visiting import FeedMoved, Visit, visit
from aggregator.errors import BadStatus, FetchError, ReadError, SourceError
from aggregator.fetch import Web
from aggregator.model import Health, NotModified, Outcome, SaveCount, Source, SourceResult, Town
from aggregator.readers import Scrapers
from aggregator.store import SourceHistory, Store

WORKERS = 16  # hosts visited side by side; measured: httpx slows down with more

Report = Callable[[SourceResult], None]


async def crawl(
    town: Town,
    store: Store,
    *,
    scrapers: Scrapers,
    web: Web,
    clock: Callable[[], datetime],
    slugs: Collection[str] | None = None,
    everything: bool = False,
    report: Report = lambda _: None,
) -> tuple[SourceResult, ...]:
    """Visit every source that is due, once.

    Args:
        town: The moderators' list; the store is brought in line with it first.
        store: Where posts go.
        scrapers: The town's scrapers.
        web: The network.
        clock: Tells the time.
        slugs: Only these sources, due or not.
        everything: All sources, due or not.
        report: Called with each result as it is saved.

    Raises:
        StoreError: The database cannot be used.
    """
    store.sync_town(town, definitions=definitions(town, scrapers), now=clock())
    by_slug = {source.slug: source for source in town.sources}
    found = store.due(now=clock(), slugs=slugs, everything=everything)
    # Another process may have synchronised a longer list in between.
    due = [by_slug[slug] for slug in found if slug in by_slug]
    if not due:
        return ()
    number = store.start_crawl(clock())
    results: list[SourceResult] = []
    queues = deque(_by_host(due))

    async def work() -> None:
        while queues:
            for source in queues.popleft():
                result = await _visit_and_save(
                    source, store, town=town, scrapers=scrapers, web=web, clock=clock, crawl=number
                )
                results.append(result)
                report(result)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(WORKERS, len(queues))):
                group.create_task(work())
    except BaseExceptionGroup as failed:
        # A full disk fails for one worker as for all: its sentence is what people need.
        raise failed.exceptions[0] from failed
    store.end_crawl(number, clock())
    return tuple(results)


def definitions(town: Town, scrapers: Scrapers) -> Mapping[str, str]:
    """Return a hash, by slug, of how each source is read: when it moves, it is read afresh."""
    return {source.slug: _definition(source, scrapers) for source in town.sources}


def _definition(source: Source, scrapers: Scrapers) -> str:
    code = scrapers.digest(source.scraper) if source.scraper is not None else ""
    # `every` too: a shorter one would wait for the end of the longer.
    parts = (source.url, source.feed, source.recipe, source.scraper, code, source.every)
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _by_host(sources: Iterable[Source]) -> list[list[Source]]:
    # A host is visited by one worker: the others need not wait for its gaps.
    hosts: dict[str, list[Source]] = defaultdict(list)
    for source in sources:
        hosts[urlsplit(source.feed or source.url).hostname or ""].append(source)
    # The longest queues first, or the pass would end waiting for one of them.
    return sorted(hosts.values(), key=len, reverse=True)


async def _visit_and_save(
    source: Source,
    store: Store,
    *,
    town: Town,
    scrapers: Scrapers,
    web: Web,
    clock: Callable[[], datetime],
    crawl: int,
) -> SourceResult:
    """Visit one source and record what came of it, in one transaction.

    The validators (ETag …) are saved with the posts they stand for: a kill between the two
    would hide those posts behind a « not modified » for ever.
    """
    started = clock()
    ticks = asyncio.get_running_loop().time
    begun = ticks()
    try:
        found = await visit(
            source,
            web=web,
            recall=lambda url: store.memory(source.slug, url),
            discovered_feed=store.history(source.slug).discovered_feed,
            scrapers=scrapers,
            timezone=town.timezone,
            seen=started,
        )
    except SourceError as error:
        return _record_failure(
            source, store, error, town=town, crawl=crawl, now=clock(), elapsed_s=ticks() - begun
        )
    return _save(
        source, store, found, town=town, crawl=crawl, now=clock(), elapsed_s=ticks() - begun
    )


def _save(
    source: Source,
    store: Store,
    found: Visit,
    *,
    town: Town,
    crawl: int,
    now: datetime,
    elapsed_s: float,
) -> SourceResult:
    unmodified = isinstance(found.answer, NotModified)
    with store.transaction():
        count = store.save(source.slug, found.posts, seen=now) if found.posts else SaveCount()
        result = SourceResult(
            source=source.slug,
            outcome=Outcome.NOT_MODIFIED if unmodified else Outcome.SAVED,
            count=count,
            rejections=found.rejections,
            warnings=found.warnings,
            url=found.answer.url,
            status=found.answer.status,
            size_bytes=found.size_bytes,
            elapsed_s=round(elapsed_s, 3),
            moved_to=found.answer.moved_to,
            fetched=now,
        )
        past = store.history(source.slug)
        store.record(
            result,
            health=_health(result, past, town),
            next_fetch=next_fetch(source, now=now, failures=0),
            memories=found.memories,
            discovered_feed=found.discovered_feed,
            crawl=crawl,
        )
    return result


def _record_failure(
    source: Source,
    store: Store,
    error: SourceError,
    *,
    town: Town,
    crawl: int,
    now: datetime,
    elapsed_s: float,
) -> SourceResult:
    status, retry_after_s = None, None
    if isinstance(error, BadStatus):
        status, retry_after_s = error.status, error.retry_after_s
    result = SourceResult(
        source=source.slug,
        outcome=Outcome.FAILED,
        error=str(error),
        error_kind=type(error).__name__,
        url=error.url if isinstance(error, FetchError | ReadError) else None,
        status=status,
        elapsed_s=round(elapsed_s, 3),
        proposed_feed=error.proposed_feed if isinstance(error, FeedMoved) else None,
        fetched=now,
    )
    with store.transaction():
        past = store.history(source.slug)
        store.record(
            result,
            health=_health(result, past, town),
            next_fetch=next_fetch(
                source, now=now, failures=past.failures + 1, retry_after_s=retry_after_s
            ),
            memories={},
            crawl=crawl,
        )
    return result


def _health(result: SourceResult, past: SourceHistory, town: Town) -> Health:
    return judge(
        result,
        post_count=past.post_count,
        newest_post=past.newest_post,
        timezone=town.timezone,
    )
