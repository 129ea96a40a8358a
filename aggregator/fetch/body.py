"""Reading a body without letting it grow: limits hold after decompression.

64 kB of gzip can hold 64 MB; zlib's `max_length` stops before.
"""

import zlib

from aggregator.errors import HostUnreachable, PageTooLarge
from aggregator.fetch.transport import Reply
from aggregator.fetch.urls import Url

_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_WINDOW, _ZLIB_WINDOW, _RAW_WINDOW = 31, 15, -15  # zlib's wbits
# RFC 1952 §2.2 allows several members in one file; thousands of tiny ones only burn time.
_MAX_MEMBERS = 100


async def read_body(reply: Reply, *, url: Url, limit: int, cut: bool = False) -> bytes:
    """Read the body of an answer, decompressed.

    Args:
        reply: An answer whose body was not read yet.
        url: Where it comes from, for errors.
        limit: The most bytes to accept, after decompression.
        cut: Take the first `limit` bytes of a longer body instead of refusing it.

    Raises:
        PageTooLarge: The body is longer, compressed or not.
        HostUnreachable: The compression is unknown or broken, or the body stops too early.
    """
    body = bytearray()
    received = 0
    try:
        decoder = _decoder(reply.headers.joined("content-encoding"))
        async for raw in reply.parts():
            received += len(raw)
            body += decoder.feed(raw, limit + 1 - len(body))
            # Bytes that unpack to nothing count too.
            if max(received, len(body)) > limit:
                break
        else:
            decoder.finish()
            return bytes(body)
    except (_BrokenEncoding, zlib.error) as error:
        raise HostUnreachable(
            f"{url}: the answer is compressed in a way that cannot be read ({error}); if the"
            " page does not open in a browser either, tell the site's owner",
            url=str(url),
        ) from error
    if cut:
        return bytes(body[:limit])
    raise PageTooLarge(
        f"{url}: more than {limit:,} bytes; give the address of a shorter page or feed",
        url=str(url),
    )


class _BrokenEncoding(Exception):
    """The Content-Encoding cannot be undone."""


class _Plain:
    """No compression."""

    def feed(self, raw: bytes, room: int) -> bytes:
        return raw[:room]

    def finish(self) -> None:
        """Nothing is ever pending."""


class _Inflating:
    """Undoes gzip or deflate, never giving more than there is room for."""

    def __init__(self, window: int) -> None:
        self._window = window
        self._inflate = zlib.decompressobj(window)
        self._members = 0
        self._began = False

    def feed(self, raw: bytes, room: int) -> bytes:
        if not self._began and raw and self._window == _ZLIB_WINDOW and not _is_zlib(raw):
            # RFC 9110 §8.4.1.2: some senders leave the zlib wrapper out.
            self._inflate = zlib.decompressobj(_RAW_WINDOW)
        self._began = self._began or bool(raw)
        out = b""
        while raw and room > len(out):
            if self._inflate.eof and not self._next_member(raw):
                break  # padding after the end, which browsers ignore too
            out += self._inflate.decompress(raw, room - len(out))
            raw = self._inflate.unused_data
        return out

    def _next_member(self, raw: bytes) -> bool:
        self._members += 1
        if self._members > _MAX_MEMBERS:
            raise _BrokenEncoding(f"more than {_MAX_MEMBERS} gzip members")
        if self._window != _GZIP_WINDOW or not raw.startswith(_GZIP_MAGIC):
            return False
        self._inflate = zlib.decompressobj(_GZIP_WINDOW)
        return True

    def finish(self) -> None:
        if self._began and not self._inflate.eof:
            raise _BrokenEncoding("it stops in the middle")


def _is_zlib(raw: bytes) -> bool:
    """Tell whether bytes begin with a zlib header (RFC 1950 §2.2)."""
    return raw[0] & 0x0F == 8 and (len(raw) < 2 or int.from_bytes(raw[:2]) % 31 == 0)


def _decoder(content_encoding: str) -> _Plain | _Inflating:
    codings = [part.strip().lower() for part in content_encoding.split(",")]
    codings = [coding for coding in codings if coding not in {"", "identity"}]
    match codings:
        case []:
            return _Plain()
        case ["gzip" | "x-gzip"]:
            return _Inflating(_GZIP_WINDOW)
        case ["deflate"]:
            return _Inflating(_ZLIB_WINDOW)
    raise _BrokenEncoding(f"Content-Encoding: {content_encoding[:100]}")
