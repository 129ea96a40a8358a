"""What platforms of archives share: a request, an answer, the pages around their posts."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape

from archives.content import Written

from aggregator.model import Source

_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août"),
    *("septembre", "octobre", "novembre", "décembre"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request."""

    path: str
    query: str
    fields: Mapping[str, str]

    def number(self, name: str, default: int) -> int:
        """Return a number of the query."""
        return int(self.fields.get(name, default))


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One answer."""

    body: bytes
    status: int = 200
    content_type: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """See ArchiveSite, whose attributes these become."""

    source: Source
    posts: tuple[Written, ...]
    url_of: Callable[[Written], str]
    answer: Callable[[Asked], Given]
    beside: tuple[str, ...]
    fewest: int
    days_only: bool = False


NOT_FOUND = Given(body=b"<h1>Page introuvable</h1>", status=404)


def source_of(slug: str, url: str, feed: str | None = None) -> Source:
    """Return a source as a moderator would list it."""
    return Source(slug=slug, name=slug.capitalize(), url=url, kind="blog", feed=feed)


def html_page(title: str, body: str, *, head: str = "") -> Given:
    """Answer with a page around this body."""
    page = (
        f'<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>{title}</title>{head}'
        '</head><body><header><nav><ul><li><a href="/">Accueil</a></li>'
        '<li><a href="/contact">Contact</a></li><li><a href="/mentions-legales">Mentions légales'
        f"</a></li></ul></nav></header><main>{body}</main>"
        "<footer><p>Association loi 1901</p></footer></body></html>"
    )
    return Given(body=page.encode())


def xml(text: str, content_type: str) -> Given:
    """Answer with XML."""
    return Given(
        body=f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode(),
        content_type=f"{content_type}; charset=UTF-8",
    )


def as_json(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Given:
    """Answer with JSON."""
    return Given(
        body=json.dumps(value).encode(),
        status=status,
        content_type="application/json; charset=UTF-8",
        headers=headers or {},
    )


def one_page(posts: tuple[Written, ...], page: int, size: int) -> tuple[Written, ...]:
    """Return the posts of one page, counted from 1."""
    return posts[(page - 1) * size : page * size]


def rss(root: str, items: str, *, generator: str, head: str = "") -> Given:
    """Answer with a feed of these items."""
    return xml(
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom">'
        f"<channel><title>Nouvelles du quartier</title><link>{root}/</link>{head}"
        f"<language>fr-FR</language><generator>{generator}</generator>{items}</channel></rss>",
        "application/rss+xml",
    )


def article_page(post: Written, *, date: str | None = None, head: str = "") -> Given:
    """Answer with the page of one post."""
    iso = f"{post.local:%Y-%m-%dT%H:%M:%S}{post.local:%z}"
    if date is None:
        date = f'<time datetime="{iso[:-2]}:{iso[-2:]}">{in_words(post)}</time>'
    return html_page(
        escape(post.title),
        f"<article><h1>{escape(post.title)}</h1><p>{date}</p><div>{post.html}</div></article>",
        head=head,
    )


def in_words(post: Written) -> str:
    """Return the day as French pages print it."""
    day = "1er" if post.local.day == 1 else str(post.local.day)
    return f"{day} {_MONTHS[post.local.month - 1]} {post.local.year}"
