"""One pass over the index: how many posts, which are on the page, how many have each facet value.

Post ids are in order of date, so that « newest first » streams out of the index without sorting.
Counting stops where it would get dear, so a page costs about the same for a rare word and for the
most frequent one. Few rows leave SQLite: each step of a statement gives Python's lock away and
waits for it again.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from aggregator.search.facets import Counts, Values, no_counts
from aggregator.search.model import CAPPED_FACETS, Total

COUNTED_TOTAL = 20_000
# Facets of that many posts take 20 ms whatever the query; of a million posts, seconds. Where there
# are more, a part is as good as another, and half of it is enough.
COUNTED_POSTS = 10_000

_MATCHING = (
    "SELECT rowid AS id FROM posts_fts WHERE posts_fts MATCH :match{bounds} ORDER BY rowid DESC"
)
# The narrow twin of posts, so that the texts are not touched.
_ALL = "SELECT id FROM post_facets WHERE true{bounds} ORDER BY id DESC"
# A single statement: matching a phrase or a prefix is the dear part, and is done once. SQLite
# reads a materialised table in the order it was filled, here from the newest; sorting it again
# would add a third to the time.
_FIND = """
WITH ids AS MATERIALIZED ({ids} LIMIT :counted + 1),
newest AS (
    SELECT id FROM ids LIMIT (SELECT iif(count(*) > :counted, :capped, :counted) FROM ids)
),
found AS MATERIALIZED (SELECT f.* FROM newest JOIN post_facets AS f USING (id))
SELECT 'total', count(*), min(id) FROM ids
UNION ALL SELECT 'hit', id, 1 FROM (SELECT id FROM ids LIMIT :size OFFSET :offset)
"""
# Facets that a post has one value of at most, several grouped at once: each grouping sorts what
# was found. Those together have few combinations.
_COLUMNS: Mapping[str, str] = {
    "annee": "year",
    "instance": "coalesce(instance_id, 0)",
    "mois": "month",
    "genre": "kind_id",
    "langue": "language",
    "document": "documents",
    "source": "source_id",
}
_TOGETHER = (("annee", "instance"), ("mois",), ("genre", "langue", "document"), ("source",))
_GROUPED = "UNION ALL SELECT '{names}', {values}, count(*) FROM found GROUP BY {columns} "
# Facets that a post may have several values of.
_JOINED: Mapping[str, str] = {
    "quartier": "UNION ALL SELECT 'quartier', quartier_id, count(*)"
    " FROM found JOIN post_quartiers ON post_id = found.id GROUP BY 2 ",
    "theme": "UNION ALL SELECT 'theme', (SELECT slug FROM themes WHERE id = theme_id), posts FROM ("
    " SELECT theme_id, count(*) AS posts FROM found JOIN post_themes ON post_id = found.id"
    " GROUP BY 1 ORDER BY theme_id IN"
    " (SELECT id FROM themes WHERE slug IN (SELECT value FROM json_each(:kept))) DESC, 2 DESC"
    " LIMIT 100) ",
}
_COUNT = "SELECT count(*) FROM ({ids} LIMIT :read)"
_UIDS = "SELECT p.uid FROM ({ids} LIMIT :limit) JOIN posts AS p USING (id) ORDER BY p.id DESC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Ids from `low` to below `high`: a stretch of time."""

    low: int | None = None
    high: int | None = None

    def cut(self, other: "Span") -> "Span":
        """Return what lies in both."""
        lows = [span.low for span in (self, other) if span.low is not None]
        highs = [span.high for span in (self, other) if span.high is not None]
        return Span(low=max(lows, default=None), high=min(highs, default=None))


EVER = Span()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the index is asked."""

    match: str = ""  # a MATCH expression; empty for all posts
    span: Span = EVER

    @property
    def ids(self) -> str:
        """The statement that gives the ids of the posts, newest first."""
        column = "rowid" if self.match else "id"
        bounds = ""
        if self.span.low is not None:
            bounds += f" AND {column} >= :low"
        if self.span.high is not None:
            bounds += f" AND {column} < :high"
        return (_MATCHING if self.match else _ALL).format(bounds=bounds)

    @property
    def parameters(self) -> dict[str, str | int | None]:
        """Those of `ids`."""
        return {"match": self.match, "low": self.span.low, "high": self.span.high}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the index says of a query."""

    read: int = 0  # posts, at most one more than COUNTED_POSTS
    oldest: int | None = None  # the least id read
    ids: tuple[int, ...] = ()  # of the posts on the page
    counts: Counts = field(default_factory=no_counts)

    @property
    def is_whole(self) -> bool:
        """Whether all posts found were counted, not the newest COUNTED_POSTS only."""
        return self.read <= COUNTED_POSTS


