import json
import re
import sqlite3
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregator.search import (
    FACETS,
    MAX_PAGES,
    PAGE_SIZE,
    Query,
    Results,
    finding,
    matching_uids,
    search,
    to_json,
)

# What SQL, FTS5, web forms and old telephones could make of a query; parted by blanks.
SYNTAX = r"""AND OR NOT NEAR NEAR( " "" ' \ ( ) ) ( { } : ; ^ + - * ** fac: xi1 title: c++ l' --
/* */ % _ -vélo vélo* v* écol* œ ﬁ 💥 ᧐ 㐀 ١٢"""
HOSTILE = (*re.split(r"\s+", SYNTAX), "\0", "\ud800", "\u0301", "\u2028", "\x1f")


def uids(results: Results) -> list[str]:
    return [hit.uid for hit in results.hits]


def found(connection: sqlite3.Connection, text: str) -> list[str]:
    return uids(search(connection, Query(text=text)))


def lines(results: Results, facet: str) -> list[tuple[str, int, bool]]:
    return [(line.value, line.count, line.selected) for line in results.facets[facet]]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("ecole", "L’École du quartier"),
        ("ÉCOLE", "une ecole"),
        ("école", "e\u0301cole"),
        ("l'école", "ecole"),
        ("l’école", "L'école"),
        ("coeur", "Cœur de ville"),
        ("cœur", "coeur de ville"),
        ("CŒUR", "CŒUR"),
        ("oeuvre", "Les œuvres, une œuvre"),
        ("vitae", "curriculum vitæ"),
        ("vice-présidente", "La vice présidente"),
        ("vice presidente", "vice-présidente"),
        ("C.R.I.C.", "le C.R.I.C. de Roubaix"),
        ('"conseil de quartier"', "Un conseil de quartier"),
        ("« conseil de quartier »", "Un conseil de quartier"),
        ("“l'école”", "Devant l’école"),
        ("écol*", "Écologie"),
        ("4", "quartier 4"),
        ("AND", "Rock and roll"),
    ],
)
def test_finds(connection: sqlite3.Connection, posts: Any, text: str, title: str) -> None:
    uid = posts.add(title)
    assert found(connection, text) == [uid]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("eco*", "Écologie"),  # too short to be a beginning
        ("école", "écoles"),
        ('"quartier conseil"', "Un conseil de quartier"),
        ("vice-présidente", "présidente et vice"),
        ("vélo école", "vélo"),
        ("xk1", "Un titre"),
        ('"xs1 xk1"', "Un titre"),
        ("fac:xk1", "Un titre"),
        ("fac : xk1", "Un titre"),
        ("xy2024 OR titre", "Un titre"),
        ("xk1*", "Un titre"),
        ("᧐", "Un titre"),  # a letter for Python, none for SQLite
    ],
)
def test_does_not_find(connection: sqlite3.Connection, posts: Any, text: str, title: str) -> None:
    posts.add(title)
    assert found(connection, text) == []


def test_a_word_in_the_text_counts_as_one_in_the_title(
    connection: sqlite3.Connection, posts: Any
) -> None:
    uid = posts.add("Le budget", "participatif de la ville")
    assert found(connection, "budget ville") == [uid]


@pytest.mark.parametrize("text", ["😀", "*", "%", '""', "l'", "« ' »", "-- /*"])
def test_a_text_without_any_word_finds_nothing(
    connection: sqlite3.Connection, posts: Any, text: str
) -> None:
    posts.add("Un titre", instance="cric")
    for query in (Query(text=text), Query(text=text, instances=("cric",))):
        results = search(connection, query)
        assert results.wordless
        assert (results.total.value, results.total.exact) == (0, True)
        assert (results.hits, results.pages) == ((), 0)
        assert to_json(results)["total"] == {"value": 0, "exact": True}


