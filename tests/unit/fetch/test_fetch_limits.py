"""Servers that send too much, too slowly, or not what they say."""

import asyncio
import gzip
import tracemalloc
import zlib

import pytest
from conftest import Answer, Site
from unit.fetch.servers import Handler, answering, get, get_raw, new_web, page

from aggregator.errors import HostUnreachable, PageTooLarge
from aggregator.fetch import fetch
from aggregator.model import Page

pytestmark = pytest.mark.usefixtures("loopback_allowed")

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
TEXT = "Réunion publique du comité de quartier. ".encode() * 200


def sending(head: bytes, part: bytes, *, pause_s: float = 0.0) -> Handler:
    """Return a handler that sends a part again and again, for ever."""

    async def handler(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while True:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause_s)

    return handler


# --- size --------------------------------------------------------------------------------------


def test_a_body_at_the_limit_is_read(site: Site) -> None:
    site.pages["/"] = Answer(body=b"x" * 1000)
    assert len(page(site.url(), max_bytes=1000).body) == 1000


def test_a_body_over_the_limit_is_refused(site: Site) -> None:
    site.pages["/"] = Answer(body=b"x" * 1001)
    with pytest.raises(PageTooLarge, match="1,000 bytes") as caught:
        get(site.url(), max_bytes=1000)
    assert caught.value.url == site.url()


def test_one_fetch_may_accept_more_and_take_longer_by_as_much(site: Site) -> None:
    site.pages["/"] = Answer(body=b"x" * 1001, delay_s=0.4)

    async def ask(max_bytes: int | None, *, deadline_s: float = 0.2) -> int:
        async with new_web(max_bytes=1000, deadline_s=deadline_s) as web:
            answer = await fetch(site.url(), web=web, obey_robots=False, max_bytes=max_bytes)
        assert isinstance(answer, Page)
        return len(answer.body)

    assert asyncio.run(ask(20_000)) == 1001
    with pytest.raises(HostUnreachable):
        asyncio.run(ask(None))
    site.pages["/"] = Answer(body=b"x" * 1001)
    with pytest.raises(PageTooLarge, match="900 bytes"):
        asyncio.run(ask(900, deadline_s=10))


@pytest.mark.parametrize("head", [OK + b"\r\n", OK + b"Content-Length: 99999999999\r\n\r\n"])
def test_an_endless_body_is_cut(head: bytes) -> None:
    assert isinstance(get_raw(sending(head, b"x" * 65_536)), PageTooLarge)


def test_endless_chunks_are_cut() -> None:
    head = OK + b"Transfer-Encoding: chunked\r\n\r\n"
    got = get_raw(sending(head, b"4\r\nabcd\r\n" * 1000), max_bytes=100_000)
    assert isinstance(got, PageTooLarge)


def bomb(wbits: int, megabytes: int) -> bytes:
    squeeze = zlib.compressobj(9, zlib.DEFLATED, wbits)
    return b"".join([squeeze.compress(bytes(2**20)) for _ in range(megabytes)] + [squeeze.flush()])


@pytest.mark.parametrize(("coding", "wbits"), [("gzip", 31), ("deflate", 15), ("deflate", -15)])
def test_a_compressed_bomb_is_cut_in_bounded_memory(site: Site, coding: str, wbits: int) -> None:
    site.pages["/"] = Answer(body=bomb(wbits, 200), headers={"Content-Encoding": coding})
    tracemalloc.start()
    with pytest.raises(PageTooLarge):
        get(site.url(), max_bytes=2**20)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 12 * 2**20


def test_compressed_bytes_that_hold_nothing_count_too(site: Site) -> None:
    """Empty stored blocks (RFC 1951 §3.2.4) grow without giving a byte."""
    body = b"\x78\x9c" + b"\x00\x00\x00\xff\xff" * 10_000
    site.pages["/"] = Answer(body=body, headers={"Content-Encoding": "deflate"})
    with pytest.raises(PageTooLarge):
        get(site.url(), max_bytes=20_000)


def test_thousands_of_gzip_members_are_refused(site: Site) -> None:
    body = gzip.compress(b"", mtime=0) * 5_000
    site.pages["/"] = Answer(body=body, headers={"Content-Encoding": "gzip"})
    with pytest.raises(HostUnreachable, match="gzip members"):
        get(site.url())


# --- compression -------------------------------------------------------------------------------


def deflated(body: bytes, wbits: int) -> bytes:
    squeeze = zlib.compressobj(6, zlib.DEFLATED, wbits)
    return squeeze.compress(body) + squeeze.flush()


