from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from aggregator.model import first_id
from aggregator.search import finding
from aggregator.search.facets import Values
from aggregator.search.finding import EVER, Found, Span, Wish, count, find, matching, tally
from aggregator.search.model import Total
from aggregator.search.names import Names

WORD = 'title : "velo"'


def from_(year: int) -> int:
    return first_id(datetime.combine(date(year, 1, 1), time(), UTC))


@pytest.fixture
def look(posts: Any) -> Callable[..., Found]:
    def run(wish: Wish, *facets: str, **more: Any) -> Found:
        values = Values(connection=posts.connection, names=Names.read(posts.connection))
        return find(posts.connection, wish, values, facets=facets, **more)

    return run


@pytest.fixture(autouse=True)
def years(posts: Any) -> None:
    """One post in 2020, two in 2021, three in 2022; a post without the word in each."""
    for year in (2020, 2021, 2022):
        posts.add("Autre", day=date(year, 3, 1))
        for month in range(1, year - 2018):
            posts.add("Vélo", day=date(year, month, 1))


def test_stretches_of_time_cut_each_other() -> None:
    assert EVER.cut(Span(low=1)) == Span(low=1)
    assert Span(low=1, high=5).cut(Span(low=3)) == Span(low=3, high=5)
    assert Span(high=5).cut(Span(high=3)) == Span(high=3)


@pytest.mark.parametrize(
    ("span", "posts_found"),
    [
        (EVER, 6),
        (Span(low=from_(2021)), 5),
        (Span(high=from_(2021)), 1),
        (Span(low=from_(2021), high=from_(2022)), 2),
        (Span(low=from_(2022), high=from_(2021)), 0),
    ],
)
def test_counts_within_a_stretch_of_time(posts: Any, span: Span, posts_found: int) -> None:
    assert count(posts.connection, Wish(match=WORD, span=span)) == Total(
        value=posts_found, exact=True
    )


def test_all_posts_are_counted_without_a_limit(posts: Any) -> None:
    assert count(posts.connection, Wish(), limit=2) == Total(value=9, exact=True)
    assert count(posts.connection, Wish(span=Span(low=0)), limit=2) == Total(value=2, exact=False)


@pytest.mark.parametrize(("limit", "exact"), [(5, False), (6, True)])
def test_counting_stops_at_its_limit(posts: Any, limit: int, exact: bool) -> None:
    assert count(posts.connection, Wish(match=WORD), limit=limit) == Total(value=limit, exact=exact)


def test_a_page_is_the_newest_posts(posts: Any, look: Callable[..., Found]) -> None:
    newest = [
        number
        for (number,) in posts.connection.execute(
            "SELECT id FROM posts WHERE title = 'Vélo' ORDER BY id DESC"
        )
    ]
    found = look(Wish(match=WORD), size=2, offset=1)
    assert (found.read, found.oldest, found.ids) == (6, newest[-1], tuple(newest[1:3]))
    assert found.is_whole
    assert look(Wish(match='title : "rien"'), size=2) == Found(read=0)


def test_facets_of_more_posts_are_those_of_the_newest(
    look: Callable[..., Found], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "COUNTED_POSTS", 6)
    monkeypatch.setattr(finding, "CAPPED_FACETS", 4)
    whole = look(Wish(match=WORD), "annee")
    assert (whole.is_whole, whole.counts["annee"]) == (True, {"2020": 1, "2021": 2, "2022": 3})
    monkeypatch.setattr(finding, "COUNTED_POSTS", 5)
    part = look(Wish(match=WORD), "annee", "mois")
    assert (part.is_whole, part.read, part.counts["annee"]) == (False, 6, {"2022": 3, "2021": 1})
    assert part.counts["mois"] == {"2022-03": 1, "2022-02": 1, "2022-01": 1, "2021-02": 1}
    assert part.counts["source"] == {}  # not asked


_SPANS = [
    *((str(year), Span(low=from_(year), high=from_(year + 1))) for year in (2022, 2021, 2020)),
    ("", Span(high=from_(2020))),
]


@pytest.mark.parametrize(
    ("most", "counts", "floors"),
    [
        (50, {"2022": 3, "2021": 2, "2020": 1}, set()),
        (6, {"2022": 3, "2021": 2, "2020": 1}, {""}),
        (5, {"2022": 3, "2021": 2}, {"2020", ""}),
        (4, {"2022": 3, "2021": 1}, {"2021", "2020", ""}),
    ],
)
def test_years_are_counted_from_the_latest_until_enough_were_seen(
    posts: Any,
    monkeypatch: pytest.MonkeyPatch,
    most: int,
    counts: dict[str, int],
    floors: set[str],
) -> None:
    monkeypatch.setattr(finding, "COUNTED_TOTAL", most)
    tallied = tally(posts.connection, Wish(match=WORD), _SPANS)
    assert (dict(tallied.counts), set(tallied.floors)) == (counts, floors)
    assert tallied.total == Total(value=sum(counts.values()), exact=not floors)


def test_matching_posts_by_name(posts: Any) -> None:
    assert list(matching(posts.connection, Wish(match=WORD), limit=2)) == ["p9", "p8"]