@pytest.mark.parametrize("text", ["", "  ", "\n\u00a0"])
def test_an_empty_text_leafs_through_all_posts(
    connection: sqlite3.Connection, posts: Any, text: str
) -> None:
    uid = posts.add()
    results = search(connection, Query(text=text))
    assert not results.wordless
    assert uids(results) == [uid]


def test_newest_first_and_page_by_page(connection: sqlite3.Connection, posts: Any) -> None:
    newest_first = [posts.add("vélo") for _ in range(45)][::-1]
    for query in (Query(text="vélo"), Query(), Query(kinds=("blog",))):
        pages = [_page(connection, query, page) for page in (1, 2, 3, 4)]
        assert [uid for page in pages for uid in uids(page)] == newest_first
        assert [len(page.hits) for page in pages] == [PAGE_SIZE, PAGE_SIZE, 5, 0]
        assert {(page.total.value, page.total.exact, page.pages) for page in pages} == {
            (45, True, 3)
        }


@pytest.mark.parametrize("page", [-5, 0])
def test_a_page_below_the_first_is_the_first(
    connection: sqlite3.Connection, posts: Any, page: int
) -> None:
    posts.add()
    assert uids(_page(connection, Query(), page)) == uids(_page(connection, Query(), 1))


@pytest.mark.parametrize("page", [MAX_PAGES + 1, 10**30])
def test_a_page_beyond_the_last_is_empty(
    connection: sqlite3.Connection, posts: Any, page: int
) -> None:
    posts.add("vélo")
    assert _page(connection, Query(), page).hits == ()


def test_values_of_a_facet_add_up_and_facets_narrow(
    connection: sqlite3.Connection, posts: Any
) -> None:
    one = posts.add("vélo", instance="cric", quartiers=("pile", "alma"), year=2016)
    two = posts.add("vélo", instance="pic", quartiers=("alma",), year=2016, kind="presse")
    posts.add("vélo", instance="conseil-citoyen", year=2016)
    posts.add("vélo", instance="pic", year=2017)
    posts.add("école", instance="pic", year=2016)
    query = Query(text="vélo", instances=("cric", "pic"), years=(2016,))
    results = search(connection, query)
    assert uids(results) == [two, one]
    assert lines(results, "instance") == [("cric", 1, True), ("pic", 1, True)]
    assert lines(results, "quartier") == [("alma", 2, False), ("pile", 1, False)]
    assert lines(results, "source") == [("cq-hommelet", 2, False)]
    assert lines(results, "genre") == [("blog", 1, False), ("presse", 1, False)]
    assert lines(results, "annee") == [("2016", 2, True)]
    assert [line.label for line in results.facets["quartier"]] == ["Alma", "Le Pile"]


def test_years_from_the_latest_others_from_the_most_frequent(
    connection: sqlite3.Connection, posts: Any
) -> None:
    for year, quartier in ((2015, "pile"), (2024, "epeule"), (2019, "alma"), (2015, "pile")):
        posts.add(year=year, quartiers=(quartier,))
    results = search(connection, Query())
    assert lines(results, "annee") == [("2024", 1, False), ("2019", 1, False), ("2015", 2, False)]
    # Among equals by name, and É stands among the E.
    assert [line.label for line in results.facets["quartier"]] == ["Le Pile", "Alma", "Épeule"]


def test_an_unknown_value_finds_nothing_and_is_shown(
    connection: sqlite3.Connection, posts: Any
) -> None:
    posts.add("vélo")
    for text in ("", "vélo"):
        query = Query(text=text, instances=("<nobody>",), kinds=("blog",), years=(2024, 3))
        results = search(connection, query)
        assert (results.total.value, results.hits, results.pages) == (0, (), 0)
        assert lines(results, "instance") == [("<nobody>", 0, True)]
        assert lines(results, "genre") == [("blog", 0, True)]
        assert lines(results, "annee") == [("2024", 0, True), ("3", 0, True)]
        assert results.facets["genre"][0].label == "Blog"


