"""One pass (« tournée ») over the sources that are due."""

import asyncio
import hashlib
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from aggregator.crawl.health import is_settled
from aggregator.crawl.ledger import Ledger
from aggregator.crawl.proposing import propose
from aggregator.crawl.settling import Visited
from aggregator.crawl.visiting import Past, visit
from aggregator.errors import HostUnreachable, SourceError
from aggregator.fetch import Web
from aggregator.model import Source, SourceResult, Town
from aggregator.readers import Scrapers
from aggregator.store import Due, Store

WORKERS = 16  # hosts visited side by side: a slow one holds one of them for its time limit
# All requests of one visit, and the pauses between them; of a search for another feed.
VISIT_S = 120.0
PROPOSAL_S = 60.0

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
    limit_s: float | None = None,
    started: Callable[[int], None] = lambda _: None,
    report: Report = lambda _: None,
) -> tuple[SourceResult, ...]:
    """Visit every source that is due, once.

    Args:
        town: The moderators' list; the store is brought in line with it first.
        store: Where posts go; nobody else may use this one meanwhile.
        scrapers: The town's scrapers.
        web: The network.
        clock: Tells the time.
        slugs: Only these sources, due or not.
        everything: All sources, due or not.
        limit_s: Seconds after which no new visit begins: the others stay due.
        started: Called with the number of sources to visit, before the first visit.
        report: Called with each result when it is saved.

    Raises:
        StoreError: The database cannot be used.
    """
    bring_in_line(town, store, scrapers=scrapers, now=clock())
    by_slug = {source.slug: source for source in town.sources}
    found = store.due(now=clock(), slugs=slugs, everything=everything)
    # Another process may have synchronised a longer list in between.
    due = [_call(by_slug[one.slug], one, clock()) for one in found if one.slug in by_slug]
    started(len(due))
    if not due:
        return ()
    for host, pause in store.hosts(clock()).items():
        web.leave_alone(host, until=pause.until, status=pause.status)
    ledger = Ledger(
        store,
        timezone=town.timezone,
        crawl=store.start_crawl(clock()),
        pauses=web.pauses_told,
        report=report,
    )
    rounds = _Rounds(
        due, ledger=ledger, web=web, scrapers=scrapers, timezone=town.timezone, clock=clock
    )
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(ledger.run())
            await rounds.make(limit_s)
            ledger.close()
    except BaseExceptionGroup as failed:
        # A full disk is one fault however many notice it: its sentence is what people need.
        raise failed.exceptions[0] from failed
    store.end_crawl(ledger.crawl, clock())
    return tuple(ledger.results)


def bring_in_line(town: Town, store: Store, *, scrapers: Scrapers, now: datetime) -> None:
    """Bring the database in line with the list; what is read in another way is read afresh.

    Raises:
        StoreError: The database cannot be used.
    """
    store.sync_town(town, definitions=_definitions(town, scrapers), now=now)


class _Definitions:
    """Remembers those of the last list: a crawler asks all the time, and it seldom changes."""

    def __init__(self) -> None:
        self._last: tuple[Town, Scrapers, Mapping[str, str]] | None = None

    def __call__(self, town: Town, scrapers: Scrapers) -> Mapping[str, str]:
        last = self._last
        if last is None or last[0] is not town or last[1] is not scrapers:
            found = {source.slug: _definition(source, scrapers) for source in town.sources}
            last = self._last = (town, scrapers, found)
        return last[2]


# By slug, a hash of how each source is read: when it moves, it is read afresh.
_definitions = _Definitions()


def _definition(source: Source, scrapers: Scrapers) -> str:
    code = scrapers.digest(source.scraper) if source.scraper is not None else ""
    # `every` too: a shorter one would wait for the end of the longer.
    parts = (
        *(source.url, source.feed, source.recipe, source.scraper, code, source.every),
        source.service,
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """A source to visit now.

    Attributes:
        moved_to: Where a redirect that is settled leads: asked instead of the listed address.
        host: The host that is asked first.
    """

    source: Source
    due: Due
    moved_to: str | None
    host: str


def _call(source: Source, due: Due, now: datetime) -> _Call:
    move = due.history.move
    moved_to = move.to if move is not None and is_settled(move, now=now) else None
    address = moved_to or source.feed or due.history.discovered_feed or source.url
    if source.service is not None and source.service.name == "mailbox":
        address = "imaps://mailbox"  # the same one for all: it takes few connections at a time
    return _Call(source=source, due=due, moved_to=moved_to, host=urlsplit(address).hostname or "")


class _Rounds:
    """The visits of one pass: hosts side by side, the sources of one host in turn."""

    def __init__(
        self,
        calls: Sequence[_Call],
        *,
        ledger: Ledger,
        web: Web,
        scrapers: Scrapers,
        timezone: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._queues = deque(_by_host(calls))
        self._ledger = ledger
        self._web = web
        self._scrapers = scrapers
        self._timezone = timezone
        self._clock = clock

    async def make(self, limit_s: float | None) -> None:
        """Visit all, or those that begin before the limit."""
        ticks = asyncio.get_running_loop().time
        end = None if limit_s is None else ticks() + limit_s

        async def work() -> None:
            # One source of each host in turn: none waits for all of another host's. While a host
            # is visited it is in no queue, so nobody else visits it.
            while self._queues and (end is None or ticks() < end):
                queue = self._queues.popleft()
                begun = ticks()
                await self._ledger.take(await self._visit(queue.popleft(), begun))
                if queue:
                    self._queues.append(queue)

        async with asyncio.TaskGroup() as group:
            for _ in range(min(WORKERS, len(self._queues))):
                group.create_task(work())

    async def _visit(self, call: _Call, begun: float) -> Visited:
        source, history = call.source, call.due.history
        started = self._clock()
        past = Past(
            memories=call.due.memories,
            discovered_feed=history.discovered_feed,
            failures=history.failures,
            moved_to=call.moved_to,
        )
        found = failed = proposed = None
        try:
            async with _at_most(VISIT_S, source):
                found = await visit(
                    source,
                    web=self._web,
                    past=past,
                    scrapers=self._scrapers,
                    timezone=self._timezone,
                    seen=started,
                    turn=self._ledger.turn,
                )
        except SourceError as error:
            failed = error
            with suppress(TimeoutError):
                async with asyncio.timeout(PROPOSAL_S):
                    proposed = await propose(
                        source,
                        error,
                        failures=history.failures,
                        web=self._web,
                        turn=self._ledger.turn,
                    )
        return Visited(
            source=source,
            due=call.due,
            now=self._clock(),
            elapsed_s=asyncio.get_running_loop().time() - begun,
            asked_new_address=call.moved_to is not None,
            found=found,
            error=failed,
            proposed_feed=proposed,
        )


def _by_host(calls: Sequence[_Call]) -> list[deque[_Call]]:
    # A host is visited by one worker at a time: the others need not wait for its gaps.
    hosts: dict[str, deque[_Call]] = defaultdict(deque)
    for call in calls:
        hosts[call.host].append(call)
    # Those that wait longest first, as they came.
    return list(hosts.values())


@asynccontextmanager
async def _at_most(seconds: float, source: Source) -> AsyncIterator[None]:
    """Bound a whole visit: each request has its limit, but there may be many of them.

    Raises:
        HostUnreachable: It took longer.
    """
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as late:
        url = source.feed or source.url
        raise HostUnreachable(
            f"{url}: the visit did not end within {seconds:g} s; the site is slow, or asks for long"
            " pauses: name its feed, so that fewer pages are asked",
            url=url,
        ) from late
