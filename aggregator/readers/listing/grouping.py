"""Blocks that repeat: every short selector that finds three of them or more."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from aggregator.readers.listing.outline import Element, Outline

LEAST = 3  # blocks that make a list
_MOST = 10_000  # blocks of one list
_MOST_PAIRS = 400_000  # selectors times blocks that are looked at in one page
_NEAR = 9  # ancestors that may tell two lists of a page apart
# What an item may be without a class; a bare `div` only right inside something named.
_PLAIN_ITEMS = {
    *("article", "li", "tr", "dt", "dd", "a", "p", "td", "section", "figure"),
    *("h2", "h3", "h4", "h5", "h6"),
}
_PLAIN_SCOPES = {"main", "article", "table", "section"}
_VAGUE = {"media", "media-body", "card", "box", "block", "item", "content", "section", "file"}
_TAG_COST = {"article": 0.0, "li": 0.2, "tr": 0.2, "a": 0.6, "p": 0.5, "td": 0.5}


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The blocks that one selector finds, in the order of the page."""

    selector: str
    cost: float  # how long-winded it is
    blocks: tuple[Element, ...]


def groups_of(outline: Outline) -> list[Group]:
    """Return the lists a page may hold, each with the shortest selector that finds it."""
    found: dict[tuple[str, str], list[Element]] = {}
    costs: dict[tuple[str, str], float] = {}
    pairs = 0
    for element in _holders(outline):
        if pairs > _MOST_PAIRS:
            break
        scopes = [("", 0.0), *_scopes(element, outline)]
        for item, item_cost in _item_selectors(element):
            for scope, scope_cost in scopes:
                pairs += 1
                found.setdefault((scope, item), []).append(element)
                costs.setdefault((scope, item), item_cost + scope_cost)
        if element.name == "div" and not element.classes and element.parent >= 0:
            for scope, cost in _scope_selectors(outline.elements[element.parent]):
                found.setdefault((f"{scope} >", "div"), []).append(element)
                costs.setdefault((f"{scope} >", "div"), 0.8 + cost)
    best: dict[tuple[int, ...], Group] = {}
    for key, blocks in found.items():
        blocks.sort(key=lambda block: block.number)
        if not LEAST <= len(blocks) <= _MOST or _is_nested(blocks):
            continue
        numbers = tuple(block.number for block in blocks)
        selector = " ".join(filter(None, key))
        known = best.get(numbers)
        cost = costs[key] + len(selector) / 40
        if known is None or cost < known.cost:
            best[numbers] = Group(selector=selector, cost=cost, blocks=tuple(blocks))
    return list(best.values())


def _holders(outline: Outline) -> Iterator[Element]:
    """Yield the elements that hold a link, inner ones first, or are one."""
    seen: set[int] = set()
    for link in outline.links:
        number = link.number
        while number >= 0 and number not in seen:
            seen.add(number)
            yield outline.elements[number]
            number = outline.elements[number].parent


def _item_selectors(element: Element) -> Iterator[tuple[str, float]]:
    name = element.name
    if name in {"html", "body", "main"}:
        return
    if name in _PLAIN_ITEMS:
        yield name, 0.4 + _TAG_COST.get(name, 0.3)
    for position, class_ in enumerate(element.classes[:4]):
        full = f"{name}.{class_}" if name in {"li", "article", "tr", "a"} else f".{class_}"
        vague = 0.4 if class_ in _VAGUE else 0.0
        yield full, 0.5 + 0.1 * position + 0.5 * _TAG_COST.get(name, 0.3) + vague


def _scopes(element: Element, outline: Outline) -> Iterator[tuple[str, float]]:
    seen: set[str] = set()
    number = element.parent
    for near in range(_NEAR):
        if number < 0:
            return
        scope = outline.elements[number]
        number = scope.parent
        for text, cost in _scope_selectors(scope):
            if text not in seen:
                seen.add(text)
                yield text, 0.5 + cost + 0.02 * near


def _scope_selectors(scope: Element) -> Iterator[tuple[str, float]]:
    if scope.name in {"html", "body"}:
        return
    if scope.name in _PLAIN_SCOPES:
        yield scope.name, 0.0
    if scope.ident:
        yield f"#{scope.ident}", 0.1
    for position, class_ in enumerate(scope.classes[:3]):
        yield f".{class_}", 0.2 + 0.1 * position


def _is_nested(blocks: list[Element]) -> bool:
    return any(second.number <= first.last for first, second in pairwise(blocks))
