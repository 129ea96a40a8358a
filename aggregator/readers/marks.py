"""Marks of items: eight bytes that change when what is read from an item may change."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b

from lxml import etree

from aggregator.readers.layout import Layout
from aggregator.readers.names import name_of

SIZE = 8
# Of a feed's head, what its items inherit.
_INHERITED = {
    *("link", "id", "guid", "language", "dc_language", "author", "managingeditor"),
    *("dc_creator", "dc_author", "itunes_author", "itunes_owner"),
}


def split(marks: bytes) -> frozenset[bytes]:
    """Return marks, which are stored one behind the other, one by one."""
    return frozenset(marks[at : at + SIZE] for at in range(0, len(marks), SIZE))


def marks_of(items: Iterable[bytes | memoryview], *, outside: bytes) -> list[bytes]:
    """Return the mark of each item, given as bytes; `outside` is what they inherit."""
    start = blake2b(outside, digest_size=SIZE)
    marks = []
    for item in items:
        digest = start.copy()
        digest.update(item)
        marks.append(digest.digest())
    return marks


def marks_of_feed(layout: Layout, *, url: str) -> list[bytes]:
    """Return the mark of each item of an XML feed, in order."""
    return marks_of(map(bytes_of, layout.items), outside=_outside(layout, url))


def marks_of_slices(
    encoded: bytes, spans: Iterable[tuple[int, int]], layout: Layout, *, url: str
) -> list[bytes]:
    """Return the mark of each item by its bytes, with the namespaces around it.

    No mark of another kind is the same: it tells that the item can be read, or not, by itself.
    """
    declared = [
        f"{prefix or ''}={uri}"
        for element in (layout.root, layout.channel)
        for prefix, uri in element.nsmap.items()
    ]
    names = "\0".join(["slice", *sorted(declared), ""]).encode("utf-8", "replace")
    view = memoryview(encoded)
    slices = (view[start:end] for start, end in spans)
    return marks_of(slices, outside=names + _outside(layout, url))


def bytes_of(element: etree._Element) -> bytes:
    """Return an element as XML in UTF-8."""
    # With all namespaces in scope, whichever element declares them.
    return bytes(etree.tostring(element, encoding="utf-8", with_tail=False))


def _outside(layout: Layout, url: str) -> bytes:
    """Return what is the same for all items, and changes what is read from them."""
    parts: list[bytes | str] = [url]
    for element in dict.fromkeys((layout.root, layout.channel)):
        parts += [element.tag, *_flat(sorted(element.items()))]
    parts += [
        bytes_of(element)
        for element in layout.head
        if name_of(element.tag) in _INHERITED and not _is_other_link(element)
    ]
    return b"\0".join(
        part if isinstance(part, bytes) else part.encode("utf-8", "replace") for part in parts
    )


def _flat(pairs: Sequence[tuple[str, str]]) -> list[str]:
    return [text for pair in pairs for text in pair]


def _is_other_link(element: etree._Element) -> bool:
    """Tell whether a link leads elsewhere than to the site: to the feed itself, to its hub."""
    rel = element.get("rel", "alternate").lower()
    return rel != "alternate" and element.get("href") is not None
