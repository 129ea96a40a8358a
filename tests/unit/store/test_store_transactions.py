import sqlite3
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from aggregator.errors import StoreError
from aggregator.model import Post
from aggregator.store import Store


def test_an_error_inside_undoes_everything(
    store: Store, make_post: Callable[..., Post], now: datetime, rows: Callable[..., Any]
) -> None:
    def save_and_fail() -> None:
        with store.transaction():
            store.save("blog", [make_post()], seen=now)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        save_and_fail()
    assert rows("SELECT count(*) FROM posts") == [(0,)]
    assert store.check_index().sound


def test_saving_outside_of_one_is_refused(
    store: Store, make_post: Callable[..., Post], now: datetime
) -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        store.save("blog", [make_post()], seen=now)


def test_an_unknown_source_is_named(
    store: Store, make_post: Callable[..., Post], now: datetime
) -> None:
    with pytest.raises(StoreError, match="nowhere"), store.transaction():
        store.save("nowhere", [make_post()], seen=now)
    with pytest.raises(StoreError, match="nowhere"):
        store.history("nowhere")


def test_a_store_without_a_town_says_so(
    tmp_path: Any, make_post: Callable[..., Post], now: datetime
) -> None:
    with (
        Store.open(tmp_path / "v.db") as store,
        pytest.raises(StoreError, match="synchronise"),
        store.transaction(),
    ):
        store.save("blog", [make_post()], seen=now)


def test_a_lock_that_lasts_is_named(store: Store, now: datetime) -> None:
    store._connection.execute("PRAGMA busy_timeout = 20")
    neighbour = sqlite3.connect(store.path, isolation_level=None)
    neighbour.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="keeps it locked"), store.transaction():
        pass
    with pytest.raises(StoreError, match="keeps it locked"):
        store.start_crawl(now)
    neighbour.close()
    with store.transaction():
        pass


def test_a_full_disk_leaves_nothing_half_written(
    store: Store, make_post: Callable[..., Post], now: datetime, rows: Callable[..., Any]
) -> None:
    with store.transaction():
        store.save("blog", [make_post("kept")], seen=now)
    (pages,) = rows("PRAGMA page_count")[0]
    rows(f"PRAGMA max_page_count = {pages + 20}")
    with pytest.raises(StoreError, match="no room left"), store.transaction():
        store.save("blog", [make_post(str(n), text=f"mot{n} " * 9000) for n in range(50)], seen=now)
    assert rows("SELECT guid FROM posts") == [("kept",)]
    assert store.check_index().sound
    rows("PRAGMA max_page_count = 1000000")
    with store.transaction():
        assert store.save("blog", [make_post("next")], seen=now).count.new == 1
    assert store.check_index().sound
