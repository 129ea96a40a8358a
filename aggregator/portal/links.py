"""Addresses of searches; a page of results holds some hundred that differ by one value."""

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import parse_qsl, quote_plus

from aggregator.search import FACETS, Query, query_string, without

PAGE, ATOM, JSON = "/recherche", "/recherche.atom", "/recherche.json"


def address(query: Query, path: str = PAGE, *, page: int = 1) -> str:
    """Return where a query is answered."""
    asked = query_string(query, page=page)
    return f"{path}?{asked}" if asked else path


def kept(query: Query) -> Sequence[tuple[str, str]]:
    """Return the parameters that another text is searched with: all filters and the order."""
    return parse_qsl(query_string(query, text="", page=1))


class Adding:
    """The addresses that add a value of one facet to a query.

    They are what `query_string` gives for `with_`, of which everything but the value is written
    once.
    """

    def __init__(self, query: Query, facet: str) -> None:
        pieces = query_string(query, page=1).split("&")
        before = {"q", *FACETS[: FACETS.index(facet) + 1]}
        start = [piece for piece in pieces if piece.partition("=")[0] in before]
        end = [piece for piece in pieces if piece and piece not in start]
        self._start = f"{PAGE}?{''.join(f'{piece}&' for piece in start)}{facet}="
        self._end = "".join(f"&{piece}" for piece in end)

    def __call__(self, value: str) -> str:
        """Return the address with one more value."""
        return f"{self._start}{quote_plus(value, errors='replace')}{self._end}"


def removing(query: Query, facet: str, value: str) -> str:
    """Return the address without a value."""
    return address(without(query, facet, value))


def narrowable(query: Query, facet: str) -> Query:
    """Return what a facet's values are added to: other years leave no month chosen."""
    return replace(query, months=()) if facet == "annee" else query
