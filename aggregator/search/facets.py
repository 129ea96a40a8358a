"""The facets: what their values are called, which tokens stand for them, how they are listed."""

import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from aggregator.language import fold
from aggregator.search.model import FACETS, FacetValue, Query

# The beginning of each facet's tokens in the index column `fac` (db/migrations).
_TOKENS: Mapping[str, str] = {
    "instance": "xi",
    "quartier": "xq",
    "source": "xs",
    "genre": "xk",
    "annee": "xy",
}
_NAMES = """
SELECT 'instance', id, slug, name FROM instances
UNION ALL SELECT 'quartier', id, slug, name FROM quartiers
UNION ALL SELECT 'source', id, slug, name FROM sources
UNION ALL SELECT 'genre', id, slug, name FROM kinds
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The town's facet values, both ways; years are their own names."""

    ids: Mapping[tuple[str, str], int]  # (facet, slug) → id
    labels: Mapping[tuple[str, str], str]  # (facet, slug) → name
    slugs: Mapping[tuple[str, int], str]  # (facet, id) → slug

    @classmethod
    def read(cls, connection: sqlite3.Connection) -> "Names":
        """Read all names: some hundred rows."""
        rows = [tuple(row) for row in connection.execute(_NAMES)]
        return cls(
            ids={(facet, slug): number for facet, number, slug, _ in rows},
            labels={(facet, slug): name for facet, _, slug, name in rows},
            slugs={(facet, number): slug for facet, number, slug, _ in rows},
        )

    def value(self, facet: str, number: int) -> str:
        """Return how the URL writes a facet value that the database writes as a number."""
        return str(number) if facet == "annee" else self.slugs[facet, number]

    def tokens(self, query: Query) -> list[list[str]]:
        """Return, for each facet that filters, the tokens that will do; none for unknown slugs."""
        return [
            [f"{_TOKENS[facet]}{number}" for number in self._numbers(facet, query)]
            for facet in FACETS
            if query.selected(facet)
        ]

    def _numbers(self, facet: str, query: Query) -> list[int]:
        if facet == "annee":
            return list(query.years)
        known = (self.ids.get((facet, slug)) for slug in query.selected(facet))
        return [number for number in known if number is not None]


def no_counts() -> dict[str, Counter[str]]:
    """Return a counter a facet, all at nothing."""
    return {facet: Counter() for facet in FACETS}


def values(
    counts: Mapping[str, Counter[str]], query: Query, names: Names
) -> Mapping[str, tuple[FacetValue, ...]]:
    """Return each facet's lines: years from the latest, others from the most frequent.

    What is selected is always among them, even without a post, so that it can be taken back.
    """
    lines: dict[str, tuple[FacetValue, ...]] = {}
    for facet in FACETS:
        selected = query.selected(facet)
        found = [
            FacetValue(
                value=value,
                label=names.labels.get((facet, value), value),
                count=counts[facet][value],
                selected=value in selected,
            )
            for value in dict.fromkeys((*counts[facet], *selected))
        ]
        lines[facet] = tuple(sorted(found, key=_latest if facet == "annee" else _most_frequent))
    return lines


def _latest(line: FacetValue) -> int:
    return -int(line.value)


def _most_frequent(line: FacetValue) -> tuple[int, str, str]:
    return -line.count, fold(line.label), line.value
