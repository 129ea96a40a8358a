"""Sitemaps: lists of pages, and lists of lists, in XML, packed or in plain text.

https://www.sitemaps.org/protocol.html,
https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap
"""

import re
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aggregator.errors import NothingFound, ReadError
from aggregator.model import ArchiveAsk, ArchivedPage, ArchiveReading, Page, Source
from aggregator.readers.addresses import absolute
from aggregator.readers.archives.addresses import may_be_post, scope_of, site_of

if TYPE_CHECKING:
    from lxml import etree

METHOD = "sitemap"
PART = "sitemap_part"
ROBOTS = "robots"
_MAX_BYTES = 20 * 2**20  # unpacked; 50,000 addresses with their dates have 8
_MAX_PAGES = 50_000  # of one sitemap, by the protocol
_MAX_PARTS = 1_000
_MAX_TAGS = 1_000_000  # elements that are none of ours stay in memory until the end
# What WordPress and its plugins list beside posts.
_NO_POSTS = re.compile(
    r"taxonom|categor|[_-]tags?\b|post_tag|author|users?\b|posts-page|\bpages?-sitemap|image|video"
    r"|attachment|product|\bpages?\.xml",
    re.IGNORECASE,
)
_NEWS = {"title", "publication_date"}


def starts(url: str, *, made_with: str = "", folder: str | None = None) -> Iterator[ArchiveAsk]:
    """Return the first questions: the usual name, SPIP's own, then robots.txt.

    Args:
        url: Any page of the site.
        made_with: What the site says it was made with, lower case.
        folder: Where its posts lie, if known. It travels in the fragment of each address, which
            no site is sent.
    """
    names = ["/sitemap.xml"] + ["/spip.php?page=sitemap.xml"] * ("spip" in made_with)
    for name in names:
        yield ArchiveAsk(method=METHOD, url=f"{absolute(url, name)}#{folder or ''}".rstrip("#"))
    yield ArchiveAsk(
        method=ROBOTS, url=f"{absolute(url, '/robots.txt')}#{folder or ''}".rstrip("#")
    )


def read_robots(ask: ArchiveAsk, page: Page) -> ArchiveReading:
    """Read which sitemaps a robots.txt names (RFC 9309 §2.2.4 leaves them to crawlers).

    Raises:
        NothingFound: It names none.
    """
    lines = page.body[:500_000].decode("utf-8", "replace").splitlines()
    named = (line.partition(":")[2] for line in lines if line.lower().startswith("sitemap:"))
    asks = _asks((url.partition("#")[0].strip() for url in named), METHOD, ask, page)
    if not asks:
        raise NothingFound("robots.txt names no sitemap", url=page.url)
    return ArchiveReading(asks=asks)


def read(ask: ArchiveAsk, page: Page, source: Source | None) -> ArchiveReading:
    """Read a sitemap, or an index of sitemaps.

    Raises:
        NothingFound: Nothing in it looks like a post of the source.
        ReadError: It is neither.
    """
    body = _unpacked(page)
    if not body.startswith(b"<"):
        rows, is_index = _lines(body), False
    else:
        rows, is_index = _rows(body, page)
    if is_index and ask.method == METHOD:
        asks = _asks((row["loc"] for row in rows), PART, ask, page)
        if asks:
            return ArchiveReading(asks=asks)
    found: dict[str, ArchivedPage] = {}
    site, scope = site_of(page.url), urlsplit(ask.url).fragment or scope_of(source)
    for row in () if is_index else rows:
        if may_be_post(row["loc"], site=site, scope=scope):
            found.setdefault(row["loc"], _page(row))
    if not found and ask.method == METHOD:
        raise NothingFound("no page in this sitemap looks like a post", url=page.url)
    return ArchiveReading(
        pages=tuple(found.values()), expected=len(found) if ask.method == METHOD else None
    )


def _page(row: dict[str, str]) -> ArchivedPage:
    return ArchivedPage(
        url=row["loc"],
        lastmod=row.get("publication_date") or row.get("lastmod"),
        title=row.get("title"),
    )


def _asks(urls: Iterator[str], method: str, ask: ArchiveAsk, page: Page) -> tuple[ArchiveAsk, ...]:
    """Return the sitemaps of this site that may list posts."""
    own = {page.url, page.requested_url}
    folder = "".join(ask.url.partition("#")[1:])
    asks = (
        ArchiveAsk(method=method, url=url.partition("#")[0] + folder)
        for url in dict.fromkeys(urls)
        if site_of(url) == site_of(page.url) and url not in own and not _NO_POSTS.search(url)
    )
    return tuple(ask for ask, _ in zip(asks, range(_MAX_PARTS), strict=False))


def _unpacked(page: Page) -> bytes:
    """Return the bytes of a sitemap without gzip, byte order mark and white space before it."""
    body = page.body
    if body.startswith(b"\x1f\x8b"):
        unpacker = zlib.decompressobj(wbits=31)
        try:
            body = unpacker.decompress(body, _MAX_BYTES)
        except zlib.error as error:
            raise ReadError(f"a packed sitemap that is broken: {error}", url=page.url) from error
        if unpacker.unconsumed_tail:
            raise ReadError(f"a sitemap of more than {_MAX_BYTES} bytes", url=page.url)
    return body.removeprefix(b"\xef\xbb\xbf").lstrip()


def _lines(body: bytes) -> Iterator[dict[str, str]]:
    """Return the addresses of a plain text, one a line."""
    for line in body.decode("utf-8", "replace").splitlines()[:_MAX_PAGES]:
        if line.startswith(("http://", "https://")):
            yield {"loc": line.strip()}


def _rows(body: bytes, page: Page) -> tuple[Iterator[dict[str, str]], bool]:
    """Return what each `url` or `sitemap` of a document says, and whether it is an index."""
    root = re.search(rb"<(?:[\w.-]{1,40}:)?(urlset|sitemapindex)[\s>/]", body[:5_000])
    if root is None or b"<!ENTITY" in body or body.count(b"<") > _MAX_TAGS:
        raise ReadError("this is no sitemap", url=page.url)
    is_index = root[1] == b"sitemapindex"
    return _elements(body, b"sitemap" if is_index else b"url"), is_index


def _elements(body: bytes, wanted: bytes) -> Iterator[dict[str, str]]:
    from lxml import etree  # noqa: PLC0415 - slow to import

    events = etree.iterparse(
        BytesIO(body),
        tag=f"{{*}}{wanted.decode()}",
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    for count, (_, element) in enumerate(events):
        if count >= _MAX_PAGES:
            return
        row = _row(element)
        element.clear()
        while element.getprevious() is not None:  # what was read is let go
            del element.getparent()[0]
        if "loc" in row:
            yield row


def _row(element: "etree._Element") -> dict[str, str]:
    """Return what one element says of its page; pictures have addresses and titles as well."""
    row: dict[str, str] = {}
    for inner in element.iter():
        name = re.split("[}:]", inner.tag)[-1] if isinstance(inner.tag, str) else ""
        own = inner.getparent() is element and name in {"loc", "lastmod"}
        told = (inner.text or "").strip()[:2_100]
        if told and (own or (name in _NEWS and "news" in inner.tag)):
            row.setdefault(name, told)
    return row
