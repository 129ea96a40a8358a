"""Reading HTML pages by CSS selectors: what recipes and Python scrapers share.

A selector text is CSS, with an attribute after a final `@` where the text is not what is wanted:
`h2 a`, `time@datetime`. `.` is the block itself, and `@href` the block's own attribute.
"""

import codecs
import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from aggregator.model import Page

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

_ATTRIBUTE = re.compile(r"@([A-Za-z_][\w:.-]*)\s*\Z")
_HTML_SPACE = re.compile(r"[ \t\n\r\f]+")  # U+00A0 stays: French typography needs it
_MAX_TAGS = 200_000  # what follows in a page is left out: 10 MiB of « <p> » would take 1.5 GB
_BLOCK = re.compile(  # elements that begin on a line of their own
    r"\A(?:address|article|aside|blockquote|body|d[dlt]|div|fig(?:caption|ure)|footer|form|h[1-6]"
    r"|header|hr|li|main|nav|[ou]l|p|pre|section|table|tbody|t[dhr]|tfoot|thead)\Z"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """Where a text stands in a block of HTML."""

    css: str  # empty: the block itself
    attribute: str | None = None  # none: the text inside


def parse_selector(text: str) -> Selector:
    """Read a selector text such as `h2 a`, `time@datetime`, `@href` or `.`.

    Raises:
        ValueError: It is empty, or its CSS is wrong; the message is a sentence.
    """
    found = _ATTRIBUTE.search(text)
    css = (text[: found.start()] if found else text).strip()
    attribute = found[1].lower() if found else None
    if css == ".":
        return Selector(css="", attribute=attribute)
    if not css and attribute is None:
        raise ValueError("a selector is empty; write CSS such as « h2 a » or « time@datetime »")
    if css:
        _check(css)
    return Selector(css=css, attribute=attribute)


def _check(css: str) -> None:
    import soupsieve  # noqa: PLC0415 - slow to import, and a crawl of feeds needs none of it

    try:
        soupsieve.compile(css)
    except soupsieve.SelectorSyntaxError as error:
        reason = str(error).splitlines()[0].rstrip(".:")
        raise ValueError(f"« {css} » is no CSS selector: {reason}") from error


def soup(page: Page) -> "BeautifulSoup":
    """Parse a page, in the charset a browser would choose (BOM, HTTP, meta, then a guess)."""
    from bs4 import BeautifulSoup  # noqa: PLC0415 - see _check
    from w3lib.encoding import html_to_unicode  # noqa: PLC0415 - see _check

    _, text = html_to_unicode(page.content_type, page.body, auto_detect_fun=_guess_charset)
    text = "<".join(text.split("<", _MAX_TAGS)[:_MAX_TAGS])
    # Beautiful Soup warns on standard error about XHTML and about texts that look like a file
    # name; both are ordinary here, and neither spelling below changes what is parsed.
    text = re.sub(r"(?i)<\?xml\b", "<?x", text.replace("\0", ""))
    return BeautifulSoup(text + "\n", "lxml")


def _guess_charset(body: bytes) -> str:
    # A decoder that goes on, because a page may be cut in the middle of a letter.
    try:
        codecs.getincrementaldecoder("utf-8")().decode(body)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def base_of(document: "BeautifulSoup", page: Page) -> str:
    """Return the address that the links of a page are relative to: its `<base>`, or its own."""
    base = document.select_one("base[href]")
    if base is None:
        return page.url
    try:
        return urljoin(page.url, _attribute(base, "href").strip())
    except ValueError:  # « http://[ »
        return page.url


def blocks(page: "Page | Tag", css: str) -> "list[Tag]":
    """Return all elements of a page, or inside an element, that a CSS selector matches."""
    return list((soup(page) if isinstance(page, Page) else page).select(css))


def pick(tag: "Tag", selector: str | Selector) -> str | None:
    """Return the text, or attribute, of the first match in a block; None when it says nothing.

    White space is made single; a line break or a new paragraph counts as a space.

    Raises:
        ValueError: The selector text is wrong.
    """
    parsed = parse_selector(selector) if isinstance(selector, str) else selector
    found = _first(tag, parsed)
    if found is None:
        return None
    raw = _text(found) if parsed.attribute is None else _attribute(found, parsed.attribute)
    return _HTML_SPACE.sub(" ", raw).strip() or None


def pick_html(tag: "Tag", selector: str | Selector) -> str:
    """Return the markup inside the first match in a block; empty without a match.

    Raises:
        ValueError: The selector text is wrong.
    """
    parsed = parse_selector(selector) if isinstance(selector, str) else selector
    found = _first(tag, parsed)
    if found is None:
        return ""
    if parsed.attribute is not None:
        return html.escape(_attribute(found, parsed.attribute), quote=False)
    return found.decode_contents().strip()


def _first(tag: "Tag", selector: Selector) -> "Tag | None":
    return tag.select_one(selector.css) if selector.css else tag


def _attribute(tag: "Tag", name: str) -> str:
    value = tag.get(name) or ""
    return value if isinstance(value, str) else " ".join(value)


def _text(tag: "Tag") -> str:
    """Return the text as read aloud: « <b>H</b>i » is one word, two paragraphs are not."""
    from bs4.element import NavigableString, Tag  # noqa: PLC0415 - see _check

    pieces: list[str] = []
    block: Tag | None = None
    hidden = set(map(id, tag.find_all(["script", "style", "template"])))
    for node in tag.descendants:
        if isinstance(node, Tag):
            if node.name == "br":
                pieces.append(" ")
        elif type(node) is NavigableString and id(node.parent) not in hidden:
            here = node.find_parent(_BLOCK)
            if here is not block:
                pieces.append(" ")
            block = here
            pieces.append(node)
    return "".join(pieces)
