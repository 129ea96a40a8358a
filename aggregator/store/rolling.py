"""What is too old to be kept one by one: fetches become sums by day.

Short transactions: a crawl beside it waits for one batch at most. Each batch sums and deletes the
same rows, so that an interruption counts none twice.
"""

import json
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

from aggregator.clock import to_iso

BATCH = 5000  # fetches a transaction: about 30 ms

# Source by source: the index fetch_log_source finds them without a walk over all.
_OLD = """
SELECT f.id FROM sources AS s CROSS JOIN fetch_log AS f ON f.source_id = s.id AND f.fetched < ?
"""
_SUM = """
INSERT INTO fetch_log_days (
    source_id, day, fetches, saved, not_modified, failed, new, changed, unchanged, rejected,
    size_bytes, elapsed_s
)
SELECT
    source_id, substr(fetched, 1, 10), count(*), sum(outcome = 'saved'),
    sum(outcome = 'not_modified'), sum(outcome = 'failed'), sum(new), sum(changed),
    sum(unchanged), sum(rejected), sum(size_bytes), sum(elapsed_s)
FROM fetch_log WHERE id IN (SELECT value FROM json_each(?))
GROUP BY 1, 2
ON CONFLICT DO UPDATE SET
    fetches = fetches + excluded.fetches,
    saved = saved + excluded.saved,
    not_modified = not_modified + excluded.not_modified,
    failed = failed + excluded.failed,
    new = new + excluded.new,
    changed = changed + excluded.changed,
    unchanged = unchanged + excluded.unchanged,
    rejected = rejected + excluded.rejected,
    size_bytes = size_bytes + excluded.size_bytes,
    elapsed_s = elapsed_s + excluded.elapsed_s
"""
_OLD_CRAWLS = """
DELETE FROM crawls
WHERE started < ? AND NOT EXISTS (SELECT 1 FROM fetch_log WHERE crawl_id = crawls.id)
"""

Transaction = Callable[[], AbstractContextManager[None]]


def roll_up(connection: sqlite3.Connection, transaction: Transaction, before: datetime) -> int:
    """Sum up what was fetched on the days before that of a moment, and forget what served then.

    Returns:
        How many fetches became part of a sum.
    """
    # Whole days only: a day is either in fetch_log or summed up.
    day = to_iso(before)[: len("2026-03-10")]
    old = [row for (row,) in connection.execute(_OLD, (day,))]
    for start in range(0, len(old), BATCH):
        batch = json.dumps(old[start : start + BATCH])
        with transaction():
            connection.execute(_SUM, (batch,))
            connection.execute(
                "DELETE FROM fetch_log WHERE id IN (SELECT value FROM json_each(?))", (batch,)
            )
    with transaction():
        connection.execute(_OLD_CRAWLS, (day,))
        connection.execute("DELETE FROM http_memory WHERE used < ?", (day,))
        connection.execute("DELETE FROM hosts WHERE paused_until < ?", (day,))
    return len(old)
