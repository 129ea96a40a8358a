"""From one answer of an archive to its posts, and to what to ask next."""

from aggregator.errors import ReadError
from aggregator.model import ArchiveAsk, ArchiveReading, Page, Source
from aggregator.readers.archives import wordpress_feed

# What a site says that has no page of that number: gone counts as not found.
_NOT_THERE = (404, 410)


def read_archive(ask: ArchiveAsk, page: Page, *, source: Source | None = None) -> ArchiveReading:
    """Read one answer of an archive.

    Args:
        ask: What was asked.
        page: What was answered.
        source: Whose archive it is: its recipe reads the entries of a list, and pages of a list
            or sitemap are those below its address. None: any page of the answer's own host.

    Raises:
        NotAFeed: A feed was expected, and this is something else.
        NothingFound: A list or a sitemap without anything that looks like a post.
        ReadError: It is of another shape than the method reads, or there is no such method.
    """
    match ask.method:
        case "wordpress_feed":
            return wordpress_feed.read(ask, page)
    raise ReadError(f"{ask.method}: no way of reading an archive has this name", url=ask.url)


def is_end(ask: ArchiveAsk, status: int) -> bool:
    """Tell whether a refusal only says that there is no further page.

    Args:
        ask: What was asked.
        status: The HTTP status of the refusal.
    """
    match ask.method:
        case "wordpress_feed":
            return status in _NOT_THERE
    return False
