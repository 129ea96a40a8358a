"""SQL of how much of a source's past we hold."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from aggregator.model import first_id
from aggregator.portal.queries.reading import Present, scalar, when
from aggregator.store.archive_model import ArchiveState

# Posts without a date that were there before we came are filed in the first year.
_DATED = first_id(datetime(2, 1, 1, tzinfo=UTC))

_ARCHIVES = """
SELECT s.slug, a.state, a.reason, a.expected, a.found, a.lacking, a.missing
FROM archives AS a JOIN sources AS s ON s.id = a.source_id
"""
_OLDEST = """
SELECT p.published FROM posts AS p JOIN sources AS s ON s.id = p.source_id
WHERE s.slug = ? AND p.id >= ? AND p.date_origin <> 'first_seen' ORDER BY p.id LIMIT 1
"""
_NEWEST = """
SELECT p.published FROM posts AS p JOIN sources AS s ON s.id = p.source_id
WHERE s.slug = ? AND p.id < ? AND p.date_origin <> 'first_seen' ORDER BY p.id DESC LIMIT 1
"""
_COUNT = "SELECT count(*) FROM posts WHERE source_id = (SELECT id FROM sources WHERE slug = ?)"
_SOURCE = "SELECT reader, listed FROM sources WHERE slug = ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """How far the archive of a source is read.

    Attributes:
        reason: Why there is none, or why it stopped, in French.
        expected: How many posts the site says it has.
        found: How many its archive has given so far.
        lacking: How many fewer than expected we held when the reading ended.
        missing: Pages that could not be read, by reason.
    """

    state: ArchiveState
    reason: str
    expected: int | None
    found: int
    lacking: int
    missing: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What we hold of a source; the dates are of dated posts.

    Attributes:
        reader: How it is read: a platform gives all it has at each visit.
        archive: None where nobody looked for one yet.
    """

    reader: str
    listed: bool
    archive: Archive | None
    total: int
    oldest: datetime | None
    newest: datetime | None


def archives(connection: sqlite3.Connection) -> dict[str, Archive]:
    """Return those that were looked at, by the source's slug."""
    return {row["slug"]: _archive(row) for row in connection.execute(_ARCHIVES)}


def held(connection: sqlite3.Connection, slug: str, *, present: Present) -> Held | None:
    """Return what we hold of a source; nothing where it is not known yet."""
    source = connection.execute(_SOURCE, (slug,)).fetchone()
    if source is None:
        return None
    row = connection.execute(f"{_ARCHIVES} WHERE s.slug = ?", (slug,)).fetchone()
    oldest = connection.execute(_OLDEST, (slug, _DATED)).fetchone()
    newest = connection.execute(_NEWEST, (slug, present.ids["after_now"])).fetchone()
    return Held(
        reader=source["reader"],
        listed=bool(source["listed"]),
        archive=None if row is None else _archive(row),
        total=scalar(connection, _COUNT, (slug,)),
        oldest=when(oldest and oldest[0]),
        newest=when(newest and newest[0]),
    )


def _archive(row: sqlite3.Row) -> Archive:
    return Archive(
        state=row["state"],
        reason=row["reason"],
        expected=row["expected"],
        found=row["found"],
        lacking=row["lacking"],
        missing=json.loads(row["missing"]),
    )
