"""Asking gently: one request at a time per host, with a gap, and no more when told to wait."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx

from aggregator.errors import BadStatus
from aggregator.fetch.exchange import Exchange

# A host that asks for longer pauses than this is left alone for now rather than waited for.
MAX_WAIT_S = 30.0


@dataclass(slots=True, kw_only=True)
class _Host:
    gap_s: float
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    free_at: float = 0.0  # on the event loop's clock
    blocked_until: float = 0.0
    blocked_by: int = 429  # the status that asked for it


class Pacer:
    """Gives turns at hosts; robots.txt and redirects take turns as pages do.

    A host is its name, whatever the port or scheme.
    """

    def __init__(self, gap_s: float) -> None:
        self._gap_s = gap_s
        self._hosts: dict[str, _Host] = {}

    def _host(self, url: httpx.URL) -> _Host:
        name = url.raw_host.decode("ascii").rstrip(".")
        return self._hosts.setdefault(name, _Host(gap_s=self._gap_s))

    @asynccontextmanager
    async def turn(self, url: httpx.URL, exchange: Exchange) -> AsyncIterator[None]:
        """Wait for the host to be free, and keep it for the time of one request.

        Raises:
            BadStatus: The host asked to be left alone, for longer than we wait.
        """
        host = self._host(url)
        loop = asyncio.get_running_loop()
        async with exchange.holding(host.lock):
            _refuse_if_blocked(host, url, loop.time())
            with exchange.paused():
                await asyncio.sleep(max(host.free_at, host.blocked_until) - loop.time())
            try:
                yield
            finally:
                host.free_at = loop.time() + host.gap_s

    def widen(self, url: httpx.URL, gap_s: float) -> None:
        """Keep at least this gap from now on (Crawl-delay), within reason."""
        host = self._host(url)
        host.gap_s = max(host.gap_s, min(gap_s, MAX_WAIT_S))

    def block(self, url: httpx.URL, *, seconds: int, status: int) -> None:
        """Leave a host alone that answered `status` with Retry-After."""
        host = self._host(url)
        host.blocked_until = asyncio.get_running_loop().time() + seconds
        host.blocked_by = status


def _refuse_if_blocked(host: _Host, url: httpx.URL, now: float) -> None:
    left_s = host.blocked_until - now
    if left_s > MAX_WAIT_S:
        raise BadStatus(
            f"{url}: not asked: {url.host} answered {host.blocked_by} and wants to be left alone"
            f" for another {left_s:.0f} s; it is asked again later",
            url=str(url),
            status=host.blocked_by,
            retry_after_s=round(left_s),
        )
