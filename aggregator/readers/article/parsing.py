"""From the bytes of a page to a bounded tree."""

import codecs
import re
from typing import TYPE_CHECKING

from aggregator.errors import ReadError
from aggregator.model import Page

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# Pages of articles have 500 to 10,000 tags. What follows these bounds is left out.
_MAX_BYTES = 4_000_000
_MAX_TAGS = 30_000
# Deeper than any page that was written by hand; trees are walked by recursion in libraries.
_MAX_DEPTH = 200
_MAX_ATTRIBUTES = 2_000  # of one element
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_TAG = re.compile(rf"[^>\"']*(?:(?:{_QUOTED.pattern})[^>\"']*)*")
_SEPARATORS = re.compile(r"[\s/=]+")
_NAME = re.compile(r"[^\s/=>]*")
# XML 1.0 has no control characters, and lxml refuses to write them back.
_CONTROLS = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


def parse(page: Page) -> "HtmlElement":
    """Parse a page in the charset a browser would choose (BOM, HTTP, meta, then a guess).

    Raises:
        ReadError: There is nothing in it.
    """
    from lxml import etree, html  # noqa: PLC0415 - slow to import; a crawl of feeds needs none
    from w3lib.encoding import html_to_unicode  # noqa: PLC0415 - see above

    _, text = html_to_unicode(
        page.content_type, page.body[:_MAX_BYTES], auto_detect_fun=_guess_charset
    )
    pieces = _CONTROLS.sub(" ", text).split("<", _MAX_TAGS)[:_MAX_TAGS]
    text = "<".join(map(_cut, pieces))
    # libxml2 stops reading at a depth of 256 (2,048 if huge): unclosed <font> tags get there.
    parser = html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True
    )
    # As bytes: lxml refuses a text that declares a charset of its own.
    try:
        tree = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, AssertionError) as error:
        raise ReadError("the page is empty: there is no article in it", url=page.url) from error
    _flatten(tree)
    return tree


def _cut(piece: str) -> str:
    """Leave only the name of a tag that has very many attributes: libxml2 compares each two."""
    if len(piece) <= _MAX_ATTRIBUTES:
        return piece
    end = _TAG.match(piece).end()  # type: ignore[union-attr]  # it matches the empty text
    # A quotation mark that is never closed may hide the end.
    tag, rest = (piece[:end], piece[end:]) if piece[end : end + 1] == ">" else (piece, "")
    if len(_SEPARATORS.findall(_QUOTED.sub("", tag))) <= _MAX_ATTRIBUTES:
        return piece
    return _NAME.match(tag)[0] + rest  # type: ignore[index]  # as above


def _flatten(tree: "HtmlElement") -> None:
    """Leave of what is nested too deeply only the text."""
    from lxml import etree  # noqa: PLC0415 - see parse

    depth = 0
    deep = []
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if event == "start" and depth == _MAX_DEPTH:
            deep.append(element)
    for element in deep:
        text = " ".join(element.itertext())
        del element[:]
        element.text = text


def _guess_charset(body: bytes) -> str:
    # A decoder that goes on, because a page may be cut in the middle of a letter.
    try:
        codecs.getincrementaldecoder("utf-8")().decode(body)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"
