"""The one door to the network."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from random import Random
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

from aggregator import __version__, clock
from aggregator.errors import UsageError
from aggregator.fetch.address import Guard
from aggregator.fetch.exchange import Exchange
from aggregator.fetch.failures import MAX_RETRY_AFTER_S, bad_status
from aggregator.fetch.headers import said
from aggregator.fetch.hops import Answer, Fields, Terms, Walker, fields_of
from aggregator.fetch.pacing import Pacer
from aggregator.fetch.robots import Robots
from aggregator.fetch.transport import Request, Transport, trusted_authorities
from aggregator.fetch.urls import Url, parse_url
from aggregator.model import PRODUCT, Memory, NotModified, Page

_NOTHING_KNOWN = Memory()


class Web:
    """What the fetches of a crawl share: the transport, each host's pace, robots.txt files.

    Lives in one event loop, as an async context manager. Nothing of one site reaches another:
    no cookies, no open connections; nothing of the environment either (proxies, netrc).

    Args:
        contact: An e-mail or web address for owners of sites, sent in the User-Agent.
        address: Of the public portal, whose page /robot says who we are; sent too.
        gap_s: Seconds between the end of a request and the next one to the same host, at least;
            0 for no pause at all.
        deadline_s: Seconds for a whole fetch: robots.txt, redirects, body.
        max_bytes: The longest body accepted, after decompression.
        clock: Gives the present moment.

    Raises:
        UsageError: `contact` or `address` cannot be sent, or AGGREGATOR_ALLOW_NETWORKS cannot be
            read.
    """

    def __init__(
        self,
        *,
        contact: str,
        address: str | None = None,
        gap_s: float = 2.0,
        deadline_s: float = 30.0,
        max_bytes: int = 10 * 2**20,
        clock: Callable[[], datetime] = clock.now,
    ) -> None:
        self._deadline_s = deadline_s
        self._max_bytes = max_bytes
        self._clock = clock
        transport = Transport(Guard.from_environment(), trusted_authorities)
        self._pacer = Pacer(
            gap_s,
            Random(),  # noqa: S311 - nobody gains by guessing a pause
            clock,
        )
        self._walker = Walker(transport, _user_agent(contact, address), self._pacer, clock)
        self._robots = Robots(self._walker.walk, self._pacer)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing is left open between two fetches."""

    async def fetch(
        self,
        url: str,
        *,
        memory: Memory,
        obey_robots: bool,
        body: bytes | None,
        headers: tuple[tuple[str, str], ...],
        max_bytes: int | None,
    ) -> Page | NotModified:
        """See the function `fetch`."""
        limit = self._max_bytes if max_bytes is None else max_bytes
        deadline_s = self._deadline_s * max(limit / self._max_bytes, 1)
        start = parse_url(url)
        private = fields_of(start, headers)
        if body is not None:
            private = ((b"Content-Type", b"application/json"), *private)
        async with Exchange(str(start), deadline_s) as exchange:

            async def gate(hop: Url) -> None:
                await self._robots.check(hop, exchange)

            terms = Terms(
                validators=_validators(memory),
                validators_of=memory.url or str(start),
                limit=limit,
                gate=gate if obey_robots else None,
                sent=body,
                private=private,
            )
            answer = await self._walker.walk(start, terms, exchange)
        if answer.status == 304 and answer.was_conditional:
            return self._not_modified(url, answer, _renewed(memory, answer), exchange)
        # A part that nobody asked for is no page (RFC 9110 §15.3.7).
        if not 200 <= answer.status < 300 or answer.status == 206:
            raise bad_status(answer.url, answer.status, answer.retry_after_s)
        return self._page(url, answer, memory, exchange)

    async def post(self, url: str, fields: Mapping[str, str]) -> int:
        """Send a form, once, guarded and paced as any request; for WebSub hubs.

        Args:
            url: An http(s) address.
            fields: What to send, as application/x-www-form-urlencoded.

        Returns:
            The HTTP status, whatever it is: redirects are not followed. The body is not read.

        Raises:
            FetchError: No answer, or none was asked for.
        """
        request = Request(
            url=parse_url(url),
            method="POST",
            headers=((b"Content-Type", b"application/x-www-form-urlencoded"),),
            body=urlencode(fields).encode("ascii"),
        )
        async with Exchange(str(request.url), self._deadline_s) as exchange:
            answer = await self._walker.ask(request, Terms(limit=0), exchange)
        return answer.status

    def leave_alone(self, host: str, *, until: datetime, status: int) -> None:
        """Restore a pause that a host asked for, with Retry-After, in an earlier process.

        Args:
            host: Its name.
            until: When the pause ends; longer ones than a day are cut.
            status: What the host answered: 429 or 503.
        """
        left_s = min((until - self._clock()).total_seconds(), MAX_RETRY_AFTER_S)
        name = host.lower().strip("[]").rstrip(".")
        self._pacer.leave_alone(name, seconds=left_s, status=status)

    def pauses_told(self) -> Mapping[str, tuple[datetime, int]]:
        """Return the pauses that hosts asked for since the last call, whatever was fetched.

        Those of redirects, robots.txt and pages that nobody missed are among them; those that
        `leave_alone` restored are not.

        Returns:
            By name of the host, when the pause ends and what the host answered: 429 or 503.
        """
        return self._pacer.pauses_told()

    def _page(
        self, url: str, answer: Answer, memory: Memory, exchange: Exchange
    ) -> Page | NotModified:
        etag, last_modified = map(answer.headers.first, ("etag", "last-modified"))
        fresh = Memory(
            etag=etag,
            last_modified=last_modified,
            url=None if etag is None and last_modified is None else str(answer.url),
            body_sha256=hashlib.sha256(answer.body).hexdigest(),
        )
        if fresh.body_sha256 == memory.body_sha256:
            same = replace(fresh, marks=memory.marks, read_whole=memory.read_whole)
            return self._not_modified(url, answer, same, exchange)
        now = self._clock()
        return Page(
            requested_url=url,
            url=str(answer.url),
            body=answer.body,
            status=answer.status,
            content_type=answer.headers.first("content-type") or "",
            memory=fresh,
            moved_to=answer.moved_to,
            said=said(answer.url, answer.headers, now),
            fetched=now,
            elapsed_s=exchange.elapsed_s,
        )

    def _not_modified(
        self, url: str, answer: Answer, memory: Memory, exchange: Exchange
    ) -> NotModified:
        now = self._clock()
        return NotModified(
            requested_url=url,
            url=str(answer.url),
            status=answer.status,
            memory=memory,
            moved_to=answer.moved_to,
            said=said(answer.url, answer.headers, now),
            size_bytes=len(answer.body),
            fetched=now,
            elapsed_s=exchange.elapsed_s,
        )


