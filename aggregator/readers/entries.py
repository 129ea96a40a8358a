"""From feedparser's dictionaries to entries; plain.py makes the same dictionaries."""

from collections.abc import Mapping
from typing import Any

from aggregator.model import Entry
from aggregator.readers.addresses import join
from aggregator.readers.markup import html_of, longest_first


def entry_of(item: Mapping[str, Any], *, base: str, author: str | None) -> Entry:
    """Return an item as an Entry; `base` and `author` are those of its feed."""
    title = detail_of(item, "title_detail")
    bodies = [*filter(None, [detail_of(item, "summary_detail")]), *_details(item, "content")]
    details = [title, *bodies] if title else bodies
    html, summary = longest_first([html_of_detail(detail) for detail in bodies])
    own_base = _first(details, "base")
    published, created, updated = (
        text_of(item, key) for key in ("published", "created", "updated")
    )
    return Entry(
        link=_link(item),
        guid=text_of(item, "id"),
        title=html_of_detail(title) or None,
        html=html,
        summary=summary,
        published=published or created or updated,
        updated=updated,
        author=author_of(item) or author,
        language=text_of(item, "language") or _first(details, "language"),
        categories=_categories(item),
        base_url=join(base, own_base) if own_base else base,
    )


def detail_of(holder: Mapping[str, Any], key: str) -> Mapping[str, Any] | None:
    """Return a text construct; none where an unknown element of that name put something else."""
    value = holder.get(key)
    return value if isinstance(value, dict) else None


def _details(holder: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    values = holder.get(key)
    if not isinstance(values, list):
        return []
    return [value for value in values if isinstance(value, dict)]


def text_of(holder: Mapping[str, Any], key: str) -> str | None:
    """Return a text without the spaces around it; none where it is missing or empty."""
    # Asked for « updated », a FeedParserDict without it gives « published » and warns.
    value = holder[key] if key in holder else None  # noqa: SIM401 -- see above
    return value.strip() or None if isinstance(value, str) else None


def _first(details: list[Mapping[str, Any]], key: str) -> str | None:
    return next((str(detail[key]) for detail in details if detail.get(key)), None)


def html_of_detail(detail: Mapping[str, Any] | None) -> str:
    """Return a text construct as HTML; empty when it is an image or other data."""
    if detail is None:
        return ""
    value, kind = str(detail.get("value") or ""), str(detail.get("type") or "text/plain")
    if kind.endswith(("html", "xml")):
        return value.strip()
    return html_of(value) if kind.startswith("text/") else ""


def _link(item: Mapping[str, Any]) -> str | None:
    """Return the page of an entry: its link, else a guid that is an address, else its file."""
    link = text_of(item, "feedburner_origlink") or text_of(item, "link")
    # feedparser takes any guid for a link when there is none: « urn:uuid:… », « 42 ».
    if link and (link != text_of(item, "id") or link.startswith(("http://", "https://"))):
        return link
    links = _details(item, "links")
    found = [
        text_of(other, "href")
        for rel in ("alternate", "enclosure")
        for other in links
        if other.get("rel") == rel
    ]
    return next(filter(None, found), None)


def author_of(holder: Mapping[str, Any]) -> str | None:
    """Return the names of the authors; never an e-mail address, which is nobody's byline."""
    names = [text_of(author, "name") for author in _details(holder, "authors")]
    known = names if any(names) else [text_of(holder, "author")]
    # feedparser takes the address out of « Ann (mailto:ann@example.org) » and leaves the rest.
    bylines = (name.removesuffix("(mailto:").strip() for name in known if name)
    return ", ".join(dict.fromkeys(name for name in bylines if name and "@" not in name)) or None


def _categories(item: Mapping[str, Any]) -> tuple[str, ...]:
    names = (text_of(tag, "label") or text_of(tag, "term") for tag in _details(item, "tags"))
    return tuple(dict.fromkeys(name for name in names if name))
