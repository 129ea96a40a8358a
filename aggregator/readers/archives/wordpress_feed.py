"""WordPress's feed, page by page: `?paged=2` and on, as many posts each as in the feed itself.

The end is a 404 (`WP_Query` finds nothing); how many posts there are is nowhere said.
https://developer.wordpress.org/advanced-administration/wordpress/feeds/
"""

from aggregator.model import ArchiveAsk, ArchiveReading, Page
from aggregator.readers.archives.numbered import number_in, with_field

METHOD = "wordpress_feed"


def start(feed_url: str) -> ArchiveAsk:
    """Return the first question: the second page, for the first is the feed itself."""
    return ArchiveAsk(method=METHOD, url=with_field(feed_url, "paged", 2))


def read(ask: ArchiveAsk, page: Page) -> ArchiveReading:
    """Read one page of the feed.

    Raises:
        NotAFeed: It is none.
    """
    from aggregator.readers.reading import read_feed  # noqa: PLC0415 - an import of lxml

    found = read_feed(page)
    number = number_in(ask.url, "paged") or 1
    # A site that leads page 51 back to the first one, or answers it with nothing, has no more.
    goes_on = bool(found.entries) and number_in(page.url, "paged") == number
    following = ArchiveAsk(method=METHOD, url=with_field(ask.url, "paged", number + 1))
    return ArchiveReading(
        entries=found.entries,
        asks=(following,) if goes_on else (),
        language=found.language,
        warnings=found.warnings,
    )
