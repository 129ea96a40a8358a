"""Which ways a site may be read back, judged from its feed and home page."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

from aggregator.errors import ReadError
from aggregator.model import ArchiveAsk, Page, Source
from aggregator.readers.addresses import absolute
from aggregator.readers.archives import (
    blogger,
    listing,
    paged_feed,
    sitemap,
    wordpress_feed,
    wordpress_rest,
)
from aggregator.readers.archives.addresses import common_folder, site_of
from aggregator.readers.archives.heads import Head, head_of
from aggregator.readers.archives.numbered import query_of
from aggregator.readers.archives.signs import Signs, signs_of

_FEED_PATH = re.compile(
    r"/(?:feed(?:/(?:rss2?|atom|rdf))?/?|index\.php|wp-(?:rss2?|atom|rdf|feed)\.php)\Z",
    re.IGNORECASE,
)
_PART = re.compile(r"/(?:category|tag|author|comments|categorie|auteur)/", re.IGNORECASE)
_RELAY = re.compile(r"(?:^|\.)(?:feedburner\.com|feedproxy\.google\.com|feedpress\.me)\Z")
# Where a site does not say what it was made with, as guides to security advise.
_WORDPRESS = re.compile(rb"[?&;]p=\d{1,9}(?:]]>)?</guid>")
_REST_PATH = re.compile(r"(?:index\.php)?/?(?:wp-json/?)?\Z")


def archive_starts(
    source: Source, *, feed: Page | None, home: Page | None
) -> tuple[ArchiveAsk, ...]:
    """Return the first question of each way, the one of fewest requests first.

    Each is tried when those before it could not be read. No request is made, and nothing raises:
    what cannot be read says nothing. A platform's own reader pages by itself, and of a scraper's
    site nothing else knows what its posts are: both have no archive.

    Args:
        source: Whose archive is wanted.
        feed: Its feed as last fetched, if it has one.
        home: The page at its address; of a source with a recipe, the list that the recipe reads.
    """
    if source.service is not None or source.scraper is not None:
        return ()
    if source.recipe is not None:
        return (listing.start(home.url if home else source.url),)
    head = head_of(feed) if feed else Head()
    signs = signs_of(home) if home else Signs()
    found = (
        *_by_platform(source, feed=feed, head=head, home=home, signs=signs),
        *((listing.start(home.url),) if home and signs.goes_on else ()),
        *sitemap.starts(
            home.url if home else source.url,
            made_with=f"{head.generator} {signs.generator}",
            folder=_folder(feed) if feed else None,
        ),
    )
    return tuple(dict.fromkeys(found))


def _folder(feed: Page) -> str | None:
    """Return the folder that the posts of a feed lie in, if they share one."""
    from aggregator.readers.reading import read_feed  # noqa: PLC0415 - an import of lxml

    try:
        entries = read_feed(feed).entries
    except ReadError:
        return None
    links = (absolute(entry.base_url or feed.url, entry.link or "") for entry in entries)
    found = [link for link in links if link]
    return common_folder(found, site=site_of(found[0])) if found else None


def _by_platform(
    source: Source, *, feed: Page | None, head: Head, home: Page | None, signs: Signs
) -> Iterator[ArchiveAsk]:
    made_with = f"{head.generator} {signs.generator}"
    if "blogger" in made_with:
        yield blogger.start(feed.url if feed else home.url if home else source.url)
        return
    if (
        "wordpress" in made_with
        or signs.rest
        or (feed and _WORDPRESS.search(feed.body, 0, 200_000))
    ):
        yield from _wordpress(source, feed=feed, head=head, home=home, signs=signs)
        return
    paged = paged_feed.start(head)
    if paged:
        yield paged


def _wordpress(
    source: Source, *, feed: Page | None, head: Head, home: Page | None, signs: Signs
) -> Iterator[ArchiveAsk]:
    """Return the REST, where the source is the whole site, and the feed page by page.

    Of a category's feed the REST would give all the other categories too.
    """
    whole = _whole_site(source, feed=feed, head=head, home=home)
    # Where addresses are plain (`?feed=rss2`), so is that of the REST.
    plain = feed is not None and "feed" in query_of(feed.url)
    rest = signs.rest or (f"{whole}{'?rest_route=/' if plain else 'wp-json/'}" if whole else None)
    if whole and rest and (not signs.rest or _is_root(rest, whole)):
        yield wordpress_rest.start(rest)
    if feed:
        yield wordpress_feed.start(f"{whole}feed/" if whole and _is_relayed(feed) else feed.url)
    elif whole:
        yield wordpress_feed.start(f"{whole}feed/")


def _whole_site(source: Source, *, feed: Page | None, head: Head, home: Page | None) -> str | None:
    """Return the address of the site that a source is all of; None where it is a part of one."""
    if feed is None:
        url = home.url if home else source.url
        return absolute(url, "/") if urlsplit(url).path in {"", "/"} else None
    if _is_relayed(feed):
        return head.site.rstrip("/") + "/" if head.site else None
    parts = urlsplit(feed.url)
    path = _FEED_PATH.sub("/", parts.path)
    if _PART.search(path) or set(query_of(feed.url)) - {"feed", "paged"}:
        return None
    # WordPress names its root there, in the feed of a category too.
    named = head.site if head.site and site_of(head.site) == site_of(feed.url) else None
    if named and urlsplit(named).path.rstrip("/") != path.rstrip("/"):
        return None
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def _is_relayed(feed: Page) -> bool:
    return _RELAY.search(site_of(feed.url)) is not None


def _is_root(rest: str, site: str) -> bool:
    """Tell whether a REST is that of a site, not of one above it."""
    parts = urlsplit(rest)
    if "/sites/" in parts.path:  # WordPress.com has all of them in one place
        return True
    return _REST_PATH.sub("", parts.path).rstrip("/") == urlsplit(site).path.rstrip("/")
