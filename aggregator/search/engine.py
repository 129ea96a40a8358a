"""The door: a query in, a page of results out."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from aggregator.clock import from_iso
from aggregator.model import Event
from aggregator.search.asking import Answer, Asking
from aggregator.search.documents import Documents
from aggregator.search.finding import matching
from aggregator.search.helping import archive, correct, wider
from aggregator.search.lighting import SEARCHED_CHARACTERS, Finder
from aggregator.search.model import MAX_PAGES, PAGE_SIZE, Hit, Query, Results

_HITS = """
SELECT p.uid, p.title, p.url, s.slug, s.name, i.slug, i.name, p.published, p.date_origin,
    k.slug, k.name,
    p.excerpt, substr(p.text, 1, :characters), s.display = 'title', p.id,
    EXISTS (SELECT 1 FROM post_documents WHERE post_id = p.id AND indexed = 1),
    EXISTS (SELECT 1 FROM withdrawn_posts WHERE post_id = p.id),
    e.starts, e.ends, e.all_day, e.place
FROM json_each(:ids) AS wanted
CROSS JOIN posts AS p ON p.id = wanted.value
JOIN sources AS s ON s.id = p.source_id
JOIN kinds AS k ON k.id = p.kind_id
LEFT JOIN instances AS i ON i.id = p.instance_id
LEFT JOIN post_events AS e ON e.post_id = p.id
ORDER BY wanted.key
"""
_UNFINISHED = "SELECT 1 FROM index_rules WHERE version = 0 AND EXISTS (SELECT 1 FROM posts)"
# So few posts, and another spelling is worth a word.
_FEW = 3
# So few, and those that hold most of the words are shown after them.
_A_PAGE = 10


def search(connection: sqlite3.Connection, query: Query) -> Results:
    """Find posts: all words typed, in any of their forms, all facets selected.

    No text is an error: an empty one finds all posts, one without any word none. Where nothing
    is found, the nearest spelling that finds something is searched instead, and what else could
    be asked is told.

    Args:
        connection: The database, migrated; only read.
        query: What to look for.

    Raises:
        sqlite3.OperationalError: The database is locked, damaged or not migrated, or its owner
            interrupted the statement; or its index is being made anew.
    """
    with _snapshot(connection):
        _require_index(connection)
        asking = Asking.of(connection, query)
        answer = asking.answer()
        results = _results(asking, answer)
        if asking.is_wordless or answer.total.value >= _FEW:
            return results
        return _helped(asking, results)


def _nearby(asking: Asking, answer: Answer, finder: Finder) -> tuple[Hit, ...]:
    """Return posts that hold most of the words, where those that hold all make no page."""
    room = _A_PAGE - answer.total.value
    if room <= 0 or asking.query.page > 1:
        return ()
    return _hits(asking, asking.nearby(answer, size=room), finder)


def matching_uids(connection: sqlite3.Connection, text: str, *, limit: int) -> list[str]:
    """Return the public names of the posts that answer a text, newest first.

    For programs that go on with all that was found. An empty text finds all posts, one without
    any word none.
    """
    _require_index(connection)
    wish = Asking.of(connection, Query(text=text)).wish()
    return [] if wish is None else list(matching(connection, wish, limit=limit))


def _require_index(connection: sqlite3.Connection) -> None:
    """Refuse to find nothing while an index of an earlier version is made anew."""
    if connection.execute(_UNFINISHED).fetchone() is not None:
        raise sqlite3.OperationalError("the search index is being made anew; ask again later")


def _helped(asking: Asking, results: Results) -> Results:
    """Add what helps when little or nothing was found."""
    connection = asking.connection
    corrected = correct(asking)
    found = None if corrected is None else corrected.count()
    if results.total.value:
        if corrected is not None and found is not None and found.value > results.total.value:
            return replace(results, suggestion=corrected.query)
        return results
    results = replace(results, wider=wider(asking), archive=archive(connection))
    if corrected is None or found is None or not found.value:
        return results
    instead = _results(corrected, corrected.answer())
    return replace(
        instead,
        query=asking.query,
        corrected=corrected.query,
        suggestion=corrected.query,
        notes=results.notes,
        wider=results.wider,
        archive=results.archive,
    )


def _results(asking: Asking, answer: Answer) -> Results:
    finder = Finder(asking.wanted.concepts)
    return Results(
        query=asking.query,
        total=answer.total,
        hits=_hits(asking, answer.ids, finder),
        nearby=_nearby(asking, answer, finder),
        facets=answer.facets,
        facets_exact=answer.facets_exact,
        pages=min(-(-answer.total.value // PAGE_SIZE), MAX_PAGES),
        reach=asking.reach,
        wordless=asking.is_wordless and asking.wish() is None,
        notes=asking.notes,
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


def _hits(asking: Asking, ids: Sequence[int], finder: Finder) -> tuple[Hit, ...]:
    parameters = {
        "ids": json.dumps(ids),
        "characters": SEARCHED_CHARACTERS if finder.is_needed else 0,
    }
    documents = Documents(asking.connection, asking.wanted.concepts, finder)
    rows = asking.connection.execute(_HITS, parameters).fetchall()
    zone = asking.times.zone
    return tuple(_hit(tuple(row), finder, documents, zone) for row in rows)


def _hit(row: tuple[Any, ...], finder: Finder, documents: Documents, zone: ZoneInfo) -> Hit:
    uid, title, url, source, source_name, instance, instance_name, *rest = row
    published, date_origin, kind, kind_name, excerpt, text, is_title_only, post, *rest = rest
    has_documents, is_withdrawn, *event = rest
    passage = None
    if has_documents and (missing := finder.missing(title, text)):
        passage = documents.best(post, missing)
    shown = text if passage is None else passage.text
    extract = "" if is_title_only else finder.extract(shown) or excerpt
    return Hit(
        uid=uid,
        title=title,
        title_segments=finder.segments(title),
        url=url,
        source=source,
        source_name=source_name,
        instance=instance,
        instance_name=instance_name,
        published=published,
        date_origin=date_origin,
        extract=extract,
        extract_segments=finder.segments(extract),
        kind=kind,
        kind_name=kind_name,
        extract_from=None if passage is None else passage.place,
        event=_event(event, zone),
        withdrawn=bool(is_withdrawn),
    )


def _event(row: Sequence[Any], zone: ZoneInfo) -> Event | None:
    starts, ends, all_day, place = row
    if starts is None:
        return None
    event = Event(
        starts=from_iso(starts),
        ends=None if ends is None else from_iso(ends),
        all_day=bool(all_day),
        place=place,
    )
    return event.seen_in(zone)
