from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aggregator.model import DateOrigin, Post, SaveCount
from aggregator.store import Store

MakePost = Callable[..., Post]
Save = Callable[..., SaveCount]
Rows = Callable[..., Any]


def found(rows: Rows, match: str) -> list[str]:
    return [
        guid
        for (guid,) in rows(
            "SELECT guid FROM posts_fts AS f JOIN posts AS p ON p.id = f.rowid"
            " WHERE posts_fts MATCH ? ORDER BY f.rowid DESC",
            match,
        )
    ]


def test_a_second_save_adds_and_changes_nothing(
    store: Store, save: Save, make_post: MakePost, now: datetime
) -> None:
    posts = [
        make_post(str(n), date_origin=origin, published=now - timedelta(days=n))
        for n, origin in enumerate(DateOrigin)
    ]
    assert save(*posts) == SaveCount(new=4)
    before = store._connection.total_changes
    assert save(*posts, seen=now + timedelta(hours=1)) == SaveCount(unchanged=4)
    assert store._connection.total_changes == before


def test_last_seen_is_true_to_the_day(
    save: Save, make_post: MakePost, now: datetime, rows: Rows
) -> None:
    save(make_post())
    save(make_post(), seen=now + timedelta(hours=23))
    assert rows("SELECT last_seen FROM posts") == [("2026-03-10T12:00:00Z",)]
    assert save(make_post(), seen=now + timedelta(days=1)) == SaveCount(unchanged=1)
    assert rows("SELECT last_seen FROM posts") == [("2026-03-11T12:00:00Z",)]


def test_a_post_is_kept_whole(save: Save, make_post: MakePost, rows: Rows) -> None:
    save(make_post("é", author="Zoé", categories=("fête", "œuvre"), language="nl"))
    (uid, guid, author, categories, language, year, fac, changed) = rows(
        "SELECT uid, guid, author, categories, language, year, fac, changed FROM posts"
    )[0]
    assert len(uid) == 12
    assert (guid, author, categories) == ("é", "Zoé", '["fête", "œuvre"]')
    assert (language, year, changed) == ("nl", 2026, None)
    assert fac == "xi1 xq1 xs1 xk5 xy2026 xm202603 xlnl xt1 xt2"


def test_the_year_is_the_towns(save: Save, make_post: MakePost, rows: Rows) -> None:
    save(make_post(published=datetime(2025, 12, 31, 23, 30, tzinfo=UTC)))
    assert rows("SELECT year, fac LIKE '%xy2026 %' FROM posts") == [(2026, 1)]
    assert rows("SELECT year FROM post_facets") == [(2026,)]


@pytest.mark.parametrize(
    "moment",
    [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)],
)
def test_the_ends_of_the_calendar(
    save: Save, make_post: MakePost, rows: Rows, moment: datetime, store: Store
) -> None:
    assert save(make_post(published=moment)).new == 1
    assert save(make_post(published=moment)).unchanged == 1
    assert rows("SELECT year FROM posts") == [(moment.year,)]
    assert store.check_index().sound


def test_an_edit_keeps_what_was_said(
    store: Store, save: Save, make_post: MakePost, now: datetime, rows: Rows
) -> None:
    first, second = now + timedelta(days=1), now + timedelta(days=2)
    save(make_post(title="Réunion mardi"))
    save(make_post(title="Réunion mercredi"), seen=first)
    assert save(make_post(title="Réunion annulée"), seen=second) == SaveCount(changed=1)
    assert rows("SELECT seen_from, seen_until, title FROM revisions ORDER BY seen_from") == [
        ("2026-03-10T12:00:00Z", "2026-03-11T12:00:00Z", "Réunion mardi"),
        ("2026-03-11T12:00:00Z", "2026-03-12T12:00:00Z", "Réunion mercredi"),
    ]
    assert rows("SELECT title, changed, first_seen FROM posts") == [
        ("Réunion annulée", "2026-03-12T12:00:00Z", "2026-03-10T12:00:00Z")
    ]
    assert found(rows, "mardi") == []
    assert found(rows, "annulee") == ["1"]
    assert store.check_index().sound


def test_what_is_shown_around_the_text_changes_without_a_version(
    save: Save, make_post: MakePost, rows: Rows
) -> None:
    save(make_post())
    assert save(make_post(author="Zoé", digest="another")) == SaveCount(changed=1)
    assert save(make_post(author="Zoé", url="https://blog.example/moved")).changed == 1
    assert rows("SELECT author, url FROM posts") == [("Zoé", "https://blog.example/moved")]
    assert rows("SELECT count(*) FROM post_versions") == [(0,)]


def test_a_digest_that_moves_alone_changes_nothing(
    store: Store, save: Save, make_post: MakePost
) -> None:
    save(make_post())
    before = store._connection.total_changes
    assert save(make_post(digest="another")) == SaveCount(unchanged=1)
    assert store._connection.total_changes == before


