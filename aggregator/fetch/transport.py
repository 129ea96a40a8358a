"""One request over one connection: to a checked address, in HTTP/1.1 (h11), or TLS around it.

No connection is kept: with seconds between two requests to a host there is little to gain, and so
every request is judged anew. Nothing is sent or trusted that the environment says (proxies, netrc,
certificates), and no cookies.
"""

import asyncio
import functools
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import h11

from aggregator.fetch.address import Guard, addresses_of, in_turn
from aggregator.fetch.headers import Headers
from aggregator.fetch.urls import Url

# A host that answers on its later addresses alone is given this long for each earlier one: a
# lost first packet is sent again after 1 s (RFC 6298 §2).
CONNECT_S = 3.0
MAX_ADDRESSES = 4
# All that comes before the body: interim answers (1xx), status line, fields. Also the trailers
# behind it, and what chunks may waste.
MAX_HEAD_BYTES = 65_536
MAX_FIELDS = 200

_READ_BYTES = 65_536


class Unreached(Exception):
    """No connection to the host comes about; the cause is chained."""


class BrokenOff(Exception):
    """The host ended the connection before its answer was whole."""


class TooMuch(Exception):
    """The answer wraps its page in more than we are ready to read; the text says in what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to ask.

    Attributes:
        headers: Besides Host and Connection.
    """

    url: Url
    method: str = "GET"
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""


class Reply:
    """An answer whose body was not read yet; to be closed."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD_BYTES)
        self._received = 0
        self._ended = False
        self.status = 0
        self.headers = Headers(())

    def close(self) -> None:
        """End the connection at once; what is still to come is not wanted."""
        self._writer.transport.abort()

    async def begin(self, request: Request) -> None:
        """Send the request, and read the answer up to its body."""
        self._writer.write(self._sent(request))
        event = await self._next()
        while isinstance(event, h11.InformationalResponse):
            if self._received > MAX_HEAD_BYTES:
                raise TooMuch("interim answers without end")
            event = await self._next()
        if not isinstance(event, h11.Response):
            raise BrokenOff
        fields = event.headers
        if len(fields) > MAX_FIELDS or sum(len(n) + len(v) for n, v in fields) > MAX_HEAD_BYTES:
            raise TooMuch("a head of too many fields")
        self.status, self.headers = event.status_code, Headers(fields)

    def _sent(self, request: Request) -> bytes:
        # RFC 9112 §9.3: who keeps no connection MUST say so.
        fields = [(b"Host", request.url.authority.encode("ascii")), (b"Connection", b"close")]
        if request.method == "POST":
            fields.append((b"Content-Length", b"%d" % len(request.body)))
        head = h11.Request(
            method=request.method, target=request.url.target, headers=[*fields, *request.headers]
        )
        body = h11.Data(data=request.body)
        events = (head, body, h11.EndOfMessage()) if request.body else (head, h11.EndOfMessage())
        return b"".join(self._http.send(event) or b"" for event in events)

    async def parts(self) -> AsyncIterator[bytes]:
        """Read the body as it comes, free of transfer encoding."""
        length = 0
        while isinstance(event := await self._next(), h11.Data):
            length += len(event.data)
            # A chunk of one byte is wrapped in five, and costs as much time as one of 64 kB.
            if self._received > 2 * length + 2 * MAX_HEAD_BYTES:
                raise TooMuch("chunks of next to nothing")
            yield event.data

    async def _next(self) -> h11.Event:
        while True:
            try:
                event = self._http.next_event()
            except h11.RemoteProtocolError as error:
                if self._ended:
                    raise BrokenOff from error
                raise
            if isinstance(event, h11.Event):
                return event
            data = await self._reader.read(_READ_BYTES)
            self._received += len(data)
            self._ended = not data
            self._http.receive_data(data)


class Transport:
    """Sends requests, a connection each."""

    def __init__(self, guard: Guard, authorities: Callable[[], ssl.SSLContext]) -> None:
        self._guard = guard
        self._authorities = authorities

    async def ask(self, request: Request) -> Reply:
        """Send one request.

        Raises:
            Refused: The host has a private or reserved address.
            Unreached: The host is unknown, or no address of it takes the connection.
            BrokenOff, TooMuch, OSError, h11.ProtocolError: No answer; see failures.py.
        """
        url = request.url
        secure = url.scheme == "https"
        tls = self._authorities() if secure else None
        # From here on the socket is asyncio's, which closes it where TLS fails.
        reader, writer = await asyncio.open_connection(
            sock=await self._connect(url),
            limit=_READ_BYTES,
            ssl=tls,
            server_hostname=url.name if secure else None,
        )
        reply = Reply(reader, writer)
        try:
            await reply.begin(request)
        except BaseException:
            reply.close()
            raise
        return reply

    async def _connect(self, url: Url) -> socket.socket:
        """Resolve, check, and connect to the very address that was checked."""
        try:
            addresses = await addresses_of(url.host, url.port)
        except (OSError, UnicodeError) as error:
            raise Unreached from error
        self._guard.check(url.host, addresses)
        *earlier, last = in_turn(addresses)[:MAX_ADDRESSES]
        for address in earlier:
            try:
                async with asyncio.timeout(CONNECT_S):
                    return await _dial(address, url.port)
            except OSError:  # TimeoutError is one
                continue
        try:
            return await _dial(last, url.port)
        except OSError as error:
            raise Unreached from error


async def _dial(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    try:
        await asyncio.get_running_loop().sock_connect(sock, (address, port))
    except BaseException:
        sock.close()
        raise
    return sock


@functools.cache
def trusted_authorities() -> ssl.SSLContext:
    """Return what certificates are checked against: the public authorities (certifi)."""
    import certifi  # noqa: PLC0415 - 25 ms with the reading of it; plain HTTP needs none

    context = ssl.create_default_context(cafile=certifi.where())
    context.set_alpn_protocols(["http/1.1"])
    return context
