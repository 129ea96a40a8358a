"""SQL of the rows of open data that could not be read."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from aggregator.clock import from_iso
from aggregator.portal.queries.reading import scalar

SHOWN = 20
_OF_SOURCE = """
FROM refused_records AS r JOIN sources AS s ON s.id = r.source_id WHERE s.slug = ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRow:
    """One of them."""

    line: int  # of the file, or its rank in what a platform answered
    reason: str  # French
    record: str  # how it begins; empty where the source's `display` forbids it


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Those of one source, as of its last reading."""

    total: int  # as many as are kept: MOST_REFUSED at most
    seen: datetime
    rows: tuple[RefusedRow, ...]  # the first ones


def refused(connection: sqlite3.Connection, slug: str) -> Refused | None:
    """Return the rows of a source that could not be read; None where all could."""
    found = connection.execute(
        f"SELECT r.line, r.reason, r.shown, r.seen {_OF_SOURCE} ORDER BY r.line LIMIT ?",
        (slug, SHOWN),
    ).fetchall()
    if not found:
        return None
    return Refused(
        total=scalar(connection, f"SELECT count(*) {_OF_SOURCE}", (slug,)),
        seen=from_iso(found[0]["seen"]),
        rows=tuple(
            RefusedRow(line=row["line"], reason=row["reason"], record=row["shown"]) for row in found
        ),
    )
