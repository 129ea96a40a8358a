"""Hosts and their validators: kept exactly as received, sent back each time."""

from dataclasses import replace
from email.utils import format_datetime

from hostile.pages import bad, etag_of, items, news, ok, rss, validated
from hostile.proofs import conditional
from hostile.server import START, Asked, Header, Reply
from hostile.table import Seen, Table

from aggregator.model import State

VALIDATORS = Table()
row = VALIDATORS.row


def newest(asked: Asked) -> str:
    """Return when the newest post appeared, as HTTP writes it."""
    return format_datetime(items(asked.now)[0].at, usegmt=True)


def number(asked: Asked) -> bytes:
    """Return the number of the newest post."""
    return b"%d" % items(asked.now)[0].number


@row(
    "etag",
    does="gives an ETag, answers 304 to it",
    origin="RFC 9110 §13.1.2",
    state=State.OK,
    proof=conditional("if-none-match"),
)
def _(asked: Asked) -> Reply:
    return validated(asked, news(asked), (b"ETag", etag_of(news(asked))))


@row(
    "etag-weak",
    does="gives a weak ETag",
    origin="RFC 9110 §8.8.3; miniflux keeps it verbatim",
    state=State.OK,
    proof=conditional("if-none-match"),
)
def _(asked: Asked) -> Reply:
    return validated(asked, news(asked), (b"ETag", b"W/" + etag_of(news(asked))))


@row(
    "last-modified",
    does="gives Last-Modified only",
    origin="RFC 9110 §13.1.3",
    state=State.OK,
    proof=conditional("if-modified-since"),
)
def _(asked: Asked) -> Reply:
    return validated(asked, news(asked), (b"Last-Modified", newest(asked).encode()))


def _sends_both(seen: Seen) -> None:
    for asked in seen.asked[1:]:
        assert {"if-none-match", "if-modified-since"} <= set(asked.headers)


@row(
    "both-validators",
    does="gives both validators and wants both back",
    origin="RFC 9110 §13.2.2",
    state=State.OK,
    proof=_sends_both,
)
def _(asked: Asked) -> Reply:
    headers = (b"ETag", etag_of(news(asked))), (b"Last-Modified", newest(asked).encode())
    return validated(asked, news(asked), *headers)


def _odd_etag(name: str, does: str, origin: str, etag: bytes) -> None:
    @row(name, does=does, origin=origin, state=State.OK, proof=conditional("if-none-match"))
    def _(asked: Asked) -> Reply:
        return validated(asked, news(asked), (b"ETag", etag.replace(b"N", number(asked))))


_odd_etag("etag-bare", "gives an ETag without quotes", "rachelbythebay.com/fs: kept as is", b"xN")
_odd_etag("etag-half", "gives an ETag with one quote", "rachelbythebay.com/fs: kept as is", b'"xN')
_odd_etag("etag-spaces", "gives an ETag with spaces", "RFC 9110 §8.8.3 forbids them", b'"a N b;c"')
_odd_etag("etag-latin", "gives an ETag with bytes beyond ASCII", "RFC 9110 §5.5", b'"\xe9t\xe9-N"')
_odd_etag("etag-utf8", "gives an ETag in UTF-8", "RFC 9110 §5.5", '"été-N-€"'.encode())
_odd_etag("etag-escaped", "gives an ETag with a backslash", "RFC 9110 §8.8.3", b'W/"a\\"N"')
_odd_etag("etag-long", "gives an ETag of 4 kB", "rachelbythebay.com/fs", b'"' + b"x" * 4000 + b'N"')


def _odd_date(name: str, does: str, origin: str, date: bytes) -> None:
    @row(name, does=does, origin=origin, state=State.OK, proof=conditional("if-modified-since"))
    def _(asked: Asked) -> Reply:
        return validated(asked, news(asked), (b"Last-Modified", date.replace(b"N", number(asked))))


