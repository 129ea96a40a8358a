"""The tree of a feed, cut down to what feedparser reads in time that grows with its size.

feedparser searches names with patterns of quadratic time, compares each category with all before,
and looks every unknown prefix up in all others; no feed of the corpus comes near the bounds.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice

from lxml import etree

_MAX_ENTRIES = 10_000
_MAX_CATEGORIES = 200  # of one entry
_MAX_SHORT = 1_000  # characters of a name or a date
_MAX_WORD = 64  # characters of a word in them; the longest name before an @ (RFC 5321, 4.5.3.1)
_MAX_TEXT = 2_000_000  # characters of a body, with pictures that are written into it
_MAX_ATTRIBUTES = 100  # of one element
_LONG_WORD = re.compile(rf"([\w.+-]{{{_MAX_WORD}}})[\w.+-]+")

_UNREAD = {"keywords", "tags"}  # split into words, each compared with all
_ENTRIES = {"item", "entry"}
_BODIES = {"description", "summary", "content", "encoded"}
_MEDIA = {"{http://search.yahoo.com/mrss/}description", "{http://search.yahoo.com/mrss}description"}
_CATEGORIES = {"category", "subject"}
_SHORT = _CATEGORIES | {
    *("author", "contributor", "creator", "editor", "email", "managingeditor", "name", "owner"),
    *("publisher", "webmaster", "language", "credit"),
    *("created", "date", "issued", "modified", "pubdate", "published", "updated"),
}


def prune(root: etree._Element) -> list[str]:
    """Bound a feed's tree, in place, and give forgotten prefixes their namespace.

    Returns:
        What was left out and matters, as sentences.
    """
    entries = cut = 0
    of_parent: Counter[etree._Element] = Counter()
    removed: list[etree._Element] = []
    for element in _elements(root):
        _bind(element)
        cut += _cut(element)
        name = element.tag.rpartition("}")[2].lower()
        entries += name in _ENTRIES
        if name in _CATEGORIES:
            of_parent[element.getparent()] += 1
        if (
            name in _UNREAD
            or (name in _ENTRIES and entries > _MAX_ENTRIES)
            or (name in _CATEGORIES and of_parent[element.getparent()] > _MAX_CATEGORIES)
        ):
            removed.append(element)
        elif name in _SHORT:
            _shorten(element)
    for element in (*removed, *_captions(root)):
        _remove(element)
    left_out = {
        f"only the first {_MAX_ENTRIES} entries were read": entries > _MAX_ENTRIES,
        f"{cut} texts or elements were cut, which are too long": cut > 0,
    }
    return [sentence for sentence, is_so in left_out.items() if is_so]


def _elements(root: etree._Element) -> Iterator[etree._Element]:
    return (element for element in root.iter() if isinstance(element.tag, str))


def _bind(element: etree._Element) -> None:
    """Put an element and attributes with an undeclared prefix into a namespace."""
    if ":" in element.tag and not element.tag.startswith("{"):
        element.tag = _qualified(element.tag)
    for name in [name for name in element.attrib if ":" in name and not name.startswith("{")]:
        element.attrib[_qualified(name)] = element.attrib.pop(name)


def _qualified(name: str) -> str:
    prefix, _, local = name.partition(":")
    namespace = _usual_namespaces().get(prefix.lower()) or f"urn:prefix:{prefix}"
    qualified = f"{{{namespace}}}{local.replace(':', '_')}"
    try:
        return str(etree.QName(qualified).text)
    except ValueError:  # « media:1 »
        return f"{{{namespace}}}unnamed"


@cache
def _usual_namespaces() -> Mapping[str, str]:
    """Return the prefixes in use on the web, for feeds that forget to declare them."""
    import feedparser.mixin  # noqa: PLC0415 - slow to import, and few feeds need it

    # Private there, but a copy would age.
    known = feedparser.mixin._FeedParserMixin.namespaces  # noqa: SLF001
    return {prefix: uri for uri, prefix in known.items()}


def _captions(root: etree._Element) -> list[etree._Element]:
    """Return descriptions of pictures in entries that have a text of their own.

    feedparser takes them for one more text of the entry: Mastodon's are often longer than it.
    """
    has_text: dict[etree._Element, bool] = {}
    captions = []
    for caption in [element for element in _elements(root) if element.tag in _MEDIA]:
        entry = next(caption.iterancestors("{*}item", "{*}entry"), root)
        if entry not in has_text:
            has_text[entry] = any(_is_body(child) for child in entry)
        if has_text[entry]:
            captions.append(caption)
    return captions


def _is_body(element: etree._Element) -> bool:
    if not isinstance(element.tag, str) or element.tag in _MEDIA:
        return False
    is_named = element.tag.rpartition("}")[2].lower() in _BODIES
    return is_named and any(text.strip() for text in element.itertext())


def _cut(element: etree._Element) -> bool:
    """Bound the text and the attributes of an element; tell whether anything was lost."""
    long, many = len(element.text or "") > _MAX_TEXT, len(element.attrib) > _MAX_ATTRIBUTES
    if long:
        element.text = element.text[:_MAX_TEXT]
    if many:
        # Not .items(): lxml looks each value up from the start.
        kept = {name: element.attrib[name] for name in islice(element.attrib, _MAX_ATTRIBUTES)}
        element.attrib.clear()
        element.attrib.update(kept)
    return long or many


def _shorten(element: etree._Element) -> None:
    text = "".join(element.itertext())
    if len(text) > _MAX_WORD:
        short = _LONG_WORD.sub(r"\1", text[: 2 * _MAX_SHORT])[:_MAX_SHORT]
        if short != text:
            del element[:]
            element.text = short


def _remove(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)
