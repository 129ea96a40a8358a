"""The schedule: a pass every minute over what is due. The only module that knows APScheduler.

`next_fetch` in the database is the schedule; the scheduler only wakes the crawler up, so a
restart forgets nothing.
"""

import asyncio
import logging
import signal
from collections.abc import Callable, Coroutine
from typing import Any

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from aggregator.clock import now

WAKE_EVERY_S = 60


async def keep_crawling(one_pass: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run `one_pass` now and then every minute, never twice at a time, until SIGINT or SIGTERM.

    A stop cancels the running pass between two transactions: what was reported saved is saved.

    Raises:
        Exception: Whatever `one_pass` raised; the crawler stops rather than pretend.
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
    scheduler.add_job(
        one_pass,
        "interval",
        seconds=WAKE_EVERY_S,
        next_run_time=now(),
        max_instances=1,
        coalesce=True,
        misfire_grace_time=None,
    )
    scheduler.start()
    try:
        await stopped
    finally:
        scheduler.shutdown(wait=False)
