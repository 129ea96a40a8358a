from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from aggregator.search import Query, Results, helping

Ask = Callable[..., Results]


@pytest.fixture(autouse=True)
def words(posts: Any) -> None:
    """What the town writes, its usual words in many posts."""
    for number in range(25):
        posts.add(
            "La bibliothèque du quartier",
            "le conseil citoyen, la commission, un vélo",
            day=date(2020, 1, 1 + number),
        )
    posts.add("Un éclair", "instance")
    posts.count()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("biblioteque", "bibliothèque"),  # as it is heard
        ("kartier", "quartier"),
        ("quartire", "quartier"),  # letters that changed places
        ("bibliothque", "bibliothèque"),
        ("comission", "commission"),
        ("conseilcitoyen", "conseil citoyen"),
        ("velau", "vélo"),
        ("la biblioteque du kartier", "la bibliothèque du quartier"),
        ("biblioteque -parc", "bibliothèque -parc"),
        ("-kartier kartier", "-kartier quartier"),
        ("Kartier!", "quartier!"),
    ],
)
def test_a_misspelt_word_is_searched_as_it_is_spelt(ask: Ask, typed: str, meant: str) -> None:
    results = ask(typed)
    assert results.query == Query(text=typed)
    assert results.corrected is not None
    assert results.corrected.text == meant
    assert results.suggestion == results.corrected
    assert results.hits or "-" in typed


def test_the_hits_of_a_corrected_query_are_lit(ask: Ask) -> None:
    hit = ask("biblioteque").hits[0]
    assert [piece.text for piece in hit.title_segments if piece.lit] == ["bibliothèque"]


@pytest.mark.parametrize(
    "text",
    ["quartier", "bibliothèques", "éclair", "xyzzyxyzzy", "1234567", '"kartier"', "kart*", "abc"],
)
def test_right_words_and_those_like_none_are_left(ask: Ask, text: str) -> None:
    results = ask(text)
    assert (results.corrected, results.suggestion) == (None, None)


def test_a_word_that_begins_another_is_corrected_itself(posts: Any, ask: Ask) -> None:
    posts.add("quartiersud quartier")
    posts.count()
    corrected = ask("kartiersud kartier").corrected
    assert corrected is not None
    assert corrected.text == "quartiersud quartier"


def test_a_spelling_that_finds_more_is_suggested(posts: Any, ask: Ask) -> None:
    misspelt = posts.add("La comission")
    posts.count()
    results = ask("comission")
    assert [hit.uid for hit in results.hits] == [misspelt]
    assert results.corrected is None
    assert results.suggestion == Query(text="commission")


def test_no_spelling_is_suggested_where_much_is_found(posts: Any, ask: Ask) -> None:
    for _ in range(3):
        posts.add("La comission")
    posts.count()
    assert ask("comission").suggestion is None


def test_a_corrected_query_keeps_its_filters(ask: Ask) -> None:
    results = ask("kartier", sources=("cq-hommelet",), page=4)
    assert results.corrected == Query(text="quartier", sources=("cq-hommelet",))
    none = ask("kartier", sources=("blog",))
    assert (none.corrected, none.total.value) == (None, 0)


def wider(results: Results) -> list[tuple[str, tuple[str, ...], int]]:
    return [(one.kind, one.dropped, one.total.value) for one in results.wider]


def test_wider_queries_by_what_they_leave_out(ask: Ask) -> None:
    assert wider(ask("éclair vélo")) == [("word", ("vélo",), 1), ("word", ("éclair",), 25)]
    assert wider(ask('"vélo bibliothèque"')) == [("quotes", (), 25)]
    assert wider(ask("vélo", sources=("blog",))) == [("filters", (), 25)]
    assert wider(ask("vélo", sources=("blog",), kinds=("blog",))) == [
        *(("facet", ("source",), 25), ("filters", (), 25))
    ]
    assert wider(ask("vélo auteur:personne")) == [("filters", (), 25)]


def test_a_wider_query_finds_what_it_says(ask: Ask) -> None:
    for one in ask("éclair vélo", since=date(2019, 1, 1), page=3).wider:
        results = ask(**{name: getattr(one.query, name) for name in ("text", "since", "page")})
        assert results.total == one.total
        assert one.query.page == 1


def test_wider_queries_are_looked_for_as_far_as_it_is_cheap(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(helping, "MAX_COST", 25)  # one of the word that 25 posts hold
    assert wider(ask("vélo", sources=("blog",), kinds=("blog",))) == [("facet", ("source",), 25)]


def test_nothing_wider_where_something_is_found(ask: Ask) -> None:
    results = ask("vélo", kinds=("blog",))
    assert (results.wider, results.archive) == ((), None)


def test_where_nothing_is_found_what_there_is_is_told(posts: Any, ask: Ask) -> None:
    posts.add("Un", is_dated=False, source="blog")
    posts.add("Annoncé pour plus tard", day=date(2027, 1, 1), source="blog")
    archive = ask("xyzzyxyzzy").archive
    assert archive is not None
    assert (archive.posts, archive.sources) == (28, 2)
    assert archive.oldest == "2020-01-01T10:00:00Z"
    # What is announced for the future is not the newest.
    assert archive.newest is not None
    assert archive.newest <= "2025-06-01T00:00:00Z"
