"""One request after the other, to where redirects lead."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from aggregator.errors import ForbiddenAddress, TooManyRedirects
from aggregator.fetch.body import read_body
from aggregator.fetch.exchange import Exchange
from aggregator.fetch.failures import explained, retry_after, sentence_of
from aggregator.fetch.headers import Headers
from aggregator.fetch.pacing import Pacer
from aggregator.fetch.transport import Reply, Request, Transport, Unreached
from aggregator.fetch.urls import Url

MAX_REDIRECTS = 5

_PERMANENT = {301, 308}
_REDIRECTS = _PERMANENT | {302, 303, 307}

_ACCEPT = (
    b"application/atom+xml, application/rss+xml, application/feed+json, text/html,"
    b" application/xhtml+xml, application/xml;q=0.9, */*;q=0.8"
)
_HEADERS = (
    (b"Accept", _ACCEPT),
    (b"Accept-Encoding", b"gzip, deflate"),  # what body.py can bound
)

Gate = Callable[[Url], Awaitable[None]]
Fields = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the last hop answered, whatever its status."""

    url: Url
    status: int
    headers: Headers
    body: bytes = b""  # empty unless the status is 2xx and the body was asked for
    retry_after_s: int | None = None
    moved_to: str | None = None  # where the permanent redirects from the start lead
    was_conditional: bool = False  # validators were sent to this very hop


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How one address is asked for.

    Attributes:
        limit: The most bytes to accept; 0 to leave the body alone.
        validators: Conditional headers, for the hop whose address is `validators_of` alone: an
            answer of one address is no question to another (RFC 9110 §13.1).
        validators_of: That address.
        cut: Take the beginning of a longer body.
        gate: Called before each hop; raises to forbid it.
    """

    limit: int
    validators: Fields = ()
    validators_of: str | None = None
    cut: bool = False
    gate: Gate | None = None


class Walker:
    """Follows redirects itself, so that every hop is paced, guarded and allowed."""

    def __init__(
        self,
        transport: Transport,
        user_agent: str,
        pacer: Pacer,
        clock: Callable[[], datetime],
    ) -> None:
        self._transport = transport
        self._headers: Fields = (*_HEADERS, (b"User-Agent", user_agent.encode("ascii")))
        self._pacer = pacer
        self._clock = clock

    async def walk(self, url: Url, terms: Terms, exchange: Exchange) -> Answer:
        """Ask for an address and follow where it leads.

        Raises:
            FetchError: No answer, a forbidden address, or a body that is too large.
        """
        moved_to, permanent = None, True
        for _ in range(MAX_REDIRECTS + 1):
            if terms.gate is not None:
                await terms.gate(url)
            validators = terms.validators if str(url) == terms.validators_of else ()
            answer = await self.ask(Request(url=url, headers=validators), terms, exchange)
            if answer.status not in _REDIRECTS:
                return replace(answer, moved_to=moved_to, was_conditional=bool(validators))
            url = _target(answer)
            permanent = permanent and answer.status in _PERMANENT
            moved_to = str(url) if permanent else moved_to
        raise TooManyRedirects(
            f"{url}: more than {MAX_REDIRECTS} redirects; open the source in a browser and give"
            " the address where it ends",
            url=str(url),
        )

    async def ask(self, request: Request, terms: Terms, exchange: Exchange) -> Answer:
        """Send one request when it is its turn, and follow nothing.

        Raises:
            FetchError: As `walk`.
        """
        url, body = request.url, b""
        exchange.at = str(url)
        request = replace(request, headers=self._headers + request.headers)
        async with self._pacer.turn(url, exchange):
            with explained(url):
                reply = await self._reach(request, exchange)
                try:
                    if 200 <= reply.status < 300 and terms.limit:
                        body = await read_body(reply, url=url, limit=terms.limit, cut=terms.cut)
                finally:
                    reply.close()
            return self._heed(url, reply, body)

    async def _reach(self, request: Request, exchange: Exchange) -> Reply:
        """Get the head of an answer, and remember a host that gives none."""
        url = request.url
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            reply = await self._transport.ask(request)
        except Unreached as error:
            self._pacer.lose(url, sentence_of(error, url.host))
            raise
        except asyncio.CancelledError:
            # Not where an earlier hop took the time.
            if exchange.is_over and loop.time() - began >= exchange.limit_s / 2:
                self._pacer.lose(url, exchange.too_late)
            raise
        self._pacer.find(url)
        return reply

    def _heed(self, url: Url, reply: Reply, body: bytes) -> Answer:
        """Remember what the host asks of us for its next turns."""
        wait_s = None
        if reply.status in {429, 503}:
            wait_s = retry_after(reply.headers.first("retry-after") or "", self._clock())
        if wait_s is not None:
            self._pacer.block(url.name, seconds=wait_s, status=reply.status)
        return Answer(
            url=url, status=reply.status, headers=reply.headers, body=body, retry_after_s=wait_s
        )


def _target(answer: Answer) -> Url:
    """Return where a redirect leads; relative, with spaces or not ASCII, as browsers read it."""
    location = (answer.headers.first("location") or "").strip()
    if not location:
        raise TooManyRedirects(
            f"{answer.url}: {answer.status} redirects without saying where; tell the site's owner",
            url=str(answer.url),
        )
    try:
        text = location.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        text = location
    try:
        return answer.url.joined(text)
    except ForbiddenAddress as error:
        raise ForbiddenAddress(f"{answer.url} redirects to {error}", url=error.url) from error
