"""From any feed-like text to well-formed XML that is safe to parse.

feedparser falls back to an SGML parser on XML that is not well-formed, and several of its loops
take quadratic time on hostile input. So libxml2 repairs the text first, without its DTD, and
what may be large is bounded: feedparser meets only well-formed XML of known size. What is
well-formed already, and names no character that a DTD would have to explain, is only parsed; so
are its bytes, where they begin as those of a feed in UTF-8 do.
Attacks: https://docs.python.org/3/library/xml.html#xml-security.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from html.entities import html5

from lxml import etree

from aggregator.errors import NotAFeed
from aggregator.model import Page
from aggregator.readers.charset import decode, may_be_utf8

_MAX_PROLOG = 50_000  # characters before the root element
_MAX_CDATA = 100_000
_MAX_TAGS = 300_000  # with attributes; an ordinary feed of 10 MiB has some 100,000
_MAX_PREFIXES = 100  # the richest feed of the corpus declares 11
_MAX_REPAIRS = 200_000  # bare ampersands and named characters
_MAX_ENTITY = 100  # characters that one declared entity may stand for

_ROOT = re.compile(r"<(?:[a-z][\w.-]{0,40}:)?(?:rss|feed|rdf)(?=[\s>/])", re.IGNORECASE)
_HTML = re.compile(r"<!doctype\s{1,20}html|<html(?=[\s>])", re.IGNORECASE)
_FIRST_TAG = re.compile(r"<([a-z][\w.:-]{0,60})", re.IGNORECASE)
_ATOM = "http://www.w3.org/2005/Atom"
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CDATA = re.compile(r"(<!\[CDATA\[|\]\]>)")
_TAG_OR_VALUE = re.compile(r"<|=\s{0,20}[\"']")
_PREFIX = re.compile(r"\sxmlns:([\w.-]{1,60})")
_AMPERSAND = re.compile(
    r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#[xX][\da-fA-F]{1,6});)(?:(\w{1,32});)?"
)
_ENTITY = re.compile(r"<!ENTITY\s{1,20}([\w.-]{1,60})\s{1,20}(?:\"([^\"<>]*)\"|'([^'<>]*)')")
# A prolog that hides nothing: declarations of ASCII without « < » or « > » inside.
_PLAIN_PROLOG = re.compile(
    rb"[ \t\r\n]*(?:<\?[\t\r\n -;=?-~]{0,500}\?>[ \t\r\n]*){0,3}"
    rb"(?=<(?:[a-z][\w.-]{0,40}:)?(?:rss|feed|rdf)[ \t\r\n/>])",
    re.IGNORECASE,
)
_CONTROL = re.compile(b"\xc2[\x80-\x9f]")
_NAMED_CONTROL = re.compile(rb"&#(?:0*1[2-5]\d|[xX]0*[89][\da-fA-F]);")
_WIDE_REFERENCE = re.compile(rb"&#(?:\d{8}|[xX][\da-fA-F]{7})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """The tree of a feed, without DOCTYPE, comments and processing instructions."""

    root: etree._Element
    encoded: bytes  # what was parsed, in UTF-8
    problem: str | None  # what was wrong with the original; none: it was well-formed


def has_controls(encoded: bytes) -> bool:
    """Tell whether U+0080 to U+009F are in a feed, which are Windows' punctuation gone astray."""
    is_named = b"&#" in encoded and _NAMED_CONTROL.search(encoded)
    return bool(is_named or _CONTROL.search(encoded))


def mend(page: Page) -> Mended:
    """Return the tree of a feed, whose text may be anything.

    Raises:
        NotAFeed: There is no feed in it, or it is made to exhaust whoever parses it.
    """
    encoded = plain_feed(page)
    mended = _untouched(encoded) if encoded is not None else None
    if mended is None:
        text = decode(page).lstrip("\ufeff \t\r\n\0")
        mended = _honest(text, page.url) or _repaired(text, page.url)
    return mended


def plain_feed(page: Page) -> bytes | None:
    """Return the bytes of a feed from its root element on; None where it begins otherwise.

    They may still not be well-formed, nor UTF-8: whoever parses them finds that out.
    """
    prolog = _PLAIN_PROLOG.match(page.body)
    return page.body[prolog.end() :] if prolog and may_be_utf8(page) else None


def _untouched(encoded: bytes) -> Mended | None:
    return parse_strictly(encoded) if is_sound(encoded) else None


def _honest(text: str, url: str) -> Mended | None:
    """Parse a feed that needs no repair; None where any might change it."""
    try:
        start = _start_of_feed(text, url)
        encoded = text[start:].encode()
    except (NotAFeed, UnicodeEncodeError):  # control characters may hide the feed
        return None
    return None if _NO_XML.search(text, 0, start) else _untouched(encoded)


def is_sound(encoded: bytes) -> bool:
    """Tell whether nothing in a feed is massive, or in need of repair whatever libxml2 says."""
    return not (
        is_massive(encoded)
        or encoded.count(b"xmlns:") > _MAX_PREFIXES
        or is_open(encoded)
        or (b"&#" in encoded and _WIDE_REFERENCE.search(encoded))
    )


