"""What every page's SQL shares: columns, and how rows become values."""

import sqlite3
from datetime import datetime
from typing import cast

from aggregator.clock import from_iso
from aggregator.model import DateOrigin
from aggregator.portal.queries.rows import Named, PostLine

# Read by `post_line`; `p` is posts, `s` is sources.
LINE = (
    "p.uid, p.title, p.language, p.published, p.date_origin,"
    " s.slug AS source, s.name AS source_name"
)


def when(text: str | None) -> datetime | None:
    """Read a time of the database, or nothing."""
    return None if text is None else from_iso(text)


def named(slug: str | None, name: str | None) -> Named | None:
    """Build a `Named`, or nothing where an outer join found nothing."""
    return None if slug is None else Named(slug=slug, name=name or slug)


def post_line(row: sqlite3.Row) -> PostLine:
    """Build a line from a row that holds the columns of `LINE`."""
    return PostLine(
        uid=row["uid"],
        title=row["title"],
        language=row["language"],
        published=from_iso(row["published"]),
        date_origin=DateOrigin(row["date_origin"]),
        source=Named(slug=row["source"], name=row["source_name"]),
    )


def scalar(connection: sqlite3.Connection, sql: str, *parameters: object) -> int:
    """Return the one number that a query gives."""
    return cast("int", connection.execute(sql, parameters).fetchone()[0])
