"""From one answer of an archive to its posts, and to what to ask next."""

from collections.abc import Callable, Mapping

from aggregator.errors import ReadError
from aggregator.model import ArchiveAsk, ArchiveReading, Page, Source
from aggregator.readers.archives import (
    blogger,
    listing,
    paged_feed,
    sitemap,
    wordpress_feed,
    wordpress_rest,
)
from aggregator.readers.archives.numbered import number_in

# What a site says that has no page of that number.
_NOT_THERE = (404, 410)
_WAYS: Mapping[str, Callable[[ArchiveAsk, Page, Source | None], ArchiveReading]] = {
    wordpress_rest.METHOD: lambda ask, page, _: wordpress_rest.read(ask, page),
    wordpress_feed.METHOD: lambda ask, page, _: wordpress_feed.read(ask, page),
    blogger.METHOD: lambda ask, page, _: blogger.read(ask, page),
    paged_feed.METHOD: lambda _, page, __: paged_feed.read(page),
    listing.METHOD: lambda _, page, source: listing.read(page, source),
    sitemap.METHOD: sitemap.read,
    sitemap.PART: sitemap.read,
    sitemap.ROBOTS: lambda ask, page, _: sitemap.read_robots(ask, page),
}


def read_archive(ask: ArchiveAsk, page: Page, *, source: Source | None = None) -> ArchiveReading:
    """Read one answer of an archive.

    Args:
        ask: What was asked.
        page: What was answered.
        source: Whose archive it is: its recipe reads the entries of a list, and pages of a
            sitemap are those below its address. None: any page of the answer's own host.

    Raises:
        NotAFeed: A feed was expected, and this is something else.
        NothingFound: A list or a sitemap without anything that looks like a post.
        ReadError: It is of another shape than the method reads, or there is no such method.
    """
    way = _WAYS.get(ask.method)
    if way is None:
        raise ReadError(f"{ask.method}: no way of reading archives has this name", url=ask.url)
    return way(ask, page, source)


def is_end(ask: ArchiveAsk, status: int) -> bool:
    """Tell whether a refusal only says that there is no further page.

    Args:
        ask: What was asked.
        status: The HTTP status of the refusal.
    """
    match ask.method:
        case wordpress_feed.METHOD:
            return status in _NOT_THERE
        case wordpress_rest.METHOD:  # rest_post_invalid_page_number
            return status == 400 and (number_in(ask.url, "page") or 1) > 1
    return False
