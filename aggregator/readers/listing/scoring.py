"""How much a group of blocks looks like the list a page is made for, and not like a menu."""

from collections import Counter
from dataclasses import dataclass
from math import log2
from statistics import median

from aggregator.readers.listing.days import weight
from aggregator.readers.listing.grouping import LEAST, Group
from aggregator.readers.listing.outline import Element, Link, Outline

_LOOKED_AT = 60  # blocks of a group that are looked at closely
_FULL = 64  # items; more do not make a list more of a list
_FEW_CHARS, _TITLE_CHARS, _BODY_CHARS = 4, 14, 60
# Without one of these an item may be anything.
_DAY, _DOCUMENT, _HEADING, _BODY, _TITLE = 0.35, 0.3, 0.25, 0.15, 0.2
_AROUND, _BESIDE, _OUTSIDE, _FOREIGN = 0.08, 0.35, 0.8, 0.7
_MOST_SPILT = 4  # documents that belong to one meeting
_ARTICLE = 1.05  # HTML’s own word for one
_PROSE_CHARS, _IN_PROSE = 150, 0.4  # a link in the middle of a paragraph


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What one block offers."""

    title: str
    url: str
    value: float  # how much it looks like a publication, 0 to 1.25
    spilt: int  # links as good as its own that a recipe would leave out
    others: int  # of those, the ones that are headings: publications of their own
    is_titled: bool  # it has a heading or day beside its links


def score(group: Group, outline: Outline) -> float:
    """Return how likely a group is the main list; 0 where it cannot be one."""
    step = max(1, len(group.blocks) // _LOOKED_AT)
    items = [item for block in group.blocks[::step] if (item := _item(block, outline))]
    if len(items) < min(LEAST, len(group.blocks)):
        return 0.0
    distinct = len({item.url for item in items}) / len(items)
    if distinct < 0.6 or not any(item.title for item in items):
        return 0.0
    value = sum(item.value for item in items) / len(items)
    others = sum(item.others for item in items) / len(items)
    spilt = sum(item.spilt for item in items) / len(items) - others
    # A year and its twelve documents are no publication, though the year is a heading.
    titled = _are_titled(items) and spilt <= _MOST_SPILT
    kept = 1 / (1 + others + (0.15 if titled else 1.0) * spilt)
    varied = 0.6 + 0.4 * len({item.title for item in items}) / len(items)
    # Meetings with three documents each are as much of a list as all the documents.
    size = log2(1 + min(len(group.blocks) * (1 + spilt * titled), _FULL))
    whole = value * distinct * kept * varied * size * _alike(group, outline)
    said = _ARTICLE if group.selector.split()[-1].startswith("article") else 1.0
    return whole * said * _place(group) - 0.05 * group.cost


def _are_titled(items: list[Item]) -> bool:
    return sum(item.is_titled for item in items) > len(items) / 2


def _item(block: Element, outline: Outline) -> Item | None:
    links = outline.links_in(block)
    if not links:
        return None
    heading = outline.heading_in(block)
    link = _best(links, heading, outline)
    title = outline.said(heading or outline.elements[link.number], 200)
    body = block.end - block.start - len(title)
    has_day = outline.has_day(block)
    value = (
        _DAY * has_day
        + _DOCUMENT * link.is_document
        + _HEADING * (heading is not None)
        + _BODY * (body >= _BODY_CHARS)
        + _TITLE * (len(title) >= _TITLE_CHARS)
    )
    if len(title) < _FEW_CHARS:
        value *= 0.3
    if not link.is_own and not link.is_document:
        value *= _FOREIGN
    good = {one.url for one in links if _is_good(one, outline)} - {link.url}
    heads = {one.url for one in links if _is_heading(one, outline)} - {link.url}
    # One day, beside the links, says when it was; several say that this is a list by itself.
    dated = outline.days_in(block) == 1 and not weight(title)
    if heading is None and not link.is_document and body >= _PROSE_CHARS:
        value *= _IN_PROSE
    return Item(
        title=title,
        url=link.url,
        value=value,
        spilt=len(good | heads),
        others=len(heads),
        is_titled=(heading is not None and heading.number >= block.number) or dated,
    )


def _best(links: list[Link], heading: Element | None, outline: Outline) -> Link:
    if heading is not None:
        for link in links:
            if heading.number <= link.number <= heading.last:
                return link
    documents = (link for link in links if link.is_document)
    worded = (link for link in links if outline.said(outline.elements[link.number], _FEW_CHARS))
    return next(documents, next(worded, links[0]))


def _is_good(link: Link, outline: Outline) -> bool:
    element = outline.elements[link.number]
    text = outline.said(element, 120)
    return bool(text) and (link.is_document or weight(text) > 0.5)


def _is_heading(link: Link, outline: Outline) -> bool:
    return outline.heading_in(outline.elements[link.number]) is not None


def _alike(group: Group, outline: Outline) -> float:
    """Weigh whether the blocks stand in the same kind of place."""
    kinds: Counter[tuple[str, ...]] = Counter()
    for block in group.blocks:
        parent = outline.elements[block.parent]
        above = outline.elements[parent.parent]
        kinds[parent.name, *parent.classes, above.name, *above.classes] += 1
    return 0.8 + 0.2 * kinds.most_common(1)[0][1] / len(group.blocks)


def _place(group: Group) -> float:
    """Weigh where in the page the blocks stand."""
    blocks = group.blocks
    around = sum(block.is_around for block in blocks) / len(blocks)
    beside = sum(block.is_beside for block in blocks) / len(blocks)
    outside = sum(not block.is_main for block in blocks) / len(blocks)
    lengths = [min(block.end - block.start, 4_000) for block in blocks]
    uneven = 0.8 if max(lengths) > 40 * max(1, median(lengths)) else 1.0
    return (
        (1 - around * (1 - _AROUND))
        * (1 - beside * (1 - _BESIDE))
        * (1 - outside * (1 - _OUTSIDE))
        * uneven
    )