_odd_date("date-french", "gives a Last-Modified that is no date", "RFC 9110 §8.8.2", b"hier, N h")
_odd_date("date-iso", "gives an ISO date", "rachelbythebay.com/fs", b"2026-03-02T00:00:00+N")
_odd_date(
    "date-future", "says it changes in 2099", "RFC 9110 §8.8.2.1", b"Thu, N Jan 2099 0:0:0 GMT"
)


def _latest(seen: Seen) -> None:
    for earlier, later in zip(seen.asked, seen.asked[1:], strict=False):
        assert later.headers["if-none-match"] == earlier.reply.header(b"etag")


@row(
    "etag-moves",
    does="changes its ETag each time, the bytes stay",
    origin="rachelbythebay.com/fs; load-balanced Apache inodes",
    state=State.OK,
    proof=_latest,
)
def _(asked: Asked) -> Reply:
    return ok(news(asked), (b"ETag", b'"%d"' % asked.count))


@row(
    "etag-gzip",
    does="adds -gzip to its ETag and never knows it again",
    origin="Apache bug 39727",
    state=State.OK,
    proof=_latest,
)
def _(asked: Asked) -> Reply:
    return ok(news(asked), (b"ETag", etag_of(news(asked))[:-1] + b'-gzip"'))


@row(
    "etag-renewed",
    does="gives a new ETag with each 304",
    origin="RFC 9111 §4.3.4",
    state=State.OK,
    proof=_latest,
)
def _(asked: Asked) -> Reply:
    renewed = (b"ETag", b'"%s-%d"' % (number(asked), asked.count))
    if asked.headers.get("if-none-match", b"").startswith(b'"%s-' % number(asked)):
        return Reply(status=304, headers=(renewed,))
    return ok(news(asked), renewed)


def _never_conditional(seen: Seen) -> None:
    assert not any({"if-none-match", "if-modified-since"} & set(a.headers) for a in seen.asked)


@row(
    "no-validator",
    does="gives no validator, the same bytes for days",
    origin="crawl-performance: a hash of the body",
    state=State.OK,
    proof=_never_conditional,
)
def _(asked: Asked) -> Reply:
    return ok(news(asked))


@row(
    "validator-withdrawn",
    does="gives an ETag for ten days, then none",
    origin="RFC 9110 §8.8: only the newest answer's validators hold",
    state=State.OK,
    posts=True,
)
def _(asked: Asked) -> Reply:
    headers: tuple[Header, ...] = ((b"ETag", etag_of(news(asked))),) if asked.day < 10 else ()
    return validated(asked, news(asked), *headers) if headers else ok(news(asked))


@row(
    "unasked-304",
    does="answers 304 to those who have nothing",
    origin="RFC 9110 §15.4.5; miniflux#2010 class of faults",
    state=State.FAILING,
    posts=False,
)
def _(_asked: Asked) -> Reply:
    return Reply(status=304, usable=False)


@row(
    "stuck-304",
    does="answers 304 for ever, whatever it is sent",
    origin="RFC 9110 §15.4.5; a cache that never lets go",
    state=State.LATE,
    posts=True,
)
def _(asked: Asked) -> Reply:
    body = rss(items(START))
    if asked.count == 1:
        return ok(body, (b"ETag", etag_of(body)))
    return Reply(status=304)


def _keeps_the_feed_s(seen: Seen) -> None:
    assert all(asked.headers.get("if-none-match") != b'"error"' for asked in seen.asked)
    assert all("if-none-match" in asked.headers for asked in seen.asked[1:])


@row(
    "error-with-etag",
    does="fails with a page that has an ETag, every third time",
    origin="RFC 9110 §8.8: a validator of an error is none of the feed",
    state=State.OK,
    proof=_keeps_the_feed_s,
)
def _(asked: Asked) -> Reply:
    if asked.count % 3 == 0:
        return replace(bad(500), headers=((b"ETag", b'"error"'),))
    return validated(asked, news(asked), (b"ETag", etag_of(news(asked))))
