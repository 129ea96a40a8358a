"""A server that does whatever a behaviour says, in the loop of the crawl, and logs all it is asked.

One server for all hosts, told apart by the Host header; `Asked` is one request as the server saw
it, with the virtual times of its beginning and end.
"""

import asyncio
import ssl
import struct
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from socket import SO_LINGER, SOL_SOCKET
from types import TracebackType
from typing import Self

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)  # a Monday
# Long requests are no behaviour of sites.
_MAX_REQUEST = 64 * 1024

Header = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What is answered.

    Attributes:
        usable: Whether the page can be read at all, so that its validators are worth keeping.
        raw: Gives the bytes of the whole answer, status line included, instead of the rest.
        reset: Ends with a reset of the connection.
        delay_s: Seconds before the first byte.
    """

    status: int = 200
    body: bytes = b""
    headers: tuple[Header, ...] = ()
    usable: bool = True
    raw: Callable[[], AsyncIterator[bytes]] | None = None
    reset: bool = False
    delay_s: float = 0.0

    def header(self, name: bytes) -> bytes | None:
        """Return the first header of a name, in lower case."""
        return next((value for key, value in self.headers if key.lower() == name), None)

    def head(self) -> bytes:
        """Return the status line and headers; a length is added where nothing is said of it."""
        phrase = HTTPStatus(self.status).phrase if self.status in set(HTTPStatus) else "Odd"
        lines = [f"HTTP/1.1 {self.status} {phrase}".encode()]
        lines += [key + b": " + value for key, value in self.headers]
        bare = self.status in {204, 304}
        framed = self.header(b"content-length") or self.header(b"transfer-encoding")
        if framed is None and not bare:
            lines.append(b"Content-Length: %d" % len(self.body))
        return b"\r\n".join([*lines, b"Connection: close", b"", b""])


@dataclass(slots=True, kw_only=True)
class Asked:
    """One request, and what became of it."""

    host: str
    path: str
    headers: dict[str, bytes]
    method: str
    body: bytes
    begun_s: float
    count: int  # the how manieth of this host and path
    secure: bool
    ended_s: float | None = None  # the answer was whole, or the client had left
    reply: Reply = field(default_factory=Reply)

    @property
    def now(self) -> datetime:
        """The moment, on the town's clock."""
        return START + timedelta(seconds=self.begun_s)

    @property
    def day(self) -> int:
        """Days since the beginning."""
        return int(self.begun_s // 86_400)


Answerer = Callable[[Asked], Reply]


class HostileServer:
    """Listens on 127.0.0.1, with and without TLS, and on the forbidden 127.0.0.2.

    Attributes:
        asked: Every request, in order.
        strangers: How many connections the forbidden address saw.
        port: Of plain HTTP, on both addresses.
        secure_ports: Of TLS, by the name of the certificate.
    """

    def __init__(
        self, answer: Answerer, certificates: dict[str, ssl.SSLContext], *, port: int = 0
    ) -> None:
        self.asked: list[Asked] = []
        self.strangers = 0
        self.port = port
        self.secure_ports: dict[str, int] = {}
        self._answer = answer
        self._certificates = certificates
        self._counts: Counter[tuple[str, str]] = Counter()
        self._open: set[asyncio.Task[None]] = set()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self.port = await self._listen(self._on_connection, port=self.port)
        await self._listen(self._on_stranger, "127.0.0.2", self.port)
        for name, context in self._certificates.items():
            self.secure_ports[name] = await self._listen(self._on_connection, tls=context)
        return self

    async def _listen(
        self,
        handler: Callable[[asyncio.StreamReader, asyncio.StreamWriter], None],
        address: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
    ) -> int:
        server = await asyncio.start_server(
            handler, address, port, ssl=tls, backlog=2048, limit=_MAX_REQUEST
        )
        self._stack.callback(server.close)
        found: int = server.sockets[0].getsockname()[1]
        return found

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()
        for task in tuple(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    def _on_stranger(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.strangers += 1
        writer.transport.abort()

    def _on_connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(OSError, EOFError):
                asked = await self._read(reader, writer)
                await self._respond(asked, reader, writer)
        finally:
            writer.close()
            with suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Asked:
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head[:-4].split(b"\r\n")
        method, target, _ = first.decode("latin-1").split(" ")
        pairs = [line.partition(b":") for line in lines]
        headers = {key.decode("latin-1").lower(): value.strip(b" ") for key, _, value in pairs}
        host = headers["host"].decode("latin-1").rpartition(":")[0].lower()
        self._counts[host, target] += 1
        return Asked(
            host=host,
            path=target,
            headers=headers,
            method=method,
            body=await reader.readexactly(int(headers.get("content-length", b"0"))),
            begun_s=asyncio.get_running_loop().time(),
            count=self._counts[host, target],
            secure=writer.get_extra_info("ssl_object") is not None,
        )

    async def _respond(
        self, asked: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Answer, until all is said or the client leaves."""
        self.asked.append(asked)
        asked.reply = self._answer(asked)
        saying = asyncio.create_task(_say(asked.reply, writer))
        leaving = asyncio.create_task(_gone(reader))
        try:
            await asyncio.wait({saying, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            asked.ended_s = asyncio.get_running_loop().time()
            for task in (saying, leaving):
                task.cancel()
            await asyncio.gather(saying, leaving, return_exceptions=True)
        if asked.reply.reset:
            writer.get_extra_info("socket").setsockopt(
                SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0)
            )
            writer.transport.abort()


async def _say(reply: Reply, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        if reply.delay_s:
            await asyncio.sleep(reply.delay_s)
        if reply.raw is not None:
            async for part in reply.raw():
                writer.write(part)
                await writer.drain()
            return
        writer.write(reply.head())
        if reply.status not in {204, 304}:
            writer.write(reply.body)
        await writer.drain()


async def _gone(reader: asyncio.StreamReader) -> None:
    """Return when the client closes its side."""
    with suppress(OSError):
        await reader.read(1)
