from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from aggregator.model import (
    Appointment,
    Health,
    Memory,
    Outcome,
    Rejection,
    SaveCount,
    SourceResult,
    State,
)
from aggregator.store import Store, rolling

Rows = Callable[..., Any]
URL = "https://blog.example/feed"


def fetch(
    store: Store, fetched: datetime, outcome: Outcome, slug: str = "blog", **more: Any
) -> None:
    crawl = store.start_crawl(fetched)
    with store.transaction():
        store.record(
            SourceResult(source=slug, outcome=outcome, fetched=fetched, elapsed_s=0.5, **more),
            health=Health(state=State.OK, reason=""),
            appointment=Appointment(at=fetched, reason=""),
            memories={f"{URL}?{fetched.date()}": Memory(etag='"1"')},
            crawl=crawl,
        )


@pytest.fixture
def old(store: Store, now: datetime) -> Store:
    """Two days of fetches, one of them of two sources, and one of today."""
    saved: dict[str, Any] = {"count": SaveCount(new=2, changed=1, unchanged=5), "size_bytes": 100}
    refused = (Rejection(entry="x", reason="no link"),)
    fetch(store, now - timedelta(days=2), Outcome.SAVED, **saved, rejections=refused)
    fetch(store, now - timedelta(days=2, hours=-1), Outcome.NOT_MODIFIED)
    fetch(store, now - timedelta(days=2, hours=-2), Outcome.FAILED, error="no", error_kind="X")
    fetch(store, now - timedelta(days=2), Outcome.SAVED, "presse", **saved)
    fetch(store, now - timedelta(days=1), Outcome.SAVED, **saved)
    fetch(store, now, Outcome.SAVED, **saved)
    return store


DAYS = [
    ("blog", "2026-03-08", 3, 1, 1, 1, 2, 1, 5, 1, 100, 1.5),
    ("presse", "2026-03-08", 1, 1, 0, 0, 2, 1, 5, 0, 100, 0.5),
    ("blog", "2026-03-09", 1, 1, 0, 0, 2, 1, 5, 0, 100, 0.5),
]


@pytest.mark.parametrize("batch", [1, 2, 5000])
def test_old_fetches_become_sums_by_day(
    old: Store, now: datetime, rows: Rows, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rolling, "BATCH", batch)
    assert old.roll_up(now) == 5
    assert rows("SELECT * FROM fetch_days ORDER BY day, source") == DAYS
    assert rows("SELECT fetched FROM fetches") == [("2026-03-10T12:00:00Z",)]
    assert old.roll_up(now) == 0
    assert rows("SELECT * FROM fetch_days ORDER BY day, source") == DAYS


def test_a_day_is_whole_on_one_side(old: Store, now: datetime, rows: Rows) -> None:
    # Noon of the 8th: nothing of that day goes yet.
    assert old.roll_up(now - timedelta(days=2)) == 0
    assert old.roll_up(now - timedelta(days=1)) == 4
    assert rows("SELECT DISTINCT day FROM fetch_days") == [("2026-03-08",)]
    assert old.roll_up(now) == 1


def test_an_interruption_counts_nothing_twice(
    old: Store, now: datetime, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rolling, "BATCH", 2)
    monkeypatch.setattr(rolling, "_OLD_CRAWLS", "SELECT interrupted")
    with pytest.raises(Exception, match="interrupted"):
        old.roll_up(now)
    monkeypatch.undo()
    assert old.roll_up(now) == 0
    assert rows("SELECT * FROM fetch_days ORDER BY day, source") == DAYS


def test_what_served_only_then_goes_too(old: Store, now: datetime, rows: Rows) -> None:
    old.pause_host("old.example", until=now - timedelta(days=1), status=503)
    old.pause_host("new.example", until=now + timedelta(hours=1), status=429)
    old.roll_up(now)
    assert rows("SELECT url FROM http_memory") == [(f"{URL}?2026-03-10",)]
    assert rows("SELECT started FROM crawls") == [("2026-03-10T12:00:00Z",)]
    assert rows("SELECT host FROM hosts") == [("new.example",)]
