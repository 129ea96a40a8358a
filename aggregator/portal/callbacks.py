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
METHODS = {"GET", "POST"}
TIMEOUT_S = 35.0  # the crawler gives a hub 30 s
MOST_AT_ONCE = 8  # hubs try again by themselves
ASKED = {b"content-type", b"user-agent", b"x-hub-signature"}


class Callbacks:
    """ASGI middleware: `/websub/<token>` goes to the socket, everything else to the portal."""

    def __init__(self, app: Asgi, socket: Path | None) -> None:
        self._app = app
        self._free = MOST_AT_ONCE
        self._client = (
            httpx.AsyncClient(
                transport=httpx.AsyncHTTPTransport(uds=str(socket)),
                timeout=TIMEOUT_S,
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
            or scope["method"] not in METHODS
            or not PATH.fullmatch(scope["path"])
        ):
            await self._app(scope, receive, send)
        elif self._free == 0:
            await _answer(send, 503)
        else:
            self._free -= 1
            try:
                async with asyncio.timeout(TIMEOUT_S):
                    await _forward(self._client, scope, receive, send)
            finally:
                self._free += 1


async def _forward(client: httpx.AsyncClient, scope: Scope, receive: Any, send: Send) -> None:
    query = scope.get("query_string", b"")
    raw = scope["path"].encode() + (b"?" + query if query else b"")
    try:
        answer = await client.request(
            scope["method"],
            httpx.URL(scheme="http", host="crawler", raw_path=raw),
            headers=[(name, value) for name, value in scope["headers"] if name in ASKED],
            content=_body(receive) if scope["method"] == "POST" else None,
        )
    except _Gone:
        return
    except httpx.HTTPError:
        # The crawler is starting again.
        await _answer(send, 503)
        return
    await _answer(send, answer.status_code, answer.content)


class _Gone(Exception):
    """The hub hung up."""


async def _body(receive: Any) -> AsyncIterator[bytes]:
    # Passed on as it comes: a large one is held nowhere.
    while True:
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
