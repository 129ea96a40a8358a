"""The chosen element as markup: title and leftovers taken out, links made absolute."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from aggregator.language import words
from aggregator.readers.article.linked import Linked
from aggregator.readers.article.trimming import Sizes, drop, measure
from aggregator.readers.article.vocabulary import (
    BUTTONS,
    DATELINE,
    OTHER_POSTS,
    SURE_BUTTONS,
)

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_LINES = (
    *_HEADINGS,
    "p",
    "div",
    "span",
    "ul",
    "ol",
    "li",
    "header",
    "section",
    "td",
    "a",
    "strong",
)
_MAX_SHARING = 20
# Words; characters.
_MAX_OTHERS, _ONLY_OTHERS, _MAX_DATELINE = 25, 6, 16
_MAX_HEADING = 1_000
_FIRST_LINES = 12
_HALF = 0.5


def polish(chosen: "HtmlElement", *, titles: Iterable[str | None]) -> None:
    """Take out of an article's element, in place, what repeats its title or only surrounds it."""
    _drop_title(chosen, titles)
    drop(chosen, _leftovers(chosen, measure(chosen)))


def _drop_title(chosen: "HtmlElement", titles: Iterable[str | None]) -> None:
    """Take out a heading that repeats the title, and a line that does so at the beginning."""
    named = [words(title) for title in titles if title]
    headings = list(islice(chosen.iter(*_HEADINGS), 2))
    drop(chosen, [one for one in headings if words(_start_of(one)) in named])
    opening = words(_start_of(chosen))
    for title in named:
        if title and opening[: len(title)] == title:
            lines = islice(chosen.iter(*_LINES), _FIRST_LINES)
            same = [one for one in lines if words(_start_of(one)) == title]
            if chosen in same and next(chosen.iter("img"), None) is None:
                chosen.clear()
            drop(chosen, same)


def _start_of(element: "HtmlElement") -> str:
    pieces = []
    for piece in element.itertext():
        pieces.append(piece[:_MAX_HEADING])
        if sum(map(len, pieces)) > _MAX_HEADING:
            break
    return " ".join(pieces)


def _leftovers(chosen: "HtmlElement", sizes: Sizes) -> Iterator["HtmlElement"]:
    """Yield short lines that are buttons, datelines, or lead to other posts."""
    for element in chosen.iter(*_LINES):
        if not 0 < sizes.all[element] <= _MAX_OTHERS:
            continue
        text = " ".join(" ".join(element.itertext()).split())
        if _is_sharing(words(text)) or (
            sizes.all[element] <= _MAX_DATELINE and DATELINE.match(text)
        ):
            yield element
        elif OTHER_POSTS.match(text) and (
            _is_linked(element, sizes) or sizes.all[element] <= _ONLY_OTHERS
        ):
            yield element
            following = element.getnext()
            if following is not None and following.tag in {"ul", "ol"}:
                yield from [following] if _is_linked(following, sizes) else []


def _is_sharing(row: list[str]) -> bool:
    return len(row) <= _MAX_SHARING and BUTTONS.issuperset(row) and not SURE_BUTTONS.isdisjoint(row)


def _is_linked(element: "HtmlElement", sizes: Sizes) -> bool:
    return sizes.linked[element] >= _HALF * sizes.all[element]


def append(chosen: "HtmlElement", documents: Iterable[Linked]) -> None:
    """Add links to documents at the end of an article."""
    from lxml import etree  # noqa: PLC0415 - slow to import; a crawl of feeds needs none of it

    found = list(documents)
    links = etree.SubElement(chosen, "ul") if found else None
    for document in found:
        link = etree.SubElement(etree.SubElement(links, "li"), "a", href=document.href)
        link.text = document.name


def write(chosen: "HtmlElement", *, base: str) -> str:
    """Return an element as markup whose links are absolute."""
    from lxml import html  # noqa: PLC0415 - slow to import; a crawl of feeds needs none of it

    chosen.make_links_absolute(base, resolve_base_href=False, handle_failures="ignore")
    if chosen.tag not in {"div", "article", "section"}:
        chosen.tag = "div"  # a <td> or <body> for itself is no markup
    return str(html.tostring(chosen, encoding="unicode", with_tail=False))
