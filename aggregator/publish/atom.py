"""Posts as an Atom feed (RFC 4287), for feed readers.

An entry links to the original post; our own page about it is only related.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from aggregator.clock import to_iso

NAMESPACE = "http://www.w3.org/2005/Atom"

# What XML 1.0 cannot hold, even escaped (its section 2.2).
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class AtomEntry:
    """One post, as far as feed readers are concerned; all plain text."""

    id: str  # a permanent IRI: our page about the post, or a tag: URI
    title: str
    url: str  # the original post
    page_url: str  # our page about it
    author: str  # the source's name
    summary: str = ""  # what the source's `display` allows, or nothing
    published: datetime
    updated: datetime | None = None  # as published where not known


def atom(
    *, title: str, self_url: str, page_url: str, entries: Sequence[AtomEntry], updated: datetime
) -> bytes:
    """Return the feed as UTF-8 XML.

    Args:
        title: Of the feed.
        self_url: The feed's own address, and its lasting identity.
        page_url: The same posts as a web page.
        entries: In the order they shall stand.
        updated: When the newest of them came or changed.
    """
    # The namespace is written as an attribute: ElementTree's own way changes state that all
    # threads of the program share.
    feed = Element("feed", {"xmlns": NAMESPACE, "xml:lang": "fr"})
    _text(feed, "id", self_url)
    _text(feed, "title", title)
    _text(feed, "updated", to_iso(updated))
    _link(feed, "self", self_url, kind="application/atom+xml")
    _link(feed, "alternate", page_url, kind="text/html")
    for entry in entries:
        _entry(feed, entry)
    xml: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return xml


def _entry(feed: Element, entry: AtomEntry) -> None:
    element = SubElement(feed, "entry")
    _text(element, "id", entry.id)
    _text(element, "title", entry.title)
    _link(element, "alternate", entry.url)
    _link(element, "related", entry.page_url, kind="text/html")
    _text(SubElement(element, "author"), "name", entry.author)
    _text(element, "published", to_iso(entry.published))
    _text(element, "updated", to_iso(entry.updated or entry.published))
    if entry.summary:
        _text(element, "summary", entry.summary)


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = _NO_XML.sub("", text)


def _link(parent: Element, relation: str, url: str, *, kind: str | None = None) -> None:
    attributes = {"rel": relation, "href": _NO_XML.sub("", url)}
    SubElement(parent, "link", attributes | ({} if kind is None else {"type": kind}))
