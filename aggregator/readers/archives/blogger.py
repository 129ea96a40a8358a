"""Blogger's feed from any post on, up to 150 posts an answer; it says how many there are.

It may give fewer than were asked for, so the next question begins after those it gave.
https://developers.google.com/blogger/docs/2.0/developers_guide_protocol
"""

import re
from urllib.parse import urlsplit, urlunsplit

from aggregator.model import ArchiveAsk, ArchiveReading, Page
from aggregator.readers.archives.numbered import number_in, with_field

METHOD = "blogger"
_AT_ONCE = 150
_TOTAL = re.compile(rb"<openSearch:totalResults[^<>]{0,200}>\s{0,9}(\d{1,9})", re.IGNORECASE)


def start(url: str) -> ArchiveAsk:
    """Return the first question; `url` is the blog's feed, or any other page of it."""
    parts = urlsplit(url)
    path = parts.path if "/feeds/posts/" in parts.path else "/feeds/posts/default"
    path = path.replace("/feeds/posts/summary", "/feeds/posts/default")
    # Without `redirect=false` many blogs lead away to FeedBurner, which has no pages.
    query = "redirect=false&orderby=published"
    url = urlunsplit((parts.scheme, parts.netloc, path, query, ""))
    url = with_field(with_field(url, "max-results", _AT_ONCE), "start-index", 1)
    return ArchiveAsk(method=METHOD, url=url)


def read(ask: ArchiveAsk, page: Page) -> ArchiveReading:
    """Read one answer.

    Raises:
        NotAFeed: It is none.
    """
    from aggregator.readers.reading import read_feed  # noqa: PLC0415 - an import of lxml

    found = read_feed(page)
    said = _TOTAL.search(page.body, 0, 50_000)
    total = int(said[1]) if said else None
    following = (number_in(ask.url, "start-index") or 1) + len(found.entries)
    goes_on = bool(found.entries) and (total is None or following <= total)
    ask = ArchiveAsk(method=METHOD, url=with_field(ask.url, "start-index", following))
    return ArchiveReading(
        entries=found.entries,
        asks=(ask,) if goes_on else (),
        expected=total,
        language=found.language,
        warnings=found.warnings,
    )