def test_a_new_date_moves_the_post(
    store: Store, save: Save, make_post: MakePost, now: datetime, rows: Rows
) -> None:
    old, new = now - timedelta(days=9), now - timedelta(days=700)
    save(make_post("a", published=old), make_post("b", published=now - timedelta(days=300)))
    save(make_post("a", title="Neuf", published=old))
    (uid, number) = rows("SELECT uid, id FROM posts WHERE guid = 'a'")[0]
    assert found(rows, "fac: xs1") == ["a", "b"]
    assert save(make_post("a", title="Neuf", published=new)) == SaveCount(changed=1)
    ((new_uid, new_number, year),) = rows("SELECT uid, id, year FROM posts WHERE guid = 'a'")
    assert uid == new_uid
    assert new_number < number
    assert year == 2024
    assert found(rows, "fac: xs1") == ["b", "a"]
    assert found(rows, "fac: xy2024") == ["a"]
    for table in ("post_quartiers", "post_versions"):
        assert rows(f"SELECT DISTINCT post_id FROM {table} WHERE post_id < ?", new_number + 1)
    assert rows("SELECT year FROM post_facets WHERE id = ?", new_number) == [(2024,)]
    assert rows("SELECT count(*) FROM post_facets") == [(2,)]
    assert store.check_index().sound


def test_a_post_without_a_date_keeps_its_first_one(
    save: Save, make_post: MakePost, now: datetime, rows: Rows
) -> None:
    later = now + timedelta(days=3)
    save(make_post(published=now, date_origin=DateOrigin.FIRST_SEEN))
    again = make_post(published=later, date_origin=DateOrigin.FIRST_SEEN, digest="dated")
    assert save(again, seen=later) == SaveCount(unchanged=1)
    edited = make_post(title="Neuf", published=later, date_origin=DateOrigin.FIRST_SEEN)
    assert save(edited, seen=later) == SaveCount(changed=1)
    assert rows("SELECT published FROM posts") == [("2026-03-10T12:00:00Z",)]


def test_other_tags_are_filed_without_being_a_change(
    store: Store, save: Save, make_post: MakePost, rows: Rows
) -> None:
    save(make_post())
    assert save(make_post(instance=None, quartiers=("epeule",))) == SaveCount(unchanged=1)
    assert rows("SELECT fac, changed FROM posts") == [("xq2 xs1 xk5 xy2026 xm202603 xlfr", None)]
    assert rows("SELECT quartier FROM publication_quartiers") == [("epeule",)]
    assert rows("SELECT instance_id FROM post_facets") == [(None,)]
    assert found(rows, "fac: xi1") == []
    assert store.check_index().sound


def test_undated_posts_keep_the_order_of_their_page(
    save: Save, make_post: MakePost, now: datetime, rows: Rows
) -> None:
    names = [f"{n:04}" for n in range(600)]
    undated = {"published": now, "date_origin": DateOrigin.FIRST_SEEN}
    save(*(make_post(name, **undated) for name in names))
    assert [guid for (guid,) in rows("SELECT guid FROM posts ORDER BY id DESC")] == names
    assert save(make_post("newest", **undated)).new == 1
    assert rows("SELECT guid FROM posts ORDER BY id DESC LIMIT 1") == [("newest",)]


def test_sources_may_share_a_guid(save: Save, make_post: MakePost, rows: Rows) -> None:
    save(make_post("same"))
    assert save(make_post("same", source="presse"), slug="presse") == SaveCount(new=1)
    assert rows("SELECT count(DISTINCT uid) FROM posts") == [(2,)]


def test_ligatures_are_found_as_two_letters(save: Save, make_post: MakePost, rows: Rows) -> None:
    save(make_post(title="Œuvre et cœur", text="Lætitia"))
    for word in ("oeuvre", "coeur", "laetitia"):
        assert found(rows, word) == ["1"]


def test_undated_posts_found_at_the_first_visit_are_of_any_age(
    save: Save, make_post: MakePost, now: datetime, rows: Rows
) -> None:
    """They would fill « newest first », and this year, the day a source without dates is added."""
    undated = [make_post(f"u{n}", date_origin=DateOrigin.FIRST_SEEN, published=now) for n in (1, 2)]
    save(*undated, make_post("d", published=now - timedelta(days=900)))
    assert rows("SELECT guid FROM posts ORDER BY id DESC") == [("d",), ("u1",), ("u2",)]
    assert rows("SELECT year FROM posts WHERE guid = 'u1'") == [(0,)]
    later = now + timedelta(days=3)
    news = make_post("n", date_origin=DateOrigin.FIRST_SEEN, published=later)
    save(news, *undated, seen=later)
    assert rows("SELECT guid, year FROM posts ORDER BY id DESC LIMIT 1") == [("n", later.year)]
