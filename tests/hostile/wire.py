"""Hosts that break HTTP, never end, or send far too much."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Callable

from hostile.pages import bad, news, ok
from hostile.server import Asked, Reply
from hostile.table import Proof, Seen, Table

from aggregator.model import State

WIRE = Table()
row = WIRE.row

Parts = Callable[[], AsyncIterator[bytes]]
_TIMES = 6
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n"
_MB = bytes(b"<!-- nothing -->" * 2**16)


def bounded(seen: Seen) -> None:
    """No exchange takes much longer than its deadline."""
    assert max((asked.ended_s or 0.0) - asked.begun_s for asked in seen.asked) <= 31.0


def _breaks(
    name: str,
    does: str,
    origin: str,
    parts: Parts,
    *,
    error: str = "HostUnreachable",
    reset: bool = False,
    proof: Proof | None = None,
) -> None:
    @row(
        name,
        does=does,
        origin=origin,
        state=State.FAILING,
        error=error,
        posts=False,
        proof=proof or bounded,
    )
    def _(asked: Asked) -> Reply:
        # A few times are enough to see it; megabytes a fetch would make a long month.
        return Reply(raw=parts, reset=reset, usable=False) if asked.count <= _TIMES else bad(500)


def _bytes(*parts: bytes) -> Parts:
    async def say() -> AsyncIterator[bytes]:
        for part in parts:
            yield part

    return say


def _forever(head: bytes, part: bytes, every_s: float) -> Parts:
    async def say() -> AsyncIterator[bytes]:
        yield head
        while True:
            yield part
            await asyncio.sleep(every_s)

    return say


async def _silence() -> AsyncIterator[bytes]:
    await asyncio.sleep(10**6)
    yield b""


async def _hundred_mb() -> AsyncIterator[bytes]:
    yield _HEAD + b"Content-Length: %d\r\n\r\n<rss>" % (100 * 2**20 + 5)
    for _ in range(100):
        yield _MB


async def _dripping_chunks() -> AsyncIterator[bytes]:
    yield _HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    for _ in range(200_000):
        yield b"1\r\n<\r\n" * 100


_breaks(
    "drip",
    "sends a byte a second",
    "Slowloris; Media Cloud's timeouts",
    _forever(_HEAD + b"\r\n", b"<", 1.0),
)
_breaks(
    "head-drips",
    "sends headers without end, slowly",
    "Slowloris",
    _forever(_HEAD, b"X-A: b\r\n", 1.0),
)
_breaks(
    "head-endless",
    "sends headers without end",
    "RFC 9110 §5.4",
    _forever(_HEAD, b"X-A: b\r\n" * 4000, 0.0),
)
_breaks(
    "head-1mb",
    "sends a header of 1 MB",
    "RFC 9110 §5.4; curl CVE-2023-38039",
    _bytes(_HEAD + b"X: " + b"a" * 2**20 + b"\r\n\r\n<rss/>"),
)
_breaks(
    "head-many",
    "sends 20,000 headers",
    "RFC 9110 §5.4",
    _bytes(_HEAD + b"X: a\r\n" * 20_000 + b"\r\n<rss/>"),
)
_breaks(
    "interim-endless",
    "sends 102 without end",
    "RFC 9110 §15.2",
    _forever(b"", b"HTTP/1.1 102 Processing\r\n\r\n" * 400, 0.0),
)
_breaks("mute", "accepts, and never answers", "the oldest of all; Huginn#2394", _silence)
_breaks(
    "feed-100mb",
    "sends a feed of 100 MB",
    "miniflux caps at 15 MiB",
    _hundred_mb,
    error="PageTooLarge",
)
_breaks(
    "feed-endless",
    "sends a feed without end",
    "miniflux caps at 15 MiB",
    _forever(_HEAD + b"\r\n<rss>", _MB, 0.001),
    error="PageTooLarge",
)
_breaks(
    "chunks-tiny",
    "sends chunks of one byte",
    "RFC 9112 §7.1: overhead; Netty CVE-2020-11612 class",
    _dripping_chunks,
)
_breaks(
    "chunks-broken",
    "sends a chunk of length « zz »",
    "RFC 9112 §7.1",
    _bytes(_HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n<rss/>\r\n0\r\n\r\n"),
)
_breaks(
    "chunks-cut",
    "ends amid a chunk",
    "RFC 9112 §8",
    _bytes(_HEAD + b"Transfer-Encoding: chunked\r\n\r\nfff\r\n<rss><channel>"),
)
_breaks(
    "length-long",
    "promises more than it sends",
    "RFC 9112 §8: incomplete",
    _bytes(_HEAD + b"Content-Length: 9999\r\n\r\n<rss><channel></channel></rss>"),
)
_breaks(
    "length-negative",
    "promises -5 bytes",
    "RFC 9112 §6.3",
    _bytes(_HEAD + b"Content-Length: -5\r\n\r\n<rss/>"),
)
_breaks(
    "length-double",
    "promises two lengths",
    "RFC 9112 §6.3: unrecoverable",
    _bytes(_HEAD + b"Content-Length: 6\r\nContent-Length: 7\r\n\r\n<rss/>"),
)
_breaks("reset-early", "resets before it answers", "RFC 9293 §3.5.2", _bytes(), reset=True)
_breaks(
    "reset-midway",
    "resets amid the body",
    "RFC 9112 §8",
    _bytes(_HEAD + b"Content-Length: 9999\r\n\r\n<rss>"),
    reset=True,
)
_breaks("closes-early", "closes before it answers", "RFC 9112 §9.5", _bytes())
_breaks("garbage", "answers no HTTP at all", "RFC 9112 §4", _bytes(bytes(range(256)) * 10))
_breaks("ssh", "is an SSH server", "RFC 4253 §4.2", _bytes(b"SSH-2.0-OpenSSH_9.2p1 Debian\r\n"))
_breaks(
    "http-0.9",
    "answers as HTTP/0.9 did",
    "RFC 9112 appendix C.1",
    _bytes(b"<rss><channel><title>x</title></channel></rss>"),
)
_breaks(
    "http-2",
    "answers in HTTP/2",
    "RFC 9113 §3.4",
    _bytes(b"\0\0\x12\4\0\0\0\0\0\0\3\0\0\0d\0\4\0\x10\0\0"),
)
_breaks(
    "splits-head",
    "puts a bare CR and NUL into its headers",
    "RFC 9110 §5.5",
    _bytes(_HEAD + b"X: a\r\0b\r\n\r\n<rss/>"),
)
_breaks(
    "upgrade",
    "switches to another protocol, unasked",
    "RFC 9110 §15.2.2",
    _bytes(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"),
)


def _encoded(name: str, does: str, origin: str, coding: bytes, body: bytes, *, error: str) -> None:
    @row(name, does=does, origin=origin, state=State.FAILING, error=error, posts=False)
    def _(asked: Asked) -> Reply:
        coded = ok(body, (b"Content-Encoding", coding), usable=False)
        return coded if asked.count <= _TIMES else bad(500)


_BOMB = gzip.compress(bytes(200 * 2**20), 9)
_ZIPPED = gzip.compress(b"<rss><channel/></rss>")
_encoded(
    "gzip-bomb",
    "sends 200 kB that unpack to 200 MB",
    "RFC 1952; CWE-409",
    b"gzip",
    _BOMB,
    error="PageTooLarge",
)
_encoded(
    "gzip-twice",
    "packs its answer twice",
    "RFC 9110 §8.4; CWE-409",
    b"gzip, gzip",
    gzip.compress(_ZIPPED),
    error="HostUnreachable",
)
_encoded(
    "gzip-cut",
    "sends half of a gzip file",
    "RFC 1952 §2.3",
    b"gzip",
    gzip.compress(bytes(range(256)) * 99)[:200],
    error="HostUnreachable",
)
_encoded(
    "gzip-lie",
    "says gzip, sends plain text",
    "RFC 9110 §8.4",
    b"gzip",
    b"<rss/>",
    error="HostUnreachable",
)
_encoded(
    "gzip-members",
    "sends 10,000 gzip files in one",
    "RFC 1952 §2.2",
    b"gzip",
    gzip.compress(b"") * 10_000,
    error="HostUnreachable",
)
_encoded(
    "brotli",
    "sends br, which was not asked for",
    "RFC 9110 §12.5.3",
    b"br",
    b"\x0b\x02\x80<rss/>\x03",
    error="HostUnreachable",
)
_encoded(
    "coding-unknown",
    "sends a coding nobody knows",
    "RFC 9110 §8.4",
    b"x-roubaix",
    b"<rss/>",
    error="HostUnreachable",
)


def _deflated(body: bytes, window: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, window)
    return packer.compress(body) + packer.flush()


def _packed(
    name: str, does: str, origin: str, coding: bytes, pack: Callable[[bytes], bytes]
) -> None:
    @row(name, does=does, origin=origin, state=State.OK, posts=True)
    def _(asked: Asked) -> Reply:
        return ok(pack(news(asked)), (b"Content-Encoding", coding))


_packed("gzip", "packs its answer", "RFC 9110 §8.4.1.3", b"gzip", gzip.compress)
_packed("x-gzip", "packs it, under an old name", "RFC 9110 §8.4.1.3", b"X-GZip", gzip.compress)
_packed("deflate", "sends deflate", "RFC 9110 §8.4.1.2", b"deflate", zlib.compress)
_packed(
    "deflate-raw",
    "sends deflate without its wrapper",
    "RFC 9110 §8.4.1.2 note",
    b"deflate",
    lambda body: _deflated(body, -15),
)
_packed(
    "gzip-padded",
    "sends gzip with zeros behind",
    "RFC 1952 §2.2; gzip(1)",
    b"gzip",
    lambda body: gzip.compress(body) + bytes(512),
)
_packed("identity", "sends identity, empty and odd", "RFC 9110 §8.4.1", b" identity,, ", bytes)


@row(
    "length-short",
    does="promises less than it sends",
    origin="RFC 9112 §6.3: what follows is not part of it",
    state=State.OK,
    posts=True,
)
def _(asked: Asked) -> Reply:
    body = news(asked)
    return ok(body + b"<p>more", (b"Content-Length", b"%d" % len(body)))


@row(
    "chunked",
    does="sends chunks, with an extension and trailers",
    origin="RFC 9112 §7.1.1, §7.1.2",
    state=State.OK,
    posts=True,
)
def _(asked: Asked) -> Reply:
    body = news(asked)
    coded = b"%x;a=b\r\n%s\r\n0\r\nX-Sum: 1\r\n\r\n" % (len(body), body)
    return Reply(raw=_bytes(_HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + coded))


@row(
    "mute-at-times",
    does="is mute at two fetches of five",
    origin="Media Cloud: soft errors count half",
    state=State.OK,
    posts=True,
)
def _(asked: Asked) -> Reply:
    if asked.count % 5 in {2, 3}:
        return Reply(raw=_silence, usable=False)
    return ok(news(asked))
