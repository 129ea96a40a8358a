"""Several hosts side by side, what one host is asked for in turn; and the pauses they ask for."""

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlsplit

from aggregator.crawl.completing.writing import Desk
from aggregator.errors import AggregatorError
from aggregator.fetch import Web
from aggregator.store import Store

_T = TypeVar("_T")
_log = logging.getLogger(__name__)


async def side_by_side(
    items: Iterable[_T],
    do: Callable[[_T], Awaitable[int]],
    *,
    address: Callable[[_T], str],
    hosts: int,
    goes_on: Callable[[], bool],
    faults: set[str],
) -> int:
    """Do something with each item; a fault of ours in one leaves the others their turn.

    Args:
        items: Those of one host are done one after the other, as they come.
        do: Returns how much it did.
        address: Of an item; its host counts.
        hosts: How many are asked at a time.
        goes_on: Asked before each item whether there is time and budget left.
        faults: Addresses that brought out a fault of ours since this process began, and are left
            alone: a site is not to be asked each minute for it.

    Returns:
        How much was done in all.

    Raises:
        StoreError: The database cannot be used.
    """
    waiting = _by_host([item for item in items if address(item) not in faults], address)
    done = 0

    async def follow() -> None:
        nonlocal done
        while waiting:
            # A host is asked by one task at a time: the others need not wait for its gaps.
            for item in waiting.popleft():
                if not goes_on():
                    return
                try:
                    more = await do(item)
                except AggregatorError:
                    raise
                except Exception:  # noqa: BLE001 - the others have nothing to do with it
                    _log.exception("a fault of this program; report it: %.200r", item)
                    faults.add(address(item))
                    continue
                done += more  # after the pause: others count meanwhile

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(hosts, len(waiting))):
                group.create_task(follow())
    except BaseExceptionGroup as failed:
        # A full disk is one fault however many notice it.
        raise failed.exceptions[0] from failed
    return done


def _by_host(items: Iterable[_T], address: Callable[[_T], str]) -> deque[deque[_T]]:
    queues: dict[str, deque[_T]] = defaultdict(deque)
    for item in items:
        queues[urlsplit(address(item)).hostname or ""].append(item)
    return deque(queues.values())


async def restore_pauses(desk: Desk, web: Web, now: datetime) -> None:
    """Leave alone the hosts that asked for it in an earlier process."""
    for host, pause in (await desk.do(lambda store: store.hosts(now))).items():
        web.leave_alone(host, until=pause.until, status=pause.status)


def keep_pauses(store: Store, web: Web) -> None:
    """Keep what hosts asked for since the last time."""
    if pauses := web.pauses_told():
        with store.transaction():
            for host, (until, status) in pauses.items():
                store.pause_host(host, until=until, status=status)
