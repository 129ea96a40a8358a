from dataclasses import replace
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.search import FACETS, Query, parse_query, query_string, with_, without

FULL = Query(
    text="vélo & école",
    instances=("cric", "pic"),
    quartiers=("epeule",),
    sources=("cq-hommelet",),
    kinds=("blog",),
    years=(2024, 2016),
    page=3,
)


def test_an_address_has_one_order() -> None:
    assert query_string(FULL) == (
        "q=v%C3%A9lo+%26+%C3%A9cole&instance=cric&instance=pic&quartier=epeule"
        "&source=cq-hommelet&genre=blog&annee=2024&annee=2016&page=3"
    )


def test_the_first_page_and_no_text_go_unsaid() -> None:
    assert query_string(Query()) == ""
    assert query_string(FULL, text="", page=1).startswith("instance=")
    assert "page" not in query_string(FULL, page=1)


def test_what_is_written_is_read_back() -> None:
    assert parse_query(parse_qs(query_string(FULL))) == FULL


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"annee": ["2024", "vingt", "-3", "20244", "²", "2024"]}, Query(years=(2024,))),
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


def test_only_facets_filter() -> None:
    assert not Query(text="vélo", page=2).is_filtered
    assert all(with_(Query(), facet, "1").is_filtered for facet in FACETS)


@given(st.dictionaries(st.sampled_from(["q", "page", *FACETS]), st.lists(st.text())))
def test_any_address_is_a_query_whose_address_is_the_same(params: dict[str, list[str]]) -> None:
    query = parse_query(params)
    again = parse_query(parse_qs(query_string(query)))
    assert again == query
