"""What every page's SQL shares: columns, and how rows become values."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from aggregator.clock import from_iso
from aggregator.model import DateOrigin, Event
from aggregator.portal.queries.rows import Named, PostLine
from aggregator.store.ids import first_id

# Read by `post_line`; `p` is posts, `s` is sources.
LINE = (
    "p.uid, p.title, p.language, p.published, p.date_origin,"
    " s.slug AS source, s.name AS source_name,"
    " CASE WHEN p.date_origin = 'first_seen' AND s.display <> 'title'"
    " THEN p.excerpt ELSE '' END AS hint,"
    " (SELECT json_array(starts, ends, all_day, place) FROM post_events WHERE post_id = p.id)"
    " AS event,"
    " EXISTS (SELECT 1 FROM withdrawn_posts WHERE post_id = p.id) AS is_withdrawn"
)
# Posts whose date is still to come, and the others; the parameters are those of `Present`. A bare
# day is stored as its noon: today's is out since the morning. `+` keeps SQLite to one range of ids.
ANNOUNCED = "p.id >= :after_now AND (+p.id >= :tomorrow OR p.date_origin = 'stated')"
OUT = "p.id < :tomorrow AND (+p.id < :after_now OR p.date_origin <> 'stated')"


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """Where a visit stands in time: ids are in date order."""

    now: datetime
    tomorrow: datetime  # the beginning of the town's next day

    @property
    def ids(self) -> dict[str, int]:
        """Return the parameters of `ANNOUNCED` and `OUT`."""
        after_now = first_id(self.now + timedelta(seconds=1))
        return {"after_now": after_now, "tomorrow": max(first_id(self.tomorrow), after_now)}


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
        hint=row["hint"],
        event=_event(row["event"]),
        withdrawn=bool(row["is_withdrawn"]),
    )


def _event(text: str | None) -> Event | None:
    if text is None:
        return None
    starts, ends, all_day, place = json.loads(text)
    return Event(starts=from_iso(starts), ends=when(ends), all_day=bool(all_day), place=place)


def scalar(
    connection: sqlite3.Connection, sql: str, parameters: Sequence[object] | Mapping[str, object]
) -> int:
    """Return the one number that a query gives."""
    return cast("int", connection.execute(sql, parameters).fetchone()[0])
