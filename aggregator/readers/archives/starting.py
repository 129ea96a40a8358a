"""Which ways a site may be read back, judged from its feed and home page."""

from aggregator.model import ArchiveAsk, Page, Source
from aggregator.readers.archives import wordpress_feed


def archive_starts(
    source: Source, *, feed: Page | None, home: Page | None
) -> tuple[ArchiveAsk, ...]:
    """Return the first question of each way, the one of fewest requests first.

    Each is tried when those before it could not be read. No request is made, and nothing raises:
    what cannot be read says nothing.

    Args:
        source: Whose archive is wanted.
        feed: Its feed as last fetched, if it has one.
        home: Its home page; of a source with a recipe, the page that the recipe reads.
    """
    if feed is not None and b"wordpress" in feed.body[:20_000].lower():
        return (wordpress_feed.start(feed.url),)
    return ()
