"""The gateway to the analysts' process: a real socket, with all that can go wrong behind it."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import html5lib
import httpx
import pytest

from aggregator.portal import gateway
from aggregator.portal.gateway import Gateway

Backend = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


class Visit:
    """One request through the gateway, and what came of it."""

    def __init__(self, path: str = "/donnees/", *, method: str = "GET", query: str = "") -> None:
        raw, self.gone, self.much = path.encode(), asyncio.Event(), asyncio.Event()
        self.scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": raw,
            "query_string": query.encode(),
            "headers": [
                (b"host", b"veille.example"),
                (b"cookie", b"ds_actor=x"),
                (b"authorization", b"Bearer x"),
                (b"connection", b"close"),
                (b"accept", b"text/html"),
            ],
        }
        self.start: dict[str, Any] = {}
        self.body = b""
        self.size_bytes = 0
        self.ended = False

    async def receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.start = message
            return
        self.size_bytes += len(message["body"])
        self.body = (self.body + message["body"])[-5_000:]
        self.ended = not message.get("more_body", False)
        if self.size_bytes > 5_000_000:
            self.much.set()

    @property
    def status(self) -> int:
        return int(self.start["status"])

    @property
    def headers(self) -> dict[str, str]:
        return {name.decode(): value.decode() for name, value in self.start["headers"]}


async def portal(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 299, "headers": []})
    await send({"type": "http.response.body", "body": b"portail"})


def visit(folder: Path, backend: Backend | None, *visits: Visit) -> None:
    async def go() -> None:
        await with_backend(folder, backend, lambda one: together(one, visits))

    asyncio.run(go())


async def together(one: Gateway, visits: tuple[Visit, ...]) -> None:
    await asyncio.gather(*(one(v.scope, v.receive, v.send) for v in visits))


async def with_backend(
    folder: Path, backend: Backend | None, play: Callable[[Gateway], Awaitable[None]]
) -> None:
    socket = folder / "data.sock"

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            assert backend is not None
            await backend(await reader.readuntil(b"\r\n\r\n"), writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_unix_server(serve, socket) if backend else None
    one = Gateway(portal, socket)
    try:
        await play(one)
    finally:
        assert one._client is not None
        await one._client.aclose()
        if server is not None:
            server.close()


def answering(head: str, body: bytes = b"", *, asked: list[bytes] | None = None) -> Backend:
    async def backend(request: bytes, writer: asyncio.StreamWriter) -> None:
        if asked is not None:
            asked.append(request)
        lines = ["HTTP/1.1 " + head.replace("\n", "\r\n"), "", ""]
        writer.write("\r\n".join(lines).encode() + body)
        await writer.drain()

    return backend


def test_other_pages_are_the_portals(tmp_path: Path) -> None:
    for path in ("/", "/donneesx", "/donnees-x/"):
        one = Visit(path)
        visit(tmp_path, None, one)
        assert one.status == 299


def test_what_is_asked_and_answered_passes_and_nothing_else(tmp_path: Path) -> None:
    asked: list[bytes] = []
    head = (
        "200 OK\nContent-Type: text/csv\nSet-Cookie: a=b\nServer: uvicorn\nX-Path: /srv/veille\n"
        "Content-Disposition: attachment\nConnection: close\nTransfer-Encoding: chunked"
    )
    one = Visit("/donnees/veille/a%2Fb~2Fc", query="sql=select+%27%2F%27&x=%C3%A9")
    visit(tmp_path, answering(head, b"3\r\nabc\r\n0\r\n\r\n", asked=asked), one)
    assert asked[0].splitlines()[0] == (
        b"GET /donnees/veille/a%2Fb~2Fc?sql=select+%27%2F%27&x=%C3%A9 HTTP/1.1"
    )
    assert b"cookie" not in asked[0].lower()
    assert b"authorization" not in asked[0].lower()
    assert b"veille.example" in asked[0]
    assert (one.status, one.body, one.ended) == (200, b"abc", True)
    assert set(one.headers) == {
        *("content-type", "content-disposition"),
        *("content-security-policy", "x-content-type-options", "referrer-policy"),
    }


def test_head_has_no_body(tmp_path: Path) -> None:
    asked: list[bytes] = []
    one = Visit(method="HEAD")
    visit(tmp_path, answering("200 OK\nContent-Length: 12", asked=asked), one)
    assert asked[0].startswith(b"HEAD ")
    assert (one.status, one.body, one.headers["content-length"]) == (200, b"", "12")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_only_reading_is_allowed(tmp_path: Path, method: str) -> None:
    one = Visit(method=method)
    visit(tmp_path, None, one)
    assert (one.status, one.headers["allow"]) == (405, "GET, HEAD")


def test_the_slash_is_added(tmp_path: Path) -> None:
    one = Visit("/donnees")
    visit(tmp_path, None, one)
    assert (one.status, one.headers["location"]) == (301, "/donnees/")


async def silent(_request: bytes, _writer: asyncio.StreamWriter) -> None:
    """Hang up without a word."""


async def slow(_request: bytes, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(1)
    await answering("200 OK\nContent-Length: 2", b"ok")(b"", writer)


@pytest.mark.parametrize("backend", [None, silent, slow, answering("not http at all")])
def test_a_backend_that_does_not_answer_is_said_so_in_french(
    tmp_path: Path, backend: Backend | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway, "TIMEOUT_S", 0.2)
    one = Visit()
    visit(tmp_path, backend, one)
    assert (one.status, one.headers["retry-after"]) == (503, "60")
    page = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(one.body.decode())
    assert page.get("lang") == "fr"
    assert page.find("head/meta[@name='viewport']") is not None
    assert "réessayez" in one.body.decode()


def test_an_answer_that_breaks_off_is_not_passed_off_as_whole(tmp_path: Path) -> None:
    one = Visit()
    with pytest.raises(httpx.HTTPError):
        visit(tmp_path, answering("200 OK\nContent-Length: 100", b"half"), one)
    assert (one.status, one.body, one.ended) == (200, b"half", False)


def test_who_waits_too_long_for_a_slot_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway, "MOST_AT_ONCE", 1)
    monkeypatch.setattr(gateway, "QUEUE_S", 0.2)
    both = Visit(), Visit()
    visit(tmp_path, slow, *both)
    assert sorted(one.status for one in both) == [200, 503]


def test_a_long_answer_streams_and_its_visitor_may_leave(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway, "MOST_AT_ONCE", 1)
    monkeypatch.setattr(gateway, "QUEUE_S", 1.0)
    sent_bytes = 0

    async def endless(request: bytes, writer: asyncio.StreamWriter) -> None:
        nonlocal sent_bytes
        if b"/court" in request:
            await answering("200 OK\nContent-Length: 2", b"ok")(request, writer)
            return
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\n\r\n")
        while True:
            writer.write(b"x" * 65_536)
            await writer.drain()
            sent_bytes += 65_536

    async def play(one: Gateway) -> None:
        reading, after = Visit("/donnees/long"), Visit("/donnees/court")
        task = asyncio.create_task(one(reading.scope, reading.receive, reading.send))
        await asyncio.wait_for(reading.much.wait(), 10)
        # What is on its way never exceeds what sockets hold: nothing is kept whole.
        assert sent_bytes - reading.size_bytes < 3_000_000
        reading.gone.set()
        await task
        await one(after.scope, after.receive, after.send)
        assert (after.status, after.body) == (200, b"ok")

    asyncio.run(with_backend(tmp_path, endless, play))
