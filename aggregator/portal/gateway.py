"""The way to the analysts' Datasette: forwards `/donnees/` to its process.

One address for visitors, two processes: what an analyst asks for cannot slow a citizen's page.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable
from pathlib import Path
from typing import Any

import httpx

PREFIX = "/donnees/"
TIMEOUT_S = 30.0
MOST_AT_ONCE = 8  # more wait; after QUEUE_S they are told to come back
QUEUE_S = 5.0

# Datasette's own pages need inline scripts and styles; the posts' HTML is never shown there.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; connect-src 'self'; base-uri 'self'; form-action 'self';"
    " frame-ancestors 'none'"
)

# What is passed on. No cookie either way: nobody is followed, and nothing can be forged.
ASKED = {b"accept", b"accept-encoding", b"accept-language", b"host", b"user-agent"}
ANSWERED = {
    b"access-control-allow-origin",
    b"cache-control",
    b"content-disposition",
    b"content-encoding",
    b"content-length",
    b"content-type",
    b"link",
    b"location",
    b"vary",
}

Scope = dict[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Asgi = Callable[[Scope, Any, Send], Awaitable[None]]


class Gateway:
    """ASGI middleware: `/donnees/…` goes to the socket, everything else to the portal."""

    def __init__(self, app: Asgi, socket: Path | None) -> None:
        self._app = app
        self._slots = asyncio.Semaphore(MOST_AT_ONCE)
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
        """Forward one request, or let it pass."""
        path = scope.get("path", "")
        if self._client is None or scope["type"] != "http":
            await self._app(scope, receive, send)
        elif path == PREFIX.rstrip("/"):
            await _answer(send, 301, b"", [(b"location", PREFIX.encode())])
        elif not path.startswith(PREFIX):
            await self._app(scope, receive, send)
        elif scope["method"] not in {"GET", "HEAD"}:
            headers = [(b"allow", b"GET, HEAD"), (b"content-type", b"text/plain; charset=utf-8")]
            await _answer(send, 405, "Méthode refusée.".encode(), headers)
        else:
            await _unless_gone(receive, self._forward(self._client, scope, send))

    async def _forward(self, client: httpx.AsyncClient, scope: Scope, send: Send) -> None:
        try:
            await asyncio.wait_for(self._slots.acquire(), QUEUE_S)
        except TimeoutError:
            await _busy(send)
            return
        begun = False
        try:
            async with client.stream(
                scope["method"],
                _url(scope),
                headers=[(k, v) for k, v in scope["headers"] if k in ASKED],
            ) as response:
                begun = True
                await _pass_on(response, send)
        except httpx.HTTPError:
            # Once the answer has begun, a broken connection is all that can be said.
            if begun:
                raise
            await _busy(send)
        finally:
            self._slots.release()


async def _unless_gone(receive: Any, work: Coroutine[Any, Any, None]) -> None:
    """Do the work as long as someone waits for it: a visitor who left holds no slot."""

    async def gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    tasks = (asyncio.ensure_future(work), asyncio.ensure_future(gone()))
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        done, _ = await asyncio.gather(*tasks, return_exceptions=True)
    if isinstance(done, Exception):
        raise done


def _url(scope: Scope) -> httpx.URL:
    raw = scope.get("raw_path") or scope["path"].encode()
    query = scope.get("query_string", b"")
    # As received: `~2F` and the like mean something to Datasette.
    return httpx.URL(scheme="http", host="donnees", raw_path=raw + (b"?" + query if query else b""))


async def _pass_on(response: httpx.Response, send: Send) -> None:
    headers = [(k.lower(), v) for k, v in response.headers.raw if k.lower() in ANSWERED]
    await send(
        {
            "type": "http.response.start",
            "status": response.status_code,
            "headers": [*headers, *_safety()],
        }
    )
    body: AsyncIterator[bytes] = response.aiter_raw()
    async for chunk in body:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _busy(send: Send) -> None:
    text = (
        '<!DOCTYPE html>\n<html lang="fr"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<title>Les données ne répondent pas</title>"
        "<style>body{font:1.1rem/1.5 sans-serif;margin:2rem auto;max-width:38rem;padding:0 1rem}"
        "</style></head><body><main><h1>Les données ne répondent pas</h1>"
        "<p>Leur espace est occupé ou redémarre\u202f: réessayez dans une minute.</p>"
        '<p><a href="/">Retour au portail</a></p></main></body></html>'
    )
    headers = [(b"content-type", b"text/html; charset=utf-8"), (b"retry-after", b"60")]
    await _answer(send, 503, text.encode(), headers)


async def _answer(
    send: Send, status: int, body: bytes, headers: Iterable[tuple[bytes, bytes]]
) -> None:
    start = {
        "type": "http.response.start",
        "status": status,
        "headers": [*headers, (b"content-length", str(len(body)).encode()), *_safety()],
    }
    await send(start)
    await send({"type": "http.response.body", "body": body})


def _safety() -> list[tuple[bytes, bytes]]:
    return [
        (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"strict-origin-when-cross-origin"),
    ]
