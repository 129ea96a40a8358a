import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from aggregator.model import (
    DateOrigin,
    Health,
    Memory,
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
            next_fetch=result.fetched + timedelta(hours=1),
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
    moved = result(Outcome.SAVED, now, moved_to="https://new.example/")
    record(store, moved, State.MOVED, {}, discovered_feed="https://new.example/feed")
    failed = result(Outcome.FAILED, now, proposed_feed="https://new.example/rss")
    record(store, failed, State.FAILING, {})
    past = store.history("blog")
    assert (past.moved_to, past.discovered_feed) == (
        "https://new.example/",
        "https://new.example/feed",
    )
    record(store, result(Outcome.SAVED, now), State.OK, {})
    assert store.history("blog").moved_to is None
    assert rows("SELECT proposed_feed FROM source_states WHERE source_id = 1") == [
        ("https://new.example/rss",)
    ]


def test_memories_are_kept_by_source_and_address(store: Store, now: datetime) -> None:
    first = Memory(etag='W/"1"', last_modified="Tue, 10 Mar 2026 10:00:00 GMT", body_sha256="ab")
    record(store, result(Outcome.SAVED, now), State.OK, {URL: first, "https://other/": first})
    assert store.memory("blog", URL) == first
    assert store.memory("presse", URL) == Memory()
    record(store, result(Outcome.SAVED, now), State.OK, {URL: Memory(etag='"2"')})
    assert store.memory("blog", URL) == Memory(etag='"2"')
    assert store.memory("blog", "https://other/") == first


def test_posts_and_validators_stand_or_fall_together(
    store: Store, now: datetime, make_post: Callable[..., Post]
) -> None:
    def save_and_stop() -> None:
        with store.transaction():
            store.save("blog", [make_post()], seen=now)
            store.record(
                result(Outcome.SAVED, now),
                health=Health(state=State.OK, reason=""),
                next_fetch=now,
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
