"""The door: a query in, a page of results out."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from aggregator.search.facets import Names, values
from aggregator.search.finding import find, nothing
from aggregator.search.highlight import SEARCHED_CHARACTERS, Highlighter
from aggregator.search.match import build_match
from aggregator.search.model import MAX_PAGES, PAGE_SIZE, Hit, Query, Results
from aggregator.search.terms import is_wordless, parse

_HITS = """
SELECT p.uid, p.title, p.url, s.slug, s.name, i.slug, i.name, p.published, p.date_origin,
    k.slug, k.name,
    CASE WHEN s.display = 'title' THEN '' ELSE p.excerpt END,
    CASE WHEN s.display = 'title' THEN '' ELSE substr(p.text, 1, :characters) END
FROM posts AS p
JOIN sources AS s ON s.id = p.source_id
JOIN kinds AS k ON k.id = p.kind_id
LEFT JOIN instances AS i ON i.id = p.instance_id
WHERE p.id IN (SELECT value FROM json_each(:ids))
ORDER BY p.id DESC
"""


def search(connection: sqlite3.Connection, query: Query) -> Results:
    """Find posts: all words typed, all facets selected, newest first.

    No text is an error: an empty one finds all posts, one without any word none.

    Args:
        connection: The database, migrated; only read.
        query: What to look for.

    Raises:
        sqlite3.OperationalError: The database is locked, damaged or not migrated, or its owner
            interrupted the statement.
    """
    terms = parse(query.text)
    wordless = is_wordless(query.text)
    with _snapshot(connection):
        names = Names.read(connection)
        tokens = names.tokens(query)
        if wordless or not all(tokens):  # or a facet with unknown values only
            found = nothing()
        else:
            match = build_match(terms, tokens)
            found = find(connection, match, page=query.page, names=names)
        hits = _hits(connection, found.ids, Highlighter(terms))
    return Results(
        query=query,
        total=found.total,
        hits=hits,
        facets=values(found.counts, query, names),
        facets_exact=found.counts_exact,
        pages=min(-(-found.total.value // PAGE_SIZE), MAX_PAGES),
        wordless=wordless,
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


def _hits(
    connection: sqlite3.Connection, ids: Sequence[int], highlighter: Highlighter
) -> tuple[Hit, ...]:
    parameters = {
        "ids": json.dumps(ids),
        "characters": SEARCHED_CHARACTERS if highlighter.is_needed else 0,
    }
    return tuple(_hit(tuple(row), highlighter) for row in connection.execute(_HITS, parameters))


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
