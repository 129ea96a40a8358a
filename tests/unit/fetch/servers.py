"""Servers that misbehave as no HTTP library would, names that lead where a test says."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aggregator.errors import FetchError
from aggregator.fetch import Web, address, fetch
from aggregator.model import Memory, NotModified, Page

Resolver = Callable[[str, int], Awaitable[list[str]]]
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def raw_server(handler: Handler) -> AsyncIterator[str]:
    """Serve bytes on loopback; `handler` runs once the request's headers are read."""

    async def on_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await handler(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client left: that is what many tests are about
        finally:
            writer.close()

    server = await asyncio.start_server(on_connection, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await server.wait_closed()


def answering(data: bytes) -> Handler:
    """Return a handler that sends these bytes and closes."""

    async def handler(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()

    return handler


class Names:
    """A resolver: `names.leads["a.example"] = [["192.0.2.1"], ["127.0.0.1"]]`, one list a call.

    The last list answers all further calls; `names.asked` logs.
    """

    def __init__(self) -> None:
        self.leads: dict[str, list[list[str]]] = {}
        self.asked: list[str] = []
        self.really: Resolver = address.resolve

    async def resolve(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        if host not in self.leads:
            return await self.really(host, port)
        answers = self.leads[host]
        return answers.pop(0) if len(answers) > 1 else answers[0]


def new_web(**options: Any) -> Web:
    """Return a Web that is quick to give up and does not pause between requests."""
    quick: dict[str, Any] = {"contact": "watch@example.org", "gap_s": 0.0, "deadline_s": 20.0}
    return Web(**quick | options)


def get(
    url: str, memory: Memory | None = None, *, obey_robots: bool = False, **options: Any
) -> Page | NotModified:
    """Fetch one address with a Web of its own."""

    async def run() -> Page | NotModified:
        async with new_web(**options) as web:
            return await fetch(url, web=web, memory=memory or Memory(), obey_robots=obey_robots)

    return asyncio.run(run())


def page(url: str, memory: Memory | None = None, **options: Any) -> Page:
    """Fetch one address that must give a page."""
    got = get(url, memory, **options)
    assert isinstance(got, Page)
    return got


def get_raw(handler: Handler, path: str = "/", **options: Any) -> Page | NotModified | FetchError:
    """Fetch from a raw server; errors are returned."""

    async def run() -> Page | NotModified | FetchError:
        async with raw_server(handler) as root, new_web(**options) as web:
            try:
                return await fetch(root + path, web=web, obey_robots=False)
            except FetchError as error:
                return error

    return asyncio.run(run())
