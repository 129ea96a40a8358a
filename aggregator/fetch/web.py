"""The one door to the network."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Self

import httpx

from aggregator import __version__, clock
from aggregator.errors import UsageError
from aggregator.fetch.address import Guard, parse_url
from aggregator.fetch.exchange import Exchange
from aggregator.fetch.failures import bad_status
from aggregator.fetch.hops import Answer, Terms, Walker
from aggregator.fetch.pacing import Pacer
from aggregator.fetch.robots import PRODUCT, Robots
from aggregator.fetch.transport import GuardedTransport, trusted_authorities
from aggregator.model import Memory, NotModified, Page

_NOTHING_KNOWN = Memory()


class Web:
    """What the fetches of a crawl share: the transport, each host's pace, robots.txt files.

    Lives in one event loop, as an async context manager. Nothing of one site reaches another:
    no cookies, no open connections; nothing of the environment either (proxies, netrc).

    Args:
        contact: An e-mail or web address for owners of sites, sent in the User-Agent.
        gap_s: Seconds between the end of a request and the next one to the same host.
        deadline_s: Seconds for a whole fetch: robots.txt, redirects, body.
        max_bytes: The longest body accepted, after decompression.
        clock: Gives the present moment.

    Raises:
        UsageError: `contact` cannot be sent, or AGGREGATOR_ALLOW_NETWORKS cannot be read.
    """

    def __init__(
        self,
        *,
        contact: str,
        gap_s: float = 2.0,
        deadline_s: float = 30.0,
        max_bytes: int = 10 * 2**20,
        clock: Callable[[], datetime] = clock.now,
    ) -> None:
        self._deadline_s = deadline_s
        self._max_bytes = max_bytes
        self._clock = clock
        self._transport = GuardedTransport(Guard.from_environment(), trusted_authorities())
        pacer = Pacer(gap_s)
        self._walker = Walker(self._transport, _user_agent(contact), pacer, clock)
        self._robots = Robots(self._walker.walk, pacer, clock)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._transport.aclose()

    async def fetch(self, url: str, *, memory: Memory, obey_robots: bool) -> Page | NotModified:
        """See the function `fetch`."""
        start = parse_url(url)
        async with Exchange(str(start), self._deadline_s) as exchange:

            async def gate(hop: httpx.URL) -> None:
                await self._robots.check(hop, exchange)

            terms = Terms(
                headers=_validators(memory),
                limit=self._max_bytes,
                gate=gate if obey_robots else None,
            )
            answer = await self._walker.walk(start, terms, exchange)
        if answer.status == 304 and terms.headers:
            return self._not_modified(url, answer, _renewed(memory, answer), exchange)
        if not 200 <= answer.status < 300:
            raise bad_status(answer.url, answer.status, answer.retry_after_s)
        return self._page(url, answer, memory, exchange)

    def _page(
        self, url: str, answer: Answer, memory: Memory, exchange: Exchange
    ) -> Page | NotModified:
        fresh = Memory(
            etag=answer.header("etag"),
            last_modified=answer.header("last-modified"),
            body_sha256=hashlib.sha256(answer.body).hexdigest(),
        )
        if fresh.body_sha256 == memory.body_sha256:
            return self._not_modified(url, answer, fresh, exchange)
        return Page(
            requested_url=url,
            url=str(answer.url),
            body=answer.body,
            status=answer.status,
            content_type=answer.header("content-type") or "",
            memory=fresh,
            moved_to=answer.moved_to,
            fetched=self._clock(),
            elapsed_s=exchange.elapsed_s,
        )

    def _not_modified(
        self, url: str, answer: Answer, memory: Memory, exchange: Exchange
    ) -> NotModified:
        return NotModified(
            requested_url=url,
            url=str(answer.url),
            status=answer.status,
            memory=memory,
            moved_to=answer.moved_to,
            size_bytes=len(answer.body),
            fetched=self._clock(),
            elapsed_s=exchange.elapsed_s,
        )


async def fetch(
    url: str, *, web: Web, memory: Memory = _NOTHING_KNOWN, obey_robots: bool = True
) -> Page | NotModified:
    """Ask for one address, once.

    Args:
        url: An http(s) address.
        web: What the fetches of a crawl share.
        memory: What the last fetch of this address returned; empty to have the page anyway.
        obey_robots: Ask robots.txt first; not for feeds that moderators listed, which are
            published to be read by programs.

    Raises:
        FetchError: No page; the text says why and what to do.
    """
    return await web.fetch(url, memory=memory, obey_robots=obey_robots)


def _user_agent(contact: str) -> str:
    if not contact.isascii() or not contact.isprintable():
        raise UsageError(f"{contact!r}: the contact must be an e-mail or web address in ASCII")
    return f"{PRODUCT}/{__version__} (+{contact})"


def _validators(memory: Memory) -> dict[bytes, bytes]:
    """Return the conditional headers, byte for byte what the site once sent."""
    headers = {}
    if memory.etag is not None:
        headers[b"If-None-Match"] = memory.etag.encode("latin-1")
    if memory.last_modified is not None:
        headers[b"If-Modified-Since"] = memory.last_modified.encode("latin-1")
    return headers


def _renewed(memory: Memory, answer: Answer) -> Memory:
    """Return the memory after a 304, which may bring new validators (RFC 9111 §4.3.4)."""
    return Memory(
        etag=answer.header("etag") or memory.etag,
        last_modified=answer.header("last-modified") or memory.last_modified,
        body_sha256=memory.body_sha256,
    )
