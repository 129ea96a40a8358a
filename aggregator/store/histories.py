"""What is known of sources: which are due, their past, the validators of their URLs."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from aggregator.clock import from_iso, to_iso
from aggregator.errors import StoreError
from aggregator.model import Memory, Move, State
from aggregator.store import habits
from aggregator.store.model import Due, SourceHistory, SourceStatus

_HISTORY = """
SELECT
    s.id, s.slug, t.state, t.since, t.failures, t.last_success, t.last_fetch, t.next_fetch,
    (
        SELECT p.published FROM posts AS p
        WHERE p.source_id = s.id AND p.date_origin <> 'first_seen' ORDER BY p.id DESC LIMIT 1
    ),
    (SELECT count(*) FROM posts AS p WHERE p.source_id = s.id),
    t.discovered_feed, t.proposed_feed, t.habits, t.moved_to, t.moved_since, t.moved_fetches,
    (SELECT lease_until FROM subscriptions WHERE source_id = s.id AND state = 'verified')
FROM sources AS s JOIN source_states AS t ON t.source_id = s.id
"""
# No appointment: never visited yet, or gone. A visit that lies ahead: the clock was set back, and
# the appointment may be a wrong one too.
_DUE = f"""{_HISTORY}
WHERE s.listed AND NOT s.paused AND CASE
    WHEN :named THEN s.slug IN (SELECT value FROM json_each(:slugs))
    WHEN t.next_fetch IS NULL THEN t.state = 'new'
    ELSE :all OR t.next_fetch <= :now OR t.last_fetch > :now
END
ORDER BY t.next_fetch, s.position
"""  # noqa: S608 - our own text
_MEMORY = "etag, last_modified, validators_of, body_sha256, marks, read_whole"
_STATUSES = """
SELECT
    h.source, h.name, h.state, h.reason, h.since, h.last_success, h.last_post, h.failures,
    h.next_fetch, h.next_reason, h.proposed_feed, h.moved_to, h.tdm_reserved,
    (SELECT count(*) FROM refused_records AS r WHERE r.source_id = s.id)
FROM sources_health AS h JOIN sources AS s ON s.slug = h.source
ORDER BY s.listed DESC, s.position
"""


def due(
    connection: sqlite3.Connection,
    *,
    now: datetime,
    slugs: Collection[str] | None,
    everything: bool,
) -> tuple[Due, ...]:
    """Return the sources to visit, those that wait longest first."""
    asked = {
        "now": to_iso(now),
        "named": slugs is not None,
        "slugs": json.dumps(list(slugs or ())),
        "all": everything,
    }
    rows = connection.execute(_DUE, asked).fetchall()
    memories = _memories(connection, [row[0] for row in rows])
    return tuple(Due(slug=row[1], history=_history(row), memories=memories[row[0]]) for row in rows)


def history(connection: sqlite3.Connection, slug: str) -> SourceHistory:
    """Return what is known of a source.

    Raises:
        StoreError: The database has never heard of it.
    """
    row = connection.execute(f"{_HISTORY} WHERE s.slug = ?", (slug,)).fetchone()
    if row is None:
        raise StoreError(f"{slug}: no such source in the database; synchronise the list first")
    return _history(row)


def memory(connection: sqlite3.Connection, slug: str, url: str) -> Memory:
    """Return what is remembered of a source's URL; an empty memory where nothing is."""
    row = connection.execute(
        f"SELECT {_MEMORY} FROM http_memory"  # noqa: S608 - our own columns
        " WHERE source_id = (SELECT id FROM sources WHERE slug = ?) AND url = ?",
        (slug, url),
    ).fetchone()
    return Memory() if row is None else _remembered(row)


def statuses(connection: sqlite3.Connection) -> tuple[SourceStatus, ...]:
    """Return the health of every source, in the order of the list; unlisted ones last."""
    return tuple(
        SourceStatus(
            source=row[0],
            name=row[1],
            state=row[2],
            reason=row[3],
            since=row[4],
            last_success=row[5],
            last_post=row[6],
            failures=row[7],
            next_fetch=row[8],
            next_reason=row[9],
            proposed_feed=row[10],
            moved_to=row[11],
            tdm_reserved=None if row[12] is None else bool(row[12]),
            rejected=row[13],
        )
        for row in connection.execute(_STATUSES)
    )


def _history(row: Sequence[Any]) -> SourceHistory:
    return SourceHistory(
        state=State(row[2]),
        since=from_iso(row[3]),
        failures=row[4],
        last_success=_moment(row[5]),
        last_fetch=_moment(row[6]),
        next_fetch=_moment(row[7]),
        newest_post=_moment(row[8]),
        post_count=row[9],
        discovered_feed=row[10],
        proposed_feed=row[11],
        habits=habits.from_json(row[12]),
        move=row[13] and Move(to=row[13], since=from_iso(row[14]), fetches=row[15]),
        crawled_hub_until=_moment(row[16]),
    )


def _memories(
    connection: sqlite3.Connection, sources: Sequence[int]
) -> defaultdict[int, dict[str, Memory]]:
    found: defaultdict[int, dict[str, Memory]] = defaultdict(dict)
    rows = connection.execute(
        f"SELECT source_id, url, {_MEMORY} FROM http_memory"  # noqa: S608 - our own columns
        " WHERE source_id IN (SELECT value FROM json_each(?))",
        (json.dumps(sources),),
    )
    for source_id, url, *row in rows:
        found[source_id][url] = _remembered(row)
    return found


def _remembered(row: Sequence[Any]) -> Memory:
    return Memory(
        etag=row[0],
        last_modified=row[1],
        url=row[2],
        body_sha256=row[3],
        marks=row[4],
        read_whole=_moment(row[5]),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else from_iso(text)
