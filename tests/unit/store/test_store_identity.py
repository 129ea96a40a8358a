from collections.abc import Callable
from datetime import timedelta
from typing import Any

from aggregator.model import DateOrigin, Post, SaveCount
from aggregator.store import Store

MakePost = Callable[..., Post]
Save = Callable[..., SaveCount]
Rows = Callable[..., Any]


def titles(rows: Rows) -> list[str]:
    return sorted(title for (title,) in rows("SELECT title FROM posts"))


def test_a_repeated_item_counts_once(save: Save, make_post: MakePost) -> None:
    assert save(make_post(), make_post("2"), make_post()) == SaveCount(new=2)


def test_items_that_share_a_guid_are_posts_of_their_own(
    store: Store, save: Save, make_post: MakePost, rows: Rows
) -> None:
    a, b, c = (make_post("same", title=t, url=f"https://x.example/{t}") for t in "ABC")
    assert save(a, b) == SaveCount(new=2)
    before = store._connection.total_changes
    assert save(a, b) == SaveCount(unchanged=2)
    assert save(b, a) == SaveCount(unchanged=2)
    assert store._connection.total_changes == before
    assert save(c, a, b) == SaveCount(new=1, unchanged=2)
    # The window of the feed moves on: what is left is still itself, also when it is alone.
    assert save(c, b) == SaveCount(unchanged=2)
    assert save(c) == SaveCount(unchanged=1)
    assert save(a) == SaveCount(unchanged=1)
    assert titles(rows) == ["A", "B", "C"]


def test_items_that_share_guid_and_address_are_told_by_their_titles(
    save: Save, make_post: MakePost, rows: Rows
) -> None:
    a, b, c = (make_post("same", title=t) for t in "ABC")
    assert save(b, a) == SaveCount(new=2)
    assert save(c, b, a) == SaveCount(new=1, unchanged=2)
    assert save(c, b) == SaveCount(unchanged=2)
    assert titles(rows) == ["A", "B", "C"]


def test_dates_tell_apart_what_nothing_else_does(save: Save, make_post: MakePost) -> None:
    first = make_post("same")
    second = make_post("same", published=first.published + timedelta(days=7))
    assert save(first, second) == SaveCount(new=2)
    assert save(second, first) == SaveCount(unchanged=2)
    undated = {"date_origin": DateOrigin.FIRST_SEEN}
    assert save(make_post("u", **undated), make_post("u", **undated)).new == 1


def test_an_edited_item_among_twins_is_still_itself(
    save: Save, make_post: MakePost, rows: Rows
) -> None:
    a, b = (make_post("same", title=t, url=f"https://x.example/{t}") for t in "AB")
    save(a, b)
    edited = (make_post("same", title=f"{p.title}2", url=p.url) for p in (a, b))
    assert save(*edited) == SaveCount(changed=2)
    assert titles(rows) == ["A2", "B2"]


def test_one_item_under_a_known_guid_is_an_edit(
    save: Save, make_post: MakePost, rows: Rows
) -> None:
    save(make_post("g", title="Avant", url="https://x.example/avant"))
    assert save(make_post("g", title="Après", url="https://x.example/apres")).changed == 1
    assert titles(rows) == ["Après"]
    assert rows("SELECT title FROM revisions") == [("Avant",)]


def test_twins_keep_their_public_names_in_a_database_made_afresh(  # noqa: PLR0917 - fixtures
    save: Save, make_post: MakePost, rows: Rows, tmp_path: Any, town: Any, now: Any
) -> None:
    posts = [make_post("same", title=t, url=f"https://x.example/{t}") for t in "ABC"]
    save(*posts)
    with Store.open(tmp_path / "other.db") as other:
        other.sync_town(town, definitions={}, now=now)
        with other.transaction():
            other.save("blog", posts, seen=now + timedelta(days=30))
        fresh = other._connection.execute("SELECT uid FROM posts ORDER BY title").fetchall()
    assert [tuple(row) for row in fresh] == rows("SELECT uid FROM posts ORDER BY title")
