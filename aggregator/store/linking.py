"""Which documents posts link to."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from aggregator.clock import to_iso
from aggregator.model import Attached, Post
from aggregator.store.index import Backlog

_IDS = """
SELECT p.guid, p.id FROM json_each(?) AS wanted
CROSS JOIN posts AS p ON p.source_id = ? AND p.guid = wanted.value
"""
_LINKS = """
SELECT l.post_id, l.document_id, d.url, l.label, l.indexed
FROM json_each(?) AS wanted
CROSS JOIN post_documents AS l ON l.post_id = wanted.value
JOIN documents AS d ON d.id = l.document_id ORDER BY l.post_id, l.position
"""
# One that nobody linked to any more was not asked for again; and a failure may have passed.
_MEET = """
INSERT INTO documents (url, found, next_try) VALUES (?1, ?2, ?2)
ON CONFLICT DO UPDATE SET next_try = excluded.next_try
WHERE next_try IS NULL AND state IN ('waiting', 'failed')
"""
_LINK = """
INSERT INTO post_documents (post_id, document_id, position, label, indexed)
SELECT ?, id, ?, ?, iif(characters > 0, 2, 0) FROM documents WHERE url = ?
ON CONFLICT DO UPDATE SET position = excluded.position, label = excluded.label
"""
# What its own page links to, its feed may lack.
_PAGE = "SELECT 1 FROM post_pages WHERE post_id = ? AND state IN ('better', 'kept')"
_FORGET = """
UPDATE documents SET next_try = NULL WHERE id = ?1
AND NOT EXISTS (SELECT 1 FROM post_documents WHERE document_id = ?1)
"""


class _Link(NamedTuple):
    document: int
    url: str
    label: str
    indexed: int


def attach(
    connection: sqlite3.Connection,
    backlog: Backlog,
    source_id: int,
    posts: Mapping[str, Post],
    *,
    seen: datetime,
) -> None:
    """Write which documents posts link to; those no longer linked to are detached, never deleted.

    Args:
        connection: Has a transaction open, and the posts saved.
        backlog: Puts into the index, at its end, what is written.
        source_id: The posts' source.
        posts: By the guid of their row.
        seen: When they were.
    """
    if not posts:
        return
    rows = connection.execute(_IDS, (json.dumps(list(posts)), source_id)).fetchall()
    links = _links(connection, [number for _, number in rows])
    for guid, number in rows:
        attached, known = posts[guid].attached, links[number]
        if known and connection.execute(_PAGE, (number,)).fetchone():
            attach_more(connection, backlog, number, attached, seen=seen)
        else:
            _write(connection, backlog, number, attached, links=known, seen=seen)


def attach_more(
    connection: sqlite3.Connection,
    backlog: Backlog,
    post: int,
    attached: Sequence[Attached],
    *,
    seen: datetime,
) -> None:
    """Write which documents the own page of a post links to besides; inside a transaction."""
    links = _links(connection, [post])[post]
    known = {link.url: Attached(url=link.url, label=link.label) for link in links}
    known |= {one.url: one for one in attached}
    _write(connection, backlog, post, list(known.values()), links=links, seen=seen)


def _links(connection: sqlite3.Connection, posts: Sequence[int]) -> dict[int, list[_Link]]:
    links: dict[int, list[_Link]] = {post: [] for post in posts}
    for post, *link in connection.execute(_LINKS, (json.dumps(posts),)):
        links[post].append(_Link(*link))
    return links


def _write(
    connection: sqlite3.Connection,
    backlog: Backlog,
    post: int,
    attached: Sequence[Attached],
    *,
    links: Sequence[_Link],
    seen: datetime,
) -> None:
    """Write the links of a post, where they are not what is known."""
    wanted = [(one.url, one.label) for one in attached]
    if wanted == [(link.url, link.label) for link in links]:
        return
    is_indexed = any(link.indexed == 1 for link in links)
    if is_indexed:  # their order may change too
        backlog.remove([post])
    urls = {url for url, _ in wanted}
    for gone in (link.document for link in links if link.url not in urls):
        connection.execute(
            "DELETE FROM post_documents WHERE post_id = ? AND document_id = ?", (post, gone)
        )
        connection.execute(_FORGET, (gone,))
    found = to_iso(seen)
    known = {link.url for link in links}
    connection.executemany(_MEET, [(url, found) for url, _ in wanted if url not in known])
    connection.executemany(
        _LINK, [(post, place, label, url) for place, (url, label) in enumerate(wanted)]
    )
    if is_indexed:
        backlog.add([post])
