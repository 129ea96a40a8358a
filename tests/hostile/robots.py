"""Hosts and their robots.txt (RFC 9309)."""

from itertools import pairwise

from hostile.pages import HTML, bad, fresh, items, listing, page, raw, to, validated
from hostile.proofs import asked_times, both, never
from hostile.server import Asked, Reply
from hostile.table import Answer, Seen, Table

from aggregator.model import State

ROBOTS = Table()
row = ROBOTS.row

TEXT = (b"Content-Type", b"text/plain")


def text(body: bytes) -> Answer:
    """Answer with a robots.txt."""
    return lambda _: Reply(body=body, headers=(TEXT,), usable=False)


def pages(asked: Asked) -> Reply | None:
    """Answer as a site without a feed: a page of news, others beside."""
    if asked.path.startswith("/private") or asked.path == "/news":
        return validated(
            asked,
            listing(items(asked.now)),
            (b"ETag", b'"%d"' % items(asked.now)[0].number),
            kind=HTML,
        )
    return None


def _closed(name: str, does: str, origin: str, robots: Answer, **rest: object) -> None:
    row(
        name,
        does=does,
        origin=origin,
        robots=robots,
        kind="recipe",
        path="/private/news",
        forbidden=("/private/news",),
        state=State.FAILING,
        **{"error": "RobotsDisallowed", "posts": False} | rest,
    )(pages)


def _open(name: str, does: str, origin: str, robots: Answer, **rest: object) -> None:
    row(
        name,
        does=does,
        origin=origin,
        robots=robots,
        kind="recipe",
        path="/news",
        state=State.OK,
        posts=True,
        **rest,
    )(pages)


