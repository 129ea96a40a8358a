"""Writing what visits brought: many sources a transaction, in a thread beside the visits.

The validators (ETag …) are saved with the posts they stand for: a kill between the two would hide
those posts behind a « not modified » for ever. A result is reported when it is on the disk, never
before.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial

from aggregator.crawl.settling import Settler, Visited
from aggregator.errors import ReadError, StoreError
from aggregator.model import SourceResult
from aggregator.store import Store

# Visits a transaction, and waiting for one. The index is merged at each: few large ones cost a
# third less than many small ones, and stay well under 1 s.
GROUP = 64
GROUP_POSTS = 1_500
# Of one visit to a platform: a table of ten thousand rows is written in several transactions.
PART_POSTS = 1_000
LINGER_S = 1.0  # what a visit waits at most for others to share its transaction

Pauses = Mapping[str, tuple[datetime, int]]

_log = logging.getLogger(__name__)


class Ledger:
    """Takes visits and writes them; `run` is a task beside those that visit.

    Args:
        store: Nobody else may use it meanwhile.
        timezone: The town's.
        crawl: The number of the pass.
        pauses: Gives what hosts asked for since it was last called: until when, and the status.
        report: Called with each result when it is saved.
    """

    def __init__(
        self,
        store: Store,
        *,
        timezone: str,
        crawl: int,
        pauses: Callable[[], Pauses],
        report: Callable[[SourceResult], None],
    ) -> None:
        self.crawl = crawl
        self.turn = asyncio.Lock()  # held by whatever is heavy in a crawl (reading.py)
        self.results: list[SourceResult] = []
        self._store = store
        self._settler = Settler(store, timezone=timezone, crawl=crawl)
        self._pauses = pauses
        self._report = report
        self._waiting: asyncio.Queue[Visited] = asyncio.Queue(maxsize=GROUP)
        self._closing = False
        self._some = asyncio.Event()  # one waits, or no more will come
        self._enough = asyncio.Event()  # a whole group does, or no more will come

    async def take(self, visited: Visited) -> None:
        """Take a visit; waits when too many are to be written already."""
        await self._waiting.put(visited)
        self._some.set()
        if self._waiting.full() or visited.posts > PART_POSTS:
            self._enough.set()

    def close(self) -> None:
        """Say that no more will come: `run` ends when all is written."""
        self._closing = True
        self._some.set()
        self._enough.set()

    async def run(self) -> None:
        """Write until closed.

        Raises:
            StoreError: The database cannot be used.
        """
        while not (self._closing and self._waiting.empty()):
            await self._some.wait()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._enough.wait(), LINGER_S)
            if not self._closing:
                self._enough.clear()
            if group := self._group():
                await self._save(group)
            if self._waiting.empty() and not self._closing:
                self._some.clear()
        await self._save([])

    def _group(self) -> list[Visited]:
        group: list[Visited] = []
        posts = 0
        while not self._waiting.empty() and len(group) < GROUP and posts < GROUP_POSTS:
            visited = self._waiting.get_nowait()
            posts += visited.posts
            group.append(visited)
        return group

    async def _save(self, group: Sequence[Visited]) -> None:
        pauses = self._pauses()
        if not group and not pauses:
            return
        async with self.turn:
            if any(visited.posts for visited in group):
                await self._save_in_thread(group, pauses)
            else:
                # Some milliseconds; a thread would spend as much again waiting for its turn.
                self._tell(self._write(group, pauses))

    async def _save_in_thread(self, group: Sequence[Visited], pauses: Pauses) -> None:
        # A stop must not leave the thread writing to a store that is being closed.
        writing = asyncio.ensure_future(asyncio.to_thread(self._write, group, pauses))
        try:
            results = await asyncio.shield(writing)
        except asyncio.CancelledError:
            self._tell(await writing)
            raise
        self._tell(results)

    def _tell(self, results: Sequence[SourceResult]) -> None:
        for result in results:
            self.results.append(result)
            self._report(result)

    def _write(self, group: Sequence[Visited], pauses: Pauses) -> list[SourceResult]:
        if pauses:
            with self._store.transaction():
                for host, (until, status) in pauses.items():
                    self._store.pause_host(host, until=until, status=status)
        try:
            lasts = [self._all_but_the_last(visited) for visited in group]
            return self._store.write(lambda: [self._settler.settle(visited) for visited in lasts])
        except StoreError:
            raise
        except Exception:  # noqa: BLE001 - see below
            # One of them brings out a fault of ours: the others must not suffer.
            return [self._write_alone(visited) for visited in group]

    def _all_but_the_last(self, visited: Visited) -> Visited:
        """Write a big visit up to its last part, so that others may write in between.

        Validators come with the last part: after a kill all is asked and compared again. Items of
        a feed may share their guid, and only together are they told apart: those of platforms do
        not.
        """
        while visited.source.service is not None and visited.posts > PART_POSTS:
            visited = self._store.write(partial(self._settler.settle_part, visited, PART_POSTS))
        return visited

    def _write_alone(self, visited: Visited) -> SourceResult:
        try:
            last = self._all_but_the_last(visited)
            return self._store.write(lambda: self._settler.settle(last))
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - recorded and logged
            url = visited.source.feed or visited.source.url
            _log.exception("%s: a fault of this program while saving", visited.source.slug)
            fault = ReadError(
                f"{url}: this program has a fault that the page brings out when it is saved"
                f" ({error!r:.200}); report it with a copy of the page",
                url=url,
            )
            with self._store.transaction():
                return self._settler.settle(replace(visited, found=None, error=fault))
