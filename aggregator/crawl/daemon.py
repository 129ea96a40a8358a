"""The crawler as a process: follows the town folder, crawls, listens, keeps its house in order."""

import asyncio
import socket
import sys
from collections.abc import Collection
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from aggregator import clock
from aggregator.crawl import logs
from aggregator.crawl.completing import Completing
from aggregator.crawl.completing.workers import workers
from aggregator.crawl.hubs import is_public
from aggregator.crawl.lock import sole_crawler
from aggregator.crawl.metrics import Metrics
from aggregator.crawl.passing import crawl
from aggregator.crawl.receiving import (
    LOOPBACK,
    Reception,
    listen_on_port,
    listen_on_socket,
    serving,
)
from aggregator.crawl.relating import Relating
from aggregator.crawl.report import nothing_reached
from aggregator.crawl.reservations import ask_sites
from aggregator.crawl.scheduling import Daily, Every, Job, Once, keep_going
from aggregator.crawl.upkeep import Upkeep
from aggregator.crawl.websub import Subscriber
from aggregator.errors import AggregatorError, TownError
from aggregator.fetch import Web
from aggregator.model import SourceResult, Town
from aggregator.paths import TownFolder
from aggregator.readers import Scrapers, load_scrapers
from aggregator.sources import WatchedTown
from aggregator.store import Store

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

PASS_EVERY_S = 15  # news of a hub waits no longer, and a pass over nothing costs next to nothing
# A slow host holds up the others for this long at most: what is left stays due.
PASS_LIMIT_S = 120
TEND_EVERY_S = 10  # next to nothing, most of the time
RELATE_EVERY_S = 15
RENEW_EVERY_S = 3_600
ASK_SITES_EVERY_S = 3_600
COMPLETE_EVERY_S = 60
# The first pass after a start is the longest, and a start may be followed by another.
CATCH_UP_AFTER_S = 300
# While the town sleeps; not at a full hour, when everyone's machines are at work.
QUIET_HOUR, QUIET_MINUTE, QUIET_JITTER_S = 3, 17, 600

CUT_OFF = (
    "no source could be reached: is this machine connected to the internet?"
    " `make demo` shows the whole program without network"
)


def run(
    folder: TownFolder, database: Path, *, metrics_port: int = 0, hubs: Path | None = None
) -> None:
    """Crawl what is due, four times a minute, until SIGINT or SIGTERM.

    Args:
        folder: The town; its list may be edited meanwhile. A broken list is complained about
            once, and the last good one stays in force.
        database: Where posts go.
        metrics_port: Where /metrics is answered on loopback; 0 for nowhere. A port that is taken
            is complained about, and nothing else.
        hubs: The Unix socket to make for calls of hubs, which the portal forwards.

    Raises:
        TownError: The list is broken at the start.
        UsageError: A setting of the environment is wrong.
        StoreError: The database cannot be used, or another crawler works on it.
    """
    logs.configure()
    with sole_crawler(database), Store.open(database) as store:
        try:
            asyncio.run(_Crawler(folder, store).run(metrics_port=metrics_port, hubs=hubs))
        except AggregatorError:
            raise
        except Exception:  # noqa: BLE001 - the process's last boundary: a fault of ours is logged
            logs.logger().exception("the crawler failed; report it")
            sys.exit(1)