def parse_strictly(encoded: bytes) -> Mended | None:
    """Parse sound bytes; None where anything is wrong with them."""
    parser = _parser(recover=False)
    try:
        root = etree.fromstring(encoded, parser)
    except etree.XMLSyntaxError:
        return None
    return None if len(parser.error_log) else Mended(root=root, encoded=encoded, problem=None)


def is_open(encoded: bytes) -> bool:
    """Tell whether the last CDATA section seems not to be closed."""
    return encoded.rfind(b"<![CDATA[") > encoded.rfind(b"]]>")


def is_massive(encoded: bytes) -> bool:
    """Tell whether a feed has more of something than is parsed without a closer look."""
    if len(encoded) <= _MAX_REPAIRS:
        return False
    return (
        encoded.count(b"<") + encoded.count(b"=") > _MAX_TAGS
        or encoded.count(b"&") > _MAX_REPAIRS
        or encoded.count(b"<![CDATA[") > _MAX_CDATA
        or encoded.count(b"]]>") > _MAX_CDATA
    )


def _repaired(text: str, url: str) -> Mended:
    if max(text.count("<![CDATA["), text.count("]]>")) > _MAX_CDATA:
        raise NotAFeed(f"more than {_MAX_CDATA} CDATA sections", url=url)
    text = _NO_XML.sub("", text)
    start = _start_of_feed(text, url)
    parts = _CDATA.split(text[start:])
    _refuse_masses(parts, url)
    parser = _parser(recover=True)
    body = _escape_ampersands(parts, entities=_entities(text[:start]), url=url)
    encoded = body.encode()
    root = etree.fromstring(encoded, parser)
    if root is None:
        raise NotAFeed("broken XML in which no element can be read", url=url)
    problems = [f"line {error.line}: {error.message}" for error in parser.error_log[:1]]
    return Mended(root=root, encoded=encoded, problem="; ".join(problems) or None)


def _parser(*, recover: bool) -> etree.XMLParser:
    return etree.XMLParser(
        recover=recover,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
        encoding="utf-8",
    )


def _start_of_feed(text: str, url: str) -> int:
    """Return where the root element begins, comments and garbage before it left out."""
    position = 0
    while root := _ROOT.search(text, position, _MAX_PROLOG):
        comment = text.rfind("<!--", position, root.start())
        if comment < 0 or text.find("-->", comment, root.start()) >= 0:
            break
        position = text.find("-->", root.end()) + 3
        if position < 3:
            break
    page = _HTML.search(text, position, root.start() if root else _MAX_PROLOG)
    # An Atom feed wrapped in XHTML is one all the same; RSS has no namespace to tell it by.
    wrapped = root and _ATOM in text[root.end() : root.end() + 300]
    if page and not wrapped:
        raise NotAFeed("an HTML page where a feed was expected", url=url)
    if root is None:
        other = _FIRST_TAG.search(text, 0, _MAX_PROLOG)
        kind = f"it begins with <{other[1]}>" if other else "neither XML nor JSON begins there"
        raise NotAFeed(f"not a feed: {kind}", url=url)
    return root.start()


def _entities(prolog: str) -> Mapping[str, str]:
    """Return the characters that a DOCTYPE names; anything larger stays a dead reference."""
    declared = {name: one or other for name, one, other in _ENTITY.findall(prolog)}
    return {
        name: value
        for name, value in declared.items()
        if len(value) <= _MAX_ENTITY and not re.search(r"&(?!#)|%", value)
    }


def _outside_cdata(parts: Iterable[str]) -> Iterable[tuple[str, bool]]:
    inside = False
    for part in parts:
        inside = (inside or part == "<![CDATA[") and part != "]]>"
        yield part, not inside


def _refuse_masses(parts: Iterable[str], url: str) -> None:
    tags, prefixes = 0, set()
    for part, outside in _outside_cdata(parts):
        if outside:
            tags += sum(1 for _ in _TAG_OR_VALUE.finditer(part))
            prefixes.update(_PREFIX.findall(part))
    if tags > _MAX_TAGS or len(prefixes) > _MAX_PREFIXES:
        raise NotAFeed(
            f"a document of {tags} tags and {len(prefixes)} namespaces is no feed"
            f" (at most {_MAX_TAGS} and {_MAX_PREFIXES} are read)",
            url=url,
        )


def _escape_ampersands(parts: list[str], *, entities: Mapping[str, str], url: str) -> str:
    """Replace named characters, which need a DTD in XML, and escape bare ampersands."""
    repairs = 0

    def replace(found: re.Match[str]) -> str:
        nonlocal repairs
        repairs += 1
        if repairs > _MAX_REPAIRS:
            raise NotAFeed(f"more than {_MAX_REPAIRS} bare ampersands", url=url)
        name = found[1]
        if name in entities:
            return entities[name]
        return escape(html5[f"{name};"]) if f"{name};" in html5 else f"&amp;{found[0][1:]}"

    done, unclosed = [], False
    for part, outside in _outside_cdata(parts):
        done.append(_AMPERSAND.sub(replace, part) if outside else part)
        unclosed = not outside
    return "".join(done) + ("]]>" if unclosed else "")
