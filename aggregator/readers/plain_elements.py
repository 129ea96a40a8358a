"""What each plain element of a feed does in feedparser, some of it odd.

After namespaces/_base.py and mixin.py of feedparser, with which the tests compare the outcome.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from lxml import etree

from aggregator.readers.entries import Tag, Text
from aggregator.readers.names import INERT, name_of
from aggregator.readers.plain_texts import (
    Attributes,
    Doubt,
    Reading,
    construct,
    is_inert,
    is_too_long,
    kept,
    resolve,
    short_text,
    text_of,
)

_HTML_TYPES = {"html", "xhtml", "text/html", "application/xhtml+xml"}
_MAX_CATEGORIES = 200  # beyond, the tree is pruned first (pruning.py)
_QUERY_NAME = re.compile(r"&([A-Za-z0-9_]+);")
_BYLINE = re.compile(r"[\w.+-]+@(?:[a-zA-Z\d-]+\.)+[a-zA-Z]{2,4} \(([^()@<>&]+)\)", re.ASCII)

Handler = Callable[[Reading, etree._Element, Attributes], None]  # noqa: SLF001 -- its type


@dataclass(frozen=True, slots=True)
class Handlers:
    """Who reads which element: by feedparser's name, and by tags that were met before."""

    of_name: dict[str, Handler]
    of_tag: dict[str, Handler] = field(default_factory=dict)


def _title(reading: Reading, element: etree._Element, attributes: Attributes) -> None:
    text = construct(reading, element, attributes, "text/plain")
    if not reading.titled:
        reading.title = text
        reading.titled = bool(text.value)


def _description(reading: Reading, element: etree._Element, attributes: Attributes) -> None:
    _summarise(reading, element, attributes, "text/html")


def _summary(reading: Reading, element: etree._Element, attributes: Attributes) -> None:
    _summarise(reading, element, attributes, "text/plain")


def _summarise(
    reading: Reading, element: etree._Element, attributes: Attributes, usual: str
) -> None:
    if reading.has_summary and not reading.has_content:
        _content(reading, element, attributes)
        return
    reading.summary = construct(reading, element, attributes, usual)
    reading.has_summary = True


def _content(reading: Reading, element: etree._Element, attributes: Attributes) -> None:
    _add_content(reading, construct(reading, element, attributes, "text/plain"))


def _encoded(reading: Reading, element: etree._Element, attributes: Attributes) -> None:
    _add_content(reading, construct(reading, element, attributes, "text/html"))


def _add_content(reading: Reading, text: Text) -> None:
    reading.contents.append(text)
    reading.has_content = reading.has_summary = True


def _link(reading: Reading, element: etree._Element, attributes: Attributes) -> None:
    rel, text = "alternate", text_of(element)
    if attributes:
        if "url" in attributes or "uri" in attributes:
            raise Doubt
        rel = attributes.get("rel", rel)
        if "href" in attributes:
            href = resolve(reading.base, attributes["href"])
            reading.links.append((rel, href))
            if rel == "alternate" and attributes.get("type", "text/html") in _HTML_TYPES:
                reading.link = href
            return
    url = kept(resolve(reading.base, text)) if text else ""
    if "&" in url:
        if reading.is_item:
            url = url.replace("&amp;", "&")
        url = _QUERY_NAME.sub(r"&\1", url)
    reading.link = url
    reading.links.append((rel, url))


def _guid(reading: Reading, element: etree._Element, attributes: Attributes) -> None:
    value = text_of(element)
    is_link = attributes.get("ispermalink", "true") == "true"
    if is_link and value:
        value = resolve(reading.base, value)
    reading.id = value = kept(value)
    if is_link and reading.link is None:
        reading.link = value


def _enclosure(reading: Reading, element: etree._Element, attributes: Attributes) -> None:
    if len(element):
        raise Doubt
    given = attributes.get("url", attributes.get("uri", attributes.get("href")))
    reading.links.append(("enclosure", given or attributes.get("href")))


def _language(reading: Reading, element: etree._Element, _: Attributes) -> None:
    reading.language = kept(short_text(element))


def _published(reading: Reading, element: etree._Element, _: Attributes) -> None:
    reading.published = kept(short_text(element))


def _updated(reading: Reading, element: etree._Element, _: Attributes) -> None:
    reading.updated = kept(short_text(element))


def _created(reading: Reading, element: etree._Element, _: Attributes) -> None:
    reading.created = kept(short_text(element))


def _original(reading: Reading, element: etree._Element, _: Attributes) -> None:
    if element.items():
        raise Doubt
    reading.original = kept(text_of(element))


def _author(reading: Reading, element: etree._Element, _: Attributes) -> None:
    if len(element):
        _person(reading, element)
        return
    name = kept(short_text(element))
    if "@" in name:
        with_address = _BYLINE.fullmatch(name)
        name = with_address[1].strip() if with_address else ""
        if not name:
            raise Doubt
    reading.has_byline = True
    reading.author = name
    reading.names.append(name.strip())


def _person(reading: Reading, element: etree._Element) -> None:
    """Read an author of Atom: a name, and what is never shown."""
    # feedparser gives a byline before it the same name, for both are one dictionary to it.
    if (
        reading.has_byline
        or (element.text or "").strip()
        or any((child.tail or "").strip() for child in element)
    ):
        raise Doubt
    # Pruning looks at the text of the whole.
    if is_too_long("".join(element.itertext())):
        raise Doubt
    names = []
    for child in element:
        name = name_of(child.tag)
        if name == "name":
            names.append(text_of(child))
        elif name in {"uri", "url", "email"}:
            text_of(child)
        elif name != INERT or not is_inert(name, child):
            raise Doubt
    if not names or not names[-1]:
        raise Doubt
    reading.author = names[-1]
    reading.names.append(names[-1])


