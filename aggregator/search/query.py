"""Queries as web addresses: q, the facets by name, auteur, depuis, avant, tri, page.

Links are written in one order, so that the same query always has the same address.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from aggregator.search.model import FACETS, Query
from aggregator.search.terms import MAX_CHARACTERS

# The field of Query behind each facet's parameter.
FIELDS: Mapping[str, str] = {
    "instance": "instances",
    "quartier": "quartiers",
    "source": "sources",
    "genre": "kinds",
    "theme": "themes",
    "annee": "years",
    "mois": "months",
    "document": "documents",
    "langue": "languages",
}
_YEAR = re.compile(r"[0-9]{1,4}")
_MONTH = re.compile(r"[12][0-9]{3}-(0[1-9]|1[0-2])")
_PAGE = re.compile(r"[0-9]{1,6}")
# Controls and noncharacters: no HTML page may hold them (WHATWG HTML §13.2.3.5).
_UNPRINTABLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\ufdd0-\ufdef"
    + "".join(rf"\U{plane:04x}fffe\U{plane:04x}ffff" for plane in range(17))
    + "]"
)
# An address of some thousand values would be written into every link of the page.
_MAX_VALUES = 50


def parse_query(params: Mapping[str, Sequence[str]]) -> Query:
    """Read a query from an address; what makes no sense there is ignored.

    A slug that nobody has is kept: it finds nothing, and the page can show it to be removed.
    """
    pages = [text for text in params.get("page", ()) if _PAGE.fullmatch(text)]
    months = tuple(month for month in _values(params, "mois") if _MONTH.fullmatch(month))
    return Query(
        text=_first(params, "q")[:MAX_CHARACTERS],
        instances=_values(params, "instance"),
        quartiers=_values(params, "quartier"),
        sources=_values(params, "source"),
        kinds=_values(params, "genre"),
        themes=_values(params, "theme"),
        years=tuple(int(year) for year in _values(params, "annee") if _YEAR.fullmatch(year)),
        months=months,
        documents=_values(params, "document"),
        languages=_values(params, "langue"),
        author=_first(params, "auteur")[:MAX_CHARACTERS],
        since=_day(params, "depuis"),
        until=_day(params, "avant"),
        order="pertinence" if _first(params, "tri") == "pertinence" else "date",
        page=max(int(pages[0]), 1) if pages else 1,
    )


def query_string(query: Query, **changes: Any) -> str:
    """Return the query as it follows the « ? » of an address; the first page goes unsaid.

    Args:
        query: What to write.
        changes: Fields of Query to write otherwise, for instance `page=2`.
    """
    changed = replace(query, **changes)
    pairs = [("q", changed.text)] if changed.text else []
    pairs += [(facet, value) for facet in FACETS for value in changed.selected(facet)]
    bounds = (
        ("auteur", changed.author),
        ("depuis", changed.since.isoformat() if changed.since else ""),
        ("avant", changed.until.isoformat() if changed.until else ""),
        ("tri", changed.order if changed.order != "date" else ""),
    )
    pairs += [(name, value) for name, value in bounds if value]
    if changed.page > 1:
        pairs.append(("page", str(changed.page)))
    return urlencode(pairs, errors="replace")


def with_(query: Query, facet: str, value: str) -> Query:
    """Return the query narrowed by one more value, on its first page."""
    kept = tuple(other for other in query.selected(facet) if other != value)
    return _with_values(query, facet, (*kept, value))


def without(query: Query, facet: str, value: str) -> Query:
    """Return the query with that value no longer selected, on its first page."""
    kept = tuple(other for other in query.selected(facet) if other != value)
    return _with_values(query, facet, kept)


def without_facet(query: Query, facet: str) -> Query:
    """Return the query with nothing selected under a facet, on its first page."""
    return _with_values(query, facet, ())


def _with_values(query: Query, facet: str, values: tuple[str, ...]) -> Query:
    typed: tuple[Any, ...] = tuple(map(int, values)) if facet == "annee" else values
    # mypy cannot follow a field named by a variable.
    changes: dict[str, Any] = {FIELDS[facet]: typed, "page": 1}
    return replace(query, **changes)


def _first(params: Mapping[str, Sequence[str]], name: str) -> str:
    return _clean(next(iter(params.get(name, ())), ""))


def _day(params: Mapping[str, Sequence[str]], name: str) -> date | None:
    try:
        return date.fromisoformat(_first(params, name))
    except ValueError:
        return None


def _values(params: Mapping[str, Sequence[str]], name: str) -> tuple[str, ...]:
    cleaned = (_clean(value) for value in params.get(name, ()))
    return tuple(dict.fromkeys(value for value in cleaned if value))[:_MAX_VALUES]


def _clean(text: str) -> str:
    """Keep what a page can print: no controls, no half of a surrogate pair."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return _UNPRINTABLE.sub(" ", whole).strip()