def test_an_unknown_value_beside_a_known_one_changes_nothing(
    connection: sqlite3.Connection, posts: Any
) -> None:
    uid = posts.add(instance="cric")
    results = search(connection, Query(instances=("nobody", "cric")))
    assert uids(results) == [uid]
    assert lines(results, "instance") == [("cric", 1, True), ("nobody", 0, True)]


def test_a_year_without_posts_finds_nothing(connection: sqlite3.Connection, posts: Any) -> None:
    posts.add()
    results = search(connection, Query(years=(1999,)))
    assert results.total.value == 0
    assert lines(results, "annee") == [("1999", 0, True)]


def test_very_many_values_are_no_error(connection: sqlite3.Connection, posts: Any) -> None:
    for number in range(400):
        posts.add_source(f"s{number}")
    posts.add(source="s7")
    sources = tuple(f"s{number}" for number in range(400))
    results = search(connection, Query(sources=sources, years=tuple(range(3_000))))
    assert results.total.value == 1


def test_counting_stops(
    connection: sqlite3.Connection, posts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "COUNTED_TOTAL", 30)
    monkeypatch.setattr(finding, "COUNTED_POSTS", 10)
    for number in range(31):
        posts.add("vélo", year=2000 + number // 10)
    results = search(connection, Query(text="vélo"))
    assert (results.total.value, results.total.exact, results.facets_exact) == (30, False, False)
    assert lines(results, "annee") == [("2003", 1, False), ("2002", 9, False)]
    assert results.pages == 2
    exact = search(connection, Query(text="vélo", years=(2000,)))
    assert (exact.total.value, exact.total.exact, exact.facets_exact) == (10, True, True)
    every = search(connection, Query())
    assert (every.total.value, every.total.exact, every.facets_exact) == (31, True, False)


def test_pages_go_only_so_deep(connection: sqlite3.Connection, posts: Any) -> None:
    for _ in range(MAX_PAGES * PAGE_SIZE + 1):
        posts.add("vélo")
    for query in (Query(text="vélo"), Query()):
        last = _page(connection, query, MAX_PAGES)
        assert (last.pages, len(last.hits)) == (MAX_PAGES, PAGE_SIZE)
        assert _page(connection, query, MAX_PAGES + 1).hits == ()


def test_a_hit_says_where_it_comes_from(connection: sqlite3.Connection, posts: Any) -> None:
    posts.add_source("voix", name="La Voix")
    uid = posts.add("Le vélo", "Du vélo.", source="voix", instance="cric", kind="presse")
    (hit,) = search(connection, Query(text="velo")).hits
    assert (hit.uid, hit.url) == (uid, f"https://example.org/{uid}")
    assert (hit.source, hit.source_name) == ("voix", "La Voix")
    assert (hit.instance, hit.instance_name) == ("cric", "CRIC")
    assert (hit.kind, hit.kind_name) == ("presse", "Presse et médias")
    assert (hit.published, hit.date_origin) == ("2024-01-02T03:04:05Z", "stated")
    assert [(piece.text, piece.lit) for piece in hit.title_segments] == [
        *(("Le ", False), ("vélo", True))
    ]
    assert "".join(piece.text for piece in hit.extract_segments) == hit.extract == "Du vélo."


def test_a_town_wide_post_has_no_instance(connection: sqlite3.Connection, posts: Any) -> None:
    posts.add()
    (hit,) = search(connection, Query()).hits
    assert (hit.instance, hit.instance_name) == (None, None)


def test_the_press_shows_its_title_only(connection: sqlite3.Connection, posts: Any) -> None:
    posts.add_source("voix", display="title")
    uid = posts.add("Le maire à vélo", "Il pédale chaque matin.", source="voix")
    for text in ("pédale vélo", ""):
        (hit,) = search(connection, Query(text=text)).hits
        assert hit.uid == uid  # its whole text is searchable
        assert (hit.extract, hit.extract_segments) == ("", ())
    (hit,) = search(connection, Query(text="velo")).hits
    assert hit.title_segments[-1].lit


def test_without_words_the_stored_excerpt_is_shown(
    connection: sqlite3.Connection, posts: Any
) -> None:
    posts.add("Un titre", "Le début. " + "La suite. " * 50, excerpt="Le début…")
    assert search(connection, Query()).hits[0].extract == "Le début…"
    # Also where only the title holds the words.
    assert search(connection, Query(text="titre")).hits[0].extract == "Le début…"
    assert "La suite." in search(connection, Query(text="suite")).hits[0].extract


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_no_error(connection: sqlite3.Connection, posts: Any, text: str) -> None:
    posts.add("vélo école xi1")
    search(connection, Query(text=text))
    search(connection, Query(text=f"vélo {text} école", kinds=("blog",)))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text() | st.lists(st.sampled_from(HOSTILE)).map(" ".join),
    values=st.lists(st.text(), max_size=3).map(tuple),
    page=st.integers(),
)
def test_any_query_gives_results(
    connection: sqlite3.Connection, posts: Any, text: str, values: tuple[str, ...], page: int
) -> None:
    posts.add("vélo école xi1")
    results = search(connection, Query(text=text, sources=values, page=page))
    assert tuple(results.facets) == FACETS
    json.dumps(to_json(results))


