"""The feeds that an HTML page declares or links to.

Declared ones come first (`<link rel="alternate">`, https://www.rssboard.org/rss-autodiscovery),
then links that look like a feed; another site's come after the page's own, and feeds of comments
last.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from aggregator.model import FeedCandidate, Page
from aggregator.readers.addresses import absolute, host
from aggregator.scraping import base_of, pick, soup

if TYPE_CHECKING:
    from bs4 import Tag

_MAX_LINKS = 2_000  # a page of a million links is no home page
_TYPES = {
    *("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/xml"),
    *("application/feed+json", "application/json", "application/x.atom+xml", "text/xml"),
}
_NO_FEED = re.compile(
    r"/wp-json(?:/|$)|rest_route=|oembed|xmlrpc|wlwmanifest|/_vti_bin/", re.IGNORECASE
)
_FEEDLIKE = re.compile(
    r"/(?:rss2?|atom|feeds?|backend|newsfeed|flux-rss)/?(?:index\.html)?$"
    r"|[/.-](?:rss|atom|feed|backend)\.(?:xml|php|json)$|\.(?:rss|atom|rdf)$|/feeds/posts/default"
    r"|[?&;](?:feed|format|type|page|alt)=(?:rss2?|atom|feed|rdf|backend)\b",
    re.IGNORECASE,
)
_COMMENTS = re.compile(r"comment|réactions?\b", re.IGNORECASE)
# They take the address of a feed in their own, or say « feed » of something else.
_SHARING = re.compile(
    r"(?:^|\.)(?:facebook|twitter|x|linkedin|feedly|netvibes|google|feedvalidator|yahoo)\.\w+$"
)


def find_feeds(page: Page) -> tuple[FeedCandidate, ...]:
    """Return the feeds a page seems to have, best first; nothing is fetched to check them."""
    document = soup(page)
    base = base_of(document, page)
    found: dict[str, FeedCandidate] = {}
    for candidate in (*_declared(document, base), *_linked(document, base)):
        found.setdefault(candidate.url.partition("://")[2].rstrip("/"), candidate)
    own = _site(page.url)
    return tuple(
        sorted(
            found.values(),
            key=lambda feed: (feed.is_comments, feed.found_by != "link", _site(feed.url) != own),
        )
    )


def _declared(document: "Tag", base: str) -> Iterator[FeedCandidate]:
    for link in document.select("link[href]", limit=_MAX_LINKS):
        rel = set((pick(link, "@rel") or "").lower().split())
        kind = (pick(link, "@type") or "").partition(";")[0].strip().lower()
        if (kind in _TYPES and "alternate" in rel) or "feed" in rel:
            yield from _candidate(link, base, title=pick(link, "@title"), found_by="link")


def _linked(document: "Tag", base: str) -> Iterator[FeedCandidate]:
    for link in document.select("a[href]", limit=_MAX_LINKS):
        href = (pick(link, "@href") or "").partition("#")[0]
        if _FEEDLIKE.search(href):
            title = pick(link, ".") or pick(link, "@title")
            yield from _candidate(link, base, title=title, found_by="anchor")


def _candidate(
    link: "Tag", base: str, *, title: str | None, found_by: Literal["link", "anchor"]
) -> Iterator[FeedCandidate]:
    url = (absolute(base, pick(link, "@href") or "") or "").partition("#")[0]
    if url.startswith("feed://"):  # an old habit of browsers
        url = "http" + url.removeprefix("feed")
    parts = urlsplit(url)
    is_feed = parts.scheme in {"http", "https"} and not _NO_FEED.search(url)
    if is_feed and (found_by == "link" or not _SHARING.search(parts.netloc.lower())):
        yield FeedCandidate(
            url=url,
            title=title or "",
            found_by=found_by,
            is_comments=bool(_COMMENTS.search(f"{parts.path}?{parts.query} {title or ''}")),
        )


def _site(url: str) -> str:
    return host(url).removeprefix("www.")
