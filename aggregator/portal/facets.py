"""The facets of a page of results, ready to be written: every line with its address."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from aggregator.language.french_dates import MONTHS
from aggregator.portal.french import number
from aggregator.portal.links import Adding, address, narrowable, removing
from aggregator.search import FACETS, FacetValue, Query

Counted = Mapping[str, Sequence[FacetValue]]  # by the name of the facet

TITLES: Mapping[str, str] = {
    "instance": "Instances",
    "quartier": "Quartiers",
    "source": "Sources",
    "genre": "Genres",
    "theme": "Thèmes",
    "annee": "Années",
    "mois": "Mois",
    "document": "Documents",
    "langue": "Langues",
}
CHARTS = frozenset(("annee", "mois"))
WHOLE = frozenset(("quartier", "mois"))  # shown in groups, nothing folded
SHORT = 8  # lines before « n de plus »
LONG = 45  # lines at all, the most frequent: more would double the page
ROOM_BYTES = 28_000  # for all lines together
_LINE_BYTES = 110  # of a line, beside its address


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One value: what it is called, how many posts have it, where its link leads."""

    label: str
    href: str
    count: str
    is_selected: bool
    is_exact: bool
    bar: str = ""  # of a chart: its length, in hundredths of the longest


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Lines under a heading of their own; without one where there is nothing to part."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """One facet."""

    name: str
    title: str
    is_chart: bool
    groups: tuple[Group, ...]
    more: tuple[Line, ...]  # folded
    left_out: bool  # whether there are others, less frequent

    @property
    def is_exact(self) -> bool:
        """Whether all that is shown was counted whole."""
        lines = (line for group in self.groups for line in group.lines)
        return all(line.is_exact for line in (*lines, *self.more))


def facets(found: Counted, query: Query) -> tuple[Facet, ...]:
    """Return the facets worth showing.

    Args:
        found: The values of each, with how many posts have them.
        query: What the lines narrow or widen.
    """
    shown = {name: found[name] for name in FACETS if _is_choice(name, found[name])}
    most = _most([len(values) for values in shown.values()], _LINE_BYTES + len(address(query)))
    return tuple(_facet(name, values, query, most) for name, values in shown.items())


def _most(sizes: Sequence[int], line_bytes: int) -> int:
    """Return how many lines of one facet there is room for: a long query is in every address."""
    for most in range(LONG, SHORT, -1):
        if sum(min(size, most) for size in sizes) * line_bytes <= ROOM_BYTES:
            return most
    return SHORT


def _is_choice(name: str, lines: Sequence[FacetValue]) -> bool:
    if name == "langue":
        return len(lines) > 1 or any(line.selected for line in lines)
    return bool(lines)


def _facet(name: str, values: Sequence[FacetValue], query: Query, most: int) -> Facet:
    query = narrowable(query, name)
    adding = Adding(query, name)
    shown = [value for place, value in enumerate(values) if place < most or value.selected]
    longest = max((value.count for value in shown), default=0) if name in CHARTS else 0
    short = len(shown) if name in WHOLE else SHORT
    first: list[tuple[FacetValue, Line]] = []
    more: list[Line] = []
    for place, value in enumerate(shown):
        line = _line(name, value, query, adding, longest)
        if place < short or value.selected:
            first.append((value, line))
        else:
            more.append(line)
    return Facet(
        name=name,
        title=TITLES[name],
        is_chart=name in CHARTS,
        groups=tuple(_groups(name, first)),
        more=tuple(more),
        left_out=len(shown) < len(values),
    )


def _line(name: str, value: FacetValue, query: Query, adding: Adding, longest: int) -> Line:
    href = removing(query, name, value.value) if value.selected else adding(value.value)
    return Line(
        label=_month(value.value) if name == "mois" else value.label,
        href=href,
        count=number(value.count),
        is_selected=value.selected,
        is_exact=value.exact,
        bar=f"{100 * value.count / longest:.1f}" if longest else "",
    )


def _groups(name: str, lines: Sequence[tuple[FacetValue, Line]]) -> Iterator[Group]:
    """Part quartiers by sector and months by year."""
    titles = {value.value: _title(name, value) for value, _ in lines}
    order = list(dict.fromkeys(titles.values()))
    ordered = sorted(lines, key=lambda pair: order.index(titles[pair[0].value]))
    for title, found in groupby(ordered, lambda pair: titles[pair[0].value]):
        yield Group(title=title if len(order) > 1 else "", lines=tuple(line for _, line in found))


def _title(name: str, value: FacetValue) -> str:
    if name == "quartier":
        return _sector(value.group)
    return value.value[:4] if name == "mois" else ""


def _sector(name: str) -> str:
    if not name:
        return "Sans secteur"
    return name if "secteur" in name.casefold() else f"Secteur {name}"


def _month(value: str) -> str:
    return MONTHS[int(value[5:]) - 1].capitalize()
