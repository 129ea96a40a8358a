"""What no request gets past: an ASGI wrapper around all of Datasette.

It takes away what our pages never use (cookies, credentials), and puts on every answer what a
browser must know: nothing but our own style sheet, images and script is ever loaded.
"""

import gzip
from collections.abc import Awaitable, Callable, Coroutine, Iterable, MutableMapping
from typing import Any
from urllib.parse import quote

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Coroutine[Any, Any, None]]
Headers = Iterable[tuple[bytes, bytes]]

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SECURITY = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    # The sites we send visitors to may see where they come from, never what they searched.
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
)
# No page depends on these: without them every visitor gets the same, and caches may keep it.
_NEVER_READ = frozenset({b"cookie", b"authorization"})
# Datasette speaks of cookies in `vary`; it sets none of these otherwise.
_REPLACED = frozenset({b"vary", b"set-cookie", b"content-length", *(name for name, _ in SECURITY)})
SMALL_BYTES = 1_000  # not worth compressing


def guarded(app: App) -> App:
    """Wrap Datasette's application."""

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
        elif scope["type"] == "http":
            await app(_cleaned(scope), receive, _Answer(scope, send).pass_on)
        else:
            await app(scope, receive, send)

    return guard


def _cleaned(scope: Scope) -> Scope:
    headers = [(name, value) for name, value in scope["headers"] if name not in _NEVER_READ]
    # Datasette reads the raw path as ASCII; bytes beyond it would be an error of the server's.
    raw_path = quote(scope.get("raw_path") or scope["path"].encode(), safe="/%~!$&'()*+,;=:@?")
    return {**scope, "headers": headers, "raw_path": raw_path.encode()}


class _Answer:
    """Passes one answer on, whole: our pages come in one piece."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._is_head = scope["method"] == "HEAD"
        accepted = dict(scope["headers"]).get(b"accept-encoding", b"")
        self._takes_gzip = b"gzip" in accepted
        self._send = send
        self._start: Message = {}
        self._body = b""

    async def pass_on(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        self._body += message.get("body", b"")
        if message.get("more_body", False):
            return
        body, extra = self._encoded()
        kept = [(k, v) for k, v in self._start["headers"] if k.lower() not in _REPLACED]
        length = (b"content-length", str(len(body)).encode())
        headers = [*kept, *extra, length, (b"vary", b"accept-encoding"), *SECURITY]
        await self._send({**self._start, "headers": headers})
        # RFC 9110 §9.3.2: the same headers, and no content.
        await self._send({"type": "http.response.body", "body": b"" if self._is_head else body})

    def _encoded(self) -> tuple[bytes, Headers]:
        if not self._takes_gzip or len(self._body) < SMALL_BYTES:
            return self._body, []
        # mtime=0: the same page is the same bytes.
        return gzip.compress(self._body, 6, mtime=0), [(b"content-encoding", b"gzip")]
