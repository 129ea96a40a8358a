"""Titles: plain, short, never empty."""

import html
import re
from urllib.parse import unquote, urlsplit

from aggregator.normalise.markup import sanitise, to_text
from aggregator.normalise.plain import cut_at_word, fold_spaces

TITLE_CHARACTERS = 300
DERIVED_CHARACTERS = 80

_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});", re.IGNORECASE)
# Tags that are left after decoding were escaped twice. Only these are: « a < b » and a word
# about <marquee> are what the author wrote.
_ESCAPED_TAG = re.compile(
    r"</?(?:a|abbr|b|big|br|cite|code|del|div|em|font|h[1-6]|i|img|ins|p|q|s|small|span|strike|"
    r"strong|sub|sup|u)(?:\s[^<>]{0,1000})?/?>",
    re.IGNORECASE,
)
# La FABRIQUE glues a visibility flag to titles: « publicRèglement intérieur ».
_GLUED_FLAG = re.compile(r"^public(?=[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ])")
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s")
_EXTENSION = re.compile(r"\.[a-z0-9]{1,5}$", re.IGNORECASE)
_WORDS = re.compile(r"[^\W\d_]{3}")


def plain_line(raw: str, *, limit: int = TITLE_CHARACTERS) -> str:
    """Turn a title, name or category written as HTML into one line of plain text."""
    raw = raw[: limit * 20]
    line = to_text(sanitise(raw, base="https://invalid/")) if "<" in raw else html.unescape(raw)
    for _ in range(2):
        if "&" not in line or not _ENTITY.search(line):
            break
        line = html.unescape(line)
    line = fold_spaces(_ESCAPED_TAG.sub(" ", line) if "<" in line else line)
    return cut_at_word(line, limit)


def clean_title(raw: str) -> str:
    """Return a title as plain text, at most 300 characters; may be empty."""
    title = plain_line(raw)
    return _GLUED_FLAG.sub("", title) if title.startswith("public") else title


def derived_title(text: str) -> str:
    """Make a title of a text's first sentence, at most 80 characters; empty without text."""
    first = _SENTENCE_END.split(text[: DERIVED_CHARACTERS * 4], maxsplit=1)[0]
    return cut_at_word(first.rstrip(". "), DERIVED_CHARACTERS)


def title_from_url(url: str) -> str:
    """Make a title of an address's last path segment; empty when it holds no word."""
    segments = [part for part in urlsplit(url).path.split("/") if part]
    if not segments:
        return ""
    words = _EXTENSION.sub("", unquote(segments[-1]))
    words = fold_spaces(re.sub(r"[-_+\s]+", " ", words))
    if not _WORDS.search(words):
        return ""
    return cut_at_word(words[0].upper() + words[1:], DERIVED_CHARACTERS)
