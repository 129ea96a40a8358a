"""One request after the other, to where redirects lead."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

import httpx

from aggregator.errors import ForbiddenAddress, TooManyRedirects
from aggregator.fetch.address import parse_url
from aggregator.fetch.body import read_body
from aggregator.fetch.exchange import Exchange
from aggregator.fetch.failures import explained, retry_after
from aggregator.fetch.pacing import Pacer

MAX_REDIRECTS = 5

_PERMANENT = {301, 308}
_REDIRECTS = _PERMANENT | {302, 303, 307}

_HEADERS = {
    b"Accept": (
        b"application/atom+xml, application/rss+xml, application/feed+json, text/html,"
        b" application/xhtml+xml, application/xml;q=0.9, */*;q=0.8"
    ),
    b"Accept-Encoding": b"gzip, deflate",  # what body.py can bound
}

Gate = Callable[[httpx.URL], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the last hop answered, whatever its status."""

    url: httpx.URL
    status: int
    headers: httpx.Headers
    body: bytes = b""  # empty unless the status is 2xx
    retry_after_s: int | None = None
    moved_to: str | None = None  # where the permanent redirects from the start lead

    def header(self, name: str) -> str | None:
        """Return a header exactly as received: every byte one character (latin-1)."""
        wanted = name.encode("ascii")
        for key, value in self.headers.raw:
            if key.lower() == wanted:
                return value.decode("latin-1")
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How one address is asked for.

    Attributes:
        headers: Sent at every hop, beside those of every request.
        limit: The most bytes to accept.
        cut: Take the beginning of a longer body.
        gate: Called before each hop; raises to forbid it.
    """

    headers: dict[bytes, bytes]
    limit: int
    cut: bool = False
    gate: Gate | None = None


class Walker:
    """Follows redirects itself, so that every hop is paced, guarded and allowed."""

    def __init__(
        self,
        transport: httpx.AsyncBaseTransport,
        user_agent: str,
        pacer: Pacer,
        clock: Callable[[], datetime],
    ) -> None:
        self._transport = transport
        self._headers = _HEADERS | {b"User-Agent": user_agent.encode("ascii")}
        self._pacer = pacer
        self._clock = clock

    async def walk(self, url: httpx.URL, terms: Terms, exchange: Exchange) -> Answer:
        """Ask for an address and follow where it leads.

        Raises:
            FetchError: No answer, a forbidden address, or a body that is too large.
        """
        moved_to, permanent = None, True
        for _ in range(MAX_REDIRECTS + 1):
            if terms.gate is not None:
                await terms.gate(url)
            exchange.at = str(url)
            answer = await self._ask(url, terms, exchange)
            if answer.status not in _REDIRECTS:
                return replace(answer, moved_to=moved_to)
            url = _target(answer)
            permanent = permanent and answer.status in _PERMANENT
            moved_to = str(url) if permanent else moved_to
        raise TooManyRedirects(
            f"{url}: more than {MAX_REDIRECTS} redirects; open the source in a browser and give"
            " the address where it ends",
            url=str(url),
        )

    async def _ask(self, url: httpx.URL, terms: Terms, exchange: Exchange) -> Answer:
        async with self._pacer.turn(url, exchange):
            with explained(url):
                request = httpx.Request("GET", url, headers=self._headers | terms.headers)
                response = await self._transport.handle_async_request(request)
                try:
                    body = b""
                    if response.is_success:
                        body = await read_body(response, limit=terms.limit, cut=terms.cut)
                finally:
                    await response.aclose()
            return self._heed(url, response, body)

    def _heed(self, url: httpx.URL, response: httpx.Response, body: bytes) -> Answer:
        """Remember what the host asks of us for its next turns."""
        wait_s = None
        if response.status_code in {429, 503}:
            wait_s = retry_after(response.headers.get("retry-after", ""), self._clock())
        if wait_s is not None:
            self._pacer.block(url, seconds=wait_s, status=response.status_code)
        return Answer(
            url=url,
            status=response.status_code,
            headers=response.headers,
            body=body,
            retry_after_s=wait_s,
        )


def _target(answer: Answer) -> httpx.URL:
    """Return where a redirect leads; relative, with spaces or not ASCII, as browsers read it."""
    location = (answer.header("location") or "").strip()
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
        joined = str(answer.url.join(text))
    except (httpx.InvalidURL, ValueError):
        joined = text  # parse_url says what is wrong with it
    try:
        return parse_url(joined)
    except ForbiddenAddress as error:
        raise ForbiddenAddress(f"{answer.url} redirects to {error}", url=error.url) from error
