"""Other people's HTML: what may be shown of it, and the text that is in it."""

import html
import re
from functools import lru_cache
from typing import Literal

import nh3

from aggregator.normalise.plain import (
    cut_bytes,
    fold_printable,
    fold_raw,
    fold_spaces,
    without_unseen,
)
from aggregator.normalise.steady import is_steady
from aggregator.normalise.taming import HTML_BYTES, tamed

TEXT_BYTES = 200_000
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

# After it: nh3's output is regular, so these patterns are exact.
_ATTRIBUTES = r'[^<>"]*(?:"[^"]*"[^<>"]*)*'
_BLOCK_TAG = rf"<(?!/?(?:{'|'.join(sorted(_INLINE))})[ >]){_ATTRIBUTES}>\s*"
_BLOCK_TAGS = re.compile(rf"{_BLOCK_TAG}(?:{_BLOCK_TAG})*")  # (…)+ would be eight times slower
_INLINE_TAG = re.compile(rf"<{_ATTRIBUTES}>")
# In steady HTML (steady.py) no attribute holds < or >. Possessive: these never look back.
_STEADY_INLINE_TAG = re.compile(r"</?(?:a|b|code|del|em|i|ins|strong|sub|sup)(?: [^>]*+)?+>")
_ANY_TAGS = re.compile(r"<[^>]*+> *+(?:<[^>]*+> *+)*+")
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
    return _reduced(raw, base)[0]


def html_and_text(raw: str, *, base: str) -> tuple[str, str]:
    """Return what `sanitise` makes of HTML, and what `to_text` makes of that."""
    clean, plain = _reduced(raw, base)
    return clean, to_text(clean) if plain is None else cut_bytes(_plain_text(plain), TEXT_BYTES)


def to_text(clean: str) -> str:
    """Return the text of sanitised HTML, single-spaced, at most 200 kB."""
    if "<" in clean:
        clean = _INLINE_TAG.sub("", _BLOCK_TAGS.sub(" ", clean))
    return cut_bytes(fold_spaces(html.unescape(clean)), TEXT_BYTES)


def text_of(raw: str, *, base: str) -> str:
    """Return the text of HTML of any kind: what `to_text` makes of it, once sanitised."""
    if "<" in raw or "&" in raw or "data:" in raw:
        return html_and_text(raw, base=base)[1]
    return cut_bytes(fold_raw(raw[:HTML_BYTES]), TEXT_BYTES)


def _plain_text(plain: str) -> str:
    """Return what `to_text` would of steady HTML, all of whose spaces are U+0020."""
    text = _ANY_TAGS.sub(" ", _STEADY_INLINE_TAG.sub("", plain))
    if "&" in text:  # parsers write no other references in texts
        text = text.replace("&nbsp;", " ")
        if "&" in text:
            text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return fold_printable(text)


def _reduced(raw: str, base: str) -> tuple[str, str | None]:
    """Return clean HTML, and again as `_plain_text` takes it where it is as plain as that."""
    if not raw:
        return "", None
    try:
        return _sanitised(raw, base)
    except UnicodeEncodeError:  # lone surrogates, that no parser takes
        return _sanitised(raw.encode(errors="ignore").decode(), base)


def _sanitised(raw: str, base: str) -> tuple[str, str | None]:
    if "data:" in raw:
        raw = _DATA_URL.sub("", raw)
    raw = raw[:HTML_BYTES]
    clean, steady, plain = _clean(tamed(raw), base)
    while len(clean) * 4 > HTML_BYTES and len(clean.encode()) > HTML_BYTES:
        raw = raw[: len(raw) // 2]  # growth is a sign of malice
        clean, steady, plain = _clean(tamed(raw), base)
    return (clean, plain) if steady else (_settled(clean, base), None)


def _clean(raw: str, base: str) -> tuple[str, bool, str | None]:
    """Return clean HTML; whether parsing it again surely changes nothing; its plain writing."""
    parsed = _cleaner(base).clean(raw)
    plain = parsed.replace("\n", " ").replace("\t", " ")
    if plain.isprintable() and is_steady(plain):  # as nearly all are
        return parsed.strip(), True, plain
    # A carriage return ends a line for a parser, but a reference to one comes out as itself.
    clean = seen = without_unseen(parsed).replace("\r", "")
    steady = is_steady(clean)
    if not steady:
        for _ in range(5):  # <p><strong><a></a></strong></p> takes three rounds
            clean, emptied = _EMPTY.subn("", clean)
            if not emptied:
                break
        clean = _PRE_START.sub("<pre>", clean)
        steady = is_steady(clean)
    return clean.strip(), steady and seen == parsed, None


def _settled(clean: str, base: str) -> str:
    """Parse again until nothing moves, so that a browser's parser sees what ours saw.

    HTML that changes when it is parsed again is how scripts get past sanitisers (mutation XSS).
    """
    for _ in range(5):
        before, (clean, _steady, _plain) = clean, _clean(clean, base)
        if clean == before:
            break
    return clean
