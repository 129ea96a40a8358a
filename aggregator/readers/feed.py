"""RSS, Atom and RDF, read by feedparser from bytes: it never sees an address."""

import io
from collections.abc import Mapping
from typing import Any

import feedparser
from w3lib.html import remove_tags, replace_entities

from aggregator.errors import NotAFeed
from aggregator.model import Entry, Extraction
from aggregator.readers.addresses import host, join
from aggregator.readers.markup import html_of, longest_first
from aggregator.readers.wellformed import mend

# What libxml2 left is UTF-8, whatever the server said: labels were weighed before.
_HEADERS = {"content-type": "application/xml; charset=utf-8"}


def read_xml(text: str, *, url: str) -> Extraction:
    """Read an XML feed.

    Raises:
        NotAFeed: It is an HTML page or something else.
    """
    mended = mend(text, url=url)
    parsed = _parse(mended.xml, url)
    feed = parsed["feed"]
    is_atom = parsed["version"].startswith("atom")
    # RFC 4287, 2: Atom is relative to its own address. In RSS the site is meant, and so it is in
    # practice when a feed is served from another host (FeedBurner).
    site = join(url, _text(feed, "link"))
    base = url if is_atom and host(site) == host(url) else site
    author = _author(feed) if is_atom else None  # RFC 4287, 4.2.1: entries inherit it
    return Extraction(
        entries=tuple(_entry(item, base=base, author=author) for item in parsed["entries"]),
        warnings=(f"not well-formed XML, repaired: {mended.problem}",) if mended.problem else (),
        title=replace_entities(remove_tags(_html(feed.get("title_detail")))) or None,
        language=_text(feed, "language"),
        may_be_empty=mended.problem is None,
    )


def _parse(xml: bytes, url: str) -> Any:
    try:
        # A stream: feedparser opens strings and bytes that name a file or an address.
        return feedparser.parse(
            io.BytesIO(xml),
            response_headers=_HEADERS,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as error:  # whatever its many parsers raise: this source alone fails
        raise NotAFeed(f"feedparser cannot read it ({error!r})", url=url) from error


def _entry(item: Mapping[str, Any], *, base: str, author: str | None) -> Entry:
    bodies = [detail for detail in (item.get("summary_detail"), *item.get("content", ())) if detail]
    details = [*filter(None, [item.get("title_detail")]), *bodies]
    html, summary = longest_first([_html(detail) for detail in bodies])
    published, created, updated = (_text(item, key) for key in ("published", "created", "updated"))
    return Entry(
        link=_link(item),
        guid=_text(item, "id"),
        title=_html(item.get("title_detail")) or None,
        html=html,
        summary=summary,
        published=published or created or updated,
        updated=updated,
        author=_author(item) or author,
        language=_text(item, "language") or _first(details, "language"),
        categories=_categories(item),
        base_url=join(base, _first(details, "base")),
    )


def _text(holder: Mapping[str, Any], key: str) -> str | None:
    # Asked for « updated », a FeedParserDict without it gives « published » and warns.
    value = holder.get(key) if key in holder else None
    return value.strip() or None if isinstance(value, str) else None


def _first(details: list[Mapping[str, Any]], key: str) -> str | None:
    return next((str(detail[key]) for detail in details if detail.get(key)), None)


def _html(detail: Mapping[str, Any] | None) -> str:
    """Return a text construct as HTML; empty when it is an image or other data."""
    if detail is None:
        return ""
    value, kind = str(detail.get("value") or ""), str(detail.get("type") or "text/plain")
    if kind.endswith(("html", "xml")):
        return value.strip()
    return html_of(value) if kind.startswith("text/") else ""


def _link(item: Mapping[str, Any]) -> str | None:
    """Return the page of an entry: its link, else a guid that is an address, else its file."""
    link = _text(item, "feedburner_origlink") or _text(item, "link")
    # feedparser takes any guid for a link when there is none: « urn:uuid:… », « 42 ».
    if link and (link != _text(item, "id") or link.startswith(("http://", "https://"))):
        return link
    links = item.get("links", ())
    found = [
        _text(other, "href")
        for rel in ("alternate", "enclosure")
        for other in links
        if other.get("rel") == rel
    ]
    return next(filter(None, found), None)


def _author(holder: Mapping[str, Any]) -> str | None:
    """Return the names of the authors; never an e-mail address, which is nobody's byline."""
    names = [_text(author, "name") for author in holder.get("authors", ())]
    known = names if any(names) else [_text(holder, "author")]
    # feedparser takes the address out of « Ann (mailto:ann@example.org) » and leaves the rest.
    bylines = (name.removesuffix("(mailto:").strip() for name in known if name)
    return ", ".join(dict.fromkeys(name for name in bylines if name and "@" not in name)) or None


def _categories(item: Mapping[str, Any]) -> tuple[str, ...]:
    names = (_text(tag, "label") or _text(tag, "term") for tag in item.get("tags", ()))
    return tuple(dict.fromkeys(name for name in names if name))
