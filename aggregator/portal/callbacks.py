"""The way of hubs (WebSub) to the crawler: forwards `/websub/<token>` to its process.

Nothing else of the crawler can be reached from here: not its metrics, nor any other address of its.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx

from aggregator.portal.gateway import Asgi, Scope, Send

# A token of `secrets.token_urlsafe(32)`: who guesses wildly does not even reach the crawler.
PATH = re.compile(r"/websub/[A-Za-z0-9_-]{43}")
# What a hub has to ask and its topic fit in; nothing else is handed on, or given to a parser.
QUERY = re.compile(rb"[\x21-\x7e]{0,4096}")
WHOLE_S = 30.0  # as long as the crawler gives a hub
CHUNK_S = 5.0  # between two parts of a message: who dawdles holds no slot
MOST_AT_ONCE = 8  # of each method: hubs try again by themselves
ASKED = {b"content-type", b"user-agent", b"x-hub-signature"}


class Callbacks:
    """ASGI middleware: `/websub/<token>` goes to the socket, everything else to the portal."""

    def __init__(self, app: Asgi, socket: Path | None) -> None:
        self._app = app
        # Messages may be slow to come. A hub that verifies is quick, and never behind them.
        self._free = {"GET": MOST_AT_ONCE, "POST": MOST_AT_ONCE}
        self._client = (
            httpx.AsyncClient(
                transport=httpx.AsyncHTTPTransport(uds=str(socket)),
                timeout=WHOLE_S,
                trust_env=False,
            )
            if socket is not None
            else None
        )

    async def __call__(self, scope: Scope, receive: Any, send: Send) -> None:
        """Forward one call, or let it pass."""
        if (
            self._client is None
            or scope["type"] != "http"
            or (method := scope["method"]) not in self._free
            or not PATH.fullmatch(scope["path"])
        ):
            await self._app(scope, receive, send)
        elif not QUERY.fullmatch(scope.get("query_string", b"")):
            await _answer(send, 400)
        elif self._free[method] == 0:
            await _answer(send, 503)
        else:
            self._free[method] -= 1
            try:
                await _forward(self._client, scope, receive, send)
            finally:
                self._free[method] += 1


async def _forward(client: httpx.AsyncClient, scope: Scope, receive: Any, send: Send) -> None:
    # Whatever a stranger may cause has a status of its own: no trace in the log.
    try:
        async with asyncio.timeout(WHOLE_S):
            answer = await _ask(client, scope, receive)
    except _Gone:
        return
    except (TimeoutError, httpx.TimeoutException):
        await _answer(send, 504)
    except httpx.InvalidURL:
        await _answer(send, 400)
    except httpx.HTTPError:
        # The crawler is starting again.
        await _answer(send, 503)
    else:
        await _answer(send, answer.status_code, answer.content)


async def _ask(client: httpx.AsyncClient, scope: Scope, receive: Any) -> httpx.Response:
    query = scope.get("query_string", b"")
    raw = scope["path"].encode() + (b"?" + query if query else b"")
    return await client.request(
        scope["method"],
        httpx.URL(scheme="http", host="crawler", raw_path=raw),
        headers=[(name, value) for name, value in scope["headers"] if name in ASKED],
        content=_body(receive) if scope["method"] == "POST" else None,
    )


class _Gone(Exception):
    """The hub hung up."""


async def _body(receive: Any) -> AsyncIterator[bytes]:
    # Passed on as it comes: a large one is held nowhere.
    while True:
        async with asyncio.timeout(CHUNK_S):
            message = await receive()
        if message["type"] == "http.disconnect":
            raise _Gone
        yield message.get("body", b"")
        if not message.get("more_body", False):
            return


async def _answer(send: Send, status: int, body: bytes = b"") -> None:
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        # The answer to a hub holds words of its own (hub.challenge).
        (b"x-content-type-options", b"nosniff"),
        (b"content-security-policy", b"default-src 'none'; sandbox"),
        (b"cache-control", b"no-store"),
    ]
    if status == 503:
        headers.append((b"retry-after", b"60"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
