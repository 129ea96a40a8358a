"""What a search is narrowed by, one piece of text each, and how to take it back."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from aggregator.language.french_dates import french_day
from aggregator.portal.facets import Counted
from aggregator.portal.french import SPACE
from aggregator.portal.links import address, removing
from aggregator.search import FACETS, Query


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """One filter in words, and the address without it."""

    label: str
    href: str


def chips(found: Counted, query: Query) -> tuple[Chip, ...]:
    """Return all filters of a query.

    Args:
        found: Names the values; one that nobody has is called as it was written.
        query: Whose filters.
    """
    return (*_of_facets(found, query), *_others(query))


def _of_facets(found: Counted, query: Query) -> Iterator[Chip]:
    for facet in FACETS:
        labels = {line.value: line.label for line in found[facet] if line.selected}
        for value in query.selected(facet):
            label = labels.get(value, value)
            yield Chip(label=label, href=removing(query, facet, value))


def _others(query: Query) -> Iterator[Chip]:
    if query.author:
        label = f"auteur{SPACE}: {query.author}"
        yield Chip(label=label, href=address(replace(query, author="")))
    if query.since:
        label = f"depuis le {_day(query.since)}"
        yield Chip(label=label, href=address(replace(query, since=None)))
    if query.until:
        label = f"avant le {_day(query.until)}"
        yield Chip(label=label, href=address(replace(query, until=None)))


def _day(day: date) -> str:
    return french_day(day).replace(" ", SPACE)
