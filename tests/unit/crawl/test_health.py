from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aggregator import errors
from aggregator.crawl.health import EXPLANATIONS, is_settled, judge
from aggregator.crawl.visiting import FeedMoved
from aggregator.model import (
    Habits,
    Health,
    Move,
    Outcome,
    Rejection,
    Service,
    Source,
    SourceResult,
    State,
)

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SOURCE = Source(slug="s", name="S", url="https://s.example/", kind="blog")
AGENDA = Source(slug="s", name="S", url="https://s.example/", kind="agenda")
WELL: dict[str, Any] = {
    "items": 20,
    "titles": tuple("abcdefghijklmnopqrst"),
    "lengths": (900,) * 20,
}


def health(
    newest: datetime | None = NOW - DAY,
    posts: int = 3,
    *,
    source: Source = SOURCE,
    move: Move | None = None,
    past: State = State.OK,
    habits: dict[str, Any] | None = None,
    **result: Any,
) -> Health:
    facts: dict[str, Any] = {"source": "s", "outcome": Outcome.SAVED, "fetched": NOW} | result
    return judge(
        SourceResult(**facts),
        source=source,
        habits=Habits(**(WELL | (habits or {}))),
        post_count=posts,
        newest_post=newest,
        move=move,
        past=past,
        timezone="Europe/Paris",
    )


@pytest.mark.parametrize(
    ("past", "reason"), [(State.NEW, "répond"), (State.FAILING, "répond de nouveau")]
)
def test_nothing_is_said_of_dates_before_the_pages_were_opened(past: State, reason: str) -> None:
    assert health(None, past=past).reason == reason


def failed(kind: str, **rest: Any) -> Health:
    return health(outcome=Outcome.FAILED, error_kind=kind, **rest)


@pytest.mark.parametrize(
    ("newest", "state", "words"),
    [
        (NOW - 2 * DAY, State.OK, "dernière publication le 20 novembre 2026"),
        (NOW - 364 * DAY, State.OK, "dernière publication"),
        (NOW - 366 * DAY, State.SILENT, "rien publié depuis le 21 novembre 2025"),
        (NOW + 9 * DAY, State.OK, "annonce des dates jusqu’au 1er décembre 2026"),
        (None, State.OK, "ne portent pas de date"),
    ],
)
def test_an_answering_source_is_judged_by_its_newest_post(
    newest: datetime | None, state: State, words: str
) -> None:
    found = health(newest)
    assert found.state is state
    assert words in found.reason


def test_a_source_without_dates_is_silent_when_nothing_new_came_for_a_year() -> None:
    assert health(None, habits={"times": (NOW - 400 * DAY,)}).state is State.SILENT


def test_a_source_that_answers_again_says_so() -> None:
    found = health(past=State.FAILING)
    assert found.state is State.OK
    assert found.reason.startswith("répond de nouveau\u202f; dernière publication le ")


class TestLate:
    @staticmethod
    def late(gap: timedelta, waited: timedelta, count: int = 10) -> Health:
        times = tuple(NOW - waited - gap * n for n in range(count))[::-1]
        return health(times[-1], habits={"times": times})

    def test_nothing_for_longer_than_its_rhythm_explains(self) -> None:
        found = self.late(6 * DAY, 20 * DAY)
        assert found.state is State.LATE
        assert found.reason == (
            "n’a rien publié depuis le 2 novembre 2026,"
            " alors qu’il publie d’habitude tous les 6\u00a0jours"
        )

    @pytest.mark.parametrize(
        ("gap", "waited", "count"),
        [
            (6 * DAY, 11 * DAY, 10),  # less than twice its longest gap
            (DAY, 6 * DAY, 10),  # less than a week
            (6 * DAY, 20 * DAY, 7),  # too few to tell
            (timedelta(0), 20 * DAY, 40),  # all at once
        ],
    )
    def test_what_its_rhythm_explains_is_not_late(
        self, gap: timedelta, waited: timedelta, count: int
    ) -> None:
        assert self.late(gap, waited, count).state is State.OK

    def test_hourly_news_that_stop_are_late_after_a_week(self) -> None:
        found = self.late(HOUR, 8 * DAY, 40)
        assert found.state is State.LATE
        assert found.reason.endswith("d’habitude toutes les heures")


class TestEmpty:
    def test_a_source_that_never_published_says_so(self) -> None:
        found = health(None, posts=0, habits={"items": 0, "titles": ()})
        assert found.state is State.EMPTY
        assert "encore rien" in found.reason

    def test_a_feed_that_lost_its_items_says_what_we_keep(self) -> None:
        found = health(posts=34, habits={"items": 0})
        assert found.state is State.EMPTY
        assert "nous gardons les 34 publications d’avant" in found.reason
        assert health(outcome=Outcome.NOT_MODIFIED, habits={"items": 0}).state is State.EMPTY

    def test_posts_of_before_there_were_habits_are_no_empty_page(self) -> None:
        found = health(outcome=Outcome.NOT_MODIFIED, habits={"items": 0, "titles": ()})
        assert found.state is State.OK

    def test_a_page_of_which_nothing_can_be_kept_is_not_well(self) -> None:
        found = health(None, posts=0, rejections=(Rejection(entry="e", reason="r"),))
        assert found.state is State.EMPTY
        assert "rien de ce qu’il publie n’a pu être gardé" in found.reason


