"""WordPress's REST, a hundred posts an answer: whole texts, categories, authors, changes.

Newest first, so that an archive that is cut short has no gap. `_fields` leaves out what plugins
add, which may be most of an answer; `_links` must stay in it for `_embed` to find the names.
https://developer.wordpress.org/rest-api/reference/posts/
https://developer.wordpress.org/rest-api/using-the-rest-api/global-parameters/
"""

import json
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from aggregator.errors import NothingFound, ReadError
from aggregator.model import ArchiveAsk, ArchiveReading, Entry, Page
from aggregator.readers.archives.numbered import number_in, with_field
from aggregator.readers.charset import decode

METHOD = "wordpress_rest"
_AT_ONCE = 100  # the most that WordPress gives
_MAX_OBJECTS = 200_000  # with lists, and braces in texts; a hundred posts have some 20,000
_FIELDS = "id,date,date_gmt,modified_gmt,guid,link,title,content,excerpt,_links,_embedded"
_NAMED = {"category", "post_tag"}


def start(root: str) -> ArchiveAsk:
    """Return the first question to a REST at `…/wp-json/` or `…/?rest_route=/`."""
    parts = urlsplit(root)
    fields = parse_qsl(parts.query, keep_blank_values=True)
    path = parts.path
    if any(name == "rest_route" for name, _ in fields):
        fields = [(name, value) for name, value in fields if name != "rest_route"]
        fields.insert(0, ("rest_route", "/wp/v2/posts"))
    else:
        path = f"{path.rstrip('/')}/wp/v2/posts"
    fields += [("_fields", _FIELDS), ("_embed", "author,wp:term")]
    fields += [("per_page", str(_AT_ONCE)), ("page", "1")]
    query = urlencode(fields, safe="/:,")
    return ArchiveAsk(method=METHOD, url=urlunsplit((parts.scheme, parts.netloc, path, query, "")))


def read(ask: ArchiveAsk, page: Page) -> ArchiveReading:
    """Read one answer.

    Raises:
        NothingFound: The site has no post, or shows none.
        ReadError: It is no list of posts.
    """
    posts = [post for post in _load(page) if isinstance(post, dict)]
    number, total = number_in(ask.url, "page") or 1, page.said.total
    if number == 1 and not posts:
        raise NothingFound("the REST of this site has no post", url=page.url)
    return ArchiveReading(
        entries=tuple(_entry(post, page.url) for post in posts),
        asks=_next(ask, len(posts), page) if posts else (),
        expected=total,
    )


def _next(ask: ArchiveAsk, given: int, page: Page) -> tuple[ArchiveAsk, ...]:
    number, total = number_in(ask.url, "page") or 1, page.said.total
    size = number_in(ask.url, "per_page") or _AT_ONCE
    # Some sites give fewer at once than is asked; their pages are as long as the first one.
    if number == 1 and total is not None and given < min(size, total):
        size = given
    more = page.said.next_url is not None or (
        given >= size if total is None else number * size < total
    )
    url = with_field(with_field(ask.url, "per_page", size), "page", number + 1)
    return (ArchiveAsk(method=METHOD, url=url),) if more else ()


def _load(page: Page) -> list[Any]:
    text = decode(page).lstrip("\ufeff \t\r\n\0")
    if text.count("{") + text.count("[") > _MAX_OBJECTS:
        raise ReadError(f"JSON of more than {_MAX_OBJECTS} objects", url=page.url)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ReadError(f"not an answer of WordPress's REST: {error}", url=page.url) from error
    if isinstance(value, list):
        return value
    code = value.get("code") if isinstance(value, dict) else None
    raise ReadError(f"no list of posts in WordPress's REST (it says {code!r:.80})", url=page.url)


def _entry(post: Mapping[str, Any], url: str) -> Entry:
    embedded = post.get("_embedded")
    embedded = embedded if isinstance(embedded, dict) else {}
    authors = [_text(author.get("name")) for author in _objects(embedded.get("author"))]
    guid = _rendered(post, "guid")
    return Entry(
        link=_text(post.get("link")),
        guid=unescape(guid) if guid else None,  # in the feed « &#038; » is read as « & »
        title=_rendered(post, "title"),
        html=_rendered(post, "content") or "",
        summary=_rendered(post, "excerpt") or "",
        published=_utc(post.get("date_gmt")) or _text(post.get("date")),
        updated=_utc(post.get("modified_gmt")),
        author=", ".join(name for name in authors if name) or None,
        categories=tuple(dict.fromkeys(_terms(embedded.get("wp:term")))),
        base_url=url,
    )


def _terms(groups: object) -> Iterator[str]:
    """Return the names of categories and tags; feeds hold them escaped once more."""
    for group in groups if isinstance(groups, list) else ():
        for term in _objects(group):
            name = _text(term.get("name"))
            if name and term.get("taxonomy", "category") in _NAMED:
                yield unescape(name)


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _rendered(post: Mapping[str, Any], key: str) -> str | None:
    value = post.get(key)
    return _text(value.get("rendered") if isinstance(value, dict) else value)


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _utc(value: object) -> str | None:
    """Return a date that is in UTC without saying so; drafts published by hand have none."""
    text = _text(value)
    return f"{text}Z" if text and text[:1] in "12" and len(text) == 19 else None
