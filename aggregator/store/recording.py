"""What became of fetches: the log, each source's health, the validators of its URLs."""

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime

from aggregator.clock import to_iso
from aggregator.model import (
    Appointment,
    Habits,
    Health,
    Memory,
    Move,
    Outcome,
    Rejection,
    SourceResult,
)
from aggregator.store import habits as habits_column

_LOG = """
INSERT INTO fetch_log (
    crawl_id, source_id, fetched, outcome, url, status, new, changed, unchanged, rejected,
    warnings, rejections, error, error_kind, size_bytes, elapsed_s
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
# A source that was paused or taken off the list during its fetch keeps that standing; the right
# sides see the row as it was before.
_STATE = """
UPDATE source_states SET
    since = iif(state IN ('paused', 'unlisted', :state), since, :now),
    state = iif(state IN ('paused', 'unlisted'), state, :state),
    reason = iif(state IN ('paused', 'unlisted'), reason, :reason),
    next_fetch = iif(state IN ('paused', 'unlisted'), next_fetch, :next_fetch),
    next_reason = iif(state IN ('paused', 'unlisted'), next_reason, :next_reason),
    last_fetch = :now,
    last_success = iif(:failed, last_success, :now),
    failures = iif(:failed, failures + 1, 0),
    moved_to = :moved_to,
    moved_since = :moved_since,
    moved_fetches = :moved_fetches,
    habits = coalesce(:habits, habits),
    discovered_feed = coalesce(:discovered_feed, discovered_feed),
    proposed_feed = iif(:failed, coalesce(:proposed_feed, proposed_feed), NULL)
WHERE source_id = :source
"""
# Most memories come back as they were: once a day is enough to know which are of use.
_REMEMBER = """
INSERT INTO http_memory (
    source_id, url, etag, last_modified, validators_of, body_sha256, marks, read_whole, used
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET
    etag = excluded.etag,
    last_modified = excluded.last_modified,
    validators_of = excluded.validators_of,
    body_sha256 = excluded.body_sha256,
    marks = excluded.marks,
    read_whole = excluded.read_whole,
    used = excluded.used
WHERE (etag, last_modified, validators_of, body_sha256, marks, read_whole, used) IS NOT (
    excluded.etag, excluded.last_modified, excluded.validators_of, excluded.body_sha256,
    excluded.marks, excluded.read_whole, excluded.used
)
"""
# Sources without an appointment wait for a moderator.
_WAKE = """
UPDATE source_states SET next_fetch = :now, next_reason = :reason
WHERE source_id = :source AND next_fetch > :now
"""

TOLD = "le site vient d’annoncer du nouveau"


def record(
    connection: sqlite3.Connection,
    source_id: int,
    result: SourceResult,
    *,
    health: Health,
    appointment: Appointment,
    habits: Habits | None,
    move: Move | None,
    memories: Mapping[str, Memory],
    discovered_feed: str | None,
    crawl: int | None,
) -> None:
    """Log a fetch, and keep what the next one needs; inside a transaction."""
    now = to_iso(result.fetched)
    connection.execute(_LOG, _log_row(source_id, result, now, crawl))
    known = {
        "source": source_id,
        "now": now,
        "failed": result.outcome is Outcome.FAILED,
        "moved_to": move and move.to,
        "moved_since": move and to_iso(move.since),
        "moved_fetches": move.fetches if move else 0,
        "habits": habits and habits_column.to_json(habits),
        "discovered_feed": discovered_feed,
        "proposed_feed": result.proposed_feed,
        "state": health.state.value,
        "reason": health.reason,
        "next_fetch": appointment.at and to_iso(appointment.at),
        "next_reason": appointment.reason,
    }
    connection.execute(_STATE, known)
    rows = [_memory_row(source_id, url, memory, now) for url, memory in memories.items()]
    connection.executemany(_REMEMBER, rows)


def wake(connection: sqlite3.Connection, source_id: int, now: datetime) -> None:
    """Make a source due now."""
    connection.execute(_WAKE, {"source": source_id, "now": to_iso(now), "reason": TOLD})


def _log_row(
    source_id: int, result: SourceResult, fetched: str, crawl: int | None
) -> tuple[str | int | float | None, ...]:
    count = result.count
    return (
        crawl,
        source_id,
        fetched,
        result.outcome.value,
        result.url,
        result.status,
        count.new,
        count.changed,
        count.unchanged,
        len(result.rejections),
        json.dumps(result.warnings, ensure_ascii=False) if result.warnings else "[]",
        _rejections(result.rejections) if result.rejections else "[]",
        result.error,
        result.error_kind,
        result.size_bytes,
        result.elapsed_s,
    )


def _rejections(rejections: tuple[Rejection, ...]) -> str:
    rows = [{"entry": r.entry, "reason": r.reason} for r in rejections]
    return json.dumps(rows, ensure_ascii=False)


def _memory_row(
    source_id: int, url: str, memory: Memory, now: str
) -> tuple[str | int | bytes | None, ...]:
    return (
        source_id,
        url,
        memory.etag,
        memory.last_modified,
        memory.url,
        memory.body_sha256,
        memory.marks,
        to_iso(memory.read_whole) if memory.read_whole else None,
        now[: len("2026-03-10")],
    )
