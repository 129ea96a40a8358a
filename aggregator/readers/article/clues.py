"""Dates shown on a page, with what surrounds them: the material to choose from."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Literal

from aggregator.language import words
from aggregator.readers.article.trimming import is_elsewhere
from aggregator.readers.article.written import (
    DATE,
    day_of,
    is_only_date,
    label_before,
    opens_with_label,
)

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_MAX_CLUES, _MAX_TEXT, _MAX_CONTEXT = 300, 200, 120
_MAX_LINE, _MAX_LABELLED = 60, 40
_TITLE_WORDS, _MAX_TITLE = 4, 500
_INLINE = frozenset(("a", "abbr", "b", "em", "font", "i", "small", "span", "strong", "time"))
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_DATED = re.compile(
    r"(?i)(?<![a-z])(?:date|dates|published|publication|posted|pubdate|timestamp|horodatage"
    r"|dateline|created|entrydate|postdate|divheure)(?![a-z])"
)
_OTHERWISE = re.compile(
    r"(?i)(?<![a-z])(?:updated|(?:date)?modified|maj|update|modif|event|events|agenda|evenement|expir\w{0,8}"
    r"|debut|fin|start|end|calendar|calendrier)(?![a-z])"
)
# The surest first.
_MARKED, _TIMED, _LABELLED, _CLASSED, _ALONE = range(5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clue:
    """One date on a page.

    Attributes:
        rank: The smaller, the surer it is that of publication.
        opens: Whether the line begins with « Publié le » or the like.
        around: The elements it stands in, from the inside out.
    """

    text: str
    day: date
    by: Literal["time", "text"]
    rank: int
    opens: bool = False
    around: "tuple[HtmlElement, ...]"

    @property
    def is_labelled(self) -> bool:
        """Whether people read there that it is the date of publication."""
        return self.rank == _LABELLED

    @property
    def is_alone(self) -> bool:
        """Whether nothing but its place says that it is the date of publication."""
        return self.rank == _ALONE

    def may_date(
        self, chosen: "HtmlElement", *, late: "Collection[HtmlElement]", titles: Collection[str]
    ) -> bool:
        """Tell whether it may be the date of an article.

        In the text itself it has to say so, or to stand in the opening. It must not be the date
        of another post, that is, stand with a heading that is a link and not the title.
        """
        is_inside = chosen in self.around
        if is_inside and self.rank != _MARKED and not self.opens and self.around[0] in late:
            return False
        common = {chosen, *chosen.iterancestors()}
        apart = takewhile(lambda element: element not in common, self.around)
        return not any(_is_teaser(one, titles=titles, is_inside=is_inside) for one in apart)


def _is_teaser(element: "HtmlElement", *, titles: Collection[str], is_inside: bool) -> bool:
    heading = next(element.iter(*_HEADINGS), None)
    if heading is not None and _is_linked(heading) and _spoken(heading) not in titles:
        return True
    if is_inside or element.tag not in {"li", "article", "tr"}:
        return False
    spoken = (_spoken(link) for link in element.iter("a"))
    return any(len(row.split()) >= _TITLE_WORDS and row not in titles for row in spoken)


def _is_linked(heading: "HtmlElement") -> bool:
    return any(one.tag == "a" for one in (*heading.iter(), *islice(heading.iterancestors(), 2)))


def _spoken(element: "HtmlElement") -> str:
    return spoken(element.text_content())


def spoken(text: str) -> str:
    """Return the words of a text, to compare."""
    return " ".join(words(text[:_MAX_TITLE]))


def find_clues(tree: "HtmlElement", *, day_first: bool) -> tuple[Clue, ...]:
    """Return the dates of a page that may be that of its article."""
    found: list[Clue] = []
    body = tree.find("body")
    for element in (tree if body is None else body).iter():
        if len(found) >= _MAX_CLUES:
            break
        if isinstance(element.tag, str) and element.tag not in {"script", "style"}:
            found += _of(element, day_first)
    return tuple(clue for clue in found if not any(map(_is_foreign, clue.around)))


def _is_foreign(element: "HtmlElement") -> bool:
    return element.tag != "footer" and is_elsewhere(element)


def _of(element: "HtmlElement", day_first: bool) -> Iterator[Clue]:
    machine = _machine_readable(element)
    if machine is not None:
        yield from _timed(element, machine, day_first)
        return
    for text in (element.text, *(child.tail for child in element)):
        if text and len(text) <= _MAX_TEXT and (found := DATE.search(" ".join(text.split()))):
            yield from _written(element, found, day_first)


def _machine_readable(element: "HtmlElement") -> str | None:
    """Return the date of a `<time>`, of `itemprop=datePublished`, or of `abbr.published`."""
    names: tuple[str, ...] = ()
    if element.tag == "time":
        names = ("datetime",)
    elif (element.get("itemprop") or "").lower() == "datepublished":
        names = ("content", "datetime", "title")
    elif "published" in (element.get("class") or "").split():
        names = ("title",)
    return next((str(element.get(name)) for name in names if element.get(name)), None)


def _timed(element: "HtmlElement", stated: str, day_first: bool) -> Iterator[Clue]:
    names = _names(element)
    found = DATE.search(stated[:_MAX_TEXT])
    day = day_of(found, day_first=day_first) if found else None
    is_published = bool(re.search(r"(?i)publi|posted|pubdate|entry-date", names)) or (
        element.get("pubdate") is not None
    )
    if day is not None and (is_published or not _OTHERWISE.search(names)):
        rank = _MARKED if is_published else _TIMED
        yield Clue(
            text=stated, day=day, by="time", rank=rank, around=(element, *element.iterancestors())
        )


def _written(element: "HtmlElement", found: re.Match[str], day_first: bool) -> Iterator[Clue]:
    day = day_of(found, day_first=day_first)
    names = _names(element)
    label, labelled = _label(element, found[0])
    if day is None or label == "updated" or _OTHERWISE.search(names):
        return
    line = _short_text(_block(element))
    again = DATE.search(line) if line else None
    is_alone = line is not None and again is not None and is_only_date(line, again)
    text = found[0]
    if label == "published":
        rank = _LABELLED
    elif _DATED.search(names) and _is_line(line or _short_text(element)):
        rank = _CLASSED
    elif is_alone and not found["mm"]:
        rank = _ALONE
    else:
        return
    if found["mm"] and len(found["yy"]) == 2:
        text = f"{day:%d/%m/%Y}"  # without its century nobody may read it
    yield Clue(
        text=line if line and is_alone and not found["mm"] else text,
        day=day,
        by="text",
        rank=rank,
        opens=rank == _LABELLED and opens_with_label(labelled),
        around=(element, *element.iterancestors()),
    )


def _is_line(text: str | None) -> bool:
    return text is not None and len(text) <= _MAX_LINE


def _label(element: "HtmlElement", text: str) -> tuple[str | None, str]:
    """Return what is said before a date, near it, and the short text in which it is said."""
    for holder in islice((element, *element.iterancestors()), 3):
        inside = _short_text(holder)
        at = inside.find(text) if inside else -1
        label = label_before(inside, at) if inside and at >= 0 else None
        if inside and label and (at <= _MAX_LABELLED or holder is element):
            return label, inside
        if inside is None:
            break
    own = " ".join((element.text or "").split())
    at = own.find(text)
    is_near = 0 <= at <= _MAX_LABELLED and opens_with_label(own)
    return (label_before(own, at) if is_near else None), own


def _block(element: "HtmlElement") -> "HtmlElement":
    while element.tag in _INLINE and element.getparent() is not None:
        element = element.getparent()
    return element


def _short_text(element: "HtmlElement") -> str | None:
    pieces: list[str] = []
    for piece in element.itertext():
        pieces += piece[: 2 * _MAX_CONTEXT].split()
        if sum(map(len, pieces)) > _MAX_CONTEXT:
            return None
    return " ".join(pieces)


def _names(element: "HtmlElement") -> str:
    parent = element.getparent()
    around = [element] if parent is None else [element, parent]
    return " ".join(
        f"{one.get('class', '')} {one.get('id', '')} {one.get('itemprop', '')}"[:300]
        for one in around
    )
