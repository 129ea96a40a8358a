from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.crawl.habits import learn
from aggregator.model import DateOrigin, Habits, Post, Service, Source

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
BEFORE = NOW - 6 * HOUR
SOURCE = Source(slug="s", name="S", url="https://s.example/", kind="blog")


def a_post(
    published: datetime = NOW - HOUR,
    origin: DateOrigin = DateOrigin.STATED,
    *,
    title: str = "T",
    text: str = "",
) -> Post:
    return Post(
        source="s",
        guid=title,
        url="https://s.example/",
        title=title,
        text=text,
        published=published,
        date_origin=origin,
        digest="",
    )


def learnt(habits: Habits | None = None, *new: Post, **rest: Any) -> Habits:
    facts: dict[str, Any] = {
        "source": SOURCE,
        "changed": (),
        "items": None,
        "previous": BEFORE,
        "now": NOW,
    } | rest
    return learn(habits or Habits(), new=new, **facts)


def test_a_stated_date_between_two_visits_is_when_a_post_appeared() -> None:
    assert learnt(None, a_post(NOW - HOUR)).times == (NOW - HOUR,)


@pytest.mark.parametrize(("service", "known"), [("mastodon", 1), ("scdl", 0), ("icalendar", 0)])
def test_the_dates_of_acts_and_events_tell_no_rhythm(service: str, known: int) -> None:
    source = replace(SOURCE, service=Service(name=service))
    first = learnt(None, a_post(NOW - 900 * HOUR), previous=None, source=source)
    assert len(first.times) == known
    # What comes later was seen to come.
    later = learnt(first, a_post(NOW - 900 * HOUR), source=source)
    assert later.times[-1] == BEFORE + 3 * HOUR


def test_a_date_that_cannot_be_gives_way_to_the_middle_of_the_two_visits() -> None:
    middle = BEFORE + 3 * HOUR
    backdated, announced = a_post(NOW - 900 * HOUR), a_post(NOW + 900 * HOUR)
    undated = a_post(NOW, DateOrigin.FIRST_SEEN)
    assert learnt(None, backdated, announced, undated).times == (middle,) * 3


def test_a_day_alone_narrows_it() -> None:
    yesterday = datetime(2026, 11, 21, 12, tzinfo=UTC)
    found = learnt(None, a_post(yesterday, DateOrigin.DAY_ONLY), previous=NOW - 96 * HOUR)
    assert found.times == (yesterday,)
    today = datetime(2026, 11, 22, 12, tzinfo=UTC)
    found = learnt(None, a_post(today, DateOrigin.DAY_ONLY), previous=NOW - 96 * HOUR)
    assert found.times == (NOW - 4 * HOUR,)


def test_at_the_first_visit_only_dates_that_sites_state_count() -> None:
    found = learnt(
        None,
        a_post(NOW - 50 * HOUR),
        a_post(NOW - 90 * HOUR, DateOrigin.DAY_ONLY),
        a_post(NOW + HOUR),
        a_post(NOW - 70 * HOUR, DateOrigin.INFERRED),
        a_post(NOW, DateOrigin.FIRST_SEEN),
        previous=None,
    )
    assert found.times == (NOW - 90 * HOUR, NOW - 50 * HOUR)


def test_the_last_of_each_are_kept() -> None:
    posts = [a_post(NOW - n * HOUR, title=str(n), text="x" * n) for n in range(60)]
    found = learnt(None, *posts, previous=None)
    assert found.times == tuple(NOW - n * HOUR for n in range(39, -1, -1))
    assert found.lengths == tuple(range(19, -1, -1))
    assert len(set(found.titles)) == 20


def test_a_page_rebuilt_in_one_go_does_not_push_out_what_it_was() -> None:
    before = learnt(None, *[a_post(text="x" * 900) for _ in range(30)], previous=None)
    after = learnt(before, changed=[a_post() for _ in range(30)])
    assert after.lengths == (900,) * 15 + (0,) * 5
    assert after.times == before.times


def test_dates_ahead_are_noted() -> None:
    assert learnt(None, a_post(NOW + HOUR), a_post(NOW - HOUR)).ahead == (False, True)


def test_visits_are_counted_and_forgotten_by_halves() -> None:
    habits = Habits()
    for visit in range(200):
        habits = learnt(habits, *[a_post()] * (visit % 4 == 0))
        assert 0 <= habits.fruitful <= habits.visits < 40
    assert 0.15 < habits.fruitful / habits.visits < 0.35


def test_the_number_of_items_moves_slowly_but_to_nothing() -> None:
    habits = learnt(None, items=20)
    assert habits.items == 20
    assert learnt(habits, items=12).items == 18
    assert learnt(habits, items=None).items == 20
    assert learnt(habits, items=0).items == 0
    assert learnt(learnt(habits, items=0), items=9).items == 9


dates = st.integers(-(10**9), 10**9).map(lambda s: NOW + timedelta(seconds=s))


@given(
    posts=st.lists(st.builds(a_post, dates, st.sampled_from(DateOrigin))),
    previous=st.none() | dates.filter(lambda moment: moment <= NOW),
)
def test_whatever_the_dates_no_post_appeared_after_now(
    posts: list[Post], previous: datetime | None
) -> None:
    times = learnt(None, *posts, previous=previous).times
    assert list(times) == sorted(times)
    assert all((previous or times[0]) - timedelta(seconds=1) < moment <= NOW for moment in times)
