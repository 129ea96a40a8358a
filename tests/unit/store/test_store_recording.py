import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aggregator.model import (
    Appointment,
    DateOrigin,
    Habits,
    Health,
    Hints,
    Memory,
    Move,
    Outcome,
    Post,
    Rejection,
    SaveCount,
    SourceResult,
    State,
)
from aggregator.store import Store

URL = "https://blog.example/feed"


def record(
    store: Store, result: SourceResult, state: State, memories: dict[str, Memory], **more: Any
) -> None:
    with store.transaction():
        store.record(
            result,
            health=Health(state=state, reason="parce que"),
            appointment=Appointment(at=result.fetched + timedelta(hours=1), reason="chaque heure"),
            memories=memories,
            **more,
        )


def result(outcome: Outcome, fetched: datetime, **more: Any) -> SourceResult:
    return SourceResult(source="blog", outcome=outcome, fetched=fetched, **more)


def test_every_fetch_is_logged(store: Store, now: datetime, rows: Callable[..., Any]) -> None:
    crawl = store.start_crawl(now)
    saved = result(
        Outcome.SAVED,
        now,
        count=SaveCount(new=1, changed=2, unchanged=3),
        rejections=(Rejection(entry="Été", reason="no title"),),
        warnings=("not well-formed",),
        url=URL,
        status=200,
        size_bytes=10,
        elapsed_s=0.5,
    )
    record(store, saved, State.OK, {}, crawl=crawl)
    store.end_crawl(crawl, now + timedelta(minutes=1))
    assert rows("SELECT * FROM fetches") == [
        ("blog", "2026-03-10T12:00:00Z", "saved", URL, 200, 1, 2, 3, 1, None, None, 10, 0.5)
    ]
    ((rejections, warnings),) = rows("SELECT rejections, warnings FROM fetch_log")
    assert json.loads(rejections) == [{"entry": "Été", "reason": "no title"}]
    assert json.loads(warnings) == ["not well-formed"]
    assert rows("SELECT started, ended FROM crawls WHERE id = ?", crawl) == [
        ("2026-03-10T12:00:00Z", "2026-03-10T12:01:00Z")
    ]


def test_health_changes_since_only_with_the_state(store: Store, now: datetime) -> None:
    hours = [now + timedelta(hours=n) for n in range(6)]
    failed = {"error": "no answer", "error_kind": "HostUnreachable"}
    record(store, result(Outcome.SAVED, hours[0]), State.OK, {})
    record(store, result(Outcome.NOT_MODIFIED, hours[1]), State.OK, {})
    assert store.history("blog").since == hours[0]
    record(store, result(Outcome.FAILED, hours[2], **failed), State.FAILING, {})
    record(store, result(Outcome.FAILED, hours[3], **failed), State.FAILING, {})
    past = store.history("blog")
    assert (past.state, past.since, past.failures) == (State.FAILING, hours[2], 2)
    assert (past.last_success, past.last_fetch) == (hours[1], hours[3])
    record(store, result(Outcome.SAVED, hours[4]), State.OK, {})
    past = store.history("blog")
    assert (past.failures, past.since, past.last_success) == (0, hours[4], hours[4])
    status = store.statuses()[0].to_json()
    assert status["reason"] == "parce que"
    assert status["next_fetch"] == "2026-03-10T17:00:00Z"


def test_moves_and_feeds_found_are_kept(
    store: Store, now: datetime, rows: Callable[..., Any]
) -> None:
    move = Move(to="https://new.example/", since=now - timedelta(days=3), fetches=4)
    found = "https://new.example/feed"
    record(store, result(Outcome.SAVED, now), State.MOVED, {}, move=move, discovered_feed=found)
    failed = result(Outcome.FAILED, now, proposed_feed="https://new.example/rss")
    record(store, failed, State.FAILING, {}, move=move)
    record(store, result(Outcome.FAILED, now), State.FAILING, {}, move=move)
    past = store.history("blog")
    assert (past.move, past.discovered_feed) == (move, found)
    assert past.proposed_feed == "https://new.example/rss"
    health = "SELECT moved_to, proposed_feed FROM sources_health WHERE source = 'blog'"
    assert rows(health) == [("https://new.example/", "https://new.example/rss")]
    record(store, result(Outcome.SAVED, now), State.OK, {})
    past = store.history("blog")
    assert (past.move, past.proposed_feed, past.discovered_feed) == (None, None, found)
    assert rows(health) == [(None, None)]


HABITS = Habits(
    times=(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, 8, 30, tzinfo=UTC)),
    lengths=(120, 4),
    titles=("ab", "cd"),
    ahead=(False, True),
    items=12,
    visits=9,
    fruitful=3,
    hints=Hints(
        ttl_s=3600,
        skip_hours=frozenset({22, 3}),
        skip_days=frozenset({0, 6}),
        hub="https://hub.example/",
        topic="https://blog.example/été",
    ),
)


@pytest.mark.parametrize("habits", [HABITS, Habits(), replace(HABITS, hints=Hints())])
def test_habits_are_kept_until_they_change(store: Store, now: datetime, habits: Habits) -> None:
    assert store.history("blog").habits == Habits()
    record(store, result(Outcome.SAVED, now), State.OK, {}, habits=habits)
    assert store.history("blog").habits == habits
    record(store, result(Outcome.NOT_MODIFIED, now), State.OK, {})
    assert store.history("blog").habits == habits


