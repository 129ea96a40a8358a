from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from aggregator.errors import StoreError
from aggregator.model import Post
from aggregator.store import IndexCheck, IndexReport, Store, index, rebuilding

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
    assert set(rows("SELECT posts FROM terms WHERE term = 'neuf'")) == {(2,)}
    assert filled.check_index().sound


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


def test_a_killed_rebuild_leaves_words_to_the_next(
    filled: Store, rows: Rows, save: Save, make_post: MakePost
) -> None:
    def stop(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    for word in ("premier", "second"):
        with pytest.raises(KeyboardInterrupt):
            filled.reindex(stop)
        save(make_post("old", title=word))
        assert rows("SELECT 1 FROM terms WHERE term = ?", word)
        assert rows("SELECT 1 FROM terms_next WHERE term = ?", word)
    filled.reindex()
    filled.reindex()
    assert filled.check_index().sound
    assert (
        rows("SELECT name FROM sqlite_master WHERE name GLOB '*_old*' OR name = 'terms_next'") == []
    )
    assert len(rows("SELECT 1 FROM sqlite_master WHERE type = 'index' AND tbl_name = 'terms'")) == 2


def test_an_index_of_other_rules_is_made_anew_when_opened(filled: Store, rows: Rows) -> None:
    rows("DELETE FROM terms")
    rows("INSERT INTO posts_fts (posts_fts) VALUES ('delete-all')")
    rows("UPDATE posts SET fac = 'xs1'")
    rows("UPDATE index_rules SET version = 0")
    assert filled.check_index().faults == ("it was made by another version's rules",)
    steps: list[int] = []
    with Store.open(filled.path, lambda done, _total: steps.append(done)) as opened:
        assert steps == [3, 6, 8]
        assert opened.check_index().sound
    assert matches(rows, "numero") == 8
    assert matches(rows, "xm202603") == 8


def test_migrating_makes_the_index_anew(filled: Store, rows: Rows) -> None:
    rows("UPDATE index_rules SET version = 0")
    steps: list[int] = []
    assert Store.migrate(filled.path, lambda done, _total: steps.append(done)) == []
    assert steps == [3, 6, 8]
    assert rows("SELECT version FROM index_rules") == [(index.RULES,)]


def test_an_empty_database_is_of_todays_rules(store: Store, rows: Rows) -> None:
    assert rows("SELECT version FROM index_rules") == [(index.RULES,)]
    assert store.check_index() == IndexCheck(posts=0)


def test_two_rebuilds_at_once_are_told_apart(filled: Store) -> None:
    def another(_done: int, _total: int) -> None:
        with (
            Store.open(filled.path) as second,
            pytest.raises(StoreError, match="already being rebuilt by another process"),
        ):
            second.reindex()

    assert filled.reindex(another) == IndexReport(posts=8)


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        ("DELETE FROM terms WHERE term IN ('titre', 'fin')", "from `terms`: fin, titre"),
        ("DELETE FROM post_facets WHERE id = (SELECT max(id) FROM posts)", "posts filed wrongly: "),
        ("UPDATE post_facets SET month = 190001", "posts filed wrongly: "),
        ("UPDATE posts SET categories = '[\"Culture\"]'", "posts filed wrongly: "),
        ("UPDATE posts SET author = 'Autre'", "word for word"),
    ],
)
def test_a_check_names_what_is_wrong(filled: Store, rows: Rows, damage: str, fault: str) -> None:
    rows(damage)
    found = filled.check_index()
    assert not found.sound
    assert fault in "; ".join(found.faults)
    filled.reindex()
    assert filled.check_index().sound


def test_posts_that_are_filed_anew_stay_in_the_index_in_use(filled: Store, rows: Rows) -> None:
    rows("UPDATE posts SET categories = '[\"Culture\"]'")

    def stop(done: int, _total: int) -> None:
        if done > 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        filled.reindex(stop)
    assert matches(rows, "xt1") == 6
    assert filled.check_index().is_sound
    filled.reindex()
    assert matches(rows, "xt1") == 8


@pytest.mark.parametrize("batch", [3, 4])  # the last batch holds two posts, or none
def test_what_comes_after_the_last_batch_is_in_the_new_index(
    filled: Store, make_post: MakePost, now: datetime, monkeypatch: Any, batch: int
) -> None:
    monkeypatch.setattr(rebuilding, "BATCH", batch)
    late = datetime.fromisoformat("2031-01-01T00:00:00Z")

    def meddle(done: int, _total: int) -> None:
        if done == 8:
            with Store.open(filled.path) as crawler, crawler.transaction():
                posts = [make_post(f"late {n}", title="Tard", published=late) for n in range(2)]
                crawler.save("blog", [*posts, make_post("0", title="Retard")], seen=now)

    filled.reindex(meddle)
    assert filled.check_index() == IndexCheck(posts=10)
