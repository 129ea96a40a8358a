"""SQL on the documents that posts link to."""

import json
import sqlite3
from collections.abc import Mapping
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from aggregator.portal.queries.rows import PostDocument


def post_documents(connection: sqlite3.Connection, post_id: int) -> tuple[PostDocument, ...]:
    """Return the documents of a post, in its order."""
    rows = connection.execute(
        "SELECT d.*, coalesce(nullif(n.label, ''), n.title, '') AS name"
        " FROM post_documents AS l JOIN documents AS d ON d.id = l.document_id"
        " LEFT JOIN shown_documents AS n"
        " ON n.post_id = l.post_id AND n.document_id = l.document_id"
        " WHERE l.post_id = ? ORDER BY l.position, d.id",
        (post_id,),
    )
    return tuple(map(_document, rows))


def document_counts(connection: sqlite3.Connection) -> Mapping[str, int]:
    """Return how many documents are in each state."""
    return dict(
        connection.execute("SELECT state, count(*) FROM documents GROUP BY state").fetchall()
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
