"""What feedparser makes of a plain item, without feedparser: 30 times faster, or not at all.

Only elements whose whole effect in feedparser is known are read; at any other, and at any doubt
about one of these, `Doubt` is raised and feedparser reads the item. What is returned has the
shape and the keys of feedparser's own dictionaries. The rules, some of them odd, are feedparser's
(namespaces/_base.py, mixin.py), of which the tests compare the outcome on every feed of the
corpus and on random ones.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from html.entities import entitydefs
from typing import Any
from urllib.parse import urljoin

from lxml import etree

from aggregator.readers.names import INERT, MEANT, RDF, XML, name_of

_TYPES = {
    **dict.fromkeys(("text", "plain", "text/plain"), "text/plain"),
    **dict.fromkeys(("html", "text/html"), "text/html"),
}
_HTML_TYPES = {"html", "xhtml", "text/html", "application/xhtml+xml"}
_MAX_CATEGORIES = 200  # and the others: beyond, the tree is pruned first (pruning.py)
_MAX_WORD = 64
_MAX_TAGS = 1_000  # spellings of names, in the memory of tags
_MAX_SHORT = 1_000

_OF_RDF = (f"{{{RDF}}}about", f"{{{RDF}}}resource")
_LONG_WORD = re.compile(rf"[\w.+-]{{{_MAX_WORD + 1}}}")
_TAG = re.compile(r"</?\w")
_CLOSING = re.compile(r"</\w+>")
_REFERENCE = re.compile(r"&#?\w+;")
_NAMED = re.compile(r"&(\w+);")
_QUERY_NAME = re.compile(r"&([A-Za-z0-9_]+);")
_ABSOLUTE = re.compile(r"https?://[^\s/?#]+\S*\Z")
# What urljoin returns as it is: nothing empty after « ? » or « # », no « ; ».
_WHOLE = re.compile(r"https?://[\w.:-]+/[\w./%~+,=@!-]*(?:\?[\w./%~+,=@!&:-]+)?(?:#[\w./%-]+)?\Z")
_BYLINE = re.compile(r"[\w.+-]+@(?:[a-zA-Z\d-]+\.)+[a-zA-Z]{2,4} \(([^()@<>&]+)\)", re.ASCII)


class Doubt(Exception):
    """An item, or the head of a feed, is not plain."""


class _Reading:
    """One item or head of a feed, as far as it was read.

    Attributes:
        said: What feedparser would have kept.
    """

    __slots__ = (
        *("base", "categories", "has_byline", "has_caption", "has_content"),
        *("is_atom", "is_item", "lang", "said", "titled"),
    )

    def __init__(self, scope: tuple[str, str | None], *, is_atom: bool, is_item: bool) -> None:
        self.base, self.lang = scope
        self.is_atom = is_atom
        self.is_item = is_item
        self.said: dict[str, Any] = {}
        self.titled = False
        self.has_content = False
        self.has_caption = False
        self.has_byline = False
        self.categories = 0


_Attributes = dict[str, str]
_Handler = Callable[[_Reading, etree._Element, _Attributes], None]  # noqa: SLF001 -- its type


_NOTHING: _Attributes = {}


@dataclass(frozen=True, slots=True)
class _Handlers:
    """Who reads which element: by feedparser's name, and by tags that were met before."""

    of_name: dict[str, _Handler]
    of_tag: dict[str, _Handler] = field(default_factory=dict)


def read_item(
    item: etree._Element, *, scope: tuple[str, str | None], is_atom: bool
) -> dict[str, Any] | None:
    """Return an item as feedparser would; None where only feedparser knows.

    `scope` is the base address and the language in force around it (`scope_of`).
    """
    try:
        attributes, base, lang = _attributes(item.items(), *scope)
        reading = _Reading((base, lang), is_atom=is_atom, is_item=True)
        about = attributes.pop(_OF_RDF[0], None)
        if about:
            reading.said["id"] = about
        if not attributes.keys().isdisjoint(("href", "lastmod")):
            return None
        for child in item:
            _read(reading, child, _ITEM)
    except Doubt:
        return None
    if reading.has_caption and not _has_body(reading.said):
        return None  # a caption is the text of an item that has no other
    return reading.said


def _has_body(said: dict[str, Any]) -> bool:
    details = (said.get("summary_detail"), *said.get("content", ()))
    return any(detail and detail["value"] for detail in details)


