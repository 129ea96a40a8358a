"""Hosts that send elsewhere: for good, for now, in circles, and where nobody should go."""

from hostile.pages import bad, fresh, to
from hostile.proofs import asked_times, both, never
from hostile.server import Asked, Reply
from hostile.table import Seen, Table

from aggregator.model import State

REDIRECTS = Table()
row = REDIRECTS.row


def port_of(asked: Asked) -> str:
    """Return the port a request came in by."""
    return asked.headers["host"].decode("latin-1").rpartition(":")[2]


def silent_proof(seen: Seen) -> None:
    """Nothing reached the host."""
    assert not seen.asked


def _goes_straight(seen: Seen) -> None:
    old = seen.of("/feed.xml")
    # Not remembered at first sight, but well before the twelve days are over.
    assert len({asked.day for asked in old if asked.reply.status in {301, 308}}) >= 2
    assert max(asked.day for asked in seen.of("/new.xml")) >= 28


def _moves(status: int) -> None:
    @row(
        f"moved-{status}",
        does=f"redirects by {status} for 12 days; then the old address is dead",
        origin="RFC 9110 §15.4.2, §15.4.9; reader#246",
        state=State.MOVED,
        proof=_goes_straight,
        posts=True,
    )
    def _(asked: Asked) -> Reply:
        if asked.path == "/new.xml":
            return fresh(asked)
        return to("/new.xml", status) if asked.day < 12 else bad(404)


_moves(301)
_moves(308)


def _asks_the_old(seen: Seen) -> None:
    assert len(seen.of("/feed.xml")) == len(seen.of("/today.xml"))


def _passes(status: int) -> None:
    @row(
        f"temporary-{status}",
        does=f"redirects by {status}, always",
        origin="RFC 9110 §15.4: a temporary redirect is never remembered",
        state=State.OK,
        proof=_asks_the_old,
    )
    def _(asked: Asked) -> Reply:
        return fresh(asked) if asked.path == "/today.xml" else to("/today.xml", status)


for _status in (302, 303, 307):
    _passes(_status)


def _came_back(seen: Seen) -> None:
    assert all(asked.day in {6, 7} for asked in seen.of("/portal"))


@row(
    "moved-for-a-day",
    does="redirects by 301 for a day (a captive portal), then answers again",
    origin="reader#246: a 301 seen once is no move",
    state=State.OK,
    proof=_came_back,
)
def _(asked: Asked) -> Reply:
    if asked.path == "/portal":
        return bad(402)
    return to("/portal", 301) if asked.day == 6 else fresh(asked)


def _asks_the_middle(seen: Seen) -> None:
    assert len(seen.of("/end.xml")) == len(seen.of("/middle")) > 40


@row(
    "mixed-redirects",
    does="redirects by 301, then by 302",
    origin="RFC 9110 §15.4: permanent only as far as all are",
    state=State.MOVED,
    proof=_asks_the_middle,
)
def _(asked: Asked) -> Reply:
    if asked.path == "/end.xml":
        return fresh(asked)
    return to("/end.xml", 302) if asked.path == "/middle" else to("/middle", 301)


@row(
    "loop",
    does="redirects in a circle",
    origin="RFC 9110 §15.4; FreshRSS, curl's limit",
    state=State.FAILING,
    error="TooManyRedirects",
)
def _(asked: Asked) -> Reply:
    return to("/a" if asked.path != "/a" else "/feed.xml", 301)


@row(
    "to-itself",
    does="redirects to itself",
    origin="RFC 9110 §15.4",
    state=State.FAILING,
    error="TooManyRedirects",
)
def _(_asked: Asked) -> Reply:
    return to("/feed.xml", 302)


@row(
    "long-chain",
    does="redirects without end, always farther",
    origin="RFC 9110 §15.4: detect infinite redirections",
    state=State.FAILING,
    error="TooManyRedirects",
    proof=never("/7"),
)
def _(asked: Asked) -> Reply:
    number = asked.path.strip("/")
    return to(f"/{int(number) + 1 if number.isdigit() else 1}")


@row(
    "no-location",
    does="redirects without saying where",
    origin="RFC 9110 §15.4: Location SHOULD be there",
    state=State.FAILING,
    error="TooManyRedirects",
)
def _(_asked: Asked) -> Reply:
    return bad(301)


@row(
    "several-choices",
    does="answers 300 with a list",
    origin="RFC 9110 §15.4.1",
    state=State.FAILING,
    error="BadStatus",
)
def _(_asked: Asked) -> Reply:
    return bad(300)


@row(
    "odd-location",
    does="redirects to a relative address with a space and UTF-8",
    origin="RFC 9110 §10.2.2; WHATWG URL, as browsers read it",
    state=State.OK,
    posts=True,
)
def _(asked: Asked) -> Reply | None:
    if asked.path == "/feed.xml":
        return to("flux été du quartier.xml".encode())
    return fresh(asked) if asked.path == "/flux%20%C3%A9t%C3%A9%20du%20quartier.xml" else None


@row(
    "to-a-fragment",
    does="redirects to an address with a fragment",
    origin="RFC 9110 §10.2.2: the fragment is not sent",
    state=State.OK,
    proof=both(never("/f.xml#top"), asked_times("/f.xml", 50, 200)),
)
def _(asked: Asked) -> Reply:
    return fresh(asked) if asked.path == "/f.xml" else to("/f.xml#top")


def _elsewhere(name: str, location: str, origin: str) -> None:
    @row(
        name,
        does=f"redirects to {location}",
        origin=origin,
        state=State.FAILING,
        error="ForbiddenAddress",
        posts=False,
    )
    def _(_asked: Asked) -> Reply:
        return to(location)


_elsewhere("to-a-file", "file:///etc/passwd", "RFC 9110 §17.4; curl's CVE-2009-0037")
_elsewhere("to-ftp", "ftp://127.0.0.1/feed", "OWASP SSRF")
_elsewhere("to-a-script", "javascript:alert(1)", "WHATWG Fetch: only http(s) is followed")
_elsewhere("to-data", "data:text/xml,<rss/>", "WHATWG Fetch: only http(s) is followed")
_elsewhere("to-a-password", "http://a:b@to-a-password.hostile.localhost/", "RFC 3986 §7.5")
_elsewhere("to-gopher", "gopher://127.0.0.1:6379/_INFO", "OWASP SSRF")
_elsewhere("to-a-bad-port", "http://to-a-bad-port.hostile.localhost:99999/", "RFC 3986 §3.2.3")


@row(
    "to-another-host",
    does="redirects to another host by 302",
    origin="RFC 9110 §15.4: paced and judged as any",
    state=State.OK,
    posts=True,
)
def _(asked: Asked) -> Reply:
    if asked.path == "/guest.xml":
        return fresh(asked)
    return to(f"http://guest.{asked.host}:{port_of(asked)}/guest.xml")
