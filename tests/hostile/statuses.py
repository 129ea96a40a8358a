"""Hosts that answer with a status: gone, missing, broken, overloaded, offended."""

from datetime import timedelta
from email.utils import format_datetime
from itertools import pairwise

from hostile.pages import HTML, bad, fresh, news, ok, raw
from hostile.proofs import asked_times, both, gap_of, said
from hostile.server import Asked, Header, Reply
from hostile.table import Answer, Seen, Table

from aggregator.model import State

STATUSES = Table()
row = STATUSES.row


def once_gone(seen: Seen) -> None:
    """The 410 is the last request for its path."""
    gone = [asked for asked in seen.of("/feed.xml") if asked.reply.status == 410]
    assert len(gone) == 1
    assert seen.of("/feed.xml")[-1] is gone[0]


@row(
    "gone",
    does="answers 410",
    origin="RFC 9110 §15.5.11; FreshRSS 1.18.1 mutes the feed",
    state=State.GONE,
    proof=once_gone,
    posts=False,
)
def _(_asked: Asked) -> Reply:
    return bad(410)


@row(
    "gone-later",
    does="answers for five days, then 410",
    origin="RFC 9110 §15.5.11; reader#246",
    state=State.GONE,
    proof=both(once_gone, said("410")),
    posts=True,
)
def _(asked: Asked) -> Reply:
    return fresh(asked) if asked.day < 5 else bad(410)


def _for_days(name: str, does: str, origin: str, bad_days: range, broken: Answer) -> None:
    @row(name, does=does, origin=origin, state=State.OK, posts=True)
    def _(asked: Asked) -> Reply | None:
        return broken(asked) if asked.day in bad_days else fresh(asked)


_for_days(
    "missing-ten-days",
    "answers 404 for ten days, then comes back",
    "Media Cloud: feeds DO return 404 and come back to life",
    range(5, 15),
    lambda _: bad(404),
)
_for_days(
    "broken-six-days",
    "answers 500 for six days, then comes back",
    "RFC 9110 §15.6.1",
    range(8, 14),
    lambda _: bad(500),
)
_for_days(
    "resets-six-days",
    "resets connections for six days, then comes back",
    "Media Cloud: connection trouble counts a quarter",
    range(8, 14),
    lambda _: raw(reset=True),
)


def _fails(status: int, origin: str, **rest: object) -> None:
    @row(
        f"status-{status}",
        does=f"answers {status}, always",
        origin=origin,
        state=State.FAILING,
        **{"error": "BadStatus", "posts": False, "proof": asked_times("/feed.xml", 20, 125)} | rest,
    )
    def _(_asked: Asked) -> Reply:
        return bad(status)


_fails(400, "RFC 9110 §15.5.1")
_fails(401, "RFC 9110 §15.5.2")
_fails(402, "RFC 9110 §15.5.3")
_fails(403, "RFC 9110 §15.5.4; OpenRSS blocked miniflux#3289")
_fails(404, "RFC 9110 §15.5.5")
_fails(406, "RFC 9110 §15.5.7; mod_security's answer to unknown agents")
_fails(418, "RFC 9110 §15.5.19")
_fails(429, "RFC 6585 §4; FreshRSS#6973", proof=asked_times("/feed.xml", 20, 200))
_fails(451, "RFC 7725")
_fails(500, "RFC 9110 §15.6.1", proof=asked_times("/feed.xml", 20, 200))
_fails(502, "RFC 9110 §15.6.3", proof=asked_times("/feed.xml", 20, 200))
_fails(520, "an unregistered status (Cloudflare)", proof=asked_times("/feed.xml", 20, 200))
_fails(999, "a status beyond 599 (RFC 9110 §15)")


@row(
    "no-content",
    does="answers 204",
    origin="RFC 9110 §15.3.5",
    state=State.FAILING,
    posts=False,
)
def _(_asked: Asked) -> Reply:
    return Reply(status=204, usable=False)