@pytest.mark.parametrize(
    ("coding", "body", "expected"),
    [
        ("gzip", gzip.compress(TEXT, mtime=0), TEXT),
        ("GZIP", gzip.compress(TEXT, mtime=0), TEXT),
        ("x-gzip", gzip.compress(TEXT, mtime=0), TEXT),
        ("gzip", gzip.compress(TEXT, mtime=0) + gzip.compress(b"more", mtime=0), TEXT + b"more"),
        ("gzip", gzip.compress(TEXT, mtime=0) + bytes(512), TEXT),
        ("gzip", gzip.compress(b"", mtime=0), b""),
        ("gzip", b"", b""),
        ("deflate", deflated(TEXT, 15), TEXT),
        ("deflate", deflated(TEXT, -15), TEXT),
        ("identity", TEXT, TEXT),
        ("", TEXT, TEXT),
        ("identity, gzip", gzip.compress(TEXT, mtime=0), TEXT),
    ],
)
def test_compression_is_undone(site: Site, coding: str, body: bytes, expected: bytes) -> None:
    site.pages["/"] = Answer(body=body, headers={"Content-Encoding": coding})
    assert page(site.url()).body == expected


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("br", b"x"),
        ("gzip, gzip", gzip.compress(gzip.compress(TEXT, mtime=0), mtime=0)),
        ("gzip", TEXT),
        ("gzip", gzip.compress(TEXT, mtime=0)[:-20]),
        ("deflate", deflated(TEXT, 15)[:-20]),
        ("deflate", b"\xff\xff\xff\xff"),
        ("é", b"x"),
    ],
)
def test_compression_that_cannot_be_undone_is_an_error(
    site: Site, coding: str, body: bytes
) -> None:
    site.pages["/"] = Answer(body=body, headers={"Content-Encoding": coding})
    with pytest.raises(HostUnreachable, match="compressed in a way"):
        get(site.url())


