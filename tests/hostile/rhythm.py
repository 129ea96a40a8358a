"""Hosts that say how often they want to be asked."""

from datetime import timedelta
from email.utils import format_datetime
from itertools import pairwise

from hostile.pages import fresh, items, news, ok, rss
from hostile.proofs import both, gap_of
from hostile.server import START, Asked, Reply
from hostile.table import Answer, Proof, Seen, Table

from aggregator.model import State

RHYTHM = Table()
row = RHYTHM.row

HOUR_S = 3600


def _says(name: str, does: str, origin: str, proof: Proof, answer: Answer) -> None:
    row(name, does=does, origin=origin, state=State.OK, every=None, proof=proof, posts=True)(answer)


def _cached(value: bytes) -> Answer:
    return lambda asked: ok(news(asked), (b"Cache-Control", value))


def _expires(asked: Asked) -> Reply:
    until = format_datetime(asked.now + timedelta(hours=8), usegmt=True).encode()
    return ok(news(asked), (b"Expires", until))


def _channel(text: str) -> Answer:
    return lambda asked: ok(rss(items(asked.now), channel=text))


def bounded(seen: Seen) -> None:
    """Never more often than every 15 minutes, nor less than once a day."""
    gaps = [later.begun_s - earlier.begun_s for earlier, later in pairwise(seen.asked)]
    assert min(gaps) >= 15 * 60 - 1
    assert max(gaps) <= 25 * HOUR_S


_six = both(gap_of("/feed.xml", 6 * HOUR_S - 1), bounded)
_day = gap_of("/feed.xml", 24 * HOUR_S - 61)
_says(
    "max-age",
    "is fresh for 6 h",
    "RFC 9111 §5.2.2.1; FreshRSS PR #6812",
    _six,
    _cached(b"max-age=21600"),
)
_says(
    "max-age-mixed",
    "says so among other words",
    "RFC 9111 §5.2.2",
    _six,
    _cached(b'public, Max-Age="21600" ,x'),
)
_says(
    "max-age-year",
    "is fresh for a year",
    "RFC 9111 §5.2.2.1: within bounds",
    both(_day, bounded),
    _cached(b"max-age=31536000"),
)
_says("max-age-zero", "is never fresh", "RFC 9111 §5.2.2.1", bounded, _cached(b"max-age=0"))
_says(
    "no-store",
    "is not to be stored",
    "RFC 9111 §5.2.2.5",
    bounded,
    _cached(b"no-store, max-age=31536000"),
)
_says(
    "max-age-garbage",
    "is fresh for « a while »",
    "RFC 9111 §4.2.1",
    bounded,
    _cached(b"max-age=a while"),
)
_says("expires", "expires in 8 h", "RFC 9111 §5.3", gap_of("/feed.xml", 8 * HOUR_S - 1), _expires)
_says(
    "expires-zero",
    "expired at « 0 »",
    "RFC 9111 §5.3",
    bounded,
    lambda asked: ok(news(asked), (b"Expires", b"0")),
)
_says(
    "ttl",
    "has a ttl of 12 h",
    "RSS 2.0 <ttl>",
    gap_of("/feed.xml", 12 * HOUR_S - 1),
    _channel("<ttl>720</ttl>"),
)
_says(
    "ttl-huge",
    "has a ttl of 10^12 minutes",
    "RSS 2.0 <ttl>: within bounds",
    both(_day, bounded),
    _channel("<ttl>1000000000000</ttl>"),
)
_says(
    "ttl-garbage", "has a ttl of « often »", "RSS 2.0 <ttl>", bounded, _channel("<ttl>often</ttl>")
)
_says(
    "update-dayly",
    "is updated « dayly », twice",
    "RSS 1.0 syndication; Media Cloud: real-world misspellings",
    gap_of("/feed.xml", 12 * HOUR_S - 1),
    _channel("<sy:updatePeriod>dayly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>"),
)
_says(
    "update-daily",
    "is updated daily",
    "RSS 1.0 syndication",
    _day,
    _channel("<sy:updatePeriod> Daily </sy:updatePeriod>"),
)


def _not_at_night(seen: Seen) -> None:
    # The first visit does not know yet; a pass may begin a minute late.
    assert not [asked.now for asked in seen.asked[1:] if asked.now.hour in {0, 1, 2, 3, 4, 5}]


def _not_at_weekends(seen: Seen) -> None:
    assert not [asked.now for asked in seen.asked[1:] if asked.now.weekday() >= 6]


_says(
    "skip-hours",
    "rests from 0 to 6 h",
    "RSS 2.0 <skipHours>",
    _not_at_night,
    _channel("<skipHours>" + "".join(f"<hour>{n}</hour>" for n in range(6)) + "</skipHours>"),
)
_says(
    "skip-days",
    "rests on Sundays",
    "RSS 2.0 <skipDays>",
    _not_at_weekends,
    _channel("<skipDays><day>Sunday</day></skipDays>"),
)
_says(
    "skip-all",
    "rests always",
    "RSS 2.0 <skipHours>: within bounds",
    bounded,
    _channel("<skipHours>" + "".join(f"<hour>{n}</hour>" for n in range(24)) + "</skipHours>"),
)


def _paced(name: str, does: str, state: State, most: int, answer: Answer) -> None:
    def proof(seen: Seen) -> None:
        assert len(seen.asked) <= most, len(seen.asked)

    row(
        name,
        does=does,
        origin="issue of every reader: poll at the rhythm of the feed (miniflux#643, reader#378)",
        state=state,
        every=None,
        proof=proof,
        posts=True,
    )(answer)


def _every(every: timedelta, *, last: int | None = None) -> Answer:
    until = None if last is None else START + timedelta(days=last)

    def answer(asked: Asked) -> Reply:
        first = START - timedelta(days=200 if last is None or last > 0 else 600)
        return ok(rss(items(asked.now, every=every, first=first, last=until, count=15)))

    return answer


_paced("hourly", "publishes every hour", State.OK, 30 * 24 * 3, _every(timedelta(hours=1)))
_paced("weekly", "publishes once a week", State.OK, 30 * 12, _every(timedelta(days=7)))
_paced(
    "late",
    "published daily, stops on its fourth day",
    State.LATE,
    30 * 16,
    _every(timedelta(days=1), last=4),
)
_paced(
    "silent",
    "published nothing for over a year",
    State.SILENT,
    40,
    _every(timedelta(days=1), last=-400),
)


@row(
    "well-behaved",
    does="nothing odd at all",
    origin="the measure of all others",
    state=State.OK,
    every=None,
    posts=True,
)
def _(asked: Asked) -> Reply:
    return fresh(asked)
