import sqlite3
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from aggregator.search import (
    MAX_PAGES,
    PAGE_SIZE,
    Query,
    Results,
    engine,
    matching_uids,
    search,
    to_json,
)

Ask = Callable[..., Results]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("ecole", "L’École du quartier"),
        ("ÉCOLE", "une ecole"),
        ("école", "e\u0301cole"),
        ("l'école", "ecole"),
        ("l’école", "L'école"),
        ("école", "Les écoles"),
        ("écoles", "L’école"),
        ("élue", "Les élu·e·s"),
        ("citoyennes", "citoyen(ne)s"),
        ("élu·e·s", "une élue"),
        ("coeur", "Cœur de ville"),
        ("cœur", "coeur de ville"),
        ("CŒUR", "CŒUR"),
        ("oeuvre", "Les œuvres, une œuvre"),
        ("vitae", "curriculum vitæ"),
        ("finances", "Les ﬁnances"),
        ("vice-présidente", "La vice présidente"),
        ("vice presidente", "vice-présidente"),
        ("C.R.I.C.", "le CRIC de Roubaix"),
        ("cric", "le C.R.I.C. de Roubaix"),
        ('"conseil de quartier"', "Un conseil de quartier"),
        ("« conseil de quartier »", "Un conseil de quartier"),
        ("“l'école”", "Devant l’école"),
        ("écol*", "Écologie"),
        ("4", "quartier 4"),
        ("AND", "Rock and roll"),
        ("la", "la"),
        ("la place de la mairie", "place, mairie"),
        ("vélo OU piste", "une piste"),
        ("vélo -piste", "un vélo"),
        ("skatepark", "un skatepark"),
        ("skate park", "un skatepark"),
    ],
)
def test_finds(posts: Any, found: Callable[..., list[str]], text: str, title: str) -> None:
    uid = posts.add(title)
    assert found(text) == [uid]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("eco*", "Écologie"),  # too short to be a beginning
        ('"école"', "écoles"),
        ('"quartier conseil"', "Un conseil de quartier"),
        ("vice-présidente", "présidente et vice"),
        ("vélo école", "vélo"),
        ("vélo -piste", "un vélo, une piste"),
        ("vélo -piste", "un vélo, des pistes"),
        ("᧐", "Un titre"),  # a letter for Python, none for SQLite
    ],
)
def test_does_not_find(posts: Any, found: Callable[..., list[str]], text: str, title: str) -> None:
    posts.add(title)
    assert found(text) == []


def test_a_word_in_the_text_counts_as_one_in_the_title(
    posts: Any, found: Callable[..., list[str]]
) -> None:
    uid = posts.add("Le budget", "participatif de la ville")
    assert found("budget ville") == [uid]


@pytest.mark.parametrize("text", ["😀", "*", "%", '""', "l'", "« ' »", "-- /*"])
def test_a_text_without_any_word_finds_nothing(posts: Any, ask: Ask, text: str) -> None:
    posts.add("Un titre")
    results = ask(text)
    assert results.wordless
    assert (results.total.value, results.total.exact) == (0, True)
    assert (results.hits, results.pages) == ((), 0)
    assert (results.wider, results.archive, results.corrected) == ((), None, None)
    assert to_json(results)["total"] == {"value": 0, "exact": True}


def test_words_to_be_absent_narrow_a_filter(posts: Any, ask: Ask) -> None:
    posts.add("Le vélo", instance="cric")
    wanted = posts.add("La piste", instance="cric")
    posts.add("La piste")
    results = ask("-vélo", instances=("cric",))
    assert [hit.uid for hit in results.hits] == [wanted]
    assert not results.wordless
    assert ask("😀", instances=("cric",)).wordless


@pytest.mark.parametrize("text", ["", "  ", "\n\u00a0"])
def test_an_empty_text_leafs_through_all_posts(posts: Any, ask: Ask, text: str) -> None:
    uid = posts.add()
    results = ask(text)
    assert not results.wordless
    assert [hit.uid for hit in results.hits] == [uid]


@pytest.mark.parametrize("query", [{"text": "vélo"}, {}, {"kinds": ("blog",)}])
def test_newest_first_and_page_by_page(posts: Any, ask: Ask, query: dict[str, Any]) -> None:
    newest_first = [posts.add("vélo") for _ in range(45)][::-1]
    pages = [ask(**query, page=page) for page in (1, 2, 3, 4)]
    assert [hit.uid for page in pages for hit in page.hits] == newest_first
    assert [len(page.hits) for page in pages] == [PAGE_SIZE, PAGE_SIZE, 5, 0]
    assert {(page.total.value, page.total.exact, page.pages) for page in pages} == {(45, True, 3)}


@pytest.mark.parametrize("page", [-5, 0])
def test_a_page_below_the_first_is_the_first(posts: Any, ask: Ask, page: int) -> None:
    posts.add()
    assert ask(page=page).hits == ask(page=1).hits


@pytest.mark.parametrize("order", ["date", "pertinence"])
@pytest.mark.parametrize("page", [MAX_PAGES + 1, 10**30])
def test_a_page_beyond_the_last_is_empty(posts: Any, ask: Ask, page: int, order: str) -> None:
    posts.add("vélo")
    assert ask(page=page, order=order).hits == ()
    assert ask("vélo", page=page, order=order).hits == ()