_closed(
    "robots-closed",
    "closes the page that a recipe reads",
    "RFC 9309 §2.2.2",
    text(b"User-agent: *\nDisallow: /private\n"),
)
_closed(
    "robots-by-name",
    "closes itself to us by name",
    "RFC 9309 §2.2.1",
    text(b"User-agent: *\nAllow: /\n\nUser-agent: Civic-Aggregator\nDisallow: /\n"),
)
_closed(
    "robots-star",
    "closes the page by a pattern",
    "RFC 9309 §2.2.3",
    text(b"User-agent: *\nDisallow: /*/news$\n"),
)
_closed(
    "robots-bom",
    "writes its rules with a BOM and CR LF",
    "RFC 9309 §2.2 (Google's parser skips it)",
    text(b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /private\r\n"),
)
_closed(
    "robots-huge",
    "has a robots.txt of 2 MB, its rule first",
    "RFC 9309 §2.5: at least 500 KiB are read",
    text(b"User-agent: *\nDisallow: /private\n" + b"# nothing\n" * 200_000),
)
_closed(
    "robots-broken",
    "answers 500 for its robots.txt",
    "RFC 9309 §2.3.1.4: closed",
    lambda _: bad(500),
)
_closed(
    "robots-resets",
    "resets the connection for its robots.txt",
    "RFC 9309 §2.3.1.4: unreachable, so closed",
    lambda _: raw(reset=True),
    error=None,
)
_closed(
    "robots-elsewhere",
    "has its robots.txt behind a redirect",
    "RFC 9309 §2.3.1.2: five redirects are followed",
    lambda asked: (
        to("/rules.txt", 301)
        if asked.path == "/robots.txt"
        else text(b"User-agent: *\nDisallow: /private\n")(asked)
    ),
)
_open("robots-missing", "has no robots.txt", "RFC 9309 §2.3.1.3", lambda _: None)
_open("robots-forbidden", "answers 403 for it", "RFC 9309 §2.3.1.3", lambda _: bad(403))
_open(
    "robots-html",
    "answers a page for it",
    "RFC 9309 §2.2: lines that are no rule",
    lambda _: page(b"<html><p>Disallow: nothing</p></html>"),
)
_open("robots-empty", "has an empty one", "RFC 9309 §2.2", text(b""))
_open(
    "robots-circle", "redirects for it for ever", "RFC 9309 §2.3.1.2", lambda _: to("/robots.txt")
)
_open(
    "robots-binary",
    "answers bytes of no meaning for it",
    "RFC 9309 §2.3: crawlers are not stopped by it",
    text(bytes(range(256)) * 40),
)
_open(
    "robots-longest",
    "allows the page by the longer of two rules",
    "RFC 9309 §2.2.2: the most specific match",
    text(b"User-agent: *\nDisallow: /n\nAllow: /news\n"),
)


@row(
    "robots-feed-listed",
    does="closes the feed that moderators listed",
    origin="RFC 9309 §1: for crawlers; a feed is published to be asked for",
    state=State.OK,
    robots=text(b"User-agent: *\nDisallow: /\n"),
    posts=True,
)
def _(asked: Asked) -> Reply:
    return fresh(asked)


@row(
    "robots-discovered",
    does="closes the feed that its home page announces",
    origin="RFC 9309 §2.2.2; quakkels/rssdiscoveryengine#26",
    state=State.FAILING,
    kind="discover",
    path="/",
    robots=text(b"User-agent: *\nDisallow: /feed\nDisallow: /rss\n"),
    forbidden=("/feed.xml", "/feed/", "/rss.xml", "/rss"),
    error="NothingFound",
    posts=False,
)
def _(asked: Asked) -> Reply | None:
    if asked.path == "/":
        return page(b'<link rel="alternate" type="application/rss+xml" href="/feed.xml">')
    return fresh(asked) if asked.path == "/feed.xml" else None


def _ten_s(seen: Seen) -> None:
    both_kinds = sorted([*seen.asked, *seen.robots], key=lambda asked: asked.begun_s)
    for earlier, later in pairwise(both_kinds):
        # The delay is known once robots.txt has been read.
        if earlier.path != "/robots.txt":
            assert later.begun_s - (earlier.ended_s or 0.0) >= 10.0


row(
    "robots-delay",
    does="asks for 10 s between requests of its three sources",
    origin="Crawl-delay (no RFC; Yandex, Bing); FreshRSS#8928",
    state=State.OK,
    kind="recipe",
    path="/private/news",
    robots=text(b"User-agent: *\nCrawl-delay: 10\nDisallow: /admin\n"),
    sources=3,
    proof=_ten_s,
)(pages)


def _stopped_in_a_day(seen: Seen) -> None:
    assert max(asked.begun_s for asked in seen.asked) < 11 * 86_400


row(
    "robots-closes-later",
    does="closes the page on its tenth day",
    origin="RFC 9309 §2.4: not cached for longer than 24 h",
    state=State.FAILING,
    kind="recipe",
    path="/private/news",
    robots=lambda asked: text(b"User-agent: *\nDisallow: /private\n" if asked.day >= 10 else b"")(
        asked
    ),
    proof=_stopped_in_a_day,
    error="RobotsDisallowed",
    posts=True,
)(pages)


def _waited_for_rules(seen: Seen) -> None:
    assert min(asked.day for asked in seen.asked) >= 5


row(
    "robots-opens-later",
    does="answers 503 for robots.txt for five days, then allows all",
    origin="RFC 9309 §2.3.1.4: « not now », asked again",
    state=State.OK,
    kind="recipe",
    path="/news",
    robots=lambda asked: bad(503) if asked.day < 5 else None,
    proof=_waited_for_rules,
    posts=True,
)(pages)


def once_a_day(seen: Seen) -> None:
    """The rules are asked for once a day at most, and once more by a new process."""
    assert 25 <= len(seen.robots) <= 33, len(seen.robots)


row(
    "robots-cached",
    does="counts how often its robots.txt is asked for",
    origin="RFC 9309 §2.4",
    state=State.OK,
    kind="recipe",
    path="/news",
    robots=text(b"User-agent: *\nDisallow: /admin\n"),
    proof=both(once_a_day, never("/admin"), asked_times("/news", 75, 95)),
)(pages)