def _category(reading: Reading, element: etree._Element, attributes: Attributes) -> None:
    reading.categories += 1
    if reading.categories > _MAX_CATEGORIES:
        raise Doubt
    tags = reading.tags
    if attributes:
        scheme = attributes.get("scheme", attributes.get("domain"))
        _add_tag(tags, Tag(attributes.get("term"), scheme, attributes.get("label")))
    value = kept(short_text(element))
    if not value:
        return
    if tags and not tags[-1].term:
        tags[-1] = tags[-1]._replace(term=value)
    else:
        _add_tag(tags, Tag(value, None, None))


def _add_tag(tags: list[Tag], tag: Tag) -> None:
    if any(tag) and tag not in tags:
        tags.append(tag)


def _source(reading: Reading, element: etree._Element, _: Attributes) -> None:
    text_of(element)
    reading.titled = False


def _picture(reading: Reading, element: etree._Element, _: Attributes) -> None:
    """Pass over the picture or the search field of a feed, which has a title of its own."""
    reading.titled = False
    for child in element:
        if name_of(child.tag) not in {"title", "link", "description", "url", "width", "height"}:
            raise Doubt
        text_of(child)


def _field(reading: Reading, element: etree._Element, _: Attributes) -> None:
    reading.titled = False
    for child in element:
        if name_of(child.tag) not in {"title", "link", "description", "name"}:
            raise Doubt
        text_of(child)


def _leaf(_: Reading, element: etree._Element, __: Attributes) -> None:
    """Pass over an element that says nothing of an entry."""
    text_of(element)


def _nest(_: Reading, element: etree._Element, __: Attributes) -> None:
    """Pass over lists that say nothing of an entry: contents, hours, days, categories."""
    if any(name_of(inner.tag) not in _NESTED for inner in element.iter()):
        raise Doubt


def _head_author(reading: Reading, element: etree._Element, attributes: Attributes) -> None:
    """Read the author of a feed, whom only the entries of Atom inherit."""
    if reading.is_atom:
        _author(reading, element, attributes)
    else:
        _nest(reading, element, attributes)


def _owner(reading: Reading, element: etree._Element, attributes: Attributes) -> None:
    if reading.is_atom:  # feedparser makes an author of them
        raise Doubt
    _nest(reading, element, attributes)


_AUTHORS = ("author", "managingeditor", "dc_creator", "dc_author", "itunes_author")
_NESTED = {
    *("items", "rdf_seq", "rdf_li", "skiphours", "skipdays", "hour", "day", "itunes_category"),
    *("itunes_owner", "itunes_name", "itunes_email", "name", "uri", "email", *_AUTHORS),
    "contributor",
}
_LEAVES = dict.fromkeys(
    (
        *("subtitle", "tagline", "rights", "copyright", "webmaster", "generator"),
        *("dc_publisher", "dc_rights", "dc_contributor", "itunes_subtitle"),
        *("expirationdate", "dcterms_valid", "creativecommons_license", "cc_license"),
        *("admin_generatoragent", "admin_errorreportsto"),
    ),
    _leaf,
)
_BOTH: dict[str, Handler] = {
    **_LEAVES,
    **dict.fromkeys(("title", "dc_title"), _title),
    "link": _link,
    "contributor": _nest,
    **dict.fromkeys(("id", "guid"), _guid),
    **dict.fromkeys(("language", "dc_language"), _language),
}
IN_ITEM = Handlers(
    {
        **_BOTH,
        **dict.fromkeys(_AUTHORS, _author),
        **dict.fromkeys(("description", "dc_description"), _description),
        **dict.fromkeys(("summary", "itunes_summary"), _summary),
        "content": _content,
        "content_encoded": _encoded,
        "enclosure": _enclosure,
        **dict.fromkeys(("category", "dc_subject"), _category),
        **dict.fromkeys(("pubdate", "published", "issued", "dcterms_issued"), _published),
        **dict.fromkeys(
            ("updated", "modified", "lastbuilddate", "dc_date", "dcterms_modified"),
            _updated,
        ),
        **dict.fromkeys(("created", "dcterms_created"), _created),
        "feedburner_origlink": _original,
        "source": _source,
    }
)
IN_HEAD = Handlers(
    {
        **_BOTH,
        "image": _picture,
        "textinput": _field,
        **dict.fromkeys(_AUTHORS, _head_author),
        "itunes_owner": _owner,
        **dict.fromkeys(("items", "skiphours", "skipdays", "itunes_category"), _nest),
        **dict.fromkeys(
            (
                *("description", "dc_description", "summary", "itunes_summary"),
                *("pubdate", "published", "issued", "updated", "modified", "lastbuilddate"),
                *("dc_date", "created", "category", "dc_subject", "cloud", "dcterms_modified"),
                *("dcterms_issued", "dcterms_created"),
            ),
            _leaf,
        ),
    }
)
# Their attributes change nothing: neither base nor language reaches what they say.
UNSCOPED = {_author, _head_author, _owner, _leaf, _nest, _published, _updated, _created, _language}
