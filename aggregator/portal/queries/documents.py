"""SQL on the documents that posts link to."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from aggregator.portal.queries.rows import Named, PostDocument

LISTED = 100
PARTLY = "partly"  # no state of its own: reading stopped on the way, what was read is found
_STOPPED = "('damaged', 'too_large', 'failed')"
# Those of which search knows nothing, or not all, in the order on screen.
_UNREAD = ("damaged", "too_large", "failed", "encrypted", "scanned", "refused", "gone")
_NAME = "coalesce(nullif(n.label, ''), n.title, '') AS name"
# A document may be linked to by many posts: the newest stands for all.
_UNREAD_OF = f"""
SELECT d.*, {_NAME}, p.uid, p.title AS post_title, p.language, s.slug, s.name AS source_name
FROM (
    SELECT * FROM documents WHERE state = ? AND (state <> 'gone' OR characters = 0)
    ORDER BY id DESC LIMIT {LISTED}
) AS d
JOIN posts AS p ON p.id = (SELECT max(post_id) FROM post_documents WHERE document_id = d.id)
JOIN sources AS s ON s.id = p.source_id
LEFT JOIN shown_documents AS n ON n.post_id = p.id AND n.document_id = d.id
ORDER BY d.id DESC
"""  # noqa: S608 - our own text


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadDocument:
    """A document that search does not know, or not whole; with one post that links to it."""

    document: PostDocument
    uid: str
    title: str  # the post's, as `language`
    language: str
    source: Named


def post_documents(connection: sqlite3.Connection, post_id: int) -> tuple[PostDocument, ...]:
    """Return the documents of a post, in its order."""
    rows = connection.execute(
        f"SELECT d.*, {_NAME}"  # noqa: S608 - our own text
        " FROM post_documents AS l JOIN documents AS d ON d.id = l.document_id"
        " LEFT JOIN shown_documents AS n"
        " ON n.post_id = l.post_id AND n.document_id = l.document_id"
        " WHERE l.post_id = ? ORDER BY l.position, d.id",
        (post_id,),
    )
    return tuple(map(_document, rows))


def document_counts(connection: sqlite3.Connection) -> Mapping[str, int]:
    """Return how many documents are in each state; those read in part are `PARTLY`."""
    counts = dict(
        connection.execute("SELECT state, count(*) FROM documents GROUP BY state").fetchall()
    )
    partly = connection.execute(
        f"SELECT state, count(*) FROM documents WHERE state IN {_STOPPED} AND characters > 0"  # noqa: S608 - our own text
        " GROUP BY state"
    ).fetchall()
    for state, count in partly:
        counts[state] -= count
        counts[PARTLY] = counts.get(PARTLY, 0) + count
    return counts


def unread_documents(connection: sqlite3.Connection) -> tuple[UnreadDocument, ...]:
    """Return those that search does not know, or not whole: `LISTED` at most, of each state."""
    found = [
        [_unread(row) for row in connection.execute(_UNREAD_OF, (state,))] for state in _UNREAD
    ]
    room = LISTED
    shares: dict[int, int] = {}
    # The rarest first: what they leave is for the others.
    for place in sorted(range(len(found)), key=lambda place: len(found[place])):
        shares[place] = min(len(found[place]), room // (len(found) - len(shares)))
        room -= shares[place]
    return tuple(one for place, all_of in enumerate(found) for one in all_of[: shares[place]])


def _unread(row: sqlite3.Row) -> UnreadDocument:
    return UnreadDocument(
        document=_document(row),
        uid=row["uid"],
        title=row["post_title"],
        language=row["language"],
        source=Named(slug=row["slug"], name=row["source_name"]),
    )


def _document(row: sqlite3.Row) -> PostDocument:
    url = row["url"]
    return PostDocument(
        name=row["name"] or unquote(PurePosixPath(urlsplit(url).path).name) or url,
        url=url,
        kind=row["kind"],
        media=row["media"],
        state=row["state"],
        reason=row["reason"],
        pages=row["pages"],
        read_pages=row["read_pages"],
        size_bytes=row["size_bytes"],
        refs=tuple(json.loads(row["refs"])),
    )
