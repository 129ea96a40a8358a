"""Where the items of a feed stand, and whether each can be read without the others.

feedparser carries some state from one element to the next. Where what it carries could reach
from an item to another, or from the head of the feed to its first item, nothing may be left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from aggregator.readers.names import ATOM, MEANT, XML, are_plain, name_of

MAX_BYTES = 2_000_000
_MAX_ITEMS = 10_000
_ROOTS = {"rss", "feed", "rdf_rdf"}
_BESIDE = {"item", "entry", "image", "textinput"}  # of RSS 1.0, where the channel holds no item
_RSS_10 = {"http://purl.org/rss/1.0/", "http://my.netscape.com/rdf/simple/0.9/"}
# What feedparser remembers the feed to have had when it meets an item.
_BODIES = {"description", "summary", "dc_description", "itunes_summary"}
_SUMMARIES = {"summary", "itunes_summary"}
_CONTENTS = {"content", "content_encoded", "fullitem", "body", "xhtml_body", "abstract"}
_LATE = {"title", "dc_title", "media_title", "image", "textinput", "source"}
_INLINE = {"div", "xhtml_div"}
_TEXTS = tuple(
    f"{{*}}{spelling}"
    for name in (
        *("title", "subtitle", "tagline", "rights", "copyright", "info", "browserfriendly"),
        *("summary", "description", "abstract", "content", "encoded", "body", "fullitem"),
    )
    for spelling in (name, name.capitalize())
)
_DIVISIONS = ("{*}div", "{*}DIV", "{*}Div")
_crowded = etree.XPath("boolean(/descendant::*/@*[101])")
_bases = etree.XPath(
    "boolean(/*/*/descendant-or-self::*/@*[translate(local-name(), 'ABSE', 'abse') = 'base'])"
)
_scoped = etree.XPath(
    "boolean(/*/*/descendant-or-self::*/@*"
    "[contains('base lang', translate(local-name(), 'ABSELNG', 'abselng'))])"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A feed's tree, taken apart.

    Attributes:
        root: `rss`, `rdf:RDF` or `feed`, whatever its namespace.
        channel: What holds the title of the feed; the root itself in Atom.
        head: The children of root and channel that are no items.
        items: In the order of the document.
        is_loose: Whether items can be taken out and leave the others as they are.
        is_divided: Whether there is a `div` in it, which matters where another item sets a base
            or a language.
    """

    root: etree._Element
    channel: etree._Element
    head: tuple[etree._Element, ...]
    items: tuple[etree._Element, ...]
    is_loose: bool
    is_divided: bool

    @property
    def is_atom(self) -> bool:
        """Whether feedparser takes it for Atom."""
        return name_of(self.root.tag) == "feed"

    @property
    def is_rss(self) -> bool:
        """Whether it is RSS of the branch that 2.0 ended, not RDF."""
        return name_of(self.root.tag) == "rss"


def lay_out(root: etree._Element, encoded: bytes) -> Layout:
    """Find the items of a feed; `encoded` is what the tree was parsed from."""
    items = tuple(
        item for item in root.iter("{*}item", "{*}entry") if name_of(item.tag) in {"item", "entry"}
    )
    channels = () if name_of(root.tag) == "feed" else [e for e in root if _is_channel(e)]
    channel = channels[0] if channels else root
    head = tuple(e for e in _children(root, channel) if not _is_item(e))
    is_divided = next(root.iter(*_DIVISIONS), None) is not None
    is_loose = (
        len(channels) == (name_of(root.tag) != "feed")
        and len(encoded) <= MAX_BYTES
        and len(items) <= _MAX_ITEMS
        and _is_flat(root, channel, items)
        and _is_known(root)
        and _head_ends(head, items)
        and _keeps_no_body(head)
        and are_plain(encoded)
        and not _crowded(root)
        and not _leaks(root, encoded)
        and not (is_divided and _scoped(root))
    )
    return Layout(
        root=root,
        channel=channel,
        head=head,
        items=items,
        is_loose=is_loose,
        is_divided=is_divided,
    )


def _is_channel(element: etree._Element) -> bool:
    return name_of(element.tag) == "channel"


def _is_item(element: etree._Element) -> bool:
    return name_of(element.tag) in {"item", "entry"}


def _children(root: etree._Element, channel: etree._Element) -> Iterator[etree._Element]:
    for child in root:
        if child is channel:
            yield from channel
        else:
            yield child


def _is_flat(
    root: etree._Element, channel: etree._Element, items: tuple[etree._Element, ...]
) -> bool:
    """Tell whether no item stands in another, or elsewhere, and all else is in the channel."""
    # As many in root and channel as there are at all: none is anywhere else.
    beside = [name_of(child.tag) for child in root if child is not channel]
    found = sum(_is_item(child) for child in channel)
    if channel is not root:
        found += sum(name in {"item", "entry"} for name in beside)
        if any(name is None or name in MEANT - _BESIDE for name in beside):
            return False
    return found == len(items)


def _is_known(root: etree._Element) -> bool:
    """Tell whether the root alone says which format it is."""
    name, declared = name_of(root.tag), root.nsmap.values()
    if name == "rdf_rdf":
        return not _RSS_10.isdisjoint(declared) and ATOM not in declared
    return name in _ROOTS and (name == "rss" or _RSS_10.isdisjoint(declared))


def _head_ends(head: tuple[etree._Element, ...], items: tuple[etree._Element, ...]) -> bool:
    """Tell whether all that items could spoil comes before the first of them."""
    if not items:
        return True
    after = {id(element) for element in items[0].itersiblings()}
    return not any(
        (name_of(inner.tag) or "title") in _LATE | _BODIES | _CONTENTS
        for element in head
        if id(element) in after
        for inner in element.iter()
    )


def _keeps_no_body(head: tuple[etree._Element, ...]) -> bool:
    names = [name_of(inner.tag) for element in head for inner in element.iter()]
    bodies = [name for name in names if name in _BODIES]
    # A summary before the description turns it into content, and the first item is taken for
    # one that has its content already.
    return _CONTENTS.isdisjoint(names) and _SUMMARIES.isdisjoint(bodies[:-1])


def _leaks(root: etree._Element, encoded: bytes) -> bool:
    """Tell whether what an element sets may hold for what follows it."""
    # An element of a feed inside a text ends the text, and the text ends another in its stead.
    if any(len(text) and _holds_meant(text) for text in root.iter(*_TEXTS)):
        return True
    # A base address set where there was none before is never taken back; and a `div` in a text
    # of HTML shifts what is (`is_divided`).
    return b"base" in encoded and not root.get(XML + "base") and bool(_bases(root))


def _holds_meant(text: etree._Element) -> bool:
    names = (name_of(inner.tag) for inner in text.iterdescendants())
    return any(name is None or name in MEANT - _INLINE for name in names)