def test_an_appointment_says_why(store: Store, now: datetime) -> None:
    record(store, result(Outcome.SAVED, now), State.OK, {})
    status = store.statuses()[0]
    assert (status.next_fetch, status.next_reason) == ("2026-03-10T13:00:00Z", "chaque heure")
    assert store.history("blog").next_fetch == now + timedelta(hours=1)


def record_gone(store: Store, now: datetime) -> None:
    with store.transaction():
        store.record(
            result(Outcome.FAILED, now, status=410),
            health=Health(state=State.GONE, reason="la page a été supprimée pour de bon"),
            appointment=Appointment(at=None, reason="retirée par son site"),
            memories={},
        )


def test_what_is_gone_is_visited_when_named(store: Store, now: datetime) -> None:
    record_gone(store, now)
    later = now + timedelta(days=400)
    assert [due.slug for due in store.due(now=later)] == ["presse", "extrait"]
    assert [due.slug for due in store.due(now=later, everything=True)] == ["presse", "extrait"]
    (named,) = store.due(now=later, slugs=["blog"])
    assert (named.slug, named.history) == ("blog", store.history("blog"))
    assert (named.history.state, named.history.next_fetch) == (State.GONE, None)


def test_a_source_of_which_nothing_is_known_is_due(
    store: Store, now: datetime, rows: Callable[..., Any]
) -> None:
    rows("UPDATE source_states SET next_fetch = NULL")
    assert len(store.due(now=now)) == 3


def test_a_clock_set_back_makes_sources_due(store: Store, now: datetime) -> None:
    record(store, result(Outcome.SAVED, now + timedelta(days=1)), State.OK, {})
    assert "blog" in [due.slug for due in store.due(now=now)]
    record(store, result(Outcome.SAVED, now), State.OK, {})
    assert "blog" not in [due.slug for due in store.due(now=now)]


def test_a_source_is_woken(store: Store, now: datetime) -> None:
    record(store, result(Outcome.SAVED, now), State.OK, {})
    store.wake("blog", now + timedelta(minutes=5))
    past = store.history("blog")
    assert past.next_fetch == now + timedelta(minutes=5)
    assert store.statuses()[0].next_reason == "le site vient d’annoncer du nouveau"
    store.wake("blog", now + timedelta(minutes=9))  # it is due already
    assert store.history("blog").next_fetch == now + timedelta(minutes=5)
    record_gone(store, now)
    store.wake("blog", now)
    assert store.history("blog").next_fetch is None


def test_memories_are_kept_by_source_and_address(store: Store, now: datetime) -> None:
    first = Memory(
        etag='W/"1"',
        last_modified="Tue, 10 Mar 2026 10:00:00 GMT",
        url="https://behind.example/feed",
        body_sha256="ab",
        marks=b"12345678abcdefgh",
        read_whole=now,
    )
    record(store, result(Outcome.SAVED, now), State.OK, {URL: first, "https://other/": first})
    assert store.memory("blog", URL) == first
    assert store.memory("presse", URL) == Memory()
    record(store, result(Outcome.SAVED, now), State.OK, {URL: Memory(etag='"2"')})
    assert store.memory("blog", URL) == Memory(etag='"2"')
    assert store.memory("blog", "https://other/") == first
    (due,) = store.due(now=now, slugs=["blog"])
    assert due.memories == {URL: Memory(etag='"2"'), "https://other/": first}


def test_a_memory_that_stays_is_written_once_a_day(
    store: Store, now: datetime, rows: Callable[..., Any]
) -> None:
    memory = Memory(etag='"1"', marks=b"12345678")
    record(store, result(Outcome.SAVED, now), State.OK, {URL: memory})
    before = rows("SELECT total_changes()")[0][0]
    record(store, result(Outcome.NOT_MODIFIED, now), State.OK, {URL: memory})
    assert rows("SELECT total_changes()")[0][0] == before + 2  # the log, the state
    assert rows("SELECT used FROM http_memory") == [("2026-03-10",)]
    record(store, result(Outcome.NOT_MODIFIED, now + timedelta(days=1)), State.OK, {URL: memory})
    assert rows("SELECT used FROM http_memory") == [("2026-03-11",)]


def test_posts_and_validators_stand_or_fall_together(
    store: Store, now: datetime, make_post: Callable[..., Post]
) -> None:
    def save_and_stop() -> None:
        with store.transaction():
            store.save("blog", [make_post()], seen=now)
            store.record(
                result(Outcome.SAVED, now),
                health=Health(state=State.OK, reason=""),
                appointment=Appointment(at=now, reason=""),
                memories={URL: Memory(etag='"1"')},
            )
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        save_and_stop()
    assert store.history("blog").post_count == 0
    assert store.memory("blog", URL) == Memory()


def test_the_newest_post_is_one_with_a_date(
    store: Store, now: datetime, make_post: Callable[..., Post], save: Callable[..., Any]
) -> None:
    save(make_post("undated", published=now, date_origin=DateOrigin.FIRST_SEEN))
    assert store.history("blog").newest_post is None
    save(make_post("a"), make_post("b", published=now - timedelta(days=50)))
    past = store.history("blog")
    assert past.newest_post == make_post().published
    assert past.post_count == 3
    assert store.statuses()[0].last_post == "2026-03-01T09:00:00Z"
