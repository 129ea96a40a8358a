"""The schedule: what is done when. The only module that knows APScheduler.

`next_fetch` in the database is the schedule of visits; a job only wakes the crawler up, so a
restart forgets nothing. Waiting is done on the event loop's clock, which nobody sets: a wall clock
that is put right (a board without a battery, NTP after a power cut) stops no job. Of APScheduler we
use what it knows of calendars: when a time of the town's clock comes next, summer time included.
"""

import asyncio
import logging
import signal
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from aggregator import clock

LOOK_S = 30  # how often a daily job looks at the wall clock
STEP_S = 60  # the two clocks apart by more, between two looks: the wall clock was set

Work = Callable[[], Coroutine[Any, Any, None]]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Every:
    """Again and again, the first time at once; a turn during another is left out."""

    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Daily:
    """Once a day, at a time of the town's clock, or up to `jitter_s` seconds later."""

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
    """Something to do, and when.

    Attributes:
        name: What the log calls it.
        when: Its turns.
        work: Done at each turn.
        vital: Without it there is no crawler: its failure ends all. That of another job is logged,
            and its next turn comes as ever.
    """

    name: str
    when: Every | Daily | Once
    work: Work
    vital: bool = False


async def keep_going(jobs: Sequence[Job]) -> None:
    """Do the jobs, each never twice at a time, until SIGINT or SIGTERM.

    A stop cancels what is running; what was reported saved is saved.

    Raises:
        Exception: Whatever a vital job raised; the crawler stops rather than pretend.
    """
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_follow(job)) for job in jobs]
            await stopped.wait()
            for task in tasks:
                task.cancel()
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from failed


async def _follow(job: Job) -> None:
    match job.when:
        case Every(seconds=seconds):
            await _repeat(job, seconds)
        case Daily() as daily:
            await _repeat_daily(job, daily)
        case Once(after_s=after_s):
            await asyncio.sleep(after_s)
            await _turn(job)


async def _turn(job: Job) -> None:
    try:
        await job.work()
    except Exception:
        if job.vital:
            raise
        _log.exception("%s failed; its next turn comes as ever", job.name)


async def _repeat(job: Job, seconds: int) -> None:
    ticks = asyncio.get_running_loop().time
    while True:
        begun = ticks()
        await _turn(job)
        await asyncio.sleep(seconds - (ticks() - begun) % seconds)


async def _repeat_daily(job: Job, daily: Daily) -> None:
    trigger = CronTrigger(
        hour=daily.hour,
        minute=daily.minute,
        timezone=ZoneInfo(daily.timezone),
        jitter=daily.jitter_s,
    )
    ticks = asyncio.get_running_loop().time
    # The clock tells whole seconds: a turn must be over before the next one is looked for.
    second = timedelta(seconds=1)
    wall, tick = clock.now(), ticks()
    due = trigger.get_next_fire_time(None, wall)
    while True:
        await asyncio.sleep(LOOK_S)
        past, wall = wall, clock.now()
        passed_s, tick = ticks() - tick, ticks()
        step_s = (wall - past).total_seconds() - passed_s
        # Set back, a turn may be years away. Set forward (a laptop was asleep), one that was missed
        # is made up for, once.
        if step_s < -STEP_S:
            due = trigger.get_next_fire_time(None, wall)
        if wall >= due:
            await _turn(job)
            due = trigger.get_next_fire_time(None, clock.now() + second)