@pytest.mark.parametrize("wbits", [31, 15, -15])
def test_compression_may_come_byte_by_byte(wbits: int) -> None:
    coding = b"gzip" if wbits == 31 else b"deflate"

    async def handler(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(
            OK + b"Transfer-Encoding: chunked\r\nContent-Encoding: " + coding + b"\r\n\r\n"
        )
        for byte in deflated(TEXT, wbits):
            writer.write(b"1\r\n" + bytes([byte]) + b"\r\n")
        writer.write(b"0\r\n\r\n")
        await writer.drain()

    got = get_raw(handler)
    assert isinstance(got, Page)
    assert got.body == TEXT


# --- time --------------------------------------------------------------------------------------


def stuck(head: bytes) -> Handler:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        await reader.read()  # until the client leaves

    return handler


@pytest.mark.parametrize(
    "handler",
    [
        stuck(b""),
        stuck(b"HTTP/1.1 200"),
        stuck(OK + b"Content-Length: 10\r\n\r\nabc"),
        sending(OK + b"\r\n", b"x", pause_s=0.02),
        sending(b"HTTP/1.1 200 OK\r\nX: ", b"x", pause_s=0.02),
        sending(b"", b"HTTP/1.1 102 Processing\r\n\r\n", pause_s=0.02),
    ],
    ids=["silent", "half a status", "half a body", "drip body", "drip header", "1xx for ever"],
)
def test_the_whole_exchange_has_a_limit(handler: Handler) -> None:
    got = get_raw(handler, deadline_s=0.3)
    assert isinstance(got, HostUnreachable)
    assert "within 0.3 s" in str(got)


def test_redirects_share_one_limit(site: Site) -> None:
    for number in range(5):
        site.pages[f"/{number}"] = Answer(
            status=302, headers={"Location": f"/{number + 1}"}, delay_s=0.2
        )
    with pytest.raises(HostUnreachable, match=r"within 0\.5 s") as caught:
        get(site.url("/0"), deadline_s=0.5)
    assert caught.value.url != site.url("/0")


def test_robots_txt_counts_too(site: Site) -> None:
    site.pages["/robots.txt"] = Answer(delay_s=0.6)
    site.pages["/"] = Answer(body=b"x")
    with pytest.raises(HostUnreachable, match=r"robots\.txt: no whole answer"):
        get(site.url(), obey_robots=True, deadline_s=0.3)


def test_waiting_for_our_turn_does_not_count(site: Site) -> None:
    site.pages["/"] = Answer(body=b"x", delay_s=0.1)

    async def run() -> list[float]:
        async with new_web(gap_s=0.3, deadline_s=0.6) as web:
            got = await asyncio.gather(
                *(fetch(site.url(), web=web, obey_robots=False) for _ in range(4))
            )
        return [page.elapsed_s for page in got]

    elapsed = asyncio.run(run())
    assert len(elapsed) == 4
    assert sum(elapsed) < site.requests[-1].at_s - site.requests[0].at_s


def test_the_web_works_on_after_a_time_limit(site: Site) -> None:
    site.pages["/slow"] = Answer(delay_s=0.5)
    site.pages["/"] = Answer(body=b"x")

    async def run() -> None:
        async with new_web(deadline_s=0.2) as web:
            slow = f"http://slow.localhost:{site.port}/slow"
            with pytest.raises(HostUnreachable):
                await fetch(slow, web=web, obey_robots=False)
            assert (await fetch(site.url(), web=web, obey_robots=False)).status == 200

    asyncio.run(run())


def test_cancelling_a_fetch_leaves_no_lock_behind(site: Site) -> None:
    site.pages["/slow"] = Answer(delay_s=0.3)
    site.pages["/"] = Answer(body=b"x")

    async def run() -> None:
        async with new_web() as web:
            tasks = [
                asyncio.ensure_future(fetch(site.url(path), web=web, obey_robots=False))
                for path in ("/slow", "/slow", "/")
            ]
            await asyncio.sleep(0.05)
            tasks[0].cancel()
            tasks[1].cancel()
            assert (await tasks[2]).status == 200
            await asyncio.gather(*tasks[:2], return_exceptions=True)

    asyncio.run(run())


# --- broken answers ----------------------------------------------------------------------------


async def reset(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    import socket
    import struct

    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@pytest.mark.parametrize(
    ("handler", "sentence"),
    [
        (reset, "broke off"),
        (answering(b""), "broke off"),
        (answering(OK + b"Content-Length: 100\r\n\r\nshort"), "broke off"),
        (answering(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab"), "broke off"),
        (answering(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nab"), "not proper HTTP"),
        (answering(OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"), "not proper HTTP"),
        (answering(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), "not proper HTTP"),
        (answering(b"\x00" * 4000), "not proper HTTP"),
        (answering(OK + b"X: " + b"x" * 200_000 + b"\r\n\r\n"), "not proper HTTP"),
        (sending(OK, b"X-Flood: yes\r\n"), "not proper HTTP"),
        (sending(OK, b"x"), "not proper HTTP"),
        (answering(OK + b"X: y\r\n" * 201 + b"\r\n"), "too many fields"),
        (answering(OK + (b"X: " + b"x" * 700 + b"\r\n") * 100 + b"\r\n"), "not proper HTTP"),
        (sending(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100), "interim answers"),
        (sending(CHUNKED + b"0\r\n", b"X-Flood: yes\r\n"), "not proper HTTP"),
        (sending(CHUNKED, b"1\r\nx\r\n" * 1000), "next to nothing"),
        (sending(CHUNKED + b"1;", b"x" * 1000), "not proper HTTP"),
        (answering(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"), "not proper HTTP"),
        (answering(OK + b"Transfer-Encoding: gzip\r\n\r\n"), "not proper HTTP"),
        (answering(OK + b"Content-Length: -1\r\n\r\n"), "not proper HTTP"),
        (answering(OK + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n"), "not proper HTTP"),
    ],
    ids=[
        "reset",
        "nothing",
        "short body",
        "short chunk",
        "bad chunk",
        "two lengths",
        "ssh",
        "zeros",
        "long header",
        "header flood",
        "endless header",
        "many fields",
        "long head",
        "interim flood",
        "trailer flood",
        "tiny chunks",
        "endless chunk extension",
        "switching protocols",
        "unknown transfer coding",
        "negative length",
        "astronomic length",
    ],
)
def test_broken_answers_are_errors(handler: Handler, sentence: str) -> None:
    got = get_raw(handler)
    assert isinstance(got, HostUnreachable)
    assert sentence in str(got)
    assert len(str(got)) < 500
    assert got.__cause__ is not None


def test_interim_answers_and_trailers_are_passed_over() -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 3
    got = get_raw(answering(early + CHUNKED + b"2;why=not\r\nab\r\n0\r\nX: y\r\n\r\n"))
    assert isinstance(got, Page)
    assert got.body == b"ab"


def test_bytes_after_the_length_are_not_read() -> None:
    got = get_raw(answering(OK + b"Content-Length: 2\r\n\r\nabcdef"))
    assert isinstance(got, Page)
    assert got.body == b"ab"


def test_a_closed_port_is_said_to_be_so() -> None:
    with pytest.raises(HostUnreachable, match="refuses the connection"):
        get("http://127.0.0.1:1/")
