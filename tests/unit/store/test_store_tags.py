"""What posts are filed under: tokens, facets, themes."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from aggregator.model import DateOrigin, Post, Town
from aggregator.store import Store, tags

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)

Rows = Callable[..., list[tuple[Any, ...]]]
Save = Callable[..., Any]
MakePost = Callable[..., Post]


def fac(rows: Rows, guid: str = "1") -> list[str]:
    ((text,),) = rows("SELECT fac FROM posts WHERE guid = ?", guid)
    return str(text).split()


def theme_names(rows: Rows) -> list[str]:
    return [name for (name,) in rows("SELECT name FROM themes ORDER BY id")]


def test_a_post_has_a_token_for_each_thing_it_is_filed_under(
    save: Save, make_post: MakePost, rows: Rows
) -> None:
    save(make_post(language="pt-BR", documents=("tableur", "pdf"), categories=("Culture", "Sport")))
    ((source, kind, instance, quartier),) = rows(
        "SELECT s.id, s.kind_id, s.instance_id, q.id FROM sources AS s, quartiers AS q"
        " WHERE s.slug = 'blog' AND q.slug = 'hommelet'"
    )
    assert fac(rows) == [
        *(f"xi{instance}", f"xq{quartier}", f"xs{source}", f"xk{kind}", "xy2026", "xm202603"),
        *("xlpt", "xdpdf", "xdtableur", "xt1", "xt2"),
    ]
    assert rows("SELECT year, month, language, documents FROM post_facets") == [
        (2026, 202603, "pt", 0b101)
    ]


@pytest.mark.parametrize(
    ("moment", "month"),
    [
        (datetime(2025, 12, 31, 23, 30, tzinfo=UTC), 202601),
        (datetime(2026, 6, 30, 22, 30, tzinfo=UTC), 202607),
        (datetime(2026, 6, 15, 22, 30, tzinfo=UTC), 202606),
        (datetime(1, 1, 1, tzinfo=UTC), 101),
        (datetime(9999, 12, 31, 23, 59, tzinfo=UTC), 999912),
    ],
)
def test_the_month_is_the_towns(
    save: Save, make_post: MakePost, rows: Rows, moment: datetime, month: int
) -> None:
    save(make_post(published=moment))
    assert rows("SELECT year, month FROM post_facets") == [(month // 100, month)]


def test_an_undated_post_of_a_new_source_has_no_month(
    save: Save, make_post: MakePost, rows: Rows
) -> None:
    post = make_post(published=NOON, date_origin=DateOrigin.FIRST_SEEN)
    save(post)
    assert save(post).unchanged == 1
    assert rows("SELECT year, month FROM post_facets") == [(0, 0)]
    assert "xm0" in fac(rows)


@pytest.mark.parametrize(
    ("tag", "language"), [("FR", "fr"), ("nl-BE", "nl"), ("oc_FR", "oc"), ("x1", "fr"), ("", "fr")]
)
def test_a_language_is_its_first_part(tag: str, language: str) -> None:
    assert tags.language_of(tag) == language


def test_spellings_of_a_theme_are_one(save: Save, make_post: MakePost, rows: Rows) -> None:
    save(make_post("1", categories=("CULTURE",)))
    save(make_post("2", categories=("Culture", "culture", "Éducation")))
    save(make_post("3", categories=("culture", "education")))
    assert theme_names(rows) == ["Culture", "Éducation"]
    assert rows("SELECT post_id, theme_id FROM post_themes ORDER BY 1, 2") == [
        (post, theme)
        for (post, wanted) in rows("SELECT id, iif(guid = '1', 1, 2) FROM posts ORDER BY id")
        for theme in range(1, wanted + 1)
    ]


def test_what_says_nothing_is_no_theme(save: Save, make_post: MakePost, rows: Rows) -> None:
    empty = ("Non classé", "Uncategorized", "Actualités", "2024", "…", "x" * 61, "NEWS")
    save(make_post(categories=empty))
    assert theme_names(rows) == []
    assert not [token for token in fac(rows) if token.startswith("xt")]


def test_a_post_has_eight_themes_at_most(save: Save, make_post: MakePost, rows: Rows) -> None:
    save(make_post(categories=tuple(f"Thème {letter}" for letter in "abcdefghijkl")))
    assert rows("SELECT count(*) FROM post_themes") == [(8,)]


def test_themes_that_were_undone_are_made_again(
    store: Store, save: Save, make_post: MakePost, rows: Rows
) -> None:
    with suppress(RuntimeError), store.transaction():
        store.save("blog", [make_post(categories=("Culture",))], seen=NOON)
        raise RuntimeError
    save(make_post(categories=("Culture",)))
    assert rows("SELECT name FROM post_themes JOIN themes ON id = theme_id") == [("Culture",)]


def test_new_themes_and_documents_file_a_post_anew(
    save: Save, make_post: MakePost, rows: Rows
) -> None:
    save(make_post(categories=("Culture",)))
    changed = make_post(categories=("Sport",), documents=("pdf",), digest="moved")
    save(changed)
    assert {"xt2", "xdpdf"} <= set(fac(rows))
    assert rows("SELECT theme_id FROM post_themes") == [(2,)]
    assert save(changed).unchanged == 1


def test_a_source_filed_elsewhere_keeps_the_rest(
    store: Store, save: Save, make_post: MakePost, rows: Rows, town: Town
) -> None:
    save(make_post(categories=("Culture",), documents=("pdf",), language="nl"))
    before = fac(rows)
    blog, *others = town.sources
    moved = replace(town, sources=(replace(blog, kind="presse", quartiers=("epeule",)), *others))
    store.sync_town(moved, definitions={}, now=NOON)
    after = fac(rows)
    assert [token[:2] for token in before] == [token[:2] for token in after]
    assert [t for t in before if t not in after] == [t for t in before if t[:2] in {"xq", "xk"}]
    assert rows("SELECT language, documents, month FROM post_facets") == [("nl", 1, 202603)]
    assert rows("SELECT count(*) FROM post_themes") == [(1,)]


def test_refiling_gives_what_saving_gave(
    store: Store, save: Save, make_post: MakePost, rows: Rows
) -> None:
    save(
        make_post("1", categories=("Culture", "Sport"), documents=("pdf",), language="nl"),
        make_post("2", published=datetime(2025, 12, 31, 23, 30, tzinfo=UTC)),
    )
    queries = (
        "SELECT id, fac, year FROM posts ORDER BY id",
        "SELECT * FROM post_facets ORDER BY id",
        "SELECT * FROM post_themes ORDER BY 1, 2",
        "SELECT * FROM post_quartiers ORDER BY 1, 2",
    )
    before = [rows(query) for query in queries]
    connection = store._connection
    connection.execute("UPDATE posts SET fac = 'xs1 xy2026'")
    connection.execute("UPDATE post_facets SET month = 0, language = 'fr'")
    connection.execute("DELETE FROM post_themes")
    tags.refile(connection, [row[0] for row in before[0]])
    assert [rows(query) for query in queries] == before


def test_refiling_writes_only_what_differs(
    store: Store, save: Save, make_post: MakePost, rows: Rows
) -> None:
    save(*(make_post(str(number), categories=("Culture",)) for number in range(5)))
    ids = [post for (post,) in rows("SELECT id FROM posts")]
    before = store._connection.total_changes
    tags.refile(store._connection, ids)
    tags.refile(store._connection, [])
    assert store._connection.total_changes == before
