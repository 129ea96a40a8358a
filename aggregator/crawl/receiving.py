"""What the crawler process answers: `/metrics` on a loopback port, hubs through the portal.

Two doors of one little server inside the crawler's event loop. Which door a request came by
decides what it may see: the port shows metrics alone, the Unix socket, which the portal forwards
`/websub/…` to, takes hubs alone. So no way of asking the portal leads to the metrics.
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from aggregator.crawl.metrics import CONTENT_TYPE, Metrics
from aggregator.crawl.websub import Subscriber

LOOPBACK = "127.0.0.1"
PREFIX = "/websub/"
BODY_WITHIN_S = 30.0
MOST_AT_ONCE = 32  # connections; more are told 503
STOP_WITHIN_S = 1

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]


class Reception:
    """The ASGI application.

    Args:
        metrics: What the port shows.
        subscriber: Who speaks with hubs; none where the town has no public address.
        clock: Tells the time.
    """

    def __init__(
        self, metrics: Metrics, subscriber: Subscriber | None, *, clock: Callable[[], datetime]
    ) -> None:
        self._metrics = metrics
        self._subscriber = subscriber
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        # A Unix socket has a path and no port (https://asgi.readthedocs.io, HTTP scope).
        _, port = scope["server"]
        if port is not None:
            await self._show_metrics(scope, send)
        elif self._subscriber is not None and scope["path"].startswith(PREFIX):
            await self._hear(self._subscriber, scope, receive, send)
        else:
            await _answer(send, 404)

    async def _show_metrics(self, scope: Scope, send: Send) -> None:
        if scope["path"] != "/metrics":
            await _answer(send, 404, b"see /metrics\n")
        elif scope["method"] not in {"GET", "HEAD"}:
            await _answer(send, 405)
        else:
            text = await asyncio.to_thread(self._metrics.text)
            await _answer(send, 200, text, content_type=CONTENT_TYPE)

    async def _hear(
        self, subscriber: Subscriber, scope: Scope, receive: Receive, send: Send
    ) -> None:
        token = scope["path"].removeprefix(PREFIX)
        if scope["method"] == "GET":
            status, text = await subscriber.verify(token, _query(scope), self._clock())
            await _answer(send, status, text.encode())
        elif scope["method"] == "POST":
            headers = {name.decode("latin-1"): v.decode("latin-1") for name, v in scope["headers"]}
            # A hub that hangs up or dawdles is not answered, and tries again by itself.
            with contextlib.suppress(ConnectionError, TimeoutError):
                async with asyncio.timeout(BODY_WITHIN_S):
                    status = await subscriber.receive(token, headers, _body(receive), self._clock())
                await _answer(send, status)
        else:
            await _answer(send, 405)


def listen_on_port(port: int) -> socket.socket:
    """Open the door to the metrics, on loopback.

    Raises:
        OSError: The port is taken, or not ours to take.
    """
    return socket.create_server((LOOPBACK, port))


def listen_on_socket(path: Path) -> socket.socket:
    """Open the door to hubs.

    Args:
        path: In a folder that only we can enter; what a killed crawler left there is replaced.

    Raises:
        OSError: The socket cannot be made.
    """
    path.unlink(missing_ok=True)
    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        door.bind(str(path))
    except BaseException:
        door.close()
        raise
    return door


@contextlib.asynccontextmanager
async def serving(app: Asgi, doors: Sequence[socket.socket]) -> AsyncIterator[None]:
    """Answer at these doors for as long as the block lasts; closes them."""
    if not doors:
        yield
        return
    import uvicorn  # noqa: PLC0415 - a crawl by hand serves nothing

    config = uvicorn.Config(
        app,
        log_config=None,  # logs.py decides
        access_log=False,
        lifespan="off",
        ws="none",
        server_header=False,
        proxy_headers=False,
        limit_concurrency=MOST_AT_ONCE,
        timeout_graceful_shutdown=STOP_WITHIN_S,
    )
    server = uvicorn.Server(config)
    # SIGTERM is the scheduler's to hear, who stops in order.
    server.capture_signals = contextlib.nullcontext  # type: ignore[assignment]
    task = asyncio.create_task(server.serve(list(doors)))
    try:
        yield
    finally:
        server.should_exit = True
        await task


def _query(scope: Scope) -> dict[str, str]:
    text = scope.get("query_string", b"").decode("latin-1")
    try:
        return dict(parse_qsl(text, max_num_fields=20))
    except ValueError:
        return {}


async def _body(receive: Receive) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError("the hub hung up")
        yield message.get("body", b"")
        if not message.get("more_body", False):
            return


async def _answer(
    send: Send, status: int, body: bytes = b"", *, content_type: str = "text/plain; charset=utf-8"
) -> None:
    headers = [
        (b"content-type", content_type.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
