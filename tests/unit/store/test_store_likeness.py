"""Which posts resemble each other."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aggregator.model import Post
from aggregator.store import Store, likeness

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
QUAY = "La piste cyclable du quai des Bateliers passe devant les péniches amarrées."
POOL = "Le bassin de la piscine des Ondines ferme ses vestiaires aux nageurs."

Rows = Callable[..., list[tuple[Any, ...]]]
Save = Callable[..., Any]
MakePost = Callable[..., Post]


@pytest.fixture
def tell(save: Save, make_post: MakePost) -> Callable[..., None]:
    """Save a post of a text, among others that have nothing to do with it."""

    def run(guid: str, text: str, *, title: str | None = None, slug: str = "blog") -> None:
        heading = title if title is not None else f"Numéro {guid}"
        save(make_post(guid, source=slug, title=heading, text=text, digest=text), slug=slug)

    for number in range(30):
        run(f"autre-{number}", f"Divers propos sans rapport, feuille{number} arbre{number}.")
    return run


def likes(rows: Rows, guid: str) -> list[str]:
    return [
        other
        for (other,) in rows(
            "SELECT b.guid FROM similar_posts JOIN posts AS a ON a.id = post_id"
            " JOIN posts AS b ON b.id = similar_id WHERE a.guid = ? ORDER BY score DESC, b.guid",
            guid,
        )
    ]


def test_posts_that_share_rare_words_resemble_each_other(
    store: Store, tell: Callable[..., None], rows: Rows
) -> None:
    tell("quai", QUAY)
    tell("presse", "Quai des Bateliers, la piste cyclable est votée.", slug="presse")
    tell("piscine", POOL)
    assert store.compare(100) == 33
    assert likes(rows, "quai") == ["presse"]
    assert likes(rows, "presse") == ["quai"]
    assert likes(rows, "piscine") == []
    assert likes(rows, "autre-1") == []
    assert rows("SELECT count(*) FROM comparing") == [(0,)]


def test_one_word_in_common_is_not_enough(
    store: Store, tell: Callable[..., None], rows: Rows
) -> None:
    tell("a", "Bateliers.")
    tell("b", "Bateliers.")
    store.compare(100)
    assert likes(rows, "a") == []


def test_the_newest_are_compared_first_and_no_more_than_asked(
    store: Store, save: Save, make_post: MakePost, rows: Rows
) -> None:
    save(*(make_post(str(day), published=NOON - timedelta(days=day)) for day in range(30)))
    assert store.compare(25) == 25
    waiting = rows("SELECT guid FROM comparing JOIN posts ON id = post_id ORDER BY id DESC")
    assert [guid for (guid,) in waiting] == [str(day) for day in range(25, 30)]
    assert store.compare(25) == 5
    assert store.compare(25) == 0


def test_a_post_has_few_and_of_one_title_fewer(
    store: Store, tell: Callable[..., None], rows: Rows
) -> None:
    for number in range(5):
        tell(f"atelier-{number}", QUAY, title="Atelier du samedi")
    for number in range(8):
        tell(f"quai-{number}", QUAY, slug="presse")
    store.compare(100)
    for guid in ("atelier-0", "quai-3", "quai-7"):
        found = likes(rows, guid)
        assert len(found) == likeness.KEPT
        assert guid not in found
        assert len([one for one in found if one.startswith("atelier")]) <= likeness.SAME_TITLE


def test_an_edited_post_is_compared_again(
    store: Store, tell: Callable[..., None], rows: Rows
) -> None:
    tell("quai", QUAY)
    tell("piscine", POOL)
    tell("change", QUAY, slug="presse")
    store.compare(100)
    assert likes(rows, "change") == ["quai"]
    tell("change", POOL, slug="presse")
    assert store.compare(100) == 1
    assert likes(rows, "change") == ["piscine"]
    assert likes(rows, "quai") == []


def test_what_is_only_filed_anew_is_not_compared(
    store: Store, save: Save, make_post: MakePost, rows: Rows
) -> None:
    post = make_post()
    save(post)
    store.compare(100)
    save(make_post(instance="pic"))
    assert rows("SELECT count(*) FROM comparing") == [(0,)]


def test_a_post_that_goes_takes_its_likes_with_it(
    store: Store, tell: Callable[..., None], rows: Rows
) -> None:
    tell("quai", QUAY)
    tell("presse", QUAY, slug="presse")
    store.compare(100)
    tell("neuf", POOL)
    store._connection.execute("DELETE FROM post_facets")
    store._connection.execute("DELETE FROM posts WHERE guid IN ('quai', 'neuf')")
    assert rows("SELECT count(*) FROM similar_posts") == [(0,)]
    assert rows("SELECT count(*) FROM comparing") == [(0,)]


def test_a_post_that_moves_keeps_its_likes(
    store: Store, tell: Callable[..., None], rows: Rows
) -> None:
    tell("quai", QUAY)
    tell("presse", QUAY, slug="presse")
    store.compare(100)
    store._connection.execute("UPDATE posts SET id = id + 1000000 WHERE guid = 'quai'")
    assert likes(rows, "quai") == ["presse"]
    assert likes(rows, "presse") == ["quai"]


def test_any_text_whatever_can_be_compared(store: Store, tell: Callable[..., None]) -> None:
    odd = (
        '"« NEAR AND OR NOT * ^ : { } " \'; DROP TABLE posts; -- œuf l’œil été́ ＡＢＣ 𝔘𝔫 ١٢٣ 中文字'
    )
    tell("a", odd, title=odd)
    tell("b", odd, title=odd)
    assert store.compare(100) == 32


@pytest.mark.parametrize(
    ("beside", "left", "found"),
    [
        ("UPDATE posts SET digest = 'edited' WHERE guid = 'neuf'", 1, []),
        ("UPDATE posts SET id = id + 9999 WHERE guid = 'neuf'", 1, []),
        ("UPDATE posts SET id = id + 9999 WHERE guid = 'quai'", 0, ["presse"]),
    ],
)
def test_a_crawl_beside_may_change_what_is_compared(  # noqa: PLR0917 - fixtures
    store: Store,
    tell: Callable[..., None],
    rows: Rows,
    monkeypatch: pytest.MonkeyPatch,
    beside: str,
    left: int,
    found: list[str],
) -> None:
    tell("quai", QUAY)
    tell("presse", QUAY, slug="presse")
    store.compare(100)
    tell("neuf", QUAY)
    near = likeness._Comparer.near

    def slow(self: Any, post: int) -> Any:
        likes_of_it = near(self, post)
        with Store.open(store.path) as other, other.transaction():
            other._connection.execute(beside)
        return likes_of_it

    monkeypatch.setattr(likeness._Comparer, "near", slow)
    assert store.compare(1) == 1
    assert rows("SELECT count(*) FROM comparing") == [(left,)]
    assert likes(rows, "neuf") == found