def read_head(
    elements: Iterable[etree._Element], *, scope: tuple[str, str | None], is_atom: bool
) -> dict[str, Any] | None:
    """Return what feedparser would know of a feed besides its items; None where only it knows.

    `elements` are the children of the channel or of the Atom feed; `scope` is as for an item.
    """
    reading = _Reading(scope, is_atom=is_atom, is_item=False)
    try:
        for element in elements:
            _read(reading, element, _HEAD)
    except Doubt:
        return None
    return reading.said


def scope_of(ancestors: Iterable[etree._Element]) -> tuple[str, str | None]:
    """Return the base address and the language that elements, the outermost first, set.

    Raises:
        Doubt: They set more than that, or an address that is none.
    """
    base, lang = "", None
    for element in ancestors:
        attributes, base, lang = _attributes(element.items(), base, lang)
        if not attributes.keys().isdisjoint(("href", "lastmod")):
            raise Doubt
    return base, lang


def _read(reading: _Reading, element: etree._Element, handlers: _Handlers) -> None:
    tag = element.tag
    handler = handlers.of_tag.get(tag) or _handler(element, handlers)
    if handler is None:
        _pass_over(reading, element)
        return
    given = () if handler in _UNSCOPED else element.items()
    if not given:
        handler(reading, element, _NOTHING)
        return
    base, lang = reading.base, reading.lang
    attributes, reading.base, reading.lang = _attributes(given, base, lang)
    handler(reading, element, attributes)
    reading.base, reading.lang = base, lang


def _handler(element: etree._Element, handlers: _Handlers) -> _Handler | None:
    name = name_of(element.tag)
    if name is None:
        raise Doubt
    handler = handlers.of_name.get(name)
    if handler is not None and len(handlers.of_tag) < _MAX_TAGS:
        handlers.of_tag[element.tag] = handler
    return handler


def _pass_over(reading: _Reading, element: etree._Element) -> None:
    name = name_of(element.tag) or ""
    if name.startswith("media_"):
        _media(reading, element)
    elif not _is_inert(name, element):
        raise Doubt


def _is_inert(name: str, element: etree._Element) -> bool:
    """Tell whether feedparser makes nothing of an element that an Entry shows."""
    if len(element) or name in MEANT:
        return False
    return name != INERT or element.prefix is not None


def _media(reading: _Reading, element: etree._Element) -> None:
    """Read what is said of pictures: titles stand in for a missing one, captions are cut out."""
    for inner in element.iter():
        name = name_of(inner.tag) or ""
        if name == "media_title" and reading.is_item:
            attributes, _, _ = _attributes(inner.items(), reading.base, reading.lang)
            if attributes.keys() - {"type"} or len(inner.items()) != len(attributes):
                raise Doubt
            detail = _construct(reading, inner, attributes, "text/plain")
            if not reading.titled:
                reading.said["title_detail"] = detail
        elif name == "media_description" and reading.is_item:
            reading.has_caption = True
        elif not name.startswith("media_") or name in MEANT:
            raise Doubt


def _attributes(
    given: Iterable[tuple[str, str]], base: str, lang: str | None
) -> tuple[_Attributes, str, str | None]:
    """Return an element's attributes as feedparser names them, and what they change."""
    attributes = {}
    for key, value in given:
        if key[0] == "{":
            if key == XML + "lang":
                lang = value or None
            elif key == XML + "base":
                base = _new_base(base, value)
            elif key in _OF_RDF:
                attributes[key] = value
            elif key != XML + "space":
                raise Doubt
            continue
        name = key.lower()
        if name in {"base", "lang"} or ":" in name:
            raise Doubt
        attributes[name] = value.lower() if name in {"rel", "type"} else value
    return attributes, base, lang


def _new_base(base: str, found: str) -> str:
    if not found:
        return base
    joined = _resolve(base, found)
    # feedparser joins it with itself for each element inside.
    if not _ABSOLUTE.match(joined) or _resolve(joined, joined) != joined:
        raise Doubt
    return joined


def _resolve(base: str, found: str) -> str:
    if "///" in found:  # feedparser repairs « http:/// »
        raise Doubt
    if not base or _WHOLE.match(found):
        return found
    try:
        return urljoin(base, found)
    except ValueError:
        return ""


def _kept(text: str) -> str:
    """Return a text, UTF-8 that was taken for Latin-1 mended as feedparser mends it."""
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text


def _text(element: etree._Element) -> str:
    if len(element):
        raise Doubt
    return (element.text or "").strip()


