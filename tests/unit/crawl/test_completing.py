"""Who completes what feeds tell, when, and how much of it."""

import asyncio
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aggregator.crawl.completing import Budget, Completing
from aggregator.crawl.completing.claims import Claims
from aggregator.crawl.completing.faults import fault_of
from aggregator.crawl.completing.known import Known
from aggregator.crawl.completing.quiet import quiet_until
from aggregator.crawl.completing.ways import CLOSED, NO_ACCESS, judge
from aggregator.errors import (
    BadStatus,
    HostUnreachable,
    NothingFound,
    PageTooLarge,
    RobotsDisallowed,
    SourceError,
    StoreError,
)
from aggregator.model import DateOrigin, Post, Town
from aggregator.store import Archive, ArchiveStep, ArchiveWay, KnownPost

NOW = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)
TOWN = Town(name="Essai", timezone="Europe/Paris", contact="essai@example.org")


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-22T20:59:59+00:00", None),  # 21 h 59 in Paris
        ("2026-11-22T21:00:00+00:00", "2026-11-23T06:00:00+00:00"),
        ("2026-11-23T05:59:59+00:00", "2026-11-23T06:00:00+00:00"),
        ("2026-11-23T06:00:00+00:00", None),
        ("2026-07-14T20:00:00+00:00", "2026-07-15T05:00:00+00:00"),
        # The nights in which clocks are changed last an hour less, or one more.
        ("2026-03-28T21:00:00+00:00", "2026-03-29T05:00:00+00:00"),
        ("2026-10-24T20:00:00+00:00", "2026-10-25T06:00:00+00:00"),
        ("2026-10-25T00:30:00+00:00", "2026-10-25T06:00:00+00:00"),
    ],
)
def test_quiet_hours_are_the_towns(now: str, until: str | None) -> None:
    found = quiet_until(datetime.fromisoformat(now), "Europe/Paris")
    assert found == (until and datetime.fromisoformat(until))


class Recorder:
    """A worker that only notes its turns."""

    def __init__(self, saves: int = 0, error: Exception | None = None) -> None:
        self.saves, self.error = saves, error
        self.turns: list[tuple[int, datetime, bool]] = []

    async def work(self, town: Town, *, budget: Budget, until: datetime, quiet: bool) -> int:
        assert town is TOWN
        self.turns.append((budget.left, until, quiet))
        if self.error is not None:
            raise self.error
        return self.saves


def take_turn(now: datetime, *workers: Recorder) -> int:
    """Give each worker its turn; return how often posts were said to be saved."""
    told: list[None] = []
    completing = Completing(
        workers, town=lambda: TOWN, clock=lambda: now, saved=lambda: told.append(None)
    )
    asyncio.run(completing.take_turn())
    return len(told)


def test_each_worker_has_a_turn_that_ends_with_the_night() -> None:
    first, second = Recorder(saves=3), Recorder()
    almost_day = datetime(2026, 11, 23, 5, 58, tzinfo=UTC)
    assert take_turn(almost_day, first, second) == 1
    assert first.turns == second.turns
    assert first.turns == [(600, almost_day + timedelta(minutes=2), True)]
    assert take_turn(almost_day + timedelta(hours=3), first) == 1
    assert first.turns[1][0::2] == (60, False)


def test_one_worker_that_fails_leaves_the_others_their_turn() -> None:
    broken, sound = Recorder(error=StoreError("full disk")), Recorder(saves=1)
    assert take_turn(NOW, broken, sound) == 1
    assert len(sound.turns) == 1


def test_a_share_gives_back_what_it_did_not_need() -> None:
    budget = Budget(25)
    share = budget.part(20)
    assert (budget.left, share.left) == (5, 20)
    share.spend()
    budget.give_back(share)
    assert budget.left == 24
    assert budget.part(100).left == 24
    assert not budget


# --- what a step that failed means ----------------------------------------------------------


def step(tries: int = 0, *, is_page: bool = True) -> ArchiveStep:
    return ArchiveStep(
        way=1, position=1, method="wordpress_feed", url="https://s/", is_page=is_page, tries=tries
    )


def status(code: int, wait_s: int | None = None) -> BadStatus:
    return BadStatus("said no", url="https://s/", status=code, retry_after_s=wait_s)


FAULTS: list[tuple[SourceError, str, str, timedelta | None, bool]] = [
    (status(404), "failed", "gone", None, False),
    (status(410), "failed", "gone", None, False),
    (status(403), "failed", "closed", None, False),
    (status(418), "failed", "unreadable", None, False),
    (status(500), "waiting", "", timedelta(hours=1), False),
    (status(503), "waiting", "", timedelta(hours=1), False),
    (status(503, 900), "waiting", "", timedelta(minutes=15), True),
    (status(429, 7200), "waiting", "", timedelta(hours=2), True),
    (status(429), "waiting", "", timedelta(hours=1), True),
    (HostUnreachable("?", url="https://s/"), "waiting", "", timedelta(hours=1), True),
    (RobotsDisallowed("no", url="https://s/"), "refused", "robots", None, False),
    (
        RobotsDisallowed("not now", url="https://s/", passing=True),
        *("waiting", "", timedelta(hours=1), True),
    ),
    (PageTooLarge("!", url="https://s/"), "failed", "unreadable", None, False),
    (NothingFound("?", url="https://s/"), "failed", "unreadable", None, False),
]