class _Crawler:
    """One process's crawler."""

    def __init__(self, folder: TownFolder, store: Store) -> None:
        self._log: FilteringBoundLogger = logs.logger()
        self._store = store
        self._watched = WatchedTown(folder.sources, scrapers=folder.scrapers)
        self._scrapers = _WatchedScrapers(folder.scrapers)
        self._metrics = Metrics(store.path, clock=clock.now)
        self._relating = Relating(store.path, log=self._log)
        self._told_cut_off = False
        self._subscriber: Subscriber | None = None

    async def run(self, *, metrics_port: int, hubs: Path | None) -> None:
        """Crawl until told to stop."""
        town = self._town()
        doors = self._doors(metrics_port)
        # One for all passes: it remembers each host's pace and robots.txt.
        web = Web(contact=town.contact, address=town.address)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(web)
            if hubs is not None and town.address is not None and is_public(town.address):
                self._subscriber = Subscriber(
                    self._store.path, web, town.address, count=self._metrics.hub_message
                )
                await self._subscriber.load()
                doors.append(listen_on_socket(hubs))
            reception = Reception(self._metrics, self._subscriber, clock=clock.now)
            await stack.enter_async_context(serving(reception, doors))
            self._log.info("crawler started", sources=len(town.sources))
            await keep_going(self._jobs(town, web))
        self._log.info("crawler stopped")

    def _jobs(self, town: Town, web: Web) -> list[Job]:
        upkeep = Upkeep(self._store.path, log=self._log, verified=self._metrics.backup_verified)
        at_night = Daily(
            hour=QUIET_HOUR,
            minute=QUIET_MINUTE,
            timezone=town.timezone,
            jitter_s=QUIET_JITTER_S,
        )
        jobs = [
            # The others may fail and be told. A database that is broken, the pass notices too.
            Job(
                name="the pass",
                when=Every(seconds=PASS_EVERY_S),
                work=lambda: self._pass(web),
                vital=True,
            ),
            Job(name="upkeep", when=at_night, work=lambda: upkeep.daily(clock.now())),
            Job(
                name="upkeep after the start",
                when=Once(after_s=CATCH_UP_AFTER_S),
                work=lambda: upkeep.catch_up(clock.now()),
            ),
            Job(
                name="relating posts",
                when=Every(seconds=RELATE_EVERY_S),
                work=lambda: self._relating.take_turn(clock.now()),
            ),
            Job(
                name="asking sites of data mining",
                when=Every(seconds=ASK_SITES_EVERY_S),
                work=lambda: ask_sites(self._store.path, web=web, now=clock.now()),
            ),
            Job(
                name="completing",
                when=Every(seconds=COMPLETE_EVERY_S),
                work=self._completing(web).take_turn,
            ),
        ]
        if (subscriber := self._subscriber) is not None:
            jobs += [
                Job(
                    name="tending hubs",
                    when=Every(seconds=TEND_EVERY_S),
                    work=lambda: subscriber.tend(clock.now()),
                ),
                Job(
                    name="renewing leases of hubs",
                    when=Every(seconds=RENEW_EVERY_S),
                    work=lambda: subscriber.renew(clock.now(), listed=self._listed()),
                ),
            ]
        return jobs

    def _completing(self, web: Web) -> Completing:
        found = workers(self._store.path, web=web, scrapers=self._scrapers.current, clock=clock.now)
        return Completing(found, town=self._town, clock=clock.now, saved=self._relating.posts_saved)

    async def _pass(self, web: Web) -> None:
        ticks = asyncio.get_running_loop().time
        begun = ticks()
        results = await crawl(
            self._town(),
            self._store,
            scrapers=self._scrapers.current(),
            web=web,
            clock=clock.now,
            limit_s=PASS_LIMIT_S,
            started=self._pass_started,
            report=self._report,
        )
        elapsed_s = ticks() - begun
        self._metrics.pass_ended(elapsed_s=elapsed_s, now=clock.now())
        if results:
            self._log.info("pass ended", sources=len(results), elapsed_s=round(elapsed_s, 3))
        if nothing_reached(results) and not self._told_cut_off:
            self._log.error(CUT_OFF)
            self._told_cut_off = True

    def _pass_started(self, due: int) -> None:
        # Nothing due is the most frequent of all news.
        if due:
            self._log.info("pass started", due=due)

    def _report(self, result: SourceResult) -> None:
        logs.fetched(self._log, result)
        self._metrics.observe(result)
        if result.count.new or result.count.changed:
            self._relating.posts_saved()
        if self._subscriber is not None:
            self._subscriber.checked(result)

    def _town(self) -> Town:
        return self._watched.current(complain=self._complain)

    def _complain(self, error: TownError) -> None:
        for complaint in error.complaints:
            self._log.error("the list is wrong, the last good one stays", complaint=str(complaint))

    def _listed(self) -> Collection[str]:
        return {source.slug for source in self._town().sources if not source.paused}

    def _doors(self, metrics_port: int) -> list[socket.socket]:
        if not metrics_port:
            return []
        try:
            return [listen_on_port(metrics_port)]
        except OSError as error:
            self._log.warning(
                f"no /metrics: cannot listen on {LOOPBACK}:{metrics_port} ({error.strerror});"
                " choose another with --metrics-port, or 0 for none"
            )
            return []


class _WatchedScrapers:
    """Loads the scrapers again when a file of their folder came, went or changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stamp = self._look()
        self._scrapers = load_scrapers(folder)

    def current(self) -> Scrapers:
        stamp = self._look()
        if stamp != self._stamp:
            self._stamp, self._scrapers = stamp, load_scrapers(self._folder)
        return self._scrapers

    def _look(self) -> frozenset[tuple[str, int, int]]:
        found = set()
        for path in self._folder.glob("*.py"):
            try:
                status = path.stat()
            except OSError:  # an editor is just replacing it
                continue
            found.add((path.name, status.st_mtime_ns, status.st_size))
        return frozenset(found)
