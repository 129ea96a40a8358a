"""Plain text: what may not be seen goes out, spaces are folded, long texts are cut at a word."""

import re
import unicodedata

# Controls; zero-width and direction characters that make a text read otherwise than it is stored
# (Unicode TR 36 §3.1 and « Trojan Source », CVE-2021-42574); soft hyphens, that hide words from
# search; lone surrogates, that no UTF-8 file can hold. ZWJ and ZWNJ stay: emoji and Persian.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]+"
)
_SPACES = re.compile("   *")  # two or more; the literal start is what makes it quick


def without_unseen(text: str) -> str:
    """Take out the characters that nobody sees; spaces, tabs and line ends stay."""
    # isprintable() is some ten times faster than the pattern, and nearly always true.
    if text.isprintable() or text.replace("\n", " ").replace("\t", " ").isprintable():
        return text
    return _UNSEEN.sub("", text)


def fold_spaces(text: str) -> str:
    """Make plain text single-spaced, composed (NFC) and free of unseen characters."""
    if not text.isprintable():
        text = _with_common_spaces(text)
        if not text.isprintable():
            text = _UNSEEN.sub("", " ".join(text.split()))
            text = " ".join(text.split())
    return fold_printable(text)


def fold_raw(text: str) -> str:
    """Do as `fold_spaces` to a text `without_unseen`."""
    if text.isprintable():
        return fold_printable(text)
    spaced = _with_common_spaces(text)
    return fold_printable(spaced) if spaced.isprintable() else fold_spaces(without_unseen(text))


def _with_common_spaces(text: str) -> str:
    """Write the commonest spaces as U+0020, the only one that is printable.

    Nearly all texts are left with no other, twice as fast as by splitting.
    """
    text = text.replace("\n", " ").replace("\t", " ").replace("\xa0", " ")
    return text.replace("\u202f", " ")


def fold_printable(text: str) -> str:
    """Do as `fold_spaces` to a text whose characters are all printable: its spaces are U+0020."""
    if "  " in text:
        text = _SPACES.sub(" ", text)
    return unicodedata.normalize("NFC", text.strip(" "))


def cut_at_word(text: str, limit: int) -> str:
    """Shorten folded text to at most `limit` characters, ellipsis included, between two words."""
    if len(text) <= limit:
        return text
    head = text[:limit]
    cut = head.rpartition(" ")[0]
    if len(cut) < limit // 2:  # one very long word
        cut = head[: limit - 1]
    return cut.rstrip(" .,;:!?…-–—«(['’\u00a0\u202f") + "…"


def cut_bytes(text: str, limit: int) -> str:
    """Shorten a text to at most `limit` bytes of UTF-8."""
    if len(text) * 4 <= limit:
        return text
    encoded = text.encode()
    return text if len(encoded) <= limit else encoded[:limit].decode(errors="ignore")
