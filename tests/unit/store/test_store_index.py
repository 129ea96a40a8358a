from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from aggregator.errors import StoreError
from aggregator.model import Post
from aggregator.store import IndexReport, Store, rebuilding

MakePost = Callable[..., Post]
Save = Callable[..., Any]
Rows = Callable[..., Any]


@pytest.fixture
def filled(store: Store, save: Save, make_post: MakePost, monkeypatch: Any) -> Store:
    monkeypatch.setattr(rebuilding, "BATCH", 3)
    save(*(make_post(f"{n}") for n in range(8)))
    return store


def matches(rows: Rows, match: str) -> int:
    return int(rows("SELECT count(*) FROM posts_fts WHERE posts_fts MATCH ?", match)[0][0])


def test_a_rebuild_gives_a_sound_index(filled: Store, rows: Rows) -> None:
    steps: list[tuple[int, int]] = []
    report = filled.reindex(lambda done, total: steps.append((done, total)))
    assert report == IndexReport(posts=8)
    assert steps == [(3, 8), (6, 8), (8, 8)]
    assert matches(rows, "numero") == 8
    assert filled.reindex() == IndexReport(posts=8)


def test_an_index_merges_in_large_steps_and_goes_on_so_when_rebuilt(
    store: Store, rows: Rows
) -> None:
    steps = "SELECT k, v FROM posts_fts_config WHERE k LIKE '%merge' ORDER BY k"
    assert rows(steps) == [("automerge", 16), ("crisismerge", 64)]
    store.reindex()
    assert rows(steps) == [("automerge", 16), ("crisismerge", 64)]


def test_segments_of_the_index_stay_few(
    store: Store, save: Save, rows: Rows, make_post: MakePost
) -> None:
    for n in range(200):
        save(make_post(f"{n}"))
    ((segments,),) = rows("SELECT count(DISTINCT segid) FROM posts_fts_idx")
    assert segments < 40
    assert store.check_index().sound


def test_an_empty_database_can_be_rebuilt(store: Store) -> None:
    assert store.reindex() == IndexReport(posts=0)


@pytest.mark.parametrize(
    "damage",
    [
        "INSERT INTO posts_fts (posts_fts) VALUES ('delete-all')",
        "UPDATE posts SET title = 'Autre' WHERE guid = '3'",
        "DELETE FROM posts_fts_data WHERE id > 10",
        "DELETE FROM posts_fts_docsize",
    ],
)
def test_damage_is_seen_and_repaired(filled: Store, rows: Rows, damage: str) -> None:
    rows(damage)
    assert not filled.check_index().sound
    filled.reindex()
    assert filled.check_index().sound
    assert matches(rows, "numero") == 8


def test_a_check_and_a_writer_do_not_wait_for_each_other(
    filled: Store, make_post: MakePost, now: datetime
) -> None:
    with Store.open(filled.path) as crawler, crawler.transaction():
        crawler.save("blog", [make_post("new")], seen=now)
        assert filled.check_index().sound


def test_a_damaged_index_is_named_with_its_remedy(filled: Store, rows: Rows) -> None:
    rows("DELETE FROM posts_fts_data WHERE id > 10")
    with pytest.raises(StoreError, match="aggregator reindex"), filled.transaction():
        matches(rows, "numero")


def test_what_one_transaction_writes_twice_is_indexed_once(
    store: Store, rows: Rows, make_post: MakePost, now: datetime
) -> None:
    with store.transaction():
        store.save("blog", [make_post("0"), make_post("1", title="Œuvre")], seen=now)
        # Edited, moved to another id, and its old id taken by another post.
        edited = make_post("0", title="Cœur", published=datetime.fromisoformat("2027-01-01T00:00Z"))
        store.save("blog", [edited, make_post("1", title="Ouvrage"), make_post("2")], seen=now)
    assert store.check_index().sound
    assert matches(rows, "coeur") == 1
    assert matches(rows, "oeuvre") == 0
    assert rows("SELECT count(*) FROM shown_texts") == [(3,)]


def test_what_changes_during_a_rebuild_is_in_the_new_index(
    filled: Store, rows: Rows, make_post: MakePost, now: datetime
) -> None:
    def meddle(done: int, _total: int) -> None:
        if done != 6:
            return
        # Behind and ahead of the copy, by another connection as a crawl's.
        with Store.open(filled.path) as crawler, crawler.transaction():
            crawler.save(
                "blog",
                [
                    make_post("0", title="Neuf zéro"),
                    make_post("7", title="Neuf sept"),
                    make_post("4", published=datetime.fromisoformat("2030-01-01T00:00:00Z")),
                    make_post("5", published=datetime.fromisoformat("2000-01-01T00:00:00Z")),
                    make_post("old", published=datetime.fromisoformat("1999-01-01T00:00:00Z")),
                    make_post("new", published=datetime.fromisoformat("2031-01-01T00:00:00Z")),
                ],
                seen=now,
            )

    filled.reindex(meddle)
    assert matches(rows, "neuf") == 2
    assert matches(rows, "numero") == 10


def test_an_interrupted_rebuild_leaves_the_old_index(
    filled: Store, rows: Rows, save: Save, make_post: MakePost
) -> None:
    def stop(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        filled.reindex(stop)
    assert matches(rows, "numero") == 8
    save(make_post("0", title="Neuf"), make_post("next"))
    assert filled.check_index().sound
    assert filled.reindex() == IndexReport(posts=9)
    assert rows("SELECT count(*) FROM reindexing") == [(0,)]
