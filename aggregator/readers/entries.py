"""What was said of an item or a feed, by plain.py or by feedparser, and the entry it makes."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from aggregator.model import Entry
from aggregator.readers.addresses import join
from aggregator.readers.markup import html_of, longest_first


class Text(NamedTuple):
    """A title or a body: its media type, and the language and base address in force there."""

    kind: str
    value: str
    language: str | None
    base: str | None


class Tag(NamedTuple):
    """A category."""

    term: str | None
    scheme: str | None
    label: str | None


class Said:
    """One item, or the head of a feed, as feedparser understands it; missing texts are None.

    Attributes:
        original: The address before a service that counts readers put its own in its place.
        links: Pairs of `rel` and address.
        names: Of authors, if any has one; otherwise `author` may hold one.
    """

    __slots__ = (
        *("author", "contents", "created", "id", "language", "link", "links", "names"),
        *("original", "published", "summary", "tags", "title", "updated"),
    )

    def __init__(self) -> None:
        self.title: Text | None = None
        self.summary: Text | None = None
        self.contents: list[Text] = []
        self.link: str | None = None
        self.original: str | None = None
        self.id: str | None = None
        self.links: list[tuple[str | None, str | None]] = []
        self.published: str | None = None
        self.created: str | None = None
        self.updated: str | None = None
        self.author: str | None = None
        self.names: list[str | None] = []
        self.language: str | None = None
        self.tags: list[Tag] = []


def entry_of(said: Said, *, base: str, author: str | None) -> Entry:
    """Return an item as an Entry; `base` and `author` are those of its feed."""
    title = said.title
    bodies = [said.summary, *said.contents] if said.summary else said.contents
    html, summary = longest_first([html_of_text(body) for body in bodies])
    own_base, language = None, _bare(said.language)
    for text in (title, *bodies) if title else bodies:
        own_base = own_base or text.base
        language = language or text.language
    updated = _bare(said.updated)
    return Entry(
        link=_link(said),
        guid=_bare(said.id),
        title=html_of_text(title) or None if title else None,
        html=html,
        summary=summary,
        published=_bare(said.published) or _bare(said.created) or updated,
        updated=updated,
        author=author_of(said) or author,
        language=language,
        categories=_categories(said.tags) if said.tags else (),
        base_url=join(base, own_base) if own_base else base,
    )


def _bare(text: str | None) -> str | None:
    return text.strip() or None if text else None


def html_of_text(text: Text) -> str:
    """Return a text as HTML; empty when it is an image or other data."""
    if text.kind.endswith(("html", "xml")):
        return text.value.strip()
    return html_of(text.value) if text.kind.startswith("text/") else ""


def _link(said: Said) -> str | None:
    """Return the page of an entry: its link, else a guid that is an address, else its file."""
    link = _bare(said.original) or _bare(said.link)
    # feedparser takes any guid for a link when there is none: « urn:uuid:… », « 42 ».
    if link and (link.startswith(("http://", "https://")) or link != _bare(said.id)):
        return link
    found = (
        _bare(href) for wanted in ("alternate", "enclosure") for rel, href in said.links
        if rel == wanted
    )  # fmt: skip
    return next(filter(None, found), None)


def author_of(said: Said) -> str | None:
    """Return the names of the authors; never an e-mail address, which is nobody's byline."""
    known = said.names if any(said.names) else [_bare(said.author)]
    # feedparser takes the address out of « Ann (mailto:ann@example.org) » and leaves the rest.
    bylines = [name.strip().removesuffix("(mailto:").strip() for name in known if name]
    return ", ".join(dict.fromkeys([name for name in bylines if name and "@" not in name])) or None


def _categories(tags: list[Tag]) -> tuple[str, ...]:
    names = [_bare(tag.label) or _bare(tag.term) for tag in tags]
    return tuple(dict.fromkeys([name for name in names if name]))


def said_of(holder: Mapping[str, Any]) -> Said:
    """Return what one of feedparser's dictionaries says.

    An unknown element with the name of a known key may have put anything under it.
    """
    said = Said()
    said.title, said.summary = (
        _text(holder.get("title_detail")),
        _text(holder.get("summary_detail")),
    )
    said.contents = [text for text in map(_text, _list(holder, "content")) if text]
    said.link, said.original = _string(holder, "link"), _string(holder, "feedburner_origlink")
    said.id, said.language = _string(holder, "id"), _string(holder, "language")
    said.published, said.created = _string(holder, "published"), _string(holder, "created")
    said.updated, said.author = _string(holder, "updated"), _string(holder, "author")
    said.names = [_string(one, "name") for one in _list(holder, "authors")]
    said.links = [(one.get("rel"), _string(one, "href")) for one in _list(holder, "links")]
    said.tags = [
        Tag(_string(one, "term"), None, _string(one, "label")) for one in _list(holder, "tags")
    ]
    return said


def _text(value: object) -> Text | None:
    if not isinstance(value, dict):
        return None
    return Text(
        kind=str(value.get("type") or "text/plain"),
        value=str(value.get("value") or ""),
        language=str(value.get("language") or "") or None,
        base=str(value.get("base") or "") or None,
    )


def _list(holder: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    values = holder.get(key)
    if not isinstance(values, list):
        return []
    return [value for value in values if isinstance(value, dict)]


def _string(holder: Mapping[str, Any], key: str) -> str | None:
    # Asked for « updated », a FeedParserDict without it gives « published » and warns.
    value = holder[key] if key in holder else None  # noqa: SIM401 -- see above
    return value.strip() or None if isinstance(value, str) else None
