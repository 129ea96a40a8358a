import runpy
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from conftest import REPOSITORY
from hypothesis import given
from hypothesis import strategies as st

from aggregator.crawl.rhythm import appoint, postpone
from aggregator.model import Appointment, Habits, Hints, Said, Source

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)  # a Sunday, 9 h in Roubaix
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SHORTEST = timedelta(minutes=15)


def a_source(slug: str = "s", every: timedelta | None = None) -> Source:
    return Source(slug=slug, name="S", url="https://s.example/", kind="blog", every=every)


def appointment(
    habits: Habits,
    *,
    now: datetime = NOW,
    source: Source | None = None,
    said: Said = Said(),  # noqa: B008 - frozen
    hints: Hints = Hints(),  # noqa: B008 - frozen
    hub_until: datetime | None = None,
) -> tuple[timedelta, str]:
    found = appoint(
        source or a_source(),
        habits=habits,
        now=now,
        said=said,
        hints=hints,
        hub_until=hub_until,
        timezone="Europe/Paris",
    )
    assert found.at is not None
    return found.at - now, found.reason


def retry(kind: str, failures: int, **rest: Any) -> Appointment:
    facts = {"status": None, "retry_after_s": None, "habits": Habits(), "source": a_source()} | rest
    return postpone(
        facts.pop("source"),
        error_kind=kind,
        failures=failures,
        now=NOW,
        timezone="Europe/Paris",
        **facts,
    )


def pauses(kind: str, **rest: Any) -> list[timedelta]:
    found = [retry(kind, failures, **rest).at for failures in range(1, 40)]
    return [at - NOW for at in found if at is not None]


def known(times: Sequence[datetime], *, visits: int = 20, fruitful: int = 10) -> Habits:
    return Habits(times=tuple(sorted(times))[-40:], visits=visits, fruitful=fruitful)


def every(gap: timedelta, *, count: int = 20, last: datetime = NOW - HOUR) -> Habits:
    return known([last - gap * n for n in range(count)])


moments = st.integers(0, 3 * 365 * 86_400).map(lambda ago_s: NOW - timedelta(seconds=ago_s))
any_habits = st.builds(
    Habits,
    times=st.lists(moments, max_size=40).map(lambda times: tuple(sorted(times))),
    visits=st.integers(0, 40),
    fruitful=st.integers(0, 40),
)
any_hints = st.builds(
    Hints,
    ttl_s=st.none() | st.integers(0, 10**12),
    skip_hours=st.frozensets(st.integers(0, 23)),
    skip_days=st.frozensets(st.integers(0, 6)),
)
any_said = st.builds(Said, fresh_s=st.none() | st.integers(0, 10**12))


@given(
    habits=any_habits,
    hints=any_hints,
    said=any_said,
    hub_until=st.none() | moments.map(lambda moment: moment + 400 * DAY),
    slug=st.text(min_size=1, max_size=8),
)
def test_whatever_the_past_the_next_visit_is_within_the_bounds(
    habits: Habits, hints: Hints, said: Said, hub_until: datetime | None, slug: str
) -> None:
    pause, reason = appointment(
        habits, hints=hints, said=said, hub_until=hub_until, source=a_source(slug)
    )
    silent = bool(habits.times) and NOW - habits.times[-1] > 60 * DAY
    assert SHORTEST <= pause <= (3 * DAY if silent or hints.skip_days else DAY)
    assert min(said.fresh_s or 0, hints.ttl_s or 0, 86_400) <= pause.total_seconds()
    assert reason.startswith("prochain relevé ")
    assert " :" not in reason
    assert " ;" not in reason


@given(
    kind=st.sampled_from(["HostUnreachable", "BadStatus", "NotAFeed", "RobotsDisallowed", "Other"]),
    status=st.none() | st.integers(300, 599).filter(lambda status: status != 410),
    failures=st.integers(0, 10_000),
    retry_after_s=st.none() | st.integers(0, 10**12),
)
def test_whatever_the_failure_the_next_try_is_within_the_bounds(
    kind: str, status: int | None, failures: int, retry_after_s: int | None
) -> None:
    at = retry(kind, failures, status=status, retry_after_s=retry_after_s).at
    assert at is not None
    assert SHORTEST <= at - NOW <= DAY + 10 * timedelta(minutes=1)
    assert at - NOW >= timedelta(seconds=min(retry_after_s or 0, 86_400))