@row(
    "part-unasked",
    does="answers 206 with half a feed, unasked",
    origin="RFC 9110 §15.3.7: only ever an answer to Range",
    state=State.FAILING,
    posts=False,
)
def _(asked: Asked) -> Reply:
    body = news(asked)
    half = body[: len(body) // 2]
    sent = (b"Content-Range", b"bytes 0-%d/%d" % (len(half) - 1, len(body)))
    return Reply(status=206, body=half, headers=(HTML, sent), usable=False)


@row(
    "early-hints",
    does="says 103 and 100 before its answer",
    origin="RFC 8297; RFC 9110 §15.2",
    state=State.OK,
    posts=True,
)
def _(asked: Asked) -> Reply:
    body = news(asked)
    head = b"HTTP/1.1 103 Early Hints\r\nLink: </s.css>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)
    return raw(head + answer + body)


@row(
    "http-1.0",
    does="speaks HTTP/1.0, without a length",
    origin="RFC 9112 §6.3: the body ends with the connection",
    state=State.OK,
    posts=True,
)
def _(asked: Asked) -> Reply:
    return raw(b"HTTP/1.0 200 OK\r\n\r\n" + news(asked))


# --- please wait --------------------------------------------------------------------------------


def in_trouble(day: int) -> bool:
    """Tell whether an overloaded host is overloaded on a day: three days in ten."""
    return day % 10 in {2, 3, 4}


def _waits(name: str, does: str, origin: str, status: int, header: Answer | bytes) -> None:
    @row(name, does=does, origin=origin, state=State.OK, every=timedelta(hours=3), posts=True)
    def _(asked: Asked) -> Reply:
        if not in_trouble(asked.day):
            return fresh(asked)
        value = header if isinstance(header, bytes) else _date(asked, timedelta(hours=5))
        return bad(status, (b"Retry-After", value))


def _date(asked: Asked, delay: timedelta) -> bytes:
    return format_datetime(asked.now + delay, usegmt=True).encode()


_waits("busy-seconds", "answers 503, come back in 3 h", "RFC 9110 §10.2.3", 503, b"10800")
_waits("busy-date", "answers 503, come back at a date", "RFC 9110 §10.2.3", 503, lambda _: None)
_waits("too-often", "answers 429, come back in 7 h", "RFC 6585 §4; reader 3.21", 429, b"25200")
_waits("too-often-soon", "answers 429, in 40 s", "RFC 6585 §4", 429, b"40")
_waits("too-often-2-days", "answers 429, in 2 days", "miniflux caps Retry-After", 429, b"172800")
_waits("busy-negative", "answers 503, come back in -1 s", "RFC 9110 §10.2.3", 503, b"-1")
_waits("busy-garbage", "answers 503, come back « soon »", "RFC 9110 §10.2.3", 503, b"soon")
_waits("busy-huge", "answers 429, in 10^30 s", "commafeed: overflow", 429, b"1" + b"0" * 30)
_waits(
    "busy-past",
    "answers 503 with a date long past",
    "RFC 9110 §10.2.3",
    503,
    b"Thu, 01 Jan 1970 00:00:00 GMT",
)
_waits("busy-fraction", "answers 429, in 1.5 s", "RFC 9110 §10.2.3: an integer", 429, b"1.5")


def _host_waits(seen: Seen) -> None:
    for earlier, later in pairwise(seen.asked):
        if earlier.reply.status == 429:
            assert later.begun_s - earlier.begun_s >= 36_000, later.path


@row(
    "two-of-one-host",
    does="answers one of its three sources with 429",
    origin="RFC 6585 §4; FreshRSS#8928: the whole host waits",
    state=State.OK,
    every=timedelta(hours=3),
    sources=3,
    proof=_host_waits,
)
def _(asked: Asked) -> Reply:
    if asked.path.endswith("?2") and asked.day in {3, 4, 12}:
        return bad(429, (b"Retry-After", b"36000"))
    return fresh(asked)


@row(
    "retry-after-on-200",
    does="answers well, with Retry-After",
    origin="RFC 9110 §10.2.3: it means nothing there",
    state=State.OK,
    proof=asked_times("/feed.xml", 75, 95),
)
def _(asked: Asked) -> Reply:
    return ok(news(asked), (b"Retry-After", b"864000"))


@row(
    "crowd",
    does="has five sources due at once",
    origin="FreshRSS#8928; miniflux#2189: pace per host",
    state=State.OK,
    sources=5,
)
def _(asked: Asked) -> Reply:
    return fresh(asked)


def _rested(seen: Seen) -> None:
    for earlier, later in pairwise(seen.asked):
        assert later.begun_s - (earlier.ended_s or 0.0) >= 16.0


@row(
    "slow",
    does="takes 8 s for each of its three sources",
    origin="story-indexer: Scrapy's AutoThrottle",
    state=State.OK,
    sources=3,
    proof=_rested,
)
def _(asked: Asked) -> Reply:
    body = news(asked)
    headers: tuple[Header, ...] = (HTML,)
    return Reply(body=body, headers=headers, delay_s=8.0)


@row(
    "cookies",
    does="sets cookies, and fails those who bring them back",
    origin="RFC 6265 §7; no crawler needs them",
    state=State.OK,
    proof=gap_of("/feed.xml", 2.0),
)
def _(asked: Asked) -> Reply:
    if "cookie" in asked.headers:
        return bad(500)
    return ok(news(asked), (b"Set-Cookie", b"id=%d" % asked.count))
