"""What the index is given of a text, and which stretches of it that comes from.

First characters are made clean (ligatures, unseen ones); then stretches are rewritten. A stretch
never touches another, and what it becomes is never rewritten again: doing all twice is doing it
once.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from aggregator.language.folding import MARKS, fold, words
from aggregator.language.inclusive import ENDING, SIGNS, spelt_out, stem_before

_LIGATURES = {
    "œ": "oe",
    "Œ": "OE",
    "æ": "ae",
    "Æ": "AE",
    # Of typesetting: they come with text taken out of PDF files.
    "ﬀ": "ff",
    "ﬁ": "fi",
    "ﬂ": "fl",
    "ﬃ": "ffi",
    "ﬄ": "ffl",
    "ﬅ": "st",
    "ﬆ": "st",
}
# Soft hyphens, and characters without width: the index would split words at them.
_UNSEEN = "\xad\u061c\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufeff"
_CLEAN = str.maketrans({**_LIGATURES, **dict.fromkeys(_UNSEEN)})
_UNCLEAN = "".join(_LIGATURES) + _UNSEEN
_CAPITAL = "[A-ZÀ-ÖØ-Þ]"
_IS_UNCLEAN = re.compile(f"[{_UNCLEAN}]")
# One set of characters to look for: by far the fastest of all that were tried.
_CHANGED = re.compile(
    rf"[{_UNCLEAN}{SIGNS}]"
    rf"(?:{ENDING}|(?={_CAPITAL}\.)(?<={_CAPITAL}\.)|(?<=[{_UNCLEAN}]))"
)
_ENDING = re.compile(f"[{SIGNS}]{ENDING}")
_ACRONYM = re.compile(
    rf"(?<![\w{MARKS}.])(?:{_CAPITAL}\.){{2,}}+(?:{_CAPITAL}(?![\w{MARKS}]))?+(?![\w{MARKS}])"
)
_FOLDED_WORD = re.compile(r"[^\W_]+")
_WORD = re.compile(rf"(?:[^\W_]|[{MARKS}])+")


class Token(NamedTuple):
    """A visible word: where it stands in the text, and the folded words the index holds for it."""

    start: int
    end: int
    forms: tuple[str, ...]


class _Stretch(NamedTuple):
    start: int
    end: int
    words: tuple[str, ...]  # instead of what stands there


def indexed_text(text: str) -> str:
    """Return what the index is given of a text; the very same object where nothing is to do.

    Ligatures and inclusive writing are spelt out, dotted acronyms joined, unseen characters gone.
    """
    if not _CHANGED.search(text):
        return text
    clean = _cleaned(text)
    pieces: list[str] = []
    done = 0
    for stretch in _stretches(clean):
        pieces += clean[done : stretch.start], " ".join(stretch.words)
        done = stretch.end
    return "".join([*pieces, clean[done:]]) if done else clean


def is_plain(text: str) -> bool:
    """Tell whether `indexed_text` gives the text back unchanged."""
    return not _CHANGED.search(text) or indexed_text(text) is text


def tokens(text: str) -> Iterator[Token]:
    """Yield the visible words of a text in order, as written, with what the index holds for each.

    All forms together are `words(indexed_text(text))`: one a word, and more for « élu·e·s ».
    """
    clean = _cleaned(text)
    found = _tokens(clean, fold(clean))
    if clean is text:
        yield from found
        return
    origins = _origins(text)
    for start, end, forms in found:
        yield Token(origins[start], origins[end - 1] + 1, forms)


def _cleaned(text: str) -> str:
    return text.translate(_CLEAN) if _IS_UNCLEAN.search(text) else text


def _origins(text: str) -> list[int]:
    """Return, for each character of the text once clean, where it stands in the text."""
    return [
        at
        for at, character in enumerate(text)
        for _ in _LIGATURES.get(character, "" if character in _UNSEEN else " ")
    ]


def _tokens(clean: str, folded: str) -> Iterator[Token]:
    done = 0
    for stretch in _stretches(clean):
        yield from _plain_tokens(clean, folded, done, stretch.start)
        yield Token(stretch.start, stretch.end, tuple(words(" ".join(stretch.words))))
        done = stretch.end
    yield from _plain_tokens(clean, folded, done, len(clean))


def _plain_tokens(clean: str, folded: str, start: int, end: int) -> Iterator[Token]:
    if len(folded) == len(clean):  # no mark was dropped: they are the same letter by letter
        for match in _FOLDED_WORD.finditer(folded, start, end):
            yield Token(match.start(), match.end(), (match[0],))
        return
    for match in _WORD.finditer(clean, start, end):
        if form := fold(match[0]):
            yield Token(match.start(), match.end(), (form,))


def _stretches(clean: str) -> Iterator[_Stretch]:
    done = 0
    for found in _CHANGED.finditer(clean):
        sign = found.start()
        if sign < done:
            continue
        stretch = _acronym(clean, sign, done) or _inclusive(clean, sign, done)
        if stretch:
            yield stretch
            done = stretch.end


def _inclusive(clean: str, sign: int, floor: int) -> _Stretch | None:
    ending = _ENDING.match(clean, sign)
    stem = stem_before(clean, sign, floor)
    if not ending or not stem:
        return None
    start, end = sign - len(stem), ending.end()
    before, after = clean[start - 1 : start], clean[end : end + 1]
    # Part of an address (www.amazon.es), of a compound, or of a chain that is not understood.
    if (
        (ending[0][0] == "." and before in {".", "@"})
        or (ending[0][0] == "-" == after)
        or _ENDING.match(clean, end)
    ):
        return None
    spelt = spelt_out(stem, ending[0])
    return _Stretch(start, end, spelt) if spelt else None


def _acronym(clean: str, dot: int, floor: int) -> _Stretch | None:
    found = _ACRONYM.match(clean, max(floor, dot - 1))
    if not found:
        return None
    start, end = found.span()
    joined = found[0].replace(".", "")
    # Joined, it or what follows it would read as an ending: « ÉLU-E.S. », « A.B.-e ».
    if _ENDING.match(clean, end) or _ENDING.match(clean[start - 1 : start] + joined):
        return None
    return _Stretch(start, end, (joined,))