def test_a_rhythm_of_the_list_is_kept_to_the_minute() -> None:
    source = a_source(every=timedelta(minutes=30))
    pause, reason = appointment(every(DAY), source=source, said=Said(fresh_s=86_400))
    assert pause == timedelta(minutes=30)
    assert reason == "relevé toutes les 30\u00a0minutes, comme le demande la liste"


def test_a_source_of_which_nothing_is_known_is_asked_less_and_less() -> None:
    found = [appointment(Habits(visits=visits, fruitful=1))[0] for visits in range(1, 30)]
    assert timedelta(minutes=54) <= found[0] <= timedelta(minutes=66)
    assert all(before <= after for before, after in pairwise(found))
    assert found[-1] == DAY


def test_a_weekly_source_is_asked_right_after_its_hour_on_its_day() -> None:
    tuesday = datetime(2026, 11, 17, 9, 0, tzinfo=PARIS)
    # Clocks went back on 25 October: 9 h stays 9 h.
    habits = known([tuesday - 7 * DAY * n for n in range(20)])
    now, asked = NOW + 3 * HOUR, []
    while now < datetime(2026, 11, 25, tzinfo=UTC):
        pause, reason = appointment(habits, now=now)
        assert "toutes les semaines, surtout le mardi, en général le matin" in reason
        now += pause
        asked.append(now.astimezone(PARIS))
        if now.astimezone(PARIS) > tuesday + 7 * DAY:
            break
    assert len(asked) == 2
    assert tuesday + 7 * DAY < asked[-1] < tuesday + 7 * DAY + 2 * HOUR
    assert appointment(habits, now=asked[0].astimezone(UTC))[1].startswith(
        "prochain relevé mardi vers 10\u00a0h\u00a0: publie en moyenne"
    )


def test_a_summer_time_that_ends_in_between_moves_no_appointment() -> None:
    sunday = datetime(2026, 10, 18, 9, 0, tzinfo=PARIS)
    habits = known([(sunday - 7 * DAY * n).astimezone(UTC) for n in range(20)])
    saturday = datetime(2026, 10, 24, 12, 0, tzinfo=PARIS).astimezone(UTC)  # the eve
    pause, _ = appointment(habits, now=saturday)
    asked = (saturday + pause).astimezone(PARIS)
    assert sunday + 7 * DAY < asked < sunday + 7 * DAY + 2 * HOUR


def test_a_source_that_rests_at_weekends_is_left_alone_then() -> None:
    friday = datetime(2026, 11, 20, 9, 0, tzinfo=PARIS)
    days = [friday - DAY * n for n in range(60)]
    habits = known([day for day in days if day.weekday() < 5])
    saturday = (friday + DAY).astimezone(UTC) - HOUR
    pause, _ = appointment(habits, now=saturday)
    assert pause > 15 * HOUR


def test_a_dying_source_is_asked_less_and_less_and_drifts_to_three_days() -> None:
    found = []
    for waited in (3, 5, 59, 61, 90, 120, 180, 700):
        pause, reason = appointment(every(DAY, last=NOW - waited * DAY))
        assert "mais rien depuis" in reason
        found.append(pause)
    assert found == sorted(found)
    assert found[0] < 20 * HOUR
    assert found[2] == DAY
    assert found[-1] == found[-2] == 3 * DAY


def test_visits_that_bring_nothing_are_spaced_out() -> None:
    gaps = [1, 2, 5, 9, 14, 20, 27, 35, 44, 54]
    times = [NOW - timedelta(hours=sum(gaps[:n])) for n in range(1, 11)]
    usual, _ = appointment(known(times, visits=20, fruitful=10))
    wrong, _ = appointment(known(times, visits=39, fruitful=1))
    assert wrong > usual


