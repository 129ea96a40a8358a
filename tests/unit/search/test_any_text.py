"""Whatever stands in the search box is searched: no text is an error."""

import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregator.search import FACETS, MAX_PAGES, PAGE_SIZE, Query, Results, search, to_json

# What SQL, FTS5, web forms and old telephones could make of a query; parted by blanks.
SYNTAX = r"""AND OR OU NOT NEAR NEAR( " "" ' \ ( ) ) ( { } : ; ^ + - * ** fac: xi1 title: c++ l' --
/* */ % _ -vélo vélo* v* écol* œ ﬁ 💥 ᧐ 㐀 ١٢ élu·e·s C.R.I.C. « » “ ” instance: instance:cric
quartier:épeule genre:"x" depuis:2015 avant:31/12/9999 mois:0001-01 année:9999 auteur:"""
HOSTILE = (*re.split(r"\s+", SYNTAX), "\0", "\ud800", "\u0301", "\u2028", "\x1f", "\U0010ffff")

POSTS = 3

_TEXTS = (
    st.text()
    | st.lists(st.sampled_from(HOSTILE)).map(" ".join)
    | st.lists(st.sampled_from(HOSTILE)).map("".join)
)
_QUERIES = st.builds(
    Query,
    text=_TEXTS,
    sources=st.just(()) | st.lists(st.text(), max_size=3).map(tuple),
    themes=st.just(()) | st.lists(st.text(), max_size=3).map(tuple),
    author=st.just("") | st.text(max_size=5),
    since=st.none() | st.dates(),
    until=st.none() | st.dates(),
    page=st.integers(),
    order=st.sampled_from(("date", "pertinence")),
)


@pytest.fixture
def town(posts: Any) -> Any:
    posts.add_synonyms(("vélo", "deux-roues"), ("de la", "quoi que"), ("😀", "vélo"))
    posts.add("vélo école xi1", "élu·e·s, C.R.I.C., cœur", themes=("École",), quartiers=("epeule",))
    posts.add("AND OR NEAR", "title fac", author="Aurélie", day=date(2016, 2, 29))
    posts.add("١٢ 㐀 deux roues", is_dated=False)
    posts.count()
    return posts


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("order", ["date", "pertinence"])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_no_error(ask: Callable[..., Results], text: str, order: str) -> None:
    ask(text, order=order)
    ask(f"vélo {text} école", kinds=("blog",), order=order)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=_QUERIES)
def test_any_query_gives_results(town: Any, query: Query) -> None:
    for asked in (query, Query(text=query.text, order=query.order)):
        results = search(town.connection, asked)
        assert tuple(results.facets) == FACETS
        assert 0 <= results.pages <= MAX_PAGES
        assert len(results.hits) <= PAGE_SIZE
        assert results.total.value <= POSTS
        for hit in (*results.hits, *results.nearby):
            assert "".join(piece.text for piece in hit.title_segments) == hit.title
        json.dumps(to_json(results))
