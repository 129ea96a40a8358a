"""The crawler as a process: reads the town folder afresh when it changes, and keeps crawling."""

from collections.abc import Callable
from pathlib import Path

from aggregator import clock
from aggregator.crawl.passing import crawl
from aggregator.crawl.report import line, nothing_reached
from aggregator.crawl.scheduling import keep_crawling
from aggregator.fetch import Web
from aggregator.model import SourceResult
from aggregator.paths import TownFolder
from aggregator.readers import load_scrapers
from aggregator.sources import WatchedTown
from aggregator.store import Store

CUT_OFF = (
    "no source could be reached: is this machine connected to the internet?"
    " `make demo` shows the whole program without network"
)


async def run(folder: TownFolder, database: Path, *, complain: Callable[[str], None]) -> None:
    """Crawl what is due, every minute, until SIGINT or SIGTERM.

    Args:
        folder: The town; its list may be edited meanwhile. A broken list is complained about
            once, and the last good one stays in force.
        database: Where posts go.
        complain: Called with each line of the log.

    Raises:
        TownError: The list is broken at the start.
        StoreError: The database cannot be used.
    """
    watched = WatchedTown(folder.sources, scrapers=folder.scrapers)
    told_cut_off = False

    def report(result: SourceResult) -> None:
        complain(line(result))

    town = watched.current(complain=lambda error: complain(str(error)))
    # One for all passes: it remembers each host's pace and robots.txt.
    with Store.open(database) as store:
        async with Web(contact=town.contact) as web:

            async def one_pass() -> None:
                nonlocal told_cut_off
                results = await crawl(
                    watched.current(complain=lambda error: complain(str(error))),
                    store,
                    scrapers=load_scrapers(folder.scrapers),
                    web=web,
                    clock=clock.now,
                    report=report,
                )
                if nothing_reached(results) and not told_cut_off:
                    complain(CUT_OFF)
                    told_cut_off = True

            await keep_crawling(one_pass)