@pytest.mark.parametrize(("error", "state", "reason", "wait", "silent"), FAULTS)
def test_a_failure_is_a_gap_or_another_try(
    error: SourceError, state: str, reason: str, wait: timedelta | None, silent: bool
) -> None:
    found = fault_of(error, step(), now=NOW, is_end=lambda _, __: True)
    assert (found.state, found.reason, found.silent) == (state, reason, silent)
    assert found.next_try == (wait and NOW + wait)


def test_what_fails_five_times_is_missing() -> None:
    answers = [
        fault_of(status(500), step(tries), now=NOW, is_end=lambda _, __: False)
        for tries in range(5)
    ]
    assert [answer.state for answer in answers] == [*["waiting"] * 4, "failed"]
    assert answers[-1].reason == "failing"


def test_a_refusal_may_say_that_there_is_no_more() -> None:
    asked = step(is_page=False)
    assert fault_of(status(404), asked, now=NOW, is_end=lambda _, code: code == 404).state == "end"
    assert fault_of(status(403), asked, now=NOW, is_end=lambda _, code: code == 404).state != "end"


# --- ways -----------------------------------------------------------------------------------


def way(**changes: object) -> ArchiveWay:
    values: dict[str, object] = {
        "method": "wordpress_feed",
        "waiting": False,
        "next_try": None,
        "found": 0,
        "broken": 0,
        "refused": 0,
        "ended": False,
        "in_feed": 10,
        "next_way": None,
    }
    return ArchiveWay(**{**values, **changes})  # type: ignore[arg-type]


def archive(added: int = 0) -> Archive:
    return Archive(
        state="running",
        method=None,
        reason="",
        expected=None,
        found=added,
        added=added,
        requests=1,
        failures=0,
        missing={},
        next_try=None,
    )


def test_a_way_that_led_to_its_end_is_enough() -> None:
    found = judge(way(found=40, next_way=2), archive(40))
    assert (found.is_done, found.whole, found.way) == (True, True, None)


def test_a_way_that_broke_off_or_gave_nothing_leads_to_the_next() -> None:
    assert judge(way(found=40, broken=1, next_way=2), archive(40)).way == 2
    assert judge(way(next_way=100), archive()).way == 100
    assert judge(way(method="feed", found=10, next_way=1), archive()).way == 1


def test_what_broke_off_and_has_no_other_way_is_done_as_far_as_it_goes() -> None:
    found = judge(way(found=40, broken=1), archive(40))
    assert (found.is_done, found.whole) == (True, False)


def test_nothing_at_all_is_explained() -> None:
    assert judge(way(), archive()).reason == NO_ACCESS
    assert judge(way(broken=1, refused=1), archive()).reason == CLOSED


def test_a_feed_shorter_than_any_platforms_is_all_there_is() -> None:
    assert judge(way(ended=True, in_feed=4, next_way=2), archive()).is_done
    assert judge(way(ended=True, in_feed=10, next_way=2), archive()).way == 2
    assert judge(way(ended=True, in_feed=0, next_way=2), archive()).way == 2


def test_what_is_put_off_says_until_when() -> None:
    later = NOW + timedelta(hours=6)
    found = judge(way(waiting=True, next_try=later), archive())
    assert (found.go_on, found.at) == (True, later)


# --- what is known --------------------------------------------------------------------------


def post(guid: str, url: str, title: str) -> Post:
    return Post(
        source="s",
        guid=guid,
        url=url,
        title=title,
        published=NOW,
        date_origin=DateOrigin.STATED,
        digest="",
    )


def test_posts_are_known_by_guid_or_title_at_their_address() -> None:
    stored = [
        KnownPost(guid="https://s.example/?p=1", url="https://s.example/un/", title="Un"),
        KnownPost(guid="deux", url="https://s.example/", title="Compte rendu"),
    ]
    known = Known(stored, home="https://s.example/")
    assert known.has_page("http://www.s.example/un")
    assert not known.has_page("https://s.example/")
    assert not known.is_new(post("autre", "http://www.s.example/un", "Un"))
    assert not known.is_new(post("https://s.example/?p=1", "https://s.example/un/", "Un, revu"))
    # Several posts may comment on one page; posts without a page may share their title.
    assert known.is_new(post("autre", "https://s.example/un/", "Tout autre chose"))
    assert known.is_new(post("trois", "https://s.example/", "Compte rendu"))
    assert not known.is_new(post("deux", "https://s.example/", "Compte rendu"))
    known.add([post("trois", "https://s.example/", "Compte rendu")])
    assert not known.is_new(post("trois", "https://s.example/", "Compte rendu"))


# --- one reader a source --------------------------------------------------------------------

HOLD = """
import sys, time
from pathlib import Path
from aggregator.crawl.completing.claims import Claims
with Claims(Path(sys.argv[1])) as claims, claims.claim(7) as ours:
    print(ours, flush=True)
    time.sleep(60)
"""


def test_an_archive_is_read_by_one_process_and_freed_when_it_is_killed(tmp_path: Path) -> None:
    database = tmp_path / "veille.db"
    with (
        subprocess.Popen(
            [sys.executable, "-c", HOLD, str(database)], stdout=subprocess.PIPE, text=True
        ) as other,
        Claims(database) as claims,
    ):
        assert other.stdout is not None
        assert other.stdout.readline() == "True\n"
        with claims.claim(7) as ours, claims.claim(8) as another:
            assert (ours, another) == (False, True)
        other.kill()
        other.wait()
        with claims.claim(7) as ours, claims.claim(7) as twice:
            assert (ours, twice) == (True, False)
        with claims.claim(7) as ours:
            assert ours