async def fetch(
    url: str,
    *,
    web: Web,
    memory: Memory = _NOTHING_KNOWN,
    obey_robots: bool = True,
    body: bytes | None = None,
    headers: tuple[tuple[str, str], ...] = (),
    max_bytes: int | None = None,
) -> Page | NotModified:
    """Ask for one address, once.

    Args:
        url: An http(s) address.
        web: What the fetches of a crawl share.
        memory: What the last fetch of this address returned; empty to have the page anyway.
        obey_robots: Ask robots.txt first; not for feeds that moderators listed, which are
            published to be read by programs.
        body: JSON to send with POST; none: a GET. It is redirected on its own host at most.
        headers: Besides our own, or instead of them; they may hold a key, so the host of `url`
            alone gets them, and no error repeats them.
        max_bytes: The longest body accepted, where it is not that of `web`; a longer one may take
            longer by as much.

    Raises:
        FetchError: No page; the text says why and what to do.
    """
    return await web.fetch(
        url,
        memory=memory,
        obey_robots=obey_robots,
        body=body,
        headers=headers,
        max_bytes=max_bytes,
    )


def _user_agent(contact: str, address: str | None) -> str:
    for text in (contact, address or ""):
        if not text.isascii() or not text.isprintable():
            raise UsageError(
                f"{text!r}: the contact and the portal's address must be e-mail or web addresses"
                " in ASCII"
            )
    about = "" if address is None else f"{address.rstrip('/')}/robot; "
    return f"{PRODUCT}/{__version__} (+{about}{contact})"


def _validators(memory: Memory) -> Fields:
    """Return the conditional headers, byte for byte what the site once sent."""
    validators = (
        (b"If-None-Match", memory.etag),
        (b"If-Modified-Since", memory.last_modified),
    )
    return tuple((name, text.encode("latin-1")) for name, text in validators if text is not None)


def _renewed(memory: Memory, answer: Answer) -> Memory:
    """Return the memory after a 304, which may bring new validators (RFC 9111 §4.3.4)."""
    return replace(
        memory,
        etag=answer.headers.first("etag") or memory.etag,
        last_modified=answer.headers.first("last-modified") or memory.last_modified,
        url=str(answer.url),
    )
