"""The facets: what their values are called, which tokens stand for them, how many posts have each.

A count says how many of the posts found would stay if that value were selected too.
"""

import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from aggregator.language import fold
from aggregator.search.model import FACETS, FacetValue, Query

# Exact counts up to here take 10 to 20 ms whatever the query; over all posts, seconds.
COUNTED_POSTS = 10_000

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
_COUNTS = """
WITH found AS MATERIALIZED (
    SELECT f.* FROM ({ids} LIMIT :limit) AS newest JOIN post_facets AS f USING (id)
)
SELECT 'instance', instance_id, count(*) FROM found WHERE instance_id IS NOT NULL GROUP BY 2
UNION ALL SELECT 'source', source_id, count(*) FROM found GROUP BY 2
UNION ALL SELECT 'genre', kind_id, count(*) FROM found GROUP BY 2
UNION ALL SELECT 'annee', year, count(*) FROM found GROUP BY 2
UNION ALL SELECT 'quartier', quartier_id, count(*)
    FROM found JOIN post_quartiers ON post_id = found.id GROUP BY 2
"""

Counts = Mapping[str, Counter[str]]


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


def count(connection: sqlite3.Connection, ids: str, match: str, names: Names) -> Counts:
    """Count each facet's values among the newest COUNTED_POSTS posts.

    Args:
        connection: The database.
        ids: SQL that gives column `id` of the posts found, newest first.
        match: What `:match` stands for in it.
        names: To call the values by their slugs.
    """
    counts: dict[str, Counter[str]] = {facet: Counter() for facet in FACETS}
    parameters = {"match": match, "limit": COUNTED_POSTS}
    for facet, number, posts in connection.execute(_COUNTS.format(ids=ids), parameters):
        value = str(number) if facet == "annee" else names.slugs[facet, number]
        counts[facet][value] = posts
    return counts


def nothing() -> Counts:
    """Return the counts of a query that can find no post."""
    return {facet: Counter() for facet in FACETS}


def values(counts: Counts, query: Query, names: Names) -> Mapping[str, tuple[FacetValue, ...]]:
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
