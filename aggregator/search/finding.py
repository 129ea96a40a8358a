"""One pass over the index: how many posts, which are on the page, how many have each facet value.

Post ids are in order of date, so that « newest first » streams out of the index without sorting.
Counting stops where it would get dear, so a page costs about the same for a rare word and for the
most frequent one.
"""

import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from aggregator.search.facets import Names, no_counts
from aggregator.search.match import build_match
from aggregator.search.model import MAX_PAGES, PAGE_SIZE, Total
from aggregator.search.terms import is_wordless, parse

COUNTED_TOTAL = 50_000
# Facets of that many posts take 15 ms whatever the query; of a million posts, seconds.
COUNTED_POSTS = 10_000

_MATCHING = "SELECT rowid AS id FROM posts_fts WHERE posts_fts MATCH :match ORDER BY rowid DESC"
# The narrow twin of posts, so that the texts are not touched.
_ALL = "SELECT id FROM post_facets ORDER BY id DESC"
# A single statement: matching a phrase or a prefix is the dear part, and is done once. SQLite
# reads a materialised table in the order it was filled, here from the newest; sorting it again
# would add a third to the time.
_FIND = """
WITH ids AS MATERIALIZED ({ids} LIMIT :read),
found AS MATERIALIZED (
    SELECT f.* FROM (SELECT id FROM ids LIMIT :counted) AS newest JOIN post_facets AS f USING (id)
)
SELECT 'total', 0, count(*) FROM ids
UNION ALL SELECT 'hit', id, 1 FROM (SELECT id FROM ids LIMIT :size OFFSET :offset)
UNION ALL SELECT 'instance', instance_id, count(*) FROM found
    WHERE instance_id IS NOT NULL GROUP BY 2
UNION ALL SELECT 'source', source_id, count(*) FROM found GROUP BY 2
UNION ALL SELECT 'genre', kind_id, count(*) FROM found GROUP BY 2
UNION ALL SELECT 'annee', year, count(*) FROM found WHERE year > 0 GROUP BY 2
UNION ALL SELECT 'quartier', quartier_id, count(*)
    FROM found JOIN post_quartiers ON post_id = found.id GROUP BY 2
"""

_UIDS = "SELECT p.uid FROM ({ids} LIMIT :limit) JOIN posts AS p USING (id) ORDER BY p.id DESC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the index says of a query."""

    total: Total
    ids: tuple[int, ...]  # of the posts on the page
    counts: Mapping[str, Counter[str]]  # facet → value → posts

    @property
    def counts_exact(self) -> bool:
        """Whether all posts found were counted, not the newest COUNTED_POSTS only."""
        return self.total.exact and self.total.value <= COUNTED_POSTS


def nothing() -> Found:
    """Return what a query finds that no post can answer."""
    return Found(total=Total(value=0, exact=True), ids=(), counts=no_counts())


def find(connection: sqlite3.Connection, match: str, *, page: int, names: Names) -> Found:
    """Ask the index.

    Args:
        connection: The database.
        match: A MATCH expression; empty for all posts.
        page: From 1; lower ones are the first, those beyond MAX_PAGES are empty.
        names: To call facet values by their slugs.
    """
    parameters = {
        "match": match,
        "read": COUNTED_TOTAL + 1 if match else COUNTED_POSTS,
        "counted": COUNTED_POSTS,
        "size": PAGE_SIZE if page <= MAX_PAGES else 0,
        "offset": (min(max(page, 1), MAX_PAGES) - 1) * PAGE_SIZE,
    }
    counts = no_counts()
    ids: list[int] = []
    read = 0
    statement = _FIND.format(ids=_MATCHING if match else _ALL)
    for name, number, posts in connection.execute(statement, parameters):
        if name == "total":
            read = posts
        elif name == "hit":
            ids.append(number)
        else:
            counts[name][names.value(name, number)] = posts
    total = _capped(read) if match else _all(connection)
    return Found(total=total, ids=tuple(ids), counts=counts)


def matching_uids(connection: sqlite3.Connection, text: str, *, limit: int) -> list[str]:
    """Return the public names of the posts that hold all words of a text, newest first.

    For programs that go on with all that was found. An empty text finds all posts, one without
    any word none.
    """
    if is_wordless(text):
        return []
    match = build_match(parse(text), ())
    statement = _UIDS.format(ids=_MATCHING if match else _ALL)
    return [uid for (uid,) in connection.execute(statement, {"match": match, "limit": limit})]


def _capped(read: int) -> Total:
    return Total(value=min(read, COUNTED_TOTAL), exact=read <= COUNTED_TOTAL)


def _all(connection: sqlite3.Connection) -> Total:
    # SQLite counts a whole table without reading its rows: 2 ms at a million posts.
    (value,) = connection.execute("SELECT count(*) FROM post_facets").fetchone()
    return Total(value=value, exact=True)
