from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.portal.links import JSON, Adding, address, kept, narrowable, removing
from aggregator.search import FACETS, Query, query_string, with_

SLUGS = st.lists(st.sampled_from(("a", "b-c", "é&=", "+ ?")), max_size=2, unique=True).map(tuple)
QUERIES = st.builds(
    Query,
    text=st.text(max_size=5),
    instances=SLUGS,
    quartiers=SLUGS,
    kinds=SLUGS,
    years=st.lists(st.integers(2000, 2020), max_size=2, unique=True).map(tuple),
    author=st.sampled_from(("", "Aurélie Corbin")),
    since=st.sampled_from((None, date(2015, 6, 25))),
    order=st.sampled_from(("date", "pertinence")),
    page=st.integers(1, 3),
)
WORDS = {"annee": "1999", "mois": "1999-01"}


@given(query=QUERIES, facet=st.sampled_from(FACETS))
def test_adding_a_value_is_what_the_search_writes(query: Query, facet: str) -> None:
    value = WORDS.get(facet, "d'à &")
    wanted = query_string(with_(query, facet, value))
    assert Adding(query, facet)(value) == f"/recherche?{wanted}"


def test_the_first_page_of_everything_has_no_question_mark() -> None:
    assert address(Query()) == "/recherche"
    assert removing(Query(kinds=("blog",), page=3), "genre", "blog") == "/recherche"
    assert address(Query(text="été"), JSON, page=2) == "/recherche.json?q=%C3%A9t%C3%A9&page=2"


def test_a_form_keeps_all_but_text_and_page() -> None:
    query = Query(text="a", sources=("x", "y"), until=date(2016, 1, 2), order="pertinence", page=4)
    expected = [("source", "x"), ("source", "y"), ("avant", "2016-01-02"), ("tri", "pertinence")]
    assert list(kept(query)) == expected


@pytest.mark.parametrize(("facet", "months"), [("annee", ()), ("genre", ("2016-06",))])
def test_another_year_leaves_no_month_chosen(facet: str, months: tuple[str, ...]) -> None:
    assert narrowable(Query(months=("2016-06",)), facet).months == months
