"""The schedule, on a virtual clock and with real signals."""

import asyncio
import logging
import os
import signal
from datetime import UTC, datetime, timedelta

import pytest
from virtual_time import run_virtually

from aggregator import clock
from aggregator.crawl.scheduling import Daily, Every, Job, Once, Work, keep_going

NIGHT = Daily(hour=3, minute=17, timezone="Europe/Paris", jitter_s=600)
START = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
HOUR = 3_600
DAY = 24 * HOUR


async def stop() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def stop_after(seconds: int) -> Job:
    return Job(name="stop", when=Once(after_s=seconds), work=stop)


class Wall:
    """The wall clock, which someone may set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.start = START
        monkeypatch.setattr(clock, "now", self.now)

    def now(self) -> datetime:
        return self.start + timedelta(seconds=int(asyncio.get_running_loop().time()))

    def set(self, after_s: int, by: timedelta) -> Job:
        async def work() -> None:
            self.start += by

        return Job(name="set the clock", when=Once(after_s=after_s), work=work)


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Wall:
    return Wall(monkeypatch)


def noting(times: list[float], *, lasting_s: float = 0) -> Work:
    async def work() -> None:
        times.append(asyncio.get_running_loop().time())
        await asyncio.sleep(lasting_s)

    return work


def run(*jobs: Job) -> None:
    run_virtually(keep_going(jobs))


def test_jobs_run_at_once_and_stop_on_a_signal() -> None:
    passes: list[float] = []
    once: list[float] = []
    run(
        Job(name="pass", when=Every(seconds=15), work=noting(passes)),
        Job(name="once", when=Once(after_s=20), work=noting(once)),
        Job(name="night", when=NIGHT, work=noting([])),
        stop_after(50),
    )
    assert passes == [0, 15, 30, 45]
    assert once == [20]


def test_a_turn_that_comes_while_its_job_is_at_work_is_left_out() -> None:
    passes: list[float] = []
    run(
        Job(name="pass", when=Every(seconds=15), work=noting(passes, lasting_s=40)),
        stop_after(100),
    )
    assert passes == [0, 45, 90]


def test_a_stop_cancels_what_is_running_and_waits_for_its_end() -> None:
    told: list[str] = []

    async def work() -> None:
        try:
            await asyncio.sleep(1_000)
        finally:
            told.append("cancelled")

    run(Job(name="pass", when=Every(seconds=15), work=work, vital=True), stop_after(50))
    assert told == ["cancelled"]


def test_a_vital_job_that_fails_stops_all() -> None:
    async def fail() -> None:
        raise ValueError("oups")

    with pytest.raises(ValueError, match="oups"):
        run(
            Job(name="pass", when=Every(seconds=60), work=fail, vital=True),
            Job(name="other", when=Every(seconds=60), work=noting([])),
        )


@pytest.mark.usefixtures("wall")
def test_any_other_job_that_fails_is_told_and_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    failed: list[str] = []
    passes: list[float] = []

    def failing(name: str) -> Work:
        async def fail() -> None:
            failed.append(name)
            raise UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed")

        return fail

    with caplog.at_level(logging.ERROR):
        run(
            Job(name="tend", when=Every(seconds=DAY), work=failing("tend")),
            Job(name="upkeep", when=NIGHT, work=failing("upkeep")),
            Job(name="catch up", when=Once(after_s=5), work=failing("catch up")),
            Job(name="pass", when=Every(seconds=HOUR), work=noting(passes), vital=True),
            stop_after(2 * DAY - 60),
        )
    assert failed == ["tend", "catch up", "upkeep", "tend", "upkeep"]
    assert len(passes) == 48
    told = [(record.getMessage(), record.exc_info is not None) for record in caplog.records]
    assert told == [(f"{name} failed; its next turn comes as ever", True) for name in failed]


@pytest.mark.parametrize("by", [timedelta(days=-1), timedelta(days=-20_000), timedelta(days=400)])
def test_a_wall_clock_that_is_set_stops_no_job(wall: Wall, by: timedelta) -> None:
    passes: list[float] = []
    run(
        Job(name="pass", when=Every(seconds=15), work=noting(passes), vital=True),
        wall.set(after_s=100, by=by),
        stop_after(1_000),
    )
    assert passes == list(range(0, 1_000, 15))


def test_a_daily_job_keeps_the_towns_hour(wall: Wall) -> None:
    wall.start = datetime(2026, 10, 23, 12, 0, tzinfo=UTC)  # winter time begins on the 25th
    turns: list[datetime] = []

    async def work() -> None:
        turns.append(clock.now())

    run(Job(name="night", when=NIGHT, work=work), stop_after(3 * DAY))
    hours = [datetime(2026, 10, day, hour, 17, tzinfo=UTC) for day, hour in ((24, 1), (25, 2))]
    hours.append(datetime(2026, 10, 26, 2, 17, tzinfo=UTC))
    late = [(turn - hour).total_seconds() for turn, hour in zip(turns, hours, strict=True)]
    assert all(0 <= seconds <= 600 + 30 for seconds in late)


@pytest.mark.parametrize("days", [-1, -30, 30])
def test_a_daily_job_is_done_once_a_day_whoever_sets_the_clock(wall: Wall, days: int) -> None:
    turns: list[float] = []
    run(
        Job(name="night", when=NIGHT, work=noting(turns)),
        wall.set(after_s=12 * HOUR, by=timedelta(days=days)),
        stop_after(3 * DAY + 12 * HOUR),
    )
    # Set forward, the turn that was missed is made up for at once.
    at_noon = [0] if days > 0 else []
    nights = [int(turn - 12 * HOUR) // DAY for turn in turns]
    assert nights == [*at_noon, 0, 1, 2]
