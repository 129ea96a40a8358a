"""Other people's HTML: what may be shown of it, and the text that is in it."""

import html
import re
from functools import lru_cache
from typing import Literal

import nh3

from aggregator.normalise.plain import cut_bytes, fold_spaces, without_unseen

HTML_BYTES = 400_000
TEXT_BYTES = 200_000
# html5ever walks its stack of open elements at each tag (40,000 nested <div>: 5 s) and moves its
# buffer at each character reference (400,000 « & »: 2 s). The richest of 2,126 real entries has
# 1,642 tags.
_MAX_TAGS = 5_000
_MAX_REFERENCES = 20_000
_BARE_AMPERSAND = re.compile(r"&(?!#?[a-z0-9]{1,32};)", re.IGNORECASE)
# Images written into the page: megabytes that would push the text over the limit.
_DATA_URL = re.compile(r"data:[a-z0-9/+.;=-]{1,80},[a-z0-9+/=%\s]{200,}", re.IGNORECASE)

_INLINE = {"a", "abbr", "b", "code", "del", "em", "i", "ins", "strong", "sub", "sup"}
_BLOCKS = {
    *("p", "br", "hr", "div", "blockquote", "pre", "figure", "figcaption"),
    *("h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd"),
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
}
# Elements whose very content is not for readers; all others not allowed leave their text.
_UNREAD = {
    *("script", "style", "noscript", "template", "title", "svg", "math", "canvas", "map"),
    *("iframe", "object", "embed", "applet", "audio", "video", "noembed", "noframes"),
    *("select", "textarea", "button", "datalist", "frameset"),
}

# Before the parser. HTML re-opens unclosed formatting elements in each new block (HTML Living
# Standard §13.2.4.3, at most three alike): 75 kB of <b id=1><b id=2>… grew into 112 MB. Without
# attributes they are all alike, and those that are not kept become <span>, which is not re-opened.
_DROPPED_FORMATTING = re.compile(
    r"<(/?)(?:big|font|nobr|s|small|strike|tt|u)(?=[\s/>])[^>]*>", re.IGNORECASE
)
_KEPT_FORMATTING = re.compile(r"<(b|code|em|i|strong)(?=[\s/])[^>]*>", re.IGNORECASE)
# Landmarks and the main heading belong to our page; their block stays a block.
_LANDMARK = re.compile(
    r"<(/?)(?:address|article|aside|center|details|fieldset|footer|header|main|nav|section|summary)"
    r"(?=[\s/>])",
    re.IGNORECASE,
)
_MAIN_HEADING = re.compile(r"<(/?)h1(?=[\s/>])", re.IGNORECASE)

# After it: nh3's output is regular, so these patterns are exact.
_TAG = re.compile(r'</?([a-z0-9]+)(?:[^<>"]|"[^"]*")*>')
# A link around an image that went out has no name, a heading without words is noise (RGAA 6.2
# and 9.1).
_EMPTY = re.compile(
    r'<(a|abbr|b|code|div|em|figcaption|figure|h[2-6]|i|p|strong)(?: (?:[^<>"]|"[^"]*")*)?>'
    r"(?:\s|&nbsp;)*</\1>"
)
_PRE_START = re.compile(r"<pre>\n+")  # the parser drops one newline there each time


@lru_cache(maxsize=64)
def _cleaner(base: str) -> nh3.Cleaner:
    try:
        return _build(("rewrite_with_base", base))
    except ValueError:  # nh3's own reader of addresses refuses it (http://1.2.3.999/)
        return _build("deny")


def _build(relative: tuple[Literal["rewrite_with_base"], str] | Literal["deny"]) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=_INLINE | _BLOCKS,
        clean_content_tags=_UNREAD,
        attributes={
            "*": set(),  # or nh3 adds lang and title, and a wrong lang is read out wrongly
            "a": {"href"},
            "abbr": {"title"},
            "td": {"colspan", "rowspan"},
            "th": {"colspan", "rowspan"},
        },
        url_schemes={"http", "https", "mailto"},
        url_relative=relative,
        link_rel="nofollow noopener noreferrer ugc",
    )


def sanitise(raw: str, *, base: str) -> str:
    """Reduce HTML to what can be read: no script, no style, nothing that loads.

    Args:
        raw: HTML of any kind, maybe broken, maybe hostile.
        base: Absolute http(s) address that its relative links start from.

    Returns:
        HTML of at most 400 kB, all tags closed; links are absolute http, https or mailto ones.
    """
    if not raw:
        return ""
    raw = raw.encode(errors="ignore").decode()  # lone surrogates, that no parser takes
    if "data:" in raw:
        raw = _DATA_URL.sub("", raw)
    raw = raw[:HTML_BYTES]
    clean = _clean(_tamed(raw), base)
    while len(clean) * 4 > HTML_BYTES and len(clean.encode()) > HTML_BYTES:
        raw = raw[: len(raw) // 2]  # growth is a sign of malice
        clean = _clean(_tamed(raw), base)
    return _settled(clean, base)


def to_text(clean: str) -> str:
    """Return the text of sanitised HTML, single-spaced, at most 200 kB."""
    spaced = _TAG.sub(lambda tag: " " if tag[1] in _BLOCKS else "", clean)
    return cut_bytes(fold_spaces(html.unescape(spaced)), TEXT_BYTES)


def _clean(raw: str, base: str) -> str:
    # A carriage return ends a line for a parser, but a reference to one comes out as itself.
    clean = without_unseen(_cleaner(base).clean(raw)).replace("\r", "")
    for _ in range(5):  # <p><strong><a></a></strong></p> takes three rounds
        clean, emptied = _EMPTY.subn("", clean)
        if not emptied:
            break
    return _PRE_START.sub("<pre>", clean).strip()


def _settled(clean: str, base: str) -> str:
    """Parse again until nothing moves, so that a browser's parser sees what ours saw.

    HTML that changes when it is parsed again is how scripts get past sanitisers (mutation XSS).
    """
    for _ in range(5):
        before, clean = clean, _clean(clean, base)
        if clean == before:
            break
    return clean


def _tamed(raw: str) -> str:
    """Rewrite the tags that make parsers slow or pages confused; safety is the parser's work."""
    if raw.count("<") > _MAX_TAGS:
        raw = "<".join(raw.split("<", _MAX_TAGS + 1)[: _MAX_TAGS + 1])
    if raw.count("&") > _MAX_REFERENCES:
        raw = _BARE_AMPERSAND.sub("&amp;", raw)[:HTML_BYTES]
    # Nothing after the last > is a whole tag; without that tail each search below ends early.
    raw, end, tail = raw.rpartition(">")
    raw = _DROPPED_FORMATTING.sub(r"<\1span>", raw + end)
    raw = _KEPT_FORMATTING.sub(r"<\1>", raw)
    raw = _MAIN_HEADING.sub(r"<\1h2", _LANDMARK.sub(r"<\1div", raw))
    return raw + tail
