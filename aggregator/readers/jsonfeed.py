"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/), and RSS-Bridge's own JSON.

A field of the wrong kind counts as missing: one wrong value must not cost the item.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aggregator.clock import to_iso
from aggregator.errors import NotAFeed
from aggregator.model import Entry, Extraction
from aggregator.readers.addresses import join
from aggregator.readers.hints import hints_of_json
from aggregator.readers.marks import marks_of, split
from aggregator.readers.markup import html_of, longest_first
from aggregator.readers.twins import keys_of_json, with_twins

_MAX_ITEMS = 10_000
_MAX_OBJECTS = 300_000  # with lists, and braces in texts: what bounds the memory they take


def read_json(text: str, *, url: str, known: bytes = b"") -> Extraction:
    """Read a JSON Feed, but for items whose mark is `known` and that are no twins of others.

    Raises:
        NotAFeed: It is no JSON, or other JSON than a feed.
    """
    feed = _load(text, url)
    items = [item for item in feed["items"][:_MAX_ITEMS] if isinstance(item, dict)]
    base = join(url, _text(feed.get("home_page_url")))
    left_out = len(feed["items"]) - len(items)
    language, author = _text(feed.get("language")), _author(feed)
    outside = json.dumps([base, language, author]).encode()
    marks = marks_of((json.dumps(item, sort_keys=True).encode() for item in items), outside=outside)
    before = split(known)
    fresh = with_twins(
        [at for at, mark in enumerate(marks) if mark not in before],
        len(marks),
        lambda at: keys_of_json(items[at]),
    )
    return Extraction(
        entries=tuple(
            _entry(item, base=base, author=author) for item in map(items.__getitem__, fresh)
        ),
        marks=b"".join(marks),
        known=len(items) - len(fresh),
        hints=hints_of_json(feed, url=url),
        warnings=(f"{left_out} items left out: no objects, or too many",) if left_out else (),
        title=_text(feed.get("title")),
        language=language,
        may_be_empty=not left_out,
    )


def _load(text: str, url: str) -> Mapping[str, Any]:
    if text.count("{") + text.count("[") > _MAX_OBJECTS:
        raise NotAFeed(f"JSON of more than {_MAX_OBJECTS} objects is no feed", url=url)
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotAFeed(f"not a feed: no XML, and JSON that is broken ({error})", url=url) from error
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise NotAFeed("not a feed: JSON without a list of items", url=url)
    version = feed.get("version")
    # RSS-Bridge's JSON has no version; any other says whose feed it is.
    if version is not None and "jsonfeed.org/version/1" not in str(version):
        raise NotAFeed(f"not a feed: JSON of another kind (version {version!r:.80})", url=url)
    return feed


def _entry(item: Mapping[str, Any], *, base: str, author: str | None) -> Entry:
    bodies = [_text(item.get("content_html")) or "", _text(item.get("content")) or ""]
    plain = [_text(item.get("content_text")), _text(item.get("summary"))]
    html, summary = longest_first([*bodies, *(html_of(text) for text in plain if text)])
    title, updated = _text(item.get("title")), _text(item.get("date_modified"))
    links = (_text(item.get(key)) for key in ("url", "external_url", "uri"))
    return Entry(
        link=next(filter(None, links), None) or _attached(item),
        guid=_text(item.get("id")),
        title=html_of(title) if title else None,
        html=html,
        summary=summary,
        published=_text(item.get("date_published")) or updated or _moment(item.get("timestamp")),
        updated=updated,
        author=_author(item) or author,
        language=_text(item.get("language")),
        categories=tuple(
            filter(None, map(_text, _list(item.get("tags") or item.get("categories"))))
        ),
        base_url=base,
    )


def _text(value: object) -> str | None:
    """Return a string, or a number as one (ids often are numbers); else None."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    # JSON can write half a letter (« \\ud83d »), which is no text.
    return str(value).encode("utf-8", "replace").decode().strip() or None


def _moment(value: object) -> str | None:
    """Return RSS-Bridge's seconds since 1970 as a date."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return to_iso(datetime.fromtimestamp(value, tz=UTC))
    except (ValueError, OverflowError, OSError):
        return None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _author(holder: Mapping[str, Any]) -> str | None:
    """Return the names of `authors` (1.1) or `author` (1.0, an object; RSS-Bridge, a name)."""
    people = [*_list(holder.get("authors")), holder.get("author")]
    names = [_text(one.get("name") if isinstance(one, dict) else one) for one in people]
    return ", ".join(dict.fromkeys(name for name in names if name and "@" not in name)) or None


def _attached(item: Mapping[str, Any]) -> str | None:
    files = [one for one in _list(item.get("attachments")) if isinstance(one, dict)]
    return next(filter(None, (_text(file.get("url")) for file in files)), None)