def _short(element: etree._Element) -> str:
    """Return a name or a date, which is cut before feedparser sees it when it is long."""
    text = _text(element)
    whole = element.text or ""
    if len(whole) > _MAX_WORD and (len(whole) > _MAX_SHORT or _LONG_WORD.search(whole)):
        raise Doubt
    return text


def _construct(
    reading: _Reading, element: etree._Element, attributes: _Attributes, usual: str
) -> dict[str, Any]:
    kind = _TYPES.get(attributes["type"]) if "type" in attributes else usual
    if kind is None or "mode" in attributes or "src" in attributes:
        raise Doubt
    value = _kept(_text(element))
    if kind == "text/plain" and not reading.is_atom and _is_html(value):
        kind = "text/html"
    lang = reading.lang.replace("_", "-") if reading.lang else reading.lang
    return {"type": kind, "language": lang, "base": reading.base, "value": value}


def _is_html(text: str) -> bool:
    """Tell whether feedparser takes a text of RSS for HTML; which tags it knows, it knows."""
    if "<" in text and _TAG.search(text):
        if _CLOSING.search(text) or _REFERENCE.search(text):
            raise Doubt
        return False
    if "&" not in text or not _REFERENCE.search(text):
        return False
    return all(name in entitydefs for name in _NAMED.findall(text))


def _title(reading: _Reading, element: etree._Element, attributes: _Attributes) -> None:
    detail = _construct(reading, element, attributes, "text/plain")
    if not reading.titled:
        reading.said["title_detail"] = detail
        reading.titled = bool(detail["value"])


def _description(reading: _Reading, element: etree._Element, attributes: _Attributes) -> None:
    _summarise(reading, element, attributes, "text/html")


def _summary(reading: _Reading, element: etree._Element, attributes: _Attributes) -> None:
    _summarise(reading, element, attributes, "text/plain")


def _summarise(
    reading: _Reading, element: etree._Element, attributes: _Attributes, usual: str
) -> None:
    said = reading.said
    if "summary" in said and not reading.has_content:
        _content(reading, element, attributes)
        return
    detail = _construct(reading, element, attributes, usual)
    said["summary_detail"] = detail
    said["summary"] = detail["value"]


def _content(reading: _Reading, element: etree._Element, attributes: _Attributes) -> None:
    _add_content(reading, _construct(reading, element, attributes, "text/plain"))


def _encoded(reading: _Reading, element: etree._Element, attributes: _Attributes) -> None:
    _add_content(reading, _construct(reading, element, attributes, "text/html"))


def _add_content(reading: _Reading, detail: dict[str, Any]) -> None:
    reading.has_content = True
    reading.said.setdefault("content", []).append(detail)
    reading.said.setdefault("summary", detail["value"])


def _link(reading: _Reading, element: etree._Element, attributes: _Attributes) -> None:
    if "url" in attributes or "uri" in attributes:
        raise Doubt
    said, rel = reading.said, attributes.get("rel", "alternate")
    text = _text(element)
    links = said.setdefault("links", [])
    if "href" in attributes:
        href = _resolve(reading.base, attributes["href"])
        links.append({"rel": rel, "href": href})
        usual = "application/atom+xml" if rel == "self" else "text/html"
        if rel == "alternate" and attributes.get("type", usual) in _HTML_TYPES:
            said["link"] = href
        return
    url = _kept(_resolve(reading.base, text)) if text else ""
    if reading.is_item:
        url = url.replace("&amp;", "&")
    url = _QUERY_NAME.sub(r"&\1", url)
    said["link"] = url
    links.append({"rel": rel, "href": url} if url else {"rel": rel})


def _guid(reading: _Reading, element: etree._Element, attributes: _Attributes) -> None:
    value = _text(element)
    is_link = attributes.get("ispermalink", "true") == "true"
    if is_link and value:
        value = _resolve(reading.base, value)
    value = _kept(value)
    reading.said["id"] = value
    if is_link:
        reading.said.setdefault("link", value)


def _enclosure(reading: _Reading, element: etree._Element, attributes: _Attributes) -> None:
    if len(element):
        raise Doubt
    given = attributes.get("url", attributes.get("uri", attributes.get("href")))
    href = given or attributes.get("href")
    reading.said.setdefault("links", []).append({"rel": "enclosure", "href": href})


def _kept_as(key: str) -> _Handler:
    def keep(reading: _Reading, element: etree._Element, _: _Attributes) -> None:
        reading.said[key] = _kept(_short(element))

    return keep


_language, _published = _kept_as("language"), _kept_as("published")
_updated, _created = _kept_as("updated"), _kept_as("created")


