"""Find the searched words in their original spelling, and choose the lines worth showing.

The index knows folded words only; a reader sees « Cœur d’École » as its author wrote it.
"""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice

from aggregator.language import MARKS, spellings
from aggregator.search.model import Segment
from aggregator.search.terms import Term

EXTRACT_CHARACTERS = 240
# How far into a post an extract is looked for: the work of a page must have a bound.
SEARCHED_CHARACTERS = 20_000
_MAX_MATCHES = 200  # in one text
_LEAD_CHARACTERS = 60  # shown before the first word found

_MARKS = f"[{MARKS}]*"  # accents that stand as characters of their own
_START = rf"(?<![^\W_])(?<![{MARKS}])"  # the index splits words at _ too
_END = r"(?![^\W_])"
_LIGATURES = {"oe": "œŒ", "ae": "æÆ"}


class Highlighter:
    """Lights up the words of one query in any number of texts."""

    def __init__(self, terms: Sequence[Term]) -> None:
        # One group a term, so that a match tells which term it is.
        any_term = "|".join(f"({_pattern(term)})" for term in terms)
        self._pattern = re.compile(f"{_START}(?:{any_term}){_END}") if terms else None

    @property
    def is_needed(self) -> bool:
        """Whether there is any word to light up."""
        return self._pattern is not None

    def segments(self, text: str) -> tuple[Segment, ...]:
        """Cut a text at the words searched; the pieces joined are the text."""
        pieces: list[Segment] = []
        done = 0
        for found in self._matches(text):
            if found.start() > done:
                pieces.append(Segment(text=text[done : found.start()], lit=False))
            pieces.append(Segment(text=found.group(), lit=True))
            done = found.end()
        if done < len(text):
            pieces.append(Segment(text=text[done:], lit=False))
        return tuple(pieces)

    def extract(self, text: str) -> str:
        """Return the lines of a text with the most of the words, or nothing when it has none."""
        matches = self._matches(text[:SEARCHED_CHARACTERS])
        if not matches:
            return ""
        return _cut(text, _best(matches))

    def _matches(self, text: str) -> list[re.Match[str]]:
        if self._pattern is None:
            return []
        return list(islice(self._pattern.finditer(text), _MAX_MATCHES))


def _best(matches: Sequence[re.Match[str]]) -> int:
    """Return where the window begins that shows the most different terms; the first of equals."""
    room = EXTRACT_CHARACTERS - _LEAD_CHARACTERS
    shown: Counter[int | None] = Counter()
    best, variety, past = 0, 0, 0
    for at, first in enumerate(matches):
        while past < len(matches) and matches[past].end() <= first.start() + room:
            shown[matches[past].lastindex] += 1
            past += 1
        if len(+shown) > variety:
            best, variety = at, len(+shown)
        if past > at:
            shown[first.lastindex] -= 1
        past = max(past, at + 1)
    return matches[best].start()


def _cut(text: str, first: int) -> str:
    """Return about EXTRACT_CHARACTERS characters around a place, cut between words."""
    start = max(first - _LEAD_CHARACTERS, 0)
    if start > 0:
        blank = re.compile(r"\s").search(text, start, first)
        start = blank.end() if blank else first
    end = start + EXTRACT_CHARACTERS
    shown = text[start:end]
    if end < len(text) and not text[end].isspace():
        kept = re.match(r".*(?=\s)", shown, re.DOTALL)
        # One word longer than the whole extract, an address: cut it anywhere.
        shown = kept.group() if kept and start + kept.end() > first else shown
    before = "…\N{NO-BREAK SPACE}" if start > 0 else ""
    after = "…" if end < len(text) else ""
    return before + " ".join(shown.split()) + after


def _pattern(term: Term) -> str:
    between = r"[\W_]+"
    written = between.join(_spelt(word) for word in term.words)
    return written + (rf"(?:[^\W_]|[{MARKS}])*" if term.is_prefix else "")


def _spelt(word: str) -> str:
    """Return a pattern for all spellings of a folded word: accents, capitals, œ."""
    pieces = []
    at = 0
    while at < len(word):
        pair = word[at : at + 2]
        if pair in _LIGATURES:
            apart = "".join(map(_letter, pair))
            pieces.append(f"(?:{apart}|[{_LIGATURES[pair]}])")
        else:
            pieces.append(_letter(pair[0]))
        at += 2 if pair in _LIGATURES else 1
    return "".join(pieces)


def _letter(letter: str) -> str:
    same = spellings(letter)
    return (f"[{same}]" if len(same) > 1 else re.escape(letter)) + _MARKS