def test_a_transaction_of_the_caller_goes_on(connection: sqlite3.Connection, posts: Any) -> None:
    posts.add()
    assert connection.in_transaction
    search(connection, Query())
    assert connection.in_transaction


def test_an_interrupted_search_leaves_no_transaction(migrated: sqlite3.Connection) -> None:
    migrated.set_progress_handler(lambda: 1, 1)
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        search(migrated, Query(text="vélo"))
    migrated.set_progress_handler(None, 0)
    assert not migrated.in_transaction


def test_rows_by_name_are_read_too(connection: sqlite3.Connection, posts: Any) -> None:
    posts.add("vélo", instance="cric")
    connection.row_factory = sqlite3.Row
    try:
        results = search(connection, Query(text="vélo"))
    finally:
        connection.row_factory = None
    assert lines(results, "instance") == [("cric", 1, False)]


def test_the_json_shape_is_fixed(connection: sqlite3.Connection, posts: Any) -> None:
    uid = posts.add("vélo", "Un vélo.", instance="cric", quartiers=("epeule",))
    assert to_json(search(connection, Query(text="vélo"))) == {
        "total": {"value": 1, "exact": True},
        "results": [
            {
                "uid": uid,
                "title": "vélo",
                "url": f"https://example.org/{uid}",
                "source": "cq-hommelet",
                "instance": "cric",
                "published": "2024-01-02T03:04:05Z",
                "date_origin": "stated",
                "extract": "Un vélo.",
            }
        ],
        "facets": {
            "instance": [{"value": "cric", "label": "CRIC", "count": 1}],
            "quartier": [{"value": "epeule", "label": "Épeule", "count": 1}],
            "source": [{"value": "cq-hommelet", "label": "Source cq-hommelet", "count": 1}],
            "genre": [{"value": "blog", "label": "Blog", "count": 1}],
            "annee": [{"value": "2024", "label": "2024", "count": 1}],
        },
        "suggestion": None,
    }


def test_all_that_matches_by_name(connection: sqlite3.Connection, posts: Any) -> None:
    old = posts.add("L’école du cœur")
    other = posts.add("vélo")
    new = posts.add("École", "du coeur")
    assert matching_uids(connection, "ecole coeur", limit=10) == [new, old]
    assert matching_uids(connection, "ecole coeur", limit=1) == [new]
    assert matching_uids(connection, "", limit=10) == [new, other, old]
    assert matching_uids(connection, " ", limit=10) == [new, other, old]
    assert matching_uids(connection, "xk1", limit=10) == []
    assert matching_uids(connection, "*", limit=10) == []


def _page(connection: sqlite3.Connection, query: Query, page: int) -> Results:
    return search(connection, replace(query, page=page))
