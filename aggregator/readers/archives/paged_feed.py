"""Feeds that link to their older pages: RFC 5005 §3 (`next`), §4 (`prev-archive`), JSON Feed.

https://www.rfc-editor.org/rfc/rfc5005, https://www.jsonfeed.org/version/1.1/ (`next_url`)
"""

from aggregator.model import ArchiveAsk, ArchiveReading, Page
from aggregator.readers.archives.heads import Head, head_of

METHOD = "paged_feed"


def start(head: Head) -> ArchiveAsk | None:
    """Return the first question: the page before the one at hand; None without such a link."""
    # A feed with both is a page of an archive first: archives do not shift (§4).
    url = head.previous_archive or head.next
    return ArchiveAsk(method=METHOD, url=url) if url else None


def read(page: Page) -> ArchiveReading:
    """Read one page of the feed.

    Raises:
        NotAFeed: It is none.
    """
    from aggregator.readers.reading import read_feed  # noqa: PLC0415 - an import of lxml

    found, following = read_feed(page), start(head_of(page))
    return ArchiveReading(
        entries=found.entries,
        asks=(following,) if following else (),
        language=found.language,
        warnings=found.warnings,
    )
