"""Servers that misbehave as no HTTP library would, names that lead where a test says."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from virtual_time import run_virtually

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


@dataclass(frozen=True)
class Ask:
    """One request that a `Town` saw."""

    at_s: float  # virtual
    host: str
    path: str
    head: str


@dataclass
class Town:
    """Hosts that live in the test's own loop, on virtual time; use `in_town`.

    `town.says["/a"] = "200 OK"` or, for one host, `["b.localhost/a"]`: status line, fields, an
    empty line and a body, with bare line ends. What is not said is 404.
    """

    says: dict[str, str] = field(default_factory=dict)
    slow_s: dict[str, float] = field(default_factory=dict)
    asked: list[Ask] = field(default_factory=list)
    port: int = 0

    def url(self, host: str, path: str = "/") -> str:
        return f"http://{host}.localhost:{self.port}{path}"

    @property
    def log(self) -> list[tuple[float, str]]:
        return [(round(ask.at_s, 3), ask.path) for ask in self.asked]

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        path = head.split(" ")[1]
        host = head.lower().partition("\r\nhost: ")[2].partition(":")[0]
        self.asked.append(Ask(asyncio.get_running_loop().time(), host, path, head))
        try:
            await asyncio.sleep(self.slow_s.get(path, 0.0))
        except asyncio.CancelledError:
            writer.transport.abort()
            raise
        said = self.says.get(host + path, self.says.get(path, "404 Not Found"))
        fields, _, body = said.partition("\n\n")
        text = f"HTTP/1.1 {fields}\nContent-Length: {len(body.encode())}".replace("\n", "\r\n")
        writer.write(f"{text}\r\n\r\n{body}".encode())
        writer.close()


def in_town(visit: Callable[[Town], Coroutine[Any, Any, None]]) -> Town:
    """Run a coroutine on virtual time, with a town to visit; the time begins at 0."""
    town = Town()

    async def run() -> None:
        server = await asyncio.start_server(town.answer, "127.0.0.1", 0)
        town.port = server.sockets[0].getsockname()[1]
        async with server:
            await visit(town)

    run_virtually(run())
    return town