@pytest.mark.parametrize(
    ("service", "kind", "told"),
    [
        ("scdl", "donnees", "ses données sont lues"),
        ("icalendar", "agenda", "ses rendez-vous sont lus"),
        ("mastodon", "blog", "dernière publication le 20 novembre 2026"),
    ],
)
def test_a_platform_is_not_judged_as_a_page_is(service: str, kind: str, told: str) -> None:
    source = replace(SOURCE, service=Service(name=service), kind=kind)
    found = health(NOW - 2 * DAY, source=source, habits={"titles": (*"abcde", *"fffff")})
    assert (found.state, found.reason) == (State.OK, told)
    found = health(NOW - 900 * DAY, source=source)
    assert (found.state is State.SILENT) == (service == "mastodon")


class TestDrifted:
    @pytest.mark.parametrize(
        ("habits", "words"),
        [
            ({"lengths": (900,) * 5 + (100,) * 5}, "environ 100 caractères au lieu de 900"),
            ({"titles": (*"abcde", *"fffff")}, "ses 5 dernières publications portent toutes le"),
            ({"ahead": (False,) * 5 + (True, False) * 2 + (True,)}, "3 de ses 5 dernières"),
        ],
    )
    def test_the_last_posts_are_not_as_those_before(
        self, habits: dict[str, Any], words: str
    ) -> None:
        found = health(habits=habits)
        assert found.state is State.DRIFTED
        assert words in found.reason

    @pytest.mark.parametrize(
        "habits",
        [
            {"lengths": (900,) * 5 + (200,) * 5},  # shorter, not by so much
            {"lengths": (150,) * 5 + (10,) * 5},  # always short
            {"lengths": (900,) * 4 + (10,) * 5},  # too few to tell
            {"titles": tuple("aaaaafffff")},  # always the same
            {"ahead": (True,) * 5 + (True,) * 5},  # always ahead
        ],
    )
    def test_what_was_always_so_is_no_drift(self, habits: dict[str, Any]) -> None:
        assert health(habits=habits).state is State.OK

    def test_an_agenda_may_run_ahead(self) -> None:
        ahead = {"ahead": (False,) * 5 + (True,) * 5}
        assert health(source=AGENDA, habits=ahead).state is State.OK

    def test_five_good_posts_heal(self) -> None:
        lengths = (900,) * 10 + (10,) * 5
        assert health(habits={"lengths": lengths}).state is State.DRIFTED
        assert health(habits={"lengths": (*lengths, *(900,) * 5)}).state is State.OK

    def test_a_listing_without_items_where_posts_were_has_changed_its_form(self) -> None:
        found = failed("NothingFound", posts=34)
        assert found.state is State.DRIFTED
        assert "nous en gardons 34 d’avant" in found.reason
        assert failed("NothingFound", posts=0).state is State.FAILING


class TestMoved:
    @pytest.mark.parametrize(
        ("since", "fetches", "settled"),
        [(4 * DAY, 3, True), (2 * DAY, 30, False), (40 * DAY, 2, False)],
    )
    def test_a_redirect_is_believed_after_fetches_over_days(
        self, since: timedelta, fetches: int, *, settled: bool
    ) -> None:
        move = Move(to="https://la-bas.example/", since=NOW - since, fetches=fetches)
        assert is_settled(move, now=NOW) is settled
        found = health(move=move)
        assert (found.state is State.MOVED) is settled
        assert ("https://la-bas.example/" in found.reason) is settled


@pytest.mark.parametrize(
    ("status", "state", "words"),
    [
        (404, State.FAILING, "n’existe plus"),
        (403, State.FAILING, "refuse"),
        (418, State.FAILING, "refuse"),
        (503, State.FAILING, "lui-même en panne"),
        (410, State.GONE, "supprimée pour de bon"),
    ],
)
def test_a_bad_status_is_explained(status: int, state: State, words: str) -> None:
    found = failed("BadStatus", status=status)
    assert found.state is state
    assert words in found.reason
    assert str(status) in found.reason


def test_an_expired_certificate_has_its_name() -> None:
    found = failed("CertificateExpired")
    assert found.state is State.FAILING
    assert found.reason == "le certificat de sécurité du site a expiré"


def test_a_feed_found_in_its_place_is_proposed() -> None:
    found = failed("FeedMoved", proposed_feed="https://s.example/flux")
    assert found.reason.endswith("annoncé\u00a0: https://s.example/flux")


def test_every_error_of_a_source_has_a_french_sentence() -> None:
    kinds = {FeedMoved.__name__, *_below(errors.SourceError)} - {"BadStatus", "FetchError"}
    assert kinds == set(EXPLANATIONS)


def _below(kind: type[Exception]) -> set[str]:
    subs = [sub for sub in kind.__subclasses__() if sub.__module__ == errors.__name__]
    return {sub.__name__ for sub in subs} | {name for sub in subs for name in _below(sub)}
