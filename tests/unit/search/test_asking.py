"""Totals, years and months where there is more than is counted; stretches of time."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from aggregator.search import Query, Results, asking, finding
from aggregator.search.asking import Asking

Ask = Callable[..., Results]


def lines(results: Results, facet: str) -> list[tuple[str, int, bool]]:
    return [(line.value, line.count, line.exact) for line in results.facets[facet]]


@pytest.fixture
def many(posts: Any) -> Any:
    """Ten posts a year from 2018 to 2021, a month apart; an undated one."""
    posts.add("vélo", is_dated=False)
    for year in range(2018, 2022):
        for month in range(1, 11):
            posts.add(
                "vélo", day=date(year, month, 2), source="blog" if month > 6 else "nord-eclair"
            )
    posts.count()
    return posts


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Facets are counted of ten posts at most, else of the newest five; totals up to thirty."""
    monkeypatch.setattr(finding, "COUNTED_POSTS", 10)
    monkeypatch.setattr(finding, "CAPPED_FACETS", 5)
    monkeypatch.setattr(finding, "COUNTED_TOTAL", 30)


@pytest.mark.usefixtures("few", "many")
def test_years_are_exact_as_far_as_the_total_is_counted(ask: Ask) -> None:
    results = ask("vélo")
    assert (results.total.value, results.total.exact) == (30, False)
    assert not results.facets_exact
    assert lines(results, "annee") == [
        *(("2021", 10, True), ("2020", 10, True), ("2019", 10, True), ("2018", 0, False))
    ]
    assert lines(results, "source") == [("blog", 4, True), ("nord-eclair", 1, True)]
    assert results.pages == 2


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize(("limit", "exact"), [(40, False), (41, True), (42, True)])
def test_the_total_is_exact_when_all_was_seen(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, limit: int, exact: bool
) -> None:
    monkeypatch.setattr(finding, "COUNTED_POSTS", 10)
    monkeypatch.setattr(finding, "COUNTED_TOTAL", limit)
    total = ask("vélo").total
    assert (total.value, total.exact) == (min(limit, 41), exact or limit == 41)


@pytest.mark.usefixtures("few", "many")
def test_all_posts_are_always_counted(ask: Ask) -> None:
    results = ask()
    assert (results.total.value, results.total.exact, results.facets_exact) == (41, True, False)


@pytest.mark.usefixtures("few", "many")
def test_months_are_exact_too(ask: Ask) -> None:
    results = ask("vélo", years=(2020, 2019))
    assert (results.total.value, results.total.exact) == (20, True)
    months = lines(results, "mois")
    assert len(months) == 20
    assert all((posts, exact) == (1, True) for _, posts, exact in months)
    assert months[0][0] == "2020-10"
    # Years are counted without themselves.
    assert lines(results, "annee")[0] == ("2021", 10, True)


@pytest.mark.usefixtures("few", "many")
def test_few_posts_are_counted_whole(ask: Ask) -> None:
    results = ask("vélo", years=(2018,), sources=("blog",))
    assert (results.total.value, results.total.exact) == (4, True)
    # The year's posts are counted whole, for they are ten; those of all years are not.
    assert lines(results, "source") == [("nord-eclair", 6, True), ("blog", 4, True)]
    assert lines(results, "annee") == [
        *(("2021", 4, True), ("2020", 4, True), ("2019", 4, True), ("2018", 4, True))
    ]


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (date(2020, 1, 1), None, 20),
        (date(2020, 1, 2), date(2020, 1, 3), 1),
        (date(2020, 1, 3), date(2020, 2, 2), 0),
        (None, date(2019, 1, 1), 10),  # undated ones are neither
        (date(1, 1, 1), None, 40),
        (None, date(1, 1, 1), 0),
        (None, date(9999, 12, 31), 40),
        (date(9999, 12, 31), date(1, 1, 1), 0),
    ],
)
def test_a_stretch_of_time(ask: Ask, since: date | None, until: date | None, expected: int) -> None:
    assert ask("vélo", since=since, until=until).total.value == expected
    assert ask(since=since, until=until).total.value == expected


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Europe/Paris", date(2020, 6, 1)),
        ("Pacific/Kiritimati", date(2020, 6, 2)),
        ("America/Los_Angeles", date(2020, 6, 1)),
        ("Pacific/Niue", date(2020, 5, 31)),
    ],
)
def test_days_are_the_towns(posts: Any, ask: Ask, zone: str, day: date) -> None:
    posts.connection.execute("UPDATE town SET timezone = ?", (zone,))
    posts.add(day=date(2020, 6, 1))  # at ten, UTC
    assert ask(since=day, until=day + timedelta(days=1)).total.value == 1
    assert ask(until=day).total.value == 0
    for edge in (date(1, 1, 1), date(9999, 12, 31)):
        ask(since=edge, until=edge)


def test_without_a_town_days_are_those_of_utc(posts: Any, ask: Ask) -> None:
    posts.connection.execute("DELETE FROM town")
    posts.add(day=date(2020, 6, 1))
    assert ask(since=date(2020, 6, 1), until=date(2020, 6, 2)).total.value == 1


@pytest.mark.usefixtures("few", "many")
@pytest.mark.parametrize(
    "filters",
    [
        {"years": (2020, 2021, 0)},
        {"years": (2020, 2021, 9999)},
        {"months": ("2020-01", "9999-12"), "years": (2020, 2021)},
        {"text": "mois:9999-12", "years": (2020, 2021)},
        {"text": "mois:0001-01", "years": (2020, 2021)},
        {"text": "année:1000", "years": (2020, 2021)},
    ],
)
def test_any_year_is_no_error(ask: Ask, filters: dict[str, Any]) -> None:
    ask(**filters)
    ask(**{"text": "vélo", **filters})


@pytest.mark.usefixtures("many")
def test_of_words_in_most_posts_the_newest_are_read(
    many: Any, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask("vélo").reach is None
    monkeypatch.setattr(asking, "MAX_COST", 20)
    results = ask("vélo")
    # Twenty places of the word are in the newest posts: two years of them, and the next one.
    assert results.reach == date(2019, 10, 2)
    assert (results.total.value, results.total.exact) == (21, True)
    assert [line.value for line in results.facets["annee"]] == ["2021", "2020", "2019"]
    assert ask("xyzzy").reach is None
    assert ask().reach is None
    older = Query(text="vélo", until=date(2019, 1, 1))
    assert Asking.of(many.connection, older).answer().total.value == 10


def test_an_empty_database_has_nothing(posts: Any, ask: Ask) -> None:
    for text in ("", "vélo", "vélo -parc"):
        results = ask(text, since=date(2020, 1, 1))
        assert (results.total.value, results.total.exact, results.hits) == (0, True, ())
    assert posts.connection.in_transaction is False
