"""The text of a page as people wrote it: words that PDF cut or spoiled are whole again."""

import re
import unicodedata

# What typesetters draw as one letter (Unicode, Alphabetic Presentation Forms).
_LIGATURES = {ord(one): unicodedata.normalize("NFKC", one) for one in "ﬀﬁﬂﬃﬄﬅﬆ"}
_UNSEEN = (
    *(code for code in range(0x20) if chr(code) not in "\t\n\x02"),
    *(*range(0x7F, 0xA0), 0x200B, 0xFEFF),
    *range(0xD800, 0xF900),  # halves of pairs, and signs that only one font knows
)
_TABLE = dict.fromkeys(_UNSEEN) | _LIGATURES
_BLANKS = re.compile(r"[^\S\n]+")
_LINE_ENDS = re.compile(r" ?\n ?")
_EMPTY_LINES = re.compile(r"\n{3,}")

# PDFium writes U+FFFE or U+0002 for the hyphen that ends a line, and leaves out the line's end.
_CUT = re.compile(r"(?<![^\W\d_])([^\W\d_]++)(?:[\ufffe\x02]|[-\u2010\xad]\n)([^\W\d_]++)")
_MARKS = re.compile(r"[\ufffe\x02]")
# « fes)val », « a0en)on »: fonts whose drawn ti and tt stand in other signs' places.
_MISTAKEN = re.compile(r"(?<![\w()])[^\W\d_]++(?:[)0][^\W\d_]++)++(?![\w(])")
_MEANT = str.maketrans({")": "ti", "0": "tt"})
# « quar er »: fonts whose drawn ti says nothing. French has one every hundred letters.
_PARTED = re.compile(r"(?<!\w)([^\W\d_]{2,30}+) (?=([^\W\d_]{1,30})(?!\w))")
_LONG_WITHOUT_TI = 400


def cleaned(text: str) -> str:
    """Return a text in lines, single-spaced, without what cannot be seen."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_TABLE)
    text = _LINE_ENDS.sub("\n", _BLANKS.sub(" ", unicodedata.normalize("NFC", text)))
    return _EMPTY_LINES.sub("\n\n", text).strip()


def mended(text: str) -> str:
    """Return the text of a page of a PDF, cleaned, with the words whole that PDF cut."""
    text = _MARKS.sub("-", _CUT.sub(_joined, cleaned(text)))
    if ")" in text:
        text = _MISTAKEN.sub(_restored, text)
    if len(text) >= _LONG_WITHOUT_TI and "ti" not in text:
        text = _PARTED.sub(_met, text)
    return text


def _joined(cut: re.Match[str]) -> str:
    left, right = cut.groups()
    is_whole = _is_french(left + right)
    are_two = not (left + right).islower() or (_is_french(left) and _is_french(right))
    return left + right if is_whole or not are_two else f"{left}-{right}"


def _restored(mistaken: re.Match[str]) -> str:
    word = mistaken[0].translate(_MEANT)
    return word if _is_french(word) else mistaken[0]


def _met(parted: re.Match[str]) -> str:
    left, right = parted.groups()
    if not _is_french(left) and _is_french(f"{left}ti{right}"):
        return f"{left}ti"
    return parted[0]


def _is_french(word: str) -> bool:
    # Its dictionary takes 0.1 s, and most documents need it for no word.
    from aggregator.language.lemmas import is_french  # noqa: PLC0415 - as said above

    return is_french(word)
