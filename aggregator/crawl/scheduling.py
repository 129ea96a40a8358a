"""The schedule: what is done when. The only module that knows APScheduler.

`next_fetch` in the database is the schedule of visits; the scheduler only wakes the crawler up, so
a restart forgets nothing.
"""

import asyncio
import logging
import signal
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from aggregator.clock import now

Work = Callable[[], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Every:
    """Again and again, the first time at once."""

    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Daily:
    """Once a day, at a time of the town's clock, or up to `jitter_s` seconds from it."""

    hour: int
    minute: int
    timezone: str
    jitter_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """One time, some seconds from now."""

    after_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something to do, and when."""

    when: Every | Daily | Once
    work: Work


async def keep_going(jobs: Sequence[Job]) -> None:
    """Do the jobs, each never twice at a time, until SIGINT or SIGTERM.

    A stop cancels what is running; what was reported saved is saved.

    Raises:
        Exception: Whatever a job raised; the crawler stops rather than pretend.
    """
    # APScheduler reports each skipped turn as a warning: with a long pass that is normal.
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
    loop = asyncio.get_running_loop()
    stopped: asyncio.Future[None] = loop.create_future()

    def stop(error: BaseException | None = None) -> None:
        if stopped.done():
            return
        if error is None:
            stopped.set_result(None)
        else:
            stopped.set_exception(error)

    def failed(event: JobExecutionEvent) -> None:
        stop(event.exception)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    scheduler = AsyncIOScheduler(event_loop=loop)
    scheduler.add_listener(failed, EVENT_JOB_ERROR)
    for job in jobs:
        _add(scheduler, job)
    scheduler.start()
    try:
        await stopped
    finally:
        scheduler.shutdown(wait=False)


def _add(scheduler: AsyncIOScheduler, job: Job) -> None:
    # A turn that was missed (a laptop asleep) is made up for, once.
    options: dict[str, Any] = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
    match job.when:
        case Every(seconds=seconds):
            options |= {"trigger": IntervalTrigger(seconds=seconds), "next_run_time": now()}
        case Daily(hour=hour, minute=minute, timezone=timezone, jitter_s=jitter_s):
            options["trigger"] = CronTrigger(
                hour=hour, minute=minute, timezone=ZoneInfo(timezone), jitter=jitter_s
            )
        case Once(after_s=after_s):
            options["trigger"] = DateTrigger(now() + timedelta(seconds=after_s))

    # APScheduler puts whatever is not a coroutine function by its looks (a lambda) into a thread.
    async def work() -> None:
        await job.work()

    scheduler.add_job(work, **options)