def find(
    connection: sqlite3.Connection,
    wish: Wish,
    values: Values,
    *,
    facets: Iterable[str],
    kept: Sequence[str] = (),
    size: int = 0,
    offset: int = 0,
) -> Found:
    """Ask the index.

    Args:
        connection: The database.
        wish: What to find.
        values: To name what is counted.
        facets: Those to count.
        kept: Themes that are counted however few posts have them, not the most frequent only.
        size: How many posts to return.
        offset: After how many others.
    """
    counted = frozenset(facets)
    parameters = {
        **wish.parameters,
        "counted": COUNTED_POSTS,
        "capped": CAPPED_FACETS,
        "kept": json.dumps(list(kept)),
        "size": size,
        "offset": offset,
    }
    rows: dict[str, Counter[str]] = {facet: Counter() for facet in counted}
    ids: list[int] = []
    read, oldest = 0, None
    statement = _FIND.format(ids=wish.ids) + "".join(_groupings(counted))
    for name, value, posts in connection.execute(statement, parameters):
        if name == "total":
            read, oldest = value, posts
        elif name == "hit":
            ids.append(value)
        else:
            for facet, one in zip(name.split(), str(value).split(), strict=True):
                rows[facet][one] += posts
    named = {facet: values.counted(facet, rows[facet]) for facet in counted}
    return Found(read=read, oldest=oldest, ids=tuple(ids), counts={**no_counts(), **named})


def _groupings(facets: frozenset[str]) -> Iterator[str]:
    for together in _TOGETHER:
        if asked := [facet for facet in together if facet in facets]:
            columns = [_COLUMNS[facet] for facet in asked]
            yield _GROUPED.format(
                names=" ".join(asked),
                values=" || ' ' || ".join(columns),
                columns=", ".join(columns),
            )
    for facet, statement in _JOINED.items():
        if facet in facets:
            yield statement


def count(connection: sqlite3.Connection, wish: Wish, *, limit: int = COUNTED_TOTAL) -> Total:
    """Count the posts, up to a limit."""
    if not wish.match and wish.span == EVER:
        # SQLite counts a whole table without reading its rows: 2 ms at a million posts.
        (posts,) = connection.execute("SELECT count(*) FROM post_facets").fetchone()
        return Total(value=posts, exact=True)
    statement = _COUNT.format(ids=wish.ids)
    (posts,) = connection.execute(statement, {**wish.parameters, "read": limit + 1}).fetchone()
    return Total(value=min(posts, limit), exact=posts <= limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many posts each stretch of time holds, from the newest, as far as was counted."""

    counts: Counter[str]
    floors: frozenset[str]  # values counted only in part, or not at all

    @property
    def total(self) -> Total:
        """All that was counted."""
        return Total(value=sum(self.counts.values()), exact=not self.floors)


def tally(connection: sqlite3.Connection, wish: Wish, spans: Sequence[tuple[str, Span]]) -> Tally:
    """Count by stretches of time, from the newest, until COUNTED_TOTAL posts were seen."""
    counts: Counter[str] = Counter()
    floors: set[str] = set()
    left = COUNTED_TOTAL
    for value, span in spans:
        if left <= 0:
            floors.add(value)
            continue
        total = count(connection, Wish(match=wish.match, span=wish.span.cut(span)), limit=left)
        left -= total.value
        if not total.exact:
            floors.add(value)
            left = 0
        if total.value:
            counts[value] = total.value
    return Tally(counts=counts, floors=frozenset(floors))


def matching(connection: sqlite3.Connection, wish: Wish, *, limit: int) -> Iterator[str]:
    """Give the public names of what is found, newest first."""
    rows = connection.execute(_UIDS.format(ids=wish.ids), {**wish.parameters, "limit": limit})
    return (uid for (uid,) in rows)
