"""One query, three statements: how many posts, the newest twenty, the facets.

Post ids are in order of date, so that « newest first » streams out of the index and a page costs
the same for a rare word and for the most frequent one; counting stops where it would get dear.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from aggregator.search import facets
from aggregator.search.highlight import SEARCHED_CHARACTERS, Highlighter
from aggregator.search.match import build_match
from aggregator.search.model import MAX_PAGES, PAGE_SIZE, Hit, Query, Results, Total
from aggregator.search.terms import parse

# Counting further would show: 50 ms for the most frequent words at a million posts.
COUNTED_TOTAL = 50_000

_MATCHING = "SELECT rowid AS id FROM posts_fts WHERE posts_fts MATCH :match ORDER BY rowid DESC"
# The narrow twin of posts, so that the texts are not touched.
_ALL = "SELECT id FROM post_facets ORDER BY id DESC"
_TOTAL = "SELECT count(*) FROM ({ids} LIMIT :limit)"
_HITS = """
SELECT p.uid, p.title, p.url, s.slug, s.name, i.slug, i.name, p.published, p.date_origin,
    k.slug, k.name,
    CASE WHEN s.display = 'title' THEN '' ELSE p.excerpt END,
    CASE WHEN s.display = 'title' THEN '' ELSE substr(p.text, 1, :characters) END
FROM ({ids} LIMIT :limit OFFSET :offset) AS page
JOIN posts AS p USING (id)
JOIN sources AS s ON s.id = p.source_id
JOIN kinds AS k ON k.id = p.kind_id
LEFT JOIN instances AS i ON i.id = p.instance_id
ORDER BY p.id DESC
"""


def search(connection: sqlite3.Connection, query: Query) -> Results:
    """Find posts: all words typed, all facets selected, newest first.

    No text is an error: one without words is as no text, and finds all posts.

    Args:
        connection: The database, migrated; only read.
        query: What to look for.

    Raises:
        sqlite3.OperationalError: The database is locked, damaged or not migrated, or its owner
            interrupted the statement.
    """
    with _snapshot(connection):
        names = facets.Names.read(connection)
        terms = parse(query.text)
        tokens = names.tokens(query)
        if not all(tokens):  # a facet with unknown values only
            return _results(query, names, Total(value=0, exact=True), (), facets.nothing())
        match = build_match(terms, tokens)
        ids = _MATCHING if match else _ALL
        total = _count(connection, ids, match)
        hits = _hits(connection, ids, match, query.page, Highlighter(terms))
        counts = facets.count(connection, ids, match, names)
    return _results(query, names, total, hits, counts)


def _results(
    query: Query,
    names: facets.Names,
    total: Total,
    hits: Sequence[Hit],
    counts: facets.Counts,
) -> Results:
    return Results(
        query=query,
        total=total,
        hits=tuple(hits),
        facets=facets.values(counts, query, names),
        facets_exact=total.exact and total.value <= facets.COUNTED_POSTS,
        pages=min(-(-total.value // PAGE_SIZE), MAX_PAGES),
    )


@contextmanager
def _snapshot(connection: sqlite3.Connection) -> Iterator[None]:
    """Let all statements see the same posts while a crawl writes.

    A savepoint, since the caller may be in a transaction of its own.
    """
    connection.execute("SAVEPOINT search")
    try:
        yield
    finally:
        connection.execute("RELEASE search")


def _count(connection: sqlite3.Connection, ids: str, match: str) -> Total:
    if not match:  # SQLite counts a whole table without reading its rows
        (value,) = connection.execute("SELECT count(*) FROM post_facets").fetchone()
        return Total(value=value, exact=True)
    parameters = {"match": match, "limit": COUNTED_TOTAL + 1}
    (value,) = connection.execute(_TOTAL.format(ids=ids), parameters).fetchone()
    return Total(value=min(value, COUNTED_TOTAL), exact=value <= COUNTED_TOTAL)


def _hits(
    connection: sqlite3.Connection, ids: str, match: str, page: int, highlighter: Highlighter
) -> list[Hit]:
    if page > MAX_PAGES:
        return []
    parameters = {
        "match": match,
        "limit": PAGE_SIZE,
        "offset": (max(page, 1) - 1) * PAGE_SIZE,
        "characters": SEARCHED_CHARACTERS if highlighter.is_needed else 0,
    }
    rows = connection.execute(_HITS.format(ids=ids), parameters)
    return [_hit(tuple(row), highlighter) for row in rows]


def _hit(row: tuple[str, ...], highlighter: Highlighter) -> Hit:
    uid, title, url, source, source_name, instance, instance_name, *rest = row
    published, date_origin, kind, kind_name, excerpt, text = rest
    extract = highlighter.extract(text) or excerpt
    return Hit(
        uid=uid,
        title=title,
        title_segments=highlighter.segments(title),
        url=url,
        source=source,
        source_name=source_name,
        instance=instance,
        instance_name=instance_name,
        published=published,
        date_origin=date_origin,
        extract=extract,
        extract_segments=highlighter.segments(extract),
        kind=kind,
        kind_name=kind_name,
    )