def test_a_hit_says_where_it_comes_from(posts: Any, ask: Ask) -> None:
    posts.add_source("voix", "La Voix")
    uid = posts.add("Le vélo", "Du vélo.", source="voix", instance="cric", kind="presse")
    (hit,) = ask("velo").hits
    assert (hit.uid, hit.url) == (uid, f"https://example.org/{uid}")
    assert (hit.source, hit.source_name) == ("voix", "La Voix")
    assert (hit.instance, hit.instance_name) == ("cric", "CRIC")
    assert (hit.kind, hit.kind_name) == ("presse", "Presse et médias")
    assert (hit.published, hit.date_origin) == ("2024-01-15T10:00:00Z", "stated")
    assert (hit.title, hit.extract) == ("Le vélo", "Du vélo.")
    assert "".join(piece.text for piece in hit.title_segments) == hit.title
    assert "".join(piece.text for piece in hit.extract_segments) == hit.extract
    assert [piece.text for piece in hit.title_segments if piece.lit] == ["vélo"]
    assert [piece.text for piece in hit.extract_segments if piece.lit] == ["vélo"]


def test_forms_and_synonyms_are_lit(posts: Any, ask: Ask) -> None:
    posts.add_synonyms(("mairie", "hôtel de ville"))
    posts.add("Les mairies", "L’hôtel de la ville.")
    (hit,) = ask("mairie").hits
    assert [piece.text for piece in hit.title_segments if piece.lit] == ["mairies"]
    assert [piece.text for piece in hit.extract_segments if piece.lit] == ["hôtel de la ville"]


def test_a_source_that_allows_its_titles_only_shows_no_text(posts: Any, ask: Ask) -> None:
    posts.add_source("titres", display="title")
    uid = posts.add("Le vélo", "Un texte.", source="titres", excerpt="Un texte…")
    for text in ("texte", ""):
        (hit,) = ask(text).hits
        assert hit.uid == uid  # its whole text is searchable
        assert (hit.extract, hit.extract_segments) == ("", ())


def test_without_words_the_stored_excerpt_is_shown(posts: Any, ask: Ask) -> None:
    posts.add("Un titre", "Le début. " + "La suite. " * 50, excerpt="Le début…")
    assert ask().hits[0].extract == "Le début…"
    # Also where only the title holds the words.
    assert ask("titre").hits[0].extract == "Le début…"
    assert "La suite." in ask("suite").hits[0].extract


def test_words_of_one_root_come_after_few_answers(posts: Any, ask: Ask) -> None:
    said = posts.add("Le budget de la ville")
    kin = posts.add("Le débat budgétaire de la ville")
    posts.count()
    results = ask("budget ville")
    assert [hit.uid for hit in results.hits] == [said]
    assert kin in [hit.uid for hit in results.nearby]
    assert results.total.value == 1


def test_a_transaction_of_the_caller_goes_on(
    posts: Any, connection: sqlite3.Connection, ask: Ask
) -> None:
    posts.add()
    connection.execute("BEGIN")
    ask()
    assert connection.in_transaction
    connection.execute("ROLLBACK")
    ask()
    assert not connection.in_transaction


def test_an_interrupted_search_leaves_no_transaction(connection: sqlite3.Connection) -> None:
    connection.set_progress_handler(lambda: 1, 1)
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        search(connection, Query(text="vélo"))
    connection.set_progress_handler(None, 0)
    assert not connection.in_transaction


def test_rows_by_name_are_read_too(posts: Any, connection: sqlite3.Connection, ask: Ask) -> None:
    posts.add("vélo", instance="cric", themes=("Culture",), day=date(2020, 1, 1))
    posts.count()
    plain = [ask("vélo"), ask("velau", order="pertinence", years=(2020,))]
    connection.row_factory = sqlite3.Row
    assert [ask("vélo"), ask("velau", order="pertinence", years=(2020,))] == plain


def test_all_that_matches_by_name(posts: Any, connection: sqlite3.Connection) -> None:
    old = posts.add("L’école du cœur")
    other = posts.add("vélo")
    new = posts.add("École", "du coeur")
    assert matching_uids(connection, "ecole coeur", limit=10) == [new, old]
    assert matching_uids(connection, "ecole coeur", limit=1) == [new]
    assert matching_uids(connection, "", limit=10) == [new, other, old]
    assert matching_uids(connection, "genre:blog vélo", limit=10) == [other]
    assert matching_uids(connection, "xk1", limit=10) == []
    assert matching_uids(connection, "*", limit=10) == []


def test_pages_go_only_so_deep(posts: Any, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aggregator.search.asking.MAX_PAGES", 3)
    monkeypatch.setattr(engine, "MAX_PAGES", 3)
    for _ in range(3 * PAGE_SIZE + 1):
        posts.add("vélo")
    for text in ("vélo", ""):
        last = ask(text, page=3)
        assert (last.pages, len(last.hits)) == (3, PAGE_SIZE)
        assert ask(text, page=4).hits == ()
