"""All workers, in the order of their turns: what is new comes before what is old."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from aggregator.crawl.completing.archives import ArchiveWorker
from aggregator.crawl.completing.documents import DocumentWorker
from aggregator.crawl.completing.pages import PageWorker
from aggregator.crawl.completing.turns import Worker
from aggregator.fetch import Web
from aggregator.readers import Scrapers


def workers(
    database: Path, *, web: Web, scrapers: Callable[[], Scrapers], clock: Callable[[], datetime]
) -> list[Worker]:
    """Return the workers of one event loop.

    Args:
        database: Where posts are.
        web: The network.
        scrapers: Gives the town's scrapers.
        clock: Tells the time.
    """
    turn = asyncio.Lock()  # held by whatever is heavy in them (reading.py)
    return [
        PageWorker(database=database, web=web, turn=turn, clock=clock),
        DocumentWorker(database=database, web=web, clock=clock),
        ArchiveWorker(database=database, web=web, scrapers=scrapers, turn=turn, clock=clock),
    ]
