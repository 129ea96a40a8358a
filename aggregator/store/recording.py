"""What became of fetches: the log, each source's health, the validators of its URLs."""

import json
import sqlite3
from collections.abc import Collection, Mapping
from datetime import datetime

from aggregator.clock import from_iso, to_iso
from aggregator.errors import StoreError
from aggregator.model import Health, Memory, Outcome, SourceResult, State
from aggregator.store.model import SourceHistory, SourceStatus

_LOG = """
INSERT INTO fetch_log (
    crawl_id, source_id, fetched, outcome, url, status, new, changed, unchanged, rejected,
    warnings, rejections, error, error_kind, size_bytes, elapsed_s
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
# A source that was paused or taken off the list during its fetch keeps that standing.
_HEALTH = """
UPDATE source_states SET
    since = CASE WHEN state = :state THEN since ELSE :now END,
    state = :state,
    reason = :reason,
    next_fetch = :next_fetch
WHERE source_id = :source AND state NOT IN ('paused', 'unlisted')
"""
_FETCHED = """
UPDATE source_states SET
    last_fetch = :now,
    last_success = CASE WHEN :failed THEN last_success ELSE :now END,
    failures = CASE WHEN :failed THEN failures + 1 ELSE 0 END,
    moved_to = CASE WHEN :failed THEN moved_to ELSE :moved_to END,
    discovered_feed = coalesce(:discovered_feed, discovered_feed),
    proposed_feed = coalesce(:proposed_feed, proposed_feed)
WHERE source_id = :source
"""
_REMEMBER = """
INSERT INTO http_memory (source_id, url, etag, last_modified, body_sha256) VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET
    etag = excluded.etag,
    last_modified = excluded.last_modified,
    body_sha256 = excluded.body_sha256
"""
_DUE = """
SELECT s.slug FROM sources AS s JOIN source_states AS t ON t.source_id = s.id
WHERE s.listed AND NOT s.paused AND (:all OR t.next_fetch IS NULL OR t.next_fetch <= :now)
ORDER BY t.next_fetch, s.position
"""
_HISTORY = """
SELECT
    t.state, t.since, t.failures, t.last_success, t.last_fetch,
    (
        SELECT p.published FROM posts AS p
        WHERE p.source_id = s.id AND p.date_origin <> 'first_seen' ORDER BY p.id DESC LIMIT 1
    ),
    (SELECT count(*) FROM posts AS p WHERE p.source_id = s.id),
    t.discovered_feed, t.moved_to
FROM sources AS s JOIN source_states AS t ON t.source_id = s.id
WHERE s.slug = ?
"""
_STATUSES = """
SELECT
    h.source, h.name, h.state, h.reason, h.since, h.last_success, h.last_post, h.failures,
    h.next_fetch
FROM sources_health AS h JOIN sources AS s ON s.slug = h.source
ORDER BY s.listed DESC, s.position
"""


def record(
    connection: sqlite3.Connection,
    source_id: int,
    result: SourceResult,
    *,
    health: Health,
    next_fetch: datetime,
    memories: Mapping[str, Memory],
    discovered_feed: str | None,
    crawl: int | None,
) -> None:
    """Log a fetch, and keep what the next one needs; inside a transaction."""
    connection.execute(_LOG, _log_row(source_id, result, crawl))
    known = {
        "source": source_id,
        "now": to_iso(result.fetched),
        "failed": result.outcome is Outcome.FAILED,
        "moved_to": result.moved_to,
        "discovered_feed": discovered_feed,
        "proposed_feed": result.proposed_feed,
        "state": health.state.value,
        "reason": health.reason,
        "next_fetch": to_iso(next_fetch),
    }
    connection.execute(_HEALTH, known)
    connection.execute(_FETCHED, known)
    connection.executemany(
        _REMEMBER,
        [
            (source_id, url, memory.etag, memory.last_modified, memory.body_sha256)
            for url, memory in memories.items()
        ],
    )


def _log_row(
    source_id: int, result: SourceResult, crawl: int | None
) -> tuple[str | int | float | None, ...]:
    rejections = [{"entry": r.entry, "reason": r.reason} for r in result.rejections]
    return (
        crawl,
        source_id,
        to_iso(result.fetched),
        result.outcome.value,
        result.url,
        result.status,
        result.count.new,
        result.count.changed,
        result.count.unchanged,
        len(result.rejections),
        json.dumps(result.warnings, ensure_ascii=False),
        json.dumps(rejections, ensure_ascii=False),
        result.error,
        result.error_kind,
        result.size_bytes,
        result.elapsed_s,
    )


def memory(connection: sqlite3.Connection, slug: str, url: str) -> Memory:
    """Return what is remembered of a source's URL; an empty memory where nothing is."""
    row = connection.execute(
        "SELECT m.etag, m.last_modified, m.body_sha256 FROM http_memory AS m"
        " JOIN sources AS s ON s.id = m.source_id WHERE s.slug = ? AND m.url = ?",
        (slug, url),
    ).fetchone()
    if row is None:
        return Memory()
    return Memory(etag=row[0], last_modified=row[1], body_sha256=row[2])


def due(
    connection: sqlite3.Connection,
    *,
    now: datetime,
    slugs: Collection[str] | None,
    everything: bool,
) -> tuple[str, ...]:
    """Return the sources to visit, those that wait longest first."""
    all_of_them = everything or slugs is not None
    rows = connection.execute(_DUE, {"now": to_iso(now), "all": all_of_them})
    return tuple(slug for (slug,) in rows if slugs is None or slug in slugs)


def history(connection: sqlite3.Connection, slug: str) -> SourceHistory:
    """Return what is known of a source.

    Raises:
        StoreError: The database has never heard of it.
    """
    row = connection.execute(_HISTORY, (slug,)).fetchone()
    if row is None:
        raise StoreError(f"{slug}: no such source in the database; synchronise the list first")
    return SourceHistory(
        state=State(row[0]),
        since=from_iso(row[1]),
        failures=row[2],
        last_success=_moment(row[3]),
        last_fetch=_moment(row[4]),
        newest_post=_moment(row[5]),
        post_count=row[6],
        discovered_feed=row[7],
        moved_to=row[8],
    )


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
        )
        for row in connection.execute(_STATUSES)
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else from_iso(text)
