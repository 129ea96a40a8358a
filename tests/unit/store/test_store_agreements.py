from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from aggregator.errors import StoreError
from aggregator.store import HostPause, Store, Subscription


def test_hosts_are_left_alone_until_a_moment(store: Store, now: datetime) -> None:
    hour = timedelta(hours=1)
    store.pause_host("a.example", until=now + hour, status=429)
    store.pause_host("b.example", until=now + 2 * hour, status=503)
    assert store.hosts(now) == {
        "a.example": HostPause(until=now + hour, status=429),
        "b.example": HostPause(until=now + 2 * hour, status=503),
    }
    assert set(store.hosts(now + hour)) == {"b.example"}


def test_of_two_pauses_the_longer_one_holds(store: Store, now: datetime) -> None:
    hour = timedelta(hours=1)
    store.pause_host("a.example", until=now + 2 * hour, status=503)
    store.pause_host("a.example", until=now + hour, status=429)
    assert store.hosts(now) == {"a.example": HostPause(until=now + 2 * hour, status=503)}
    store.pause_host("a.example", until=now + 3 * hour, status=429)
    assert store.hosts(now) == {"a.example": HostPause(until=now + 3 * hour, status=429)}


def test_a_pause_of_a_wrong_clock_ends(store: Store, now: datetime) -> None:
    day, minute = timedelta(days=1), timedelta(minutes=1)
    store.pause_host("day.example", until=now + day + minute, status=429)
    store.pause_host("wrong.example", until=now + day + 2 * minute, status=429)
    store.pause_host("years.example", until=now + 3650 * day, status=429)
    assert set(store.hosts(now)) == {"day.example"}
    store.pause_host("day.example", until=now + minute, status=503)
    store.pause_host("years.example", until=now + minute, status=503)
    assert store.hosts(now) == {
        "day.example": HostPause(until=now + day + minute, status=429),
        "years.example": HostPause(until=now + minute, status=503),
    }


@pytest.mark.parametrize(("reserved", "shown"), [(True, 1), (False, 0)])
def test_reservations_are_noted_and_shown(
    store: Store, now: datetime, rows: Callable[..., Any], reserved: bool, shown: int
) -> None:
    store.note_tdm("blog", reserved=True, policy="https://blog.example/old", checked=now)
    store.note_tdm("blog", reserved=reserved, policy="https://blog.example/terms", checked=now)
    assert rows(
        "SELECT tdm_reserved FROM sources_health WHERE source IN ('blog', 'presse') ORDER BY source"
    ) == [(shown,), (None,)]
    assert rows("SELECT tdm_policy, tdm_checked FROM source_states WHERE source_id = 1") == [
        ("https://blog.example/terms", "2026-03-10T12:00:00Z")
    ]
    assert store.statuses()[0].to_json()["tdm_reserved"] is reserved


def test_silence_takes_no_reservation_back(
    store: Store, now: datetime, rows: Callable[..., Any]
) -> None:
    store.note_tdm("blog", reserved=None, policy=None, checked=now)
    query = "SELECT tdm_reserved, tdm_policy, tdm_checked FROM source_states WHERE source_id = 1"
    assert rows(query) == [(None, None, "2026-03-10T12:00:00Z")]
    store.note_tdm("blog", reserved=True, policy="https://blog.example/p", checked=now)
    store.note_tdm("blog", reserved=None, policy=None, checked=now + timedelta(days=8))
    assert rows(query) == [(1, "https://blog.example/p", "2026-03-18T12:00:00Z")]


@pytest.fixture
def asked(now: datetime) -> Subscription:
    return Subscription(
        source="blog",
        hub="https://hub.example/",
        topic="https://blog.example/feed",
        token="token",
        secret="secret",
        lease_until=None,
        asked=now,
        state="asked",
    )


def test_a_subscription_is_kept_renewed_and_dropped(
    store: Store, now: datetime, asked: Subscription
) -> None:
    assert store.subscriptions() == ()
    store.save_subscription(asked)
    other = replace(asked, source="presse", token="other")
    store.save_subscription(other)
    assert store.subscriptions() == (asked, other)
    assert store.history("blog").crawled_hub_until is None
    lease = now + timedelta(days=10)
    verified = replace(asked, token="new", lease_until=lease, state="verified")
    store.save_subscription(verified)
    assert store.subscriptions() == (verified, other)
    (due,) = store.due(now=now, slugs=["blog"])
    assert due.history.crawled_hub_until == lease
    store.drop_subscription("blog")
    store.drop_subscription("blog")
    assert store.subscriptions() == (other,)


def test_a_token_belongs_to_one_source(store: Store, asked: Subscription) -> None:
    store.save_subscription(asked)
    store.save_subscription(replace(asked, source="presse"))
    assert [kept.source for kept in store.subscriptions()] == ["presse"]


def test_an_unknown_source_is_named(store: Store, now: datetime, asked: Subscription) -> None:
    with pytest.raises(StoreError, match="nowhere"):
        store.save_subscription(replace(asked, source="nowhere"))
    with pytest.raises(StoreError, match="nowhere"):
        store.wake("nowhere", now)
    with pytest.raises(StoreError, match="nowhere"):
        store.note_tdm("nowhere", reserved=None, policy=None, checked=now)
