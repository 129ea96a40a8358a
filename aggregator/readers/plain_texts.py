"""What a plain element says to feedparser: its attributes, its addresses and its texts."""

import re
from collections.abc import Iterable
from html.entities import entitydefs
from urllib.parse import urljoin

from lxml import etree

from aggregator.readers.entries import Said, Text
from aggregator.readers.names import INERT, MEANT, RDF, XML

_TYPES = {
    **dict.fromkeys(("text", "plain", "text/plain"), "text/plain"),
    **dict.fromkeys(("html", "text/html"), "text/html"),
}
_MAX_WORD = 64  # as pruning.py cuts names and dates
_MAX_SHORT = 1_000

OF_RDF = (f"{{{RDF}}}about", f"{{{RDF}}}resource")
_LONG_WORD = re.compile(rf"[\w.+-]{{{_MAX_WORD + 1}}}")
_OTHER = re.compile(r"[^\x00-\x7f]")
_TAKEN_APART = re.compile(r"[\xc2-\xf4][\x80-\xbf]")  # how a letter in UTF-8 begins
_TAG = re.compile(r"</?\w")
_CLOSING = re.compile(r"</\w+>")
_REFERENCE = re.compile(r"&#?\w+;")
_NAMED = re.compile(r"&(\w+);")
_ABSOLUTE = re.compile(r"https?://[^\s/?#]+\S*\Z")
# What urljoin returns as it is: nothing empty after « ? » or « # », no « ; ».
_WHOLE = re.compile(r"https?://[\w.:-]+/[\w./%~+,=@!-]*(?:\?[\w./%~+,=@!&:-]+)?(?:#[\w./%-]+)?\Z")

Attributes = dict[str, str]


class Doubt(Exception):
    """An item, or the head of a feed, is not plain."""


class Reading(Said):
    """One item or head of a feed, as far as it was read."""

    __slots__ = (
        *("base", "categories", "has_byline", "has_caption", "has_content", "has_summary"),
        *("is_atom", "is_item", "lang", "titled"),
    )

    def __init__(self, scope: tuple[str, str | None], *, is_atom: bool, is_item: bool) -> None:
        super().__init__()
        self.base, self.lang = scope
        self.is_atom = is_atom
        self.is_item = is_item
        self.titled = False
        self.has_summary = False
        self.has_content = False
        self.has_caption = False
        self.has_byline = False
        self.categories = 0


def is_inert(name: str, element: etree._Element) -> bool:
    """Tell whether feedparser makes nothing of an element that an Entry shows."""
    if len(element) or name in MEANT:
        return False
    return name != INERT or element.prefix is not None


def attributes_of(
    given: Iterable[tuple[str, str]], base: str, lang: str | None
) -> tuple[Attributes, str, str | None]:
    """Return an element's attributes as feedparser names them, and what they change."""
    attributes = {}
    for key, value in given:
        if key[0] == "{":
            if key == XML + "lang":
                lang = value or None
            elif key == XML + "base":
                base = _new_base(base, value)
            elif key in OF_RDF:
                attributes[key] = value
            elif key != XML + "space":
                raise Doubt
            continue
        name = key.lower()
        if name in {"base", "lang"} or ":" in name:
            raise Doubt
        attributes[name] = value.lower() if name in {"rel", "type"} else value
    return attributes, base, lang


def _new_base(base: str, found: str) -> str:
    if not found:
        return base
    joined = resolve(base, found)
    # feedparser joins it with itself for each element inside.
    if not _ABSOLUTE.match(joined) or resolve(joined, joined) != joined:
        raise Doubt
    return joined


def resolve(base: str, found: str) -> str:
    """Join an address to its base; empty where it is none."""
    if "///" in found:  # feedparser repairs « http:/// »
        raise Doubt
    if not base or _WHOLE.match(found):
        return found
    try:
        return urljoin(base, found)
    except ValueError:
        return ""


def kept(text: str) -> str:
    """Return a text, UTF-8 that was taken for Latin-1 mended as feedparser mends it."""
    first = None if text.isascii() else _OTHER.search(text)
    if first is None or not _TAKEN_APART.match(text, first.start()):
        return text
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text


def text_of(element: etree._Element) -> str:
    """Return the text of an element that holds no other."""
    if len(element):
        raise Doubt
    return (element.text or "").strip()


def short_text(element: etree._Element) -> str:
    """Return a name or a date, which is cut before feedparser sees it when it is long."""
    text = text_of(element)
    if is_too_long(element.text or ""):
        raise Doubt
    return text


def is_too_long(text: str) -> bool:
    """Tell whether pruning would cut a name or a date."""
    return len(text) > _MAX_WORD and (len(text) > _MAX_SHORT or bool(_LONG_WORD.search(text)))


def construct(
    reading: Reading, element: etree._Element, attributes: Attributes, usual: str
) -> Text:
    """Return a title or a text, with its type; `usual` is that of an element that states none."""
    kind = usual
    if attributes:
        kind = _TYPES.get(attributes["type"], "") if "type" in attributes else usual
        if not kind or "mode" in attributes or "src" in attributes:
            raise Doubt
    value = kept(text_of(element))
    if not reading.is_atom and kind == "text/plain" and _is_html(value):
        kind = "text/html"
    lang = reading.lang
    return Text(kind, value, lang.replace("_", "-") if lang else lang, reading.base)


def _is_html(text: str) -> bool:
    """Tell whether feedparser takes a text of RSS for HTML; which tags it knows, it knows."""
    if "<" in text and _TAG.search(text):
        if _CLOSING.search(text) or _REFERENCE.search(text):
            raise Doubt
        return False
    if "&" not in text or not _REFERENCE.search(text):
        return False
    return all(name in entitydefs for name in _NAMED.findall(text))