@pytest.mark.parametrize("asked", [{"said": Said(fresh_s=36_000)}, {"hints": Hints(ttl_s=36_000)}])
def test_what_the_site_asks_for_lengthens_and_is_said(asked: dict[str, Any]) -> None:
    pause, reason = appointment(every(HOUR), **asked)
    assert 10 * HOUR <= pause <= 11 * HOUR
    assert reason.endswith("\u202f; le site demande d’attendre 10\u00a0heures")


def test_a_cache_header_never_shortens() -> None:
    assert appointment(every(DAY), said=Said(fresh_s=60)) == appointment(every(DAY))


def test_hours_and_days_of_rest_are_kept() -> None:
    habits = every(HOUR)  # asked within the hour: at 8 h UTC
    pause, reason = appointment(habits, hints=Hints(skip_hours=frozenset(range(8, 13))))
    assert (NOW + pause).hour == 13
    assert reason.endswith("le site dit ne rien publier avant")
    pause, _ = appointment(habits, hints=Hints(skip_days=frozenset({6})))
    assert (NOW + pause).date() == (NOW + DAY).date()
    pause, _ = appointment(every(DAY), hints=Hints(skip_days=frozenset({0, 1})))
    assert (NOW + pause).date() == (NOW + 3 * DAY).date()  # Sunday to Wednesday
    always = Hints(skip_hours=frozenset(range(24)), skip_days=frozenset(range(7)))
    assert appointment(habits, hints=always) == appointment(habits)


def test_where_a_hub_tells_us_a_visit_a_day_is_enough() -> None:
    pause, reason = appointment(every(HOUR), hub_until=NOW + 9 * DAY)
    assert 21 * HOUR < pause <= DAY
    assert "nous prévient" in reason
    assert appointment(every(HOUR), hub_until=NOW + 5 * HOUR)[0] == 5 * HOUR
    assert appointment(every(HOUR), hub_until=NOW - HOUR)[0] < 2 * HOUR


def test_no_two_sources_are_asked_at_the_same_moment() -> None:
    moments = {appointment(every(HOUR), source=a_source(f"s{n}"))[0] for n in range(50)}
    assert len(moments) > 40


def test_failures_wait_at_three_speeds_up_to_a_day() -> None:
    temporary, soft = pauses("HostUnreachable"), pauses("NotAFeed")
    hard = pauses("BadStatus", status=404)
    assert temporary[0] < timedelta(minutes=17) < 54 * timedelta(minutes=1) <= soft[0]
    assert soft[0] < timedelta(minutes=67) < 5 * HOUR < hard[0] < 7 * HOUR
    for found in (temporary, soft, hard):
        assert found == sorted(found)
        assert found[-1] == DAY
    assert pauses("BadStatus", status=503) == pauses("BadStatus", status=429) == temporary
    assert pauses("RobotsDisallowed") == hard
    assert pauses("CertificateExpired") == soft


def test_failing_makes_nobody_asked_more_often_than_well() -> None:
    assert pauses("NotAFeed", source=a_source(every=7 * DAY))[-1] == 7 * DAY


def test_a_page_gone_for_good_waits_for_a_moderator() -> None:
    found = retry("BadStatus", 1, status=410)
    assert found.at is None
    assert "jusqu’à ce qu’un modérateur en décide" in found.reason


def test_what_a_failing_site_asks_for_is_kept_and_said() -> None:
    found = retry("BadStatus", 1, status=503, retry_after_s=7_200)
    assert found.at is not None
    assert timedelta(seconds=7_200) < found.at - NOW < timedelta(seconds=7_600)
    assert found.reason.startswith("nouvel essai dimanche vers 11\u00a0h")
    assert found.reason.endswith("le site demande d’attendre 2\u00a0heures")


simulation = runpy.run_path(str(REPOSITORY / "benchmarks" / "rhythm.py"))
ACTIVE = [kind for kind in simulation["KINDS"] if kind.is_active]


@pytest.mark.parametrize("kind", ACTIVE, ids=lambda kind: kind.name)
def test_posts_are_known_soon_at_few_requests(kind: Any) -> None:
    found = [simulation["simulate"](kind, days=120, seed=seed)[0] for seed in range(3)]
    figures = simulation["merged"](found)
    assert figures.share <= simulation["LARGEST_SHARE"]
    assert figures.requests_per_post <= simulation["MOST_REQUESTS"]
