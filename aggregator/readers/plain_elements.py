"""What each plain element of a feed does in feedparser, some of it odd.

After namespaces/_base.py and mixin.py of feedparser, with which the tests compare the outcome.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

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
    detail = construct(reading, element, attributes, "text/plain")
    if not reading.titled:
        reading.said["title_detail"] = detail
        reading.titled = bool(detail["value"])


def _description(reading: Reading, element: etree._Element, attributes: Attributes) -> None:
    _summarise(reading, element, attributes, "text/html")


def _summary(reading: Reading, element: etree._Element, attributes: Attributes) -> None:
    _summarise(reading, element, attributes, "text/plain")


def _summarise(
    reading: Reading, element: etree._Element, attributes: Attributes, usual: str
) -> None:
    said = reading.said
    if "summary" in said and not reading.has_content:
        _content(reading, element, attributes)
        return
    detail = construct(reading, element, attributes, usual)
    said["summary_detail"] = detail
    said["summary"] = detail["value"]


def _content(reading: Reading, element: etree._Element, attributes: Attributes) -> None:
    _add_content(reading, construct(reading, element, attributes, "text/plain"))


def _encoded(reading: Reading, element: etree._Element, attributes: Attributes) -> None:
    _add_content(reading, construct(reading, element, attributes, "text/html"))


def _add_content(reading: Reading, detail: dict[str, Any]) -> None:
    reading.has_content = True
    reading.said.setdefault("content", []).append(detail)
    reading.said.setdefault("summary", detail["value"])


def _link(reading: Reading, element: etree._Element, attributes: Attributes) -> None:
    if "url" in attributes or "uri" in attributes:
        raise Doubt
    said, rel = reading.said, attributes.get("rel", "alternate")
    text = text_of(element)
    links = said.setdefault("links", [])
    if "href" in attributes:
        href = resolve(reading.base, attributes["href"])
        links.append({"rel": rel, "href": href})
        usual = "application/atom+xml" if rel == "self" else "text/html"
        if rel == "alternate" and attributes.get("type", usual) in _HTML_TYPES:
            said["link"] = href
        return
    url = kept(resolve(reading.base, text)) if text else ""
    if reading.is_item:
        url = url.replace("&amp;", "&")
    url = _QUERY_NAME.sub(r"&\1", url)
    said["link"] = url
    links.append({"rel": rel, "href": url} if url else {"rel": rel})


def _guid(reading: Reading, element: etree._Element, attributes: Attributes) -> None:
    value = text_of(element)
    is_link = attributes.get("ispermalink", "true") == "true"
    if is_link and value:
        value = resolve(reading.base, value)
    value = kept(value)
    reading.said["id"] = value
    if is_link:
        reading.said.setdefault("link", value)


def _enclosure(reading: Reading, element: etree._Element, attributes: Attributes) -> None:
    if len(element):
        raise Doubt
    given = attributes.get("url", attributes.get("uri", attributes.get("href")))
    href = given or attributes.get("href")
    reading.said.setdefault("links", []).append({"rel": "enclosure", "href": href})


def _kept_as(key: str) -> Handler:
    def keep(reading: Reading, element: etree._Element, _: Attributes) -> None:
        reading.said[key] = kept(short_text(element))

    return keep


_language, _published = _kept_as("language"), _kept_as("published")
_updated, _created = _kept_as("updated"), _kept_as("created")


def _original(reading: Reading, element: etree._Element, _: Attributes) -> None:
    if element.items():
        raise Doubt
    reading.said["feedburner_origlink"] = kept(text_of(element))


def _author(reading: Reading, element: etree._Element, _: Attributes) -> None:
    if len(element):
        _person(reading, element)
        return
    said = reading.said
    name = kept(short_text(element))
    if "@" in name:
        with_address = _BYLINE.fullmatch(name)
        name = with_address[1].strip() if with_address else ""
        if not name:
            raise Doubt
    reading.has_byline = True
    said["author"] = name
    said.setdefault("authors", []).append({"name": name} if name else {})


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
    reading.said["author"] = names[-1]
    reading.said.setdefault("authors", []).append({"name": names[-1]})


def _category(reading: Reading, element: etree._Element, attributes: Attributes) -> None:
    reading.categories += 1
    if reading.categories > _MAX_CATEGORIES:
        raise Doubt
    tags = reading.said.setdefault("tags", [])
    scheme = attributes.get("scheme", attributes.get("domain"))
    _tag(tags, attributes.get("term"), scheme, attributes.get("label"))
    value = kept(short_text(element))
    if not value:
        return
    if tags and not tags[-1]["term"]:
        tags[-1]["term"] = value
    else:
        _tag(tags, value, None, None)


def _tag(
    tags: list[dict[str, str | None]], term: str | None, scheme: str | None, label: str | None
) -> None:
    tag = {"term": term, "scheme": scheme, "label": label}
    if (term or scheme or label) and tag not in tags:
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
