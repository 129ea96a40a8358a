import sqlite3
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregator.search import Query, Suggestion, suggest, suggest_names


@pytest.fixture(autouse=True)
def town(posts: Any) -> None:
    posts.add_quartier("vieux-roubaix", "Vieux Roubaix", aliases=("Centre ancien",))
    posts.add_source("voix", "La Voix du Nord")
    for text in (
        "une école",
        "des écoliers, l’écologie, École",
        "écologie",
        "écologie, les escaliers",
    ):
        posts.add("Un titre", text)
    posts.count()


def words(connection: sqlite3.Connection, text: str, **more: int) -> list[str]:
    return [one.label for one in suggest(connection, text, **more) if one.kind == "mot"]


def names(connection: sqlite3.Connection, text: str) -> list[tuple[str, str]]:
    return [(one.kind, one.label) for one in suggest(connection, text) if one.kind != "mot"]


def test_words_with_their_accents_the_most_frequent_first(connection: sqlite3.Connection) -> None:
    assert words(connection, "eco")[:2] == ["écologie", "école"]
    assert words(connection, "éco")[:2] == ["écologie", "école"]
    assert "école" not in words(connection, "école")


def test_the_last_word_goes_on(connection: sqlite3.Connection) -> None:
    assert "une grande école" in words(connection, "une grande éco")
    (first, *_) = suggest(connection, "grande éco")
    assert first == Suggestion(
        kind="mot", label="grande écologie", query=Query(text="grande écologie")
    )


def test_words_of_grammar_are_not_suggested(connection: sqlite3.Connection) -> None:
    assert words(connection, "le") == []
    assert words(connection, "de") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("épe", [("quartier", "Épeule")]),
        ("EPEULE", [("quartier", "Épeule")]),
        ("vieux rou", [("quartier", "Vieux Roubaix")]),
        ("roubaix vieux", [("quartier", "Vieux Roubaix")]),
        ("centre anc", [("quartier", "Vieux Roubaix")]),
        ("nor", [("source", "Nord Éclair"), ("source", "La Voix du Nord")]),
        ("cri", [("instance", "CRIC")]),
        ("le pile", [("quartier", "Le Pile")]),
        ("oubaix", []),
        ("pile vieux", []),
    ],
)
def test_names_to_filter_by(
    connection: sqlite3.Connection, text: str, expected: list[tuple[str, str]]
) -> None:
    assert names(connection, text) == expected


def test_choosing_a_name_filters(connection: sqlite3.Connection) -> None:
    queries = [suggest_names(connection, text)[0].query for text in ("cric", "alma", "voix")]
    assert queries == [
        Query(instances=("cric",)),
        Query(quartiers=("alma",)),
        Query(sources=("voix",)),
    ]


def test_names_leave_room_for_words(posts: Any, connection: sqlite3.Connection) -> None:
    for number in range(9):
        posts.add_source(f"eco-{number}", f"Écho {number}")
    posts.add("Un écho, un écosystème")
    found = suggest(connection, "ec")
    assert [one.kind for one in found[:4]] == ["source"] * 4
    assert len(found) == 8
    assert len(suggest(connection, "ec", limit=3)) == 3


def test_other_alphabets(posts: Any, connection: sqlite3.Connection) -> None:
    posts.add("Une مدرسة, la Straße, школа")
    assert words(connection, "مد") == ["مدرسة"]
    assert words(connection, "stra") == ["straße"]
    assert words(connection, "шк") == ["школа"]


@pytest.mark.parametrize("text", ["", "  ", "e", "l’", "😀", "\0", "%_", '"', "*", "'; DROP"])
def test_nothing_before_two_letters(connection: sqlite3.Connection, text: str) -> None:
    assert suggest(connection, text) == ()


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(), limit=st.integers(0, 10))
def test_any_text_is_no_error(connection: sqlite3.Connection, text: str, limit: int) -> None:
    assert len(suggest(connection, text, limit=limit)) <= limit
