"""What is done to complete what feeds tell, beside the passes: the job of the daemon.

Feeds show ten posts; the rest is fetched gently, at night, a share at a time. What is new on the
list does not wait for the night: it gets a little at once.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from aggregator.crawl.completing.budget import Budget
from aggregator.crawl.completing.quiet import quiet_until
from aggregator.errors import AggregatorError
from aggregator.model import Town

TURN = timedelta(minutes=5)  # one turn of one worker ends by then, and the next one has its own
NIGHT_REQUESTS = 600  # a turn of one worker, at many hosts
DAY_REQUESTS = 60

_log = logging.getLogger(__name__)


class Worker(Protocol):
    """One kind of work; uses connections of its own, in threads."""

    async def work(self, town: Town, *, budget: Budget, until: datetime, quiet: bool) -> int:
        """Do a share of it.

        Args:
            town: The moderators' list.
            budget: The requests it may make.
            until: When no new request may begin any more.
            quiet: The town sleeps; else only what cannot wait is done.

        Returns:
            How many posts it saved.
        """
        ...


class Completing:
    """Gives each worker its turns.

    Args:
        workers: In the order of their turns.
        town: Gives the list.
        clock: Tells the time.
        saved: Called when posts were saved.
    """

    def __init__(
        self,
        workers: Sequence[Worker],
        *,
        town: Callable[[], Town],
        clock: Callable[[], datetime],
        saved: Callable[[], None],
    ) -> None:
        self._workers = workers
        self._town = town
        self._clock = clock
        self._saved = saved

    async def take_turn(self) -> None:
        """Let each worker do a share; the failure of one leaves the others theirs."""
        for worker in self._workers:
            town, now = self._town(), self._clock()
            morning = quiet_until(now, town.timezone)
            until = now + TURN if morning is None else min(now + TURN, morning)
            budget = Budget(DAY_REQUESTS if morning is None else NIGHT_REQUESTS)
            try:
                done = await worker.work(
                    town, budget=budget, until=until, quiet=morning is not None
                )
            except AggregatorError as error:
                _log.error("completing failed: %s", error)
                continue
            if done:
                self._saved()
