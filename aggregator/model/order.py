"""Ids that follow dates.

A post's id is its publication second since year 1 (so never negative), times 256, plus a slot:
rowid order is date order, « newest first » streams out of the full-text index without sorting,
and a stretch of time is a range of ids.
"""

from datetime import UTC, datetime, timedelta

SLOTS = 256
EPOCH = datetime(1, 1, 1, tzinfo=UTC)


def first_id(moment: datetime) -> int:
    """Return the least id of a second."""
    since = moment - EPOCH
    return (since.days * 86_400 + since.seconds) * SLOTS


def moment_of(number: int) -> datetime:
    """Return the second that an id belongs to."""
    return EPOCH + timedelta(seconds=number // SLOTS)
