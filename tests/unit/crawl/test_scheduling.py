"""The schedule, in a process's own loop and with real signals."""

import asyncio
import os
import signal

import pytest

from aggregator.crawl.scheduling import Daily, Every, Job, Once, keep_going


def test_jobs_run_at_once_and_stop_on_a_signal() -> None:
    done: list[str] = []

    async def now_and_then() -> None:
        done.append("pass")
        if "late" not in done:
            return
        os.kill(os.getpid(), signal.SIGTERM)

    async def late() -> None:
        done.append("late")

    async def never() -> None:
        done.append("night")

    jobs = [
        Job(when=Every(seconds=1), work=lambda: now_and_then()),  # noqa: PLW0108 - as a caller may
        Job(when=Once(after_s=0), work=late),
        Job(
            when=Daily(hour=3, minute=17, timezone="Europe/Paris", jitter_s=600),
            work=never,
        ),
    ]
    asyncio.run(keep_going(jobs))
    assert set(done) == {"pass", "late"}


def test_a_job_that_fails_stops_all() -> None:
    async def fail() -> None:
        raise ValueError("oups")

    with pytest.raises(ValueError, match="oups"):
        asyncio.run(keep_going([Job(when=Every(seconds=60), work=fail)]))
