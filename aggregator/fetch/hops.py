"""One request after the other, to where redirects lead."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from aggregator.errors import FetchError, ForbiddenAddress, TooManyRedirects
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
_KEEPING = {307, 308}  # the method and its body (RFC 9110 §15.4.8)

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
        sent: The body of a POST; none: a GET.
        private: Fields that may hold a key: for the host that is asked first, and no other.
    """

    limit: int
    validators: Fields = ()
    validators_of: str | None = None
    cut: bool = False
    gate: Gate | None = None
    sent: bytes | None = None
    private: Fields = ()

    def request(self, url: Url, *, start: Url) -> Request:
        """Return what is asked of one hop of a walk that began at `start`."""
        validators = self.validators if str(url) == self.validators_of else ()
        private = self.private if _is_same_place(url, start) else ()
        return Request(
            url=url,
            method="GET" if self.sent is None else "POST",
            headers=validators + private,
            body=self.sent or b"",
        )


def _is_same_place(url: Url, start: Url) -> bool:
    return (url.scheme, url.authority) == (start.scheme, start.authority)


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
        moved_to, permanent, start = None, True, url
        for _ in range(MAX_REDIRECTS + 1):
            if terms.gate is not None:
                await terms.gate(url)
            answer = await self.ask(terms.request(url, start=start), terms, exchange)
            if answer.status not in _REDIRECTS:
                conditional = bool(terms.validators) and str(url) == terms.validators_of
                return replace(answer, moved_to=moved_to, was_conditional=conditional)
            url = _target(answer)
            if terms.sent is not None:
                _check_repeatable(answer, url, start)
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
        own = {name.lower() for name, _ in request.headers}
        usual = tuple(one for one in self._headers if one[0].lower() not in own)
        request = replace(request, headers=usual + request.headers)
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


def _check_repeatable(answer: Answer, url: Url, start: Url) -> None:
    """Refuse to send a question of ours to where nobody listed, or as something else."""
    if answer.status not in _KEEPING or not _is_same_place(url, start):
        raise TooManyRedirects(
            f"{answer.url}: {answer.status} redirects a question (POST) to {url}; give the address"
            " where the platform answers by itself",
            url=str(answer.url),
        )


def fields_of(url: Url, headers: tuple[tuple[str, str], ...]) -> Fields:
    """Return headers as they are sent.

    Raises:
        FetchError: One cannot be sent; its value is not repeated, it may be a key.
    """
    for name, value in headers:
        if not (name.isascii() and value.isascii() and value.isprintable()):
            raise FetchError(
                f"{url}: what is to be sent as {name} holds characters that cannot be sent;"
                " correct the key in the environment",
                url=str(url),
            )
    return tuple((name.encode("ascii"), value.encode("ascii")) for name, value in headers)


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
