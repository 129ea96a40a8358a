"""One fetch under way: where it has got to, and how long it may take."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from types import TracebackType
from typing import Self

from aggregator.errors import HostUnreachable


class Exchange:
    """The time limit of everything one fetch does: robots.txt, redirects, body.

    It cuts what timeouts of single reads cannot: a server that sends a byte a second. Waiting
    for our own turn at a host does not count.

    Attributes:
        at: The address being asked now.
        limit_s: What it may take.
        waited_s: Time spent waiting for turns.
    """

    def __init__(self, url: str, limit_s: float) -> None:
        self.at = url
        self.waited_s = 0.0
        self.limit_s = limit_s
        self._timeout = asyncio.timeout(limit_s)

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._began = loop.time()
        await self._timeout.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            await self._timeout.__aexit__(kind, error, trace)
        except TimeoutError as late:
            raise HostUnreachable(f"{self.at}: {self.too_late}", url=self.at) from late

    @property
    def is_over(self) -> bool:
        """Whether the time is up: what is under way is being cancelled for it."""
        return self._timeout.expired()

    @property
    def too_late(self) -> str:
        """What to say when it is."""
        return (
            f"no whole answer within {self.limit_s:g} s; the site is slow or overloaded, it is"
            " asked again later"
        )

    @property
    def elapsed_s(self) -> float:
        """Seconds since the fetch began, without the waiting."""
        return round(asyncio.get_running_loop().time() - self._began - self.waited_s, 3)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Stop the limit's clock while we wait for something of our own."""
        loop = asyncio.get_running_loop()
        paused_at, due = loop.time(), self._timeout.when()
        self._timeout.reschedule(None)
        try:
            yield
        finally:
            waited = loop.time() - paused_at
            self.waited_s += waited
            self._timeout.reschedule(None if due is None else due + waited)

    @asynccontextmanager
    async def holding(self, lock: asyncio.Lock) -> AsyncIterator[None]:
        """Hold a lock that other fetches hold too."""
        if lock.locked():
            with self.paused():
                await lock.acquire()
        else:
            await lock.acquire()
        try:
            yield
        finally:
            lock.release()
