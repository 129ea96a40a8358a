"""When a listed feed fails: look for the one that took its place, to be proposed, never applied.

Moderators decide: the page of a domain that changed hands announces feeds too.
"""

from aggregator.crawl.visiting import FeedMoved, discover
from aggregator.errors import BadStatus, NotAFeed, SourceError, TooManyRedirects
from aggregator.fetch import Web
from aggregator.model import Source

GONE = 410
# What a fault of the network or of the moment explains is no reason to look elsewhere.
_PASSING = {401, 407, 408, 425, 429}
_AGAIN_EVERY = 7  # failures: once a week, at a visit a day


async def propose(source: Source, error: SourceError, *, failures: int, web: Web) -> str | None:
    """Return a feed that could stand in for the listed one: it answers, and holds items.

    Args:
        source: Whose feed fails.
        error: How.
        failures: How many visits in a row had failed before this one.
        web: The network.
    """
    if source.feed is None:
        return None
    try:
        if isinstance(error, FeedMoved):
            if failures % _AGAIN_EVERY != 0:  # the first failure, and weekly
                return None
            found = await discover(error.proposed_feed, web=web)
        elif _is_lasting(error, failures):
            found = await discover(source.url, web=web, but=source.feed)
        else:
            return None
    except SourceError:
        return None
    (_, extraction), *_ = found.extractions
    return found.discovered_feed if extraction.entries else None


def _is_lasting(error: SourceError, failures: int) -> bool:
    if isinstance(error, BadStatus) and error.status == GONE:
        return True  # no second failure will come
    if failures % _AGAIN_EVERY != 1:  # the second failure in a row, and weekly
        return False
    if isinstance(error, BadStatus):
        return 400 <= error.status < 500 and error.status not in _PASSING
    return isinstance(error, NotAFeed | TooManyRedirects)