def _original(reading: _Reading, element: etree._Element, _: _Attributes) -> None:
    if element.items():
        raise Doubt
    reading.said["feedburner_origlink"] = _kept(_text(element))


def _author(reading: _Reading, element: etree._Element, _: _Attributes) -> None:
    if len(element):
        _person(reading, element)
        return
    said = reading.said
    name = _kept(_short(element))
    if "@" in name:
        with_address = _BYLINE.fullmatch(name)
        name = with_address[1].strip() if with_address else ""
        if not name:
            raise Doubt
    reading.has_byline = True
    said["author"] = name
    said.setdefault("authors", []).append({"name": name} if name else {})


def _person(reading: _Reading, element: etree._Element) -> None:
    """Read an author of Atom: a name, and what is never shown."""
    # feedparser gives a byline before it the same name, for both are one dictionary to it.
    if (
        reading.has_byline
        or (element.text or "").strip()
        or any((child.tail or "").strip() for child in element)
    ):
        raise Doubt
    # Pruning looks at the text of the whole.
    whole = "".join(element.itertext())
    if len(whole) > _MAX_WORD and (len(whole) > _MAX_SHORT or _LONG_WORD.search(whole)):
        raise Doubt
    names = []
    for child in element:
        name = name_of(child.tag)
        if name == "name":
            names.append(_text(child))
        elif name in {"uri", "url", "email"}:
            _text(child)
        elif name != INERT or not _is_inert(name, child):
            raise Doubt
    if not names or not names[-1]:
        raise Doubt
    reading.said["author"] = names[-1]
    reading.said.setdefault("authors", []).append({"name": names[-1]})


def _category(reading: _Reading, element: etree._Element, attributes: _Attributes) -> None:
    reading.categories += 1
    if reading.categories > _MAX_CATEGORIES:
        raise Doubt
    tags = reading.said.setdefault("tags", [])
    scheme = attributes.get("scheme", attributes.get("domain"))
    _tag(tags, attributes.get("term"), scheme, attributes.get("label"))
    value = _kept(_short(element))
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


def _source(reading: _Reading, element: etree._Element, _: _Attributes) -> None:
    _text(element)
    reading.titled = False


def _picture(reading: _Reading, element: etree._Element, _: _Attributes) -> None:
    """Pass over the picture or the search field of a feed, which has a title of its own."""
    reading.titled = False
    for child in element:
        if name_of(child.tag) not in {"title", "link", "description", "url", "width", "height"}:
            raise Doubt
        _text(child)


def _field(reading: _Reading, element: etree._Element, _: _Attributes) -> None:
    reading.titled = False
    for child in element:
        if name_of(child.tag) not in {"title", "link", "description", "name"}:
            raise Doubt
        _text(child)


def _leaf(_: _Reading, element: etree._Element, __: _Attributes) -> None:
    """Pass over an element that says nothing of an entry."""
    _text(element)


def _nest(_: _Reading, element: etree._Element, __: _Attributes) -> None:
    """Pass over lists that say nothing of an entry: contents, hours, days, categories."""
    if any(name_of(inner.tag) not in _NESTED for inner in element.iter()):
        raise Doubt


def _head_author(reading: _Reading, element: etree._Element, attributes: _Attributes) -> None:
    """Read the author of a feed, whom only the entries of Atom inherit."""
    if reading.is_atom:
        _author(reading, element, attributes)
    else:
        _nest(reading, element, attributes)


def _owner(reading: _Reading, element: etree._Element, attributes: _Attributes) -> None:
    if reading.is_atom:  # feedparser makes an author of them
        raise Doubt
    _nest(reading, element, attributes)


_AUTHORS = ("author", "managingeditor", "dc_creator", "dc_author", "itunes_author")
_NESTED = {
    *("items", "rdf_seq", "rdf_li", "skiphours", "skipdays", "hour", "day", "itunes_category"),
    *("itunes_owner", "itunes_name", "itunes_email", "name", "uri", "email", *_AUTHORS),
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
_BOTH: dict[str, _Handler] = {
    **_LEAVES,
    **dict.fromkeys(("title", "dc_title"), _title),
    **dict.fromkeys(("link",), _link),
    **dict.fromkeys(("id", "guid"), _guid),
    **dict.fromkeys(("language", "dc_language"), _language),
}
_ITEM = _Handlers(
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
_HEAD = _Handlers(
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
_UNSCOPED = {_author, _head_author, _owner, _leaf, _nest, _published, _updated, _created, _language}
