from dataclasses import replace
from datetime import date
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.search import FACETS, Query, parse_query, query_string, with_, without
from aggregator.search.query import without_facet

FULL = Query(
    text="vélo & école",
    instances=("cric", "pic"),
    quartiers=("epeule",),
    sources=("cq-hommelet",),
    kinds=("blog",),
    themes=("culture",),
    years=(2024, 2016),
    months=("2016-06",),
    documents=("pdf",),
    languages=("nl",),
    author="Aurélie Corbin",
    since=date(2015, 6, 1),
    until=date(2025, 1, 31),
    order="pertinence",
    page=3,
)


def test_an_address_has_one_order() -> None:
    assert query_string(FULL) == (
        "q=v%C3%A9lo+%26+%C3%A9cole&instance=cric&instance=pic&quartier=epeule"
        "&source=cq-hommelet&genre=blog&theme=culture&annee=2024&annee=2016&mois=2016-06"
        "&document=pdf&langue=nl&auteur=Aur%C3%A9lie+Corbin&depuis=2015-06-01&avant=2025-01-31"
        "&tri=pertinence&page=3"
    )


def test_the_first_page_and_no_text_go_unsaid() -> None:
    assert query_string(Query()) == ""
    assert query_string(FULL, text="", page=1).startswith("instance=")
    assert "page" not in query_string(FULL, page=1)


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"annee": ["2024", "vingt", "-3", "20244", "²", "2024"]}, Query(years=(2024,))),
        ({"mois": ["2024-06", "2024-13", "2024-6", "juin"]}, Query(months=("2024-06",))),
        ({"depuis": ["2024-06-31"], "avant": ["hier"]}, Query()),
        ({"depuis": ["2024-06-30", "2020-01-01"]}, Query(since=date(2024, 6, 30))),
        ({"tri": ["pertinence"]}, Query(order="pertinence")),
        ({"tri": ["hasard"]}, Query()),
        ({"page": ["0"]}, Query()),
        ({"page": ["x", "4"]}, Query(page=4)),
        ({"page": ["9" * 5_000]}, Query()),
        ({"instance": ["", " cric ", "cric", "nobody"]}, Query(instances=("cric", "nobody"))),
        ({"q": ["a\0b\nc\ud800 "]}, Query(text="a b c?")),
        ({"q": ["un", "deux"]}, Query(text="un")),
        ({"q": []}, Query()),
        ({"couleur": ["bleu"]}, Query()),
        ({"q": ["x" * 500]}, Query(text="x" * 200)),
    ],
)
def test_what_makes_no_sense_is_ignored(params: dict[str, list[str]], expected: Query) -> None:
    assert parse_query(params) == expected


def test_values_in_an_address_are_bounded() -> None:
    assert len(parse_query({"source": [f"s{n}" for n in range(1_000)]}).sources) == 50


def test_with_and_without_go_back_to_the_first_page() -> None:
    first = replace(FULL, page=1)
    assert with_(FULL, "annee", "2020") == replace(first, years=(2024, 2016, 2020))
    assert without(FULL, "annee", "2024") == replace(first, years=(2016,))
    assert without(FULL, "genre", "unknown") == first
    assert with_(with_(FULL, "instance", "x"), "instance", "x").instances == ("cric", "pic", "x")
    assert without_facet(FULL, "instance") == replace(first, instances=())


def test_what_filters() -> None:
    assert not Query(text="vélo", page=2, order="pertinence").is_filtered
    assert all(with_(Query(), facet, "1").is_filtered for facet in FACETS)
    assert Query(author="Corbin").is_filtered
    assert Query(since=date(2024, 1, 1)).is_filtered
    assert Query(until=date(2024, 1, 1)).is_filtered


# What a page can print, as an address is read: no controls, no blanks around.
_TEXTS = st.text(st.characters(exclude_categories=("Cc", "Cn", "Cs", "Z")), min_size=1, max_size=20)
_VALUES = st.lists(_TEXTS, max_size=3, unique=True).map(tuple)
_DAYS = st.none() | st.dates()
_QUERIES = st.builds(
    Query,
    text=st.just("") | _TEXTS,
    instances=_VALUES,
    quartiers=_VALUES,
    sources=_VALUES,
    kinds=_VALUES,
    themes=_VALUES,
    years=st.lists(st.integers(0, 9999), max_size=3, unique=True).map(tuple),
    months=st.lists(st.dates().filter(lambda day: 1000 <= day.year < 3000), max_size=3).map(
        lambda days: tuple(dict.fromkeys(f"{day:%Y-%m}" for day in days))
    ),
    documents=_VALUES,
    languages=_VALUES,
    author=st.just("") | _TEXTS,
    since=_DAYS,
    until=_DAYS,
    order=st.sampled_from(("date", "pertinence")),
    page=st.integers(1, 999_999),
)


@given(_QUERIES)
def test_what_is_written_is_read_back(query: Query) -> None:
    assert parse_query(parse_qs(query_string(query))) == query


@given(
    st.dictionaries(
        st.sampled_from(["q", "page", "auteur", "depuis", "avant", "tri", *FACETS]),
        st.lists(st.text()),
    )
)
def test_any_address_is_a_query_whose_address_is_the_same(params: dict[str, list[str]]) -> None:
    query = parse_query(params)
    assert parse_query(parse_qs(query_string(query))) == query
