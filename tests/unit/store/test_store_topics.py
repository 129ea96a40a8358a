"""What is talked about."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aggregator.model import DateOrigin, Post
from aggregator.store import Store
from aggregator.store.naming import names
from aggregator.store.topics import surprise

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)

Rows = Callable[..., list[tuple[Any, ...]]]
Save = Callable[..., Any]
MakePost = Callable[..., Post]
Tell = Callable[..., None]


@pytest.fixture
def tell(save: Save, make_post: MakePost) -> Tell:
    """Save posts of two sources, each of one text, some days ago."""

    def run(*texts: str, days: float = 1.0, **changes: Any) -> None:
        for number, text in enumerate(texts):
            slug = ("blog", "presse")[number % 2]
            values = {"published": NOON - timedelta(days=days), "title": "Des nouvelles"} | changes
            guid = f"{days}-{number}-{text}"
            save(make_post(guid, source=slug, text=text, **values), slug=slug)

    for day in range(10, 300, 5):  # a year of everyday life
        run("Le marché du dimanche.", "La cantine de l’école.", days=day)
    run(*["Le marché du dimanche.", "La cantine de l’école."] * 4, days=2)
    return run


def topics(rows: Rows) -> list[str]:
    return [words for (words,) in rows("SELECT words FROM topics ORDER BY position")]


def test_a_word_that_rises_is_a_topic(store: Store, tell: Tell, rows: Rows) -> None:
    tell(*["Une inondation au marché."] * 5)
    assert store.count_topics(NOON) == 1
    assert rows("SELECT words, posts, sources, posts_before, counted FROM topics") == [
        ("inondation", 5, 2, 0, "2026-03-10T12:00:00Z")
    ]


def test_a_name_beats_its_words(store: Store, tell: Tell, rows: Rows) -> None:
    tell(*["Venez à la Condition Publique.", "La Condition Publique ouvre."] * 3)
    store.count_topics(NOON)
    assert topics(rows) == ["Condition Publique"]


def test_what_two_words_tell_is_told_once(store: Store, tell: Tell) -> None:
    tell(*["Une inondation, des sinistrés."] * 5)
    assert store.count_topics(NOON) == 1


def test_one_source_alone_makes_no_topic(store: Store, tell: Tell) -> None:
    for number in range(9):
        tell("Une inondation.", days=number / 10)
    assert store.count_topics(NOON) == 0


def test_announced_undated_and_older_posts_do_not_count(store: Store, tell: Tell) -> None:
    tell(*["Une inondation."] * 5, days=-3)
    tell(*["Une éclipse."] * 5, days=8)
    tell(*["Une comète."] * 5, days=1, date_origin=DateOrigin.FIRST_SEEN)
    assert store.count_topics(NOON) == 0


def test_numbers_days_and_common_verbs_are_no_topics(store: Store, tell: Tell) -> None:
    tell(*["Samedi 2027, en avril, douze : découvrir, pouvoir."] * 6)
    assert store.count_topics(NOON) == 0


def test_forms_of_a_word_count_together(store: Store, tell: Tell, rows: Rows) -> None:
    store._connection.executemany(
        "INSERT INTO terms (term, lemma, spelling, sound, posts) VALUES (?, ?, ?, '', 1)"
        " ON CONFLICT DO NOTHING",
        [("regate", "regate", "régate"), ("regates", "regate", "régates")],
    )
    tell(*["Une régate.", "Des régates.", "Les régates."] * 2)
    store.count_topics(NOON)
    assert rows("SELECT words, posts FROM topics") == [("régates", 6)]


def test_a_thin_week_has_no_topics_and_forgets_those_before(
    store: Store, tell: Tell, rows: Rows
) -> None:
    tell(*["Une inondation."] * 5)
    store.count_topics(NOON)
    assert store.count_topics(NOON + timedelta(days=30)) == 0
    assert topics(rows) == []


def test_a_town_without_a_past_has_no_topics(store: Store, save: Save, make_post: MakePost) -> None:
    save(*(make_post(str(number), published=NOON) for number in range(9)))
    assert store.count_topics(NOON) == 0


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("On va à la Condition Publique ce soir.", ["Condition Publique"]),
        ("C’est la Maison du projet qui ouvre.", ["Maison du projet"]),
        ("le Cul-de-Four et l’école Jules-Vallès", ["Cul-de-Four", "Jules-Vallès"]),
        ("avec Madame Solange Pruvot et le Fonds d’initiatives", None),
        ("à l’Hôtel de Ville de Roubaix", ["Hôtel de Ville de Roubaix"]),
        ("Le Conseil citoyen se réunit à Roubaix.", []),
        ("RÉUNION PUBLIQUE AU PILE", []),
        ("mardi 3 Mars, dimanche Matin", []),
        ("les Alpha Bravo Charlie Delta Echo", []),
    ],
)
def test_names_are_runs_of_capitalised_words(text: str, found: list[str] | None) -> None:
    expected = ["Solange Pruvot", "Fonds d’initiatives"] if found is None else found
    assert [name.spelling for name in names(text)] == expected


def test_a_name_that_only_begins_sentences_is_not_sure() -> None:
    assert [name.surely for name in names("Grand Bal samedi. Le Grand Bal.")] == [False, True]


@pytest.mark.parametrize(
    ("now", "before", "least", "most"),
    [((5, 100), (50, 1000), 0, 0), ((5, 100), (60, 1000), 0, 0), ((5, 100), (0, 1000), 20, 30)],
)
def test_surprise_is_a_log_likelihood_ratio(
    now: tuple[int, int], before: tuple[int, int], least: float, most: float
) -> None:
    assert least <= surprise(*now, *before) <= most
