"""Hosts whose pages are not what they were, or not what they seem."""

from dataclasses import replace
from datetime import timedelta

from hostile.pages import HTML, bad, fresh, items, listing, ok, page, rss
from hostile.proofs import both
from hostile.server import START, Asked, Reply
from hostile.table import Answer, Seen, Table

from aggregator.model import State

CONTENTS = Table()
row = CONTENTS.row

DAILY = timedelta(days=1)
_ANNOUNCES = (
    b'<html><head><link rel="alternate" type="application/rss+xml" title="Actualit\xc3\xa9s"'
    b' href="/new.xml"></head><body><h1>Bienvenue</h1></body></html>'
)


def no_error_kept(seen: Seen) -> None:
    """No page of error became a post."""
    assert seen.titles
    assert all(title.startswith("Réunion numéro") for title in seen.titles), seen.titles


def proposed(seen: Seen) -> None:
    """The new feed is proposed, and not followed as if it were listed."""
    assert seen.proposed is not None
    assert seen.proposed.endswith("/new.xml")
    assert len(seen.of("/new.xml")) <= 8
    assert not any("neuf" in title for title in seen.titles)


def _new_feed(asked: Asked) -> Reply:
    return ok(rss([replace(item, title=f"neuf {item.number}") for item in items(asked.now)]))


def _later(name: str, does: str, origin: str, state: State, answer: Answer, **rest: object) -> None:
    """Add a host that answers well for ten days."""

    @row(name, does=does, origin=origin, state=state, **rest)
    def _(asked: Asked) -> Reply | None:
        return fresh(asked) if asked.day < 10 and asked.path == "/feed.xml" else answer(asked)


_later(
    "error-page",
    "shows a page of error, status 200, where the feed was",
    "RSS-Bridge#1849, #4845: never publish errors as posts",
    State.FAILING,
    lambda _: page("<html><h1>Erreur 500</h1><article>Réessayez</article></html>".encode()),
    error="NotAFeed",
    proof=no_error_kept,
)
_later(
    "empty-body",
    "answers 200 with nothing at all",
    "RFC 9110 §15.3.1",
    State.FAILING,
    lambda _: ok(b"", usable=False),
    proof=no_error_kept,
)
_later(
    "database-error",
    "shows « Error establishing a database connection », status 200",
    "WordPress; RSS-Bridge#2553",
    State.FAILING,
    lambda _: page(b"<h1>Error establishing a database connection</h1>"),
    proof=no_error_kept,
)
_later(
    "json-error",
    "answers JSON that is no feed",
    "JSON Feed 1.1 §top-level: version is required",
    State.FAILING,
    lambda _: ok(b'{"error": {"code": 429, "message": "quota"}}', usable=False),
    proof=no_error_kept,
)
_later(
    "page-announces",
    "shows a page that announces another feed",
    "Feedbin's FeedFixer: proposed, never applied",
    State.FAILING,
    lambda asked: _new_feed(asked) if asked.path == "/new.xml" else page(_ANNOUNCES),
    proof=both(proposed, no_error_kept),
)
_later(
    "home-announces",
    "answers 404 for its feed; the home page announces another",
    "Feedbin's FeedFixer; peers §6 (9): repair by discovery",
    State.FAILING,
    lambda asked: {"/new.xml": _new_feed(asked), "/": page(_ANNOUNCES)}.get(asked.path, bad(404)),
    proof=both(proposed, no_error_kept),
)


def _nothing_proposed(seen: Seen) -> None:
    assert seen.proposed is None


_later(
    "parked",
    "is sold: a page of advertisements that announces a feed without items",
    "domains that change hands; moderators decide",
    State.FAILING,
    lambda asked: (
        ok(b"<rss><channel><title>Casino</title></channel></rss>")
        if asked.path == "/new.xml"
        else (page(_ANNOUNCES) if asked.path == "/" else bad(404))
    ),
    proof=both(no_error_kept, _nothing_proposed),
)


_later(
    "becomes-empty",
    "empties its feed",
    "city-scrapers: nothing found is a failure that people see",
    State.EMPTY,
    lambda _: ok(b'<rss version="2.0"><channel><title>Vide</title></channel></rss>'),
    posts=True,
)


@row(
    "always-empty",
    does="has a feed that never held anything",
    origin="RSS 2.0: items are optional",
    state=State.EMPTY,
    posts=False,
)
def _(_asked: Asked) -> Reply:
    return ok(b'<rss version="2.0"><channel><title>Vide</title></channel></rss>')


@row(
    "listing-loses-items",
    does="rebuilds its page: the recipe finds nothing any more",
    origin="city-scrapers#1015: green but wrong",
    state=State.DRIFTED,
    kind="recipe",
    path="/news",
    posts=True,
)
def _(asked: Asked) -> Reply:
    if asked.day >= 10:
        return page(b"<html><body><div class=card><a href=/p/1>Nouveau</a></div></body></html>")
    return ok(listing(items(asked.now)), kind=HTML)


def _drifts(name: str, does: str, change: str) -> None:
    @row(
        name,
        does=does,
        origin="city-scrapers#1015, #1010: green but wrong; peers §6 (9)",
        state=State.DRIFTED,
        posts=True,
    )
    def _(asked: Asked) -> Reply:
        found = items(asked.now, every=DAILY, count=20)
        turn = START + timedelta(days=22)  # for long enough, and it is how the source is
        return ok(rss([_CHANGES[change](item) if item.at > turn else item for item in found]))


_CHANGES = {
    "titles": lambda item: replace(item, title="Le comité de quartier"),
    "bodies": lambda item: replace(item, body=f"Lire la suite {item.number}"),
    "dates": lambda item: replace(item, at=item.at + timedelta(days=200)),
}
_drifts("same-titles", "gives all new posts the same title", "titles")
_drifts("short-bodies", "cuts its texts to a line", "bodies")
_drifts("future-dates", "dates its posts far ahead", "dates")
