"""When a listed feed fails: look for the one that took its place, to be proposed, never applied.

Moderators decide: the page of a domain that changed hands announces feeds too.
"""

import asyncio

from aggregator.crawl.visiting import FeedMoved, discover, is_lasting
from aggregator.errors import BadStatus, SourceError
from aggregator.fetch import Web
from aggregator.model import Source

GONE = 410
_AGAIN_EVERY = 7  # failures: once a week, at a visit a day


async def propose(
    source: Source, error: SourceError, *, failures: int, web: Web, turn: asyncio.Lock
) -> str | None:
    """Return a feed that could stand in for the listed one: it answers, and holds items.

    Args:
        source: Whose feed fails.
        error: How.
        failures: How many visits in a row had failed before this one.
        web: The network.
        turn: Held by whatever is heavy in a crawl (reading.py).
    """
    if source.feed is None:
        return None
    try:
        if isinstance(error, FeedMoved):
            if failures % _AGAIN_EVERY != 0:  # the first failure, and weekly
                return None
            found = await discover(error.proposed_feed, web=web, turn=turn)
        elif _is_worth_it(error, failures):
            found = await discover(source.url, web=web, turn=turn, but=source.feed)
        else:
            return None
    except SourceError:
        return None
    (_, extraction), *_ = found.extractions
    return found.discovered_feed if extraction.entries else None


def _is_worth_it(error: SourceError, failures: int) -> bool:
    if isinstance(error, BadStatus) and error.status == GONE:
        return True  # no second failure will come
    return failures % _AGAIN_EVERY == 1 and is_lasting(error)  # the second in a row, and weekly
