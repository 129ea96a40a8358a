"""Asking gently: one request at a time per host, with a gap, and no more when told to wait."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from aggregator.errors import BadStatus, HostUnreachable
from aggregator.fetch.acquaintances import Acquaintance, Acquaintances
from aggregator.fetch.exchange import Exchange
from aggregator.fetch.urls import Url

# A host that asks for longer pauses than this is left alone for now rather than waited for.
MAX_WAIT_S = 30.0
# A host that took long to answer is busy: it is left alone for twice as long.
SLOWNESS = 2.0
# Gaps are longer by up to a quarter, at random: crawls of many towns shall not keep in step.
JITTER = 0.25
# Nothing that could not be reached is tried again so soon.
LOST_S = 600.0


@dataclass(frozen=True, slots=True)
class _Loss:
    at: float  # on the event loop's clock
    why: str


@dataclass(slots=True, kw_only=True)
class _Host(Acquaintance):
    gap_s: float
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    free_at: float = 0.0  # on the event loop's clock
    blocked_until: float = 0.0
    blocked_by: int = 429  # the status that asked for it
    lost: dict[int, _Loss] = field(default_factory=dict)  # by port


class Pacer:
    """Gives turns at hosts; robots.txt and redirects take turns as pages do.

    A host is its name, whatever the port or scheme; but it may be reached on one port alone.

    Args:
        gap_s: Seconds between two requests, unless the host is slow or asks for more; 0 for no
            pause at all, unless it asks for one.
        chance: Lengthens the gaps.
        clock: Gives the present moment, for who keeps pauses longer than the process lives.
    """

    def __init__(self, gap_s: float, chance: Random, clock: Callable[[], datetime]) -> None:
        self._gap_s = gap_s
        self._chance = chance
        self._clock = clock
        self._told: dict[str, tuple[datetime, int]] = {}
        self._hosts = Acquaintances(lambda: _Host(gap_s=gap_s))

    @asynccontextmanager
    async def turn(self, url: Url, exchange: Exchange) -> AsyncIterator[None]:
        """Wait for the host to be free, and keep it for the time of one request.

        Raises:
            BadStatus: The host asked to be left alone, for longer than we wait.
            HostUnreachable: It could not be reached a moment ago.
        """
        host = self._hosts.of(url.name)
        loop = asyncio.get_running_loop()
        async with exchange.holding(host.lock):
            self.check(url)
            while (wait_s := max(host.free_at, host.blocked_until) - loop.time()) > 0:
                with exchange.paused():
                    await asyncio.sleep(wait_s)
                self.check(url)
            began = loop.time()
            try:
                yield
            finally:
                now = loop.time()
                host.free_at = now + self._pause_s(host, took_s=now - began)

    def check(self, url: Url) -> None:
        """Make sure that a host may be asked, now or soon.

        Raises:
            BadStatus: As `turn`.
            HostUnreachable: As `turn`.
        """
        host = self._hosts.of(url.name)
        now = asyncio.get_running_loop().time()
        left_s = host.blocked_until - now
        if left_s > MAX_WAIT_S:
            raise BadStatus(
                f"{url}: not asked: {url.host} answered {host.blocked_by} and wants to be left"
                f" alone for another {left_s:.0f} s; it is asked again later",
                url=str(url),
                status=host.blocked_by,
                retry_after_s=round(left_s),
                not_asked=True,
            )
        loss = host.lost.get(url.port)
        if loss is not None and now < loss.at + LOST_S:
            raise HostUnreachable(
                f"{url}: not asked: {url.authority} was tried {now - loss.at:.0f} s ago:"
                f" {loss.why}",
                url=str(url),
            )

    def widen(self, url: Url, gap_s: float) -> None:
        """Keep at least this gap from now on (Crawl-delay), within reason."""
        host = self._hosts.of(url.name)
        more_s = min(gap_s, MAX_WAIT_S) - host.gap_s
        if more_s > 0:
            host.gap_s += more_s
            host.free_at += more_s  # the robots.txt that says so was asked for just now

    def block(self, name: str, *, seconds: float, status: int) -> None:
        """Leave a host alone that answered `status` with Retry-After, and tell of it."""
        if self.leave_alone(name, seconds=seconds, status=status):
            self._told[name] = self._clock() + timedelta(seconds=seconds), status

    def leave_alone(self, name: str, *, seconds: float, status: int) -> bool:
        """Leave a host alone that answered `status` once; return whether that is news."""
        host = self._hosts.of(name)
        now = asyncio.get_running_loop().time()
        until = now + seconds
        if until <= max(now, host.blocked_until):
            return False
        host.blocked_until, host.blocked_by = until, status
        return True

    def pauses_told(self) -> Mapping[str, tuple[datetime, int]]:
        """Return, and forget, until when hosts asked to be left alone, and with which status."""
        told, self._told = self._told, {}
        return told

    def lose(self, url: Url, why: str) -> None:
        """Leave a host alone for a while that could not be reached.

        Args:
            url: Where it was asked.
            why: A sentence.
        """
        self._hosts.of(url.name).lost[url.port] = _Loss(asyncio.get_running_loop().time(), why)

    def find(self, url: Url) -> None:
        """Note that a host answers."""
        self._hosts.of(url.name).lost.pop(url.port, None)

    def _pause_s(self, host: _Host, *, took_s: float) -> float:
        gap_s = host.gap_s
        if self._gap_s > 0:
            gap_s = max(gap_s, min(SLOWNESS * took_s, MAX_WAIT_S))
        return gap_s * (1 + JITTER * self._chance.random())
