"""A page as a flat list of elements, so that blocks can be compared without walking it again."""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from aggregator.model import Page
from aggregator.readers.addresses import absolute, host
from aggregator.readers.listing import names
from aggregator.readers.listing.days import DAY
from aggregator.readers.listing.paging import is_pager

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

_DOCUMENT = re.compile(r"\.(?:pdf|docx?|od[tsp]|rtf|pptx?|xlsx?)\Z", re.IGNORECASE)
_HEADING = re.compile(r"h[1-6]\Z")
_SILENT = {"script", "style", "template", "noscript", "head", "svg", "select"}
_MAIN_SHARE = 0.5  # a block with more of the page's text than that is no menu, whatever its name
_DEEPEST = 200
_SPACE = re.compile(r"\s+")
SHORT = 600  # characters at the start of a block in which a day is looked for


@dataclass(slots=True)
class Element:
    """One element; `last` is the number of the last one inside it, the texts are offsets."""

    tag: "Tag"
    number: int
    parent: int  # -1: none
    classes: tuple[str, ...]  # those a recipe may rest on
    ident: str  # the id, where a recipe may rest on it
    is_around: bool
    is_beside: bool
    is_main: bool
    last: int = 0
    start: int = 0
    end: int = 0

    @property
    def name(self) -> str:
        """The element's name: `article`, `li`."""
        return self.tag.name


class Link(NamedTuple):
    """A link to a page or document."""

    number: int  # of the element
    url: str  # absolute, without its fragment
    is_document: bool
    is_own: bool  # on the page's own host


@dataclass(slots=True)
class Outline:
    """All that is looked up in a page."""

    elements: list[Element] = field(default_factory=list)
    text: str = ""
    links: list[Link] = field(default_factory=list)  # in the order of the page
    headings: list[int] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    days: list[int] = field(default_factory=list)  # offsets in the text

    def said(self, element: Element, longest: int = SHORT) -> str:
        """Return the beginning of an element's text, white space made single."""
        raw = self.text[element.start : min(element.end, element.start + 2 * longest)]
        return _SPACE.sub(" ", raw).strip()[:longest]

    def links_in(self, element: Element) -> list[Link]:
        """Return the links inside an element, and the element itself where it is one."""
        low = bisect_left(self.links, element.number, key=_number)
        return self.links[low : bisect_right(self.links, element.last, key=_number)]

    def heading_in(self, element: Element) -> Element | None:
        """Return the first heading inside an element, or the one that it is or stands in."""
        at = bisect_left(self.headings, element.number)
        if at < len(self.headings) and self.headings[at] <= element.last:
            return self.elements[self.headings[at]]
        parent = self.elements[element.parent] if element.parent >= 0 else None
        return parent if parent is not None and _HEADING.match(parent.name) else None

    def days_in(self, element: Element) -> int:
        """Return how many days an element names."""
        return bisect_left(self.days, element.end) - bisect_left(self.days, element.start)

    def has_day(self, element: Element) -> bool:
        """Tell whether an element names a day near its beginning, or holds a `<time>`."""
        at = bisect_left(self.times, element.number)
        if at < len(self.times) and self.times[at] <= element.last:
            return True
        at = bisect_left(self.days, element.start)
        return at < len(self.days) and self.days[at] < min(element.end, element.start + SHORT)


def _number(link: Link) -> int:
    return link.number


def outline_of(document: "BeautifulSoup", base: str, page: Page) -> Outline:
    """Draw the outline of a page.

    Args:
        document: The page.
        base: What its links are relative to.
        page: Whose own address, and those of its other pages, are no links.
    """
    outline = Outline()
    _flatten(document, outline)
    for element in outline.elements:
        _spread(element, outline)
        if element.name == "a":
            _add_link(element, outline, base, page)
        elif _HEADING.match(element.name):
            outline.headings.append(element.number)
        elif element.name == "time":
            outline.times.append(element.number)
    outline.days = [found.start() for found in DAY.finditer(outline.text)]
    return outline


def _flatten(document: "BeautifulSoup", outline: Outline) -> None:
    """Number the elements and join their texts, without recursion: pages nest as they like."""
    from bs4.element import NavigableString, Tag  # noqa: PLC0415 - see scraping.py

    pieces: list[str] = []
    length, depth, parent = 0, 0, -1
    elements = outline.elements
    stack: list[object] = list(reversed(document.contents))
    while stack:
        node = stack.pop()
        if isinstance(node, Element):  # all that is inside it has been seen
            node.last, node.end = len(elements) - 1, length
            parent, depth = node.parent, depth - 1
        elif isinstance(node, Tag):
            if node.name in _SILENT or depth > _DEEPEST:
                continue
            element = _element(node, len(elements), parent, length)
            elements.append(element)
            stack.append(element)
            stack.extend(reversed(node.contents))
            parent, depth = element.number, depth + 1
        elif type(node) is NavigableString:
            pieces += (node, " ")
            length += len(node) + 1
    outline.text = "".join(pieces)


def _element(tag: "Tag", number: int, parent: int, start: int) -> Element:
    classes, ident = names.classes_of(tag), str(tag.get("id") or "")
    said: set[str] = set()
    for name in (*classes, ident):
        said |= names.words_of(name[:80])
    role = str(tag.get("role") or "").lower()
    around = tag.name in names.AROUND_TAGS or role in names.AROUND_ROLES or names.is_around(said)
    return Element(
        tag=tag,
        number=number,
        parent=parent,
        classes=tuple(name for name in classes if names.is_human(name)),
        ident=ident if names.is_human(ident) else "",
        is_around=around,
        is_beside=tag.name == "aside" or role == "complementary" or names.is_beside(said),
        is_main=tag.name == "main" or role == "main" or names.is_main(said),
        start=start,
    )


def _spread(element: Element, outline: Outline) -> None:
    """Hand down what the blocks around an element say of it."""
    if element.is_around and element.name not in names.AROUND_TAGS:
        share = (element.end - element.start) / (len(outline.text) or 1)
        element.is_around = share < _MAIN_SHARE and element.name not in {"html", "body"}
    if element.parent >= 0:
        parent = outline.elements[element.parent]
        element.is_around |= parent.is_around
        element.is_beside |= parent.is_beside
        element.is_main |= parent.is_main


def _add_link(element: Element, outline: Outline, base: str, page: Page) -> None:
    href = str(element.tag.get("href") or "").strip()
    found = "" if href.startswith("#") else (absolute(base, href) or "").partition("#")[0]
    is_web = bool(href) and found.startswith(("http://", "https://"))
    if is_web and found != page.url and not is_pager(found, page):
        is_document = bool(_DOCUMENT.search(urlsplit(found).path))
        outline.links.append(
            Link(element.number, found, is_document, _site(found) == _site(page.url))
        )


def _site(url: str) -> str:
    return host(url).removeprefix("www.")
