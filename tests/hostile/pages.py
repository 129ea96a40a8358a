"""What the hostile hosts have in common: feeds that go on being published, and usual answers."""

import hashlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from xml.sax.saxutils import escape

from hostile.server import START, Asked, Header, Reply

XML = (b"Content-Type", b"application/rss+xml; charset=utf-8")
HTML = (b"Content-Type", b"text/html; charset=utf-8")
_BODY = (
    "Le comité de quartier se réunit à la salle des fêtes pour parler de la propreté, du parc et"
    " des projets de l’année ; chacun peut y prendre la parole. Compte rendu numéro {number}."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One post of a hostile host."""

    number: int
    at: datetime
    title: str
    body: str
    guid: str


def items(
    now: datetime,
    *,
    every: timedelta = timedelta(days=2),
    first: datetime = START - timedelta(days=60),
    last: datetime | None = None,
    count: int = 10,
) -> list[Item]:
    """Return the newest items that are published by now, the newest first."""
    until = now if last is None else min(now, last)
    newest = int((until - first) / every)
    return [
        Item(
            number=number,
            at=first + number * every,
            title=f"Réunion numéro {number}",
            body=_BODY.format(number=number) * 2,
            guid=f"post-{number}",
        )
        for number in range(newest, max(newest - count, -1), -1)
    ]


def rss(found: Iterable[Item], *, channel: str = "", encoding: str = "utf-8") -> bytes:
    """Write items as RSS 2.0."""
    written = "".join(
        f"<item><title>{escape(item.title)}</title><link>/p/{item.number}</link>"
        f'<guid isPermaLink="false">{item.guid}</guid><pubDate>{format_datetime(item.at)}</pubDate>'
        f"<description>{escape(item.body)}</description></item>\n"
        for item in found
    )
    return (
        f'<?xml version="1.0" encoding="{encoding}"?>\n<rss version="2.0"'
        ' xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel><title>Le comité</title>'
        f"<link>/</link>{channel}\n{written}</channel></rss>"
    ).encode(encoding)


def news(asked: Asked) -> bytes:
    """Return the feed of a host that publishes every other day."""
    return rss(items(asked.now))


def listing(found: Iterable[Item]) -> bytes:
    """Write items as the page that `table.RECIPE` reads."""
    written = "".join(
        f'<article><h2><a href="/p/{item.number}">{escape(item.title)}</a></h2>'
        f'<time datetime="{item.at:%Y-%m-%d}">le {item.at:%d/%m}</time>'
        f"<p>{escape(item.body)}</p></article>\n"
        for item in found
    )
    return f"<!doctype html><html><body><h1>Le comité</h1>{written}</body></html>".encode()


def ok(body: bytes, *headers: Header, kind: Header = XML, usable: bool = True) -> Reply:
    """Answer with a page."""
    return Reply(body=body, headers=(kind, *headers), usable=usable)


def page(body: bytes, *headers: Header) -> Reply:
    """Answer with a page that is no feed."""
    return ok(body, *headers, kind=HTML, usable=False)


def to(location: str | bytes, status: int = 302) -> Reply:
    """Redirect."""
    raw = location if isinstance(location, bytes) else location.encode()
    return Reply(status=status, headers=((b"Location", raw),), usable=False)


def bad(status: int, *headers: Header) -> Reply:
    """Answer with an error."""
    return Reply(status=status, body=b"<h1>Oups</h1>", headers=(HTML, *headers), usable=False)


def etag_of(body: bytes) -> bytes:
    """Return a usual ETag."""
    return b'"' + hashlib.sha256(body).hexdigest()[:16].encode() + b'"'


def validated(asked: Asked, body: bytes, *headers: Header, kind: Header = XML) -> Reply:
    """Answer with a page, or 304 where a validator sent along is, byte for byte, ours."""
    sent = {name.lower(): value for name, value in headers}
    match = asked.headers.get("if-none-match")
    since = asked.headers.get("if-modified-since")
    known = match == sent[b"etag"] if b"etag" in sent and match else False
    if b"last-modified" in sent and match is None:
        known = since == sent[b"last-modified"]
    if known:
        return Reply(status=304, headers=headers)
    return ok(body, *headers, kind=kind)


def fresh(asked: Asked) -> Reply:
    """Answer as a well-kept host does: a feed with an ETag."""
    body = news(asked)
    return validated(asked, body, (b"ETag", etag_of(body)))


def raw(*parts: bytes, reset: bool = False) -> Reply:
    """Answer with bytes that are not, or not quite, HTTP."""

    async def say() -> AsyncIterator[bytes]:
        for part in parts:
            yield part

    return Reply(raw=say, reset=reset, usable=False)
