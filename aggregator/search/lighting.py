"""Find what was searched in its original spelling, and choose the lines worth showing.

The index knows folded words only; a reader sees « Cœur d’École » as its author wrote it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from aggregator.language import MARKS, fold
from aggregator.search.expansion import Concept, Wording
from aggregator.search.model import Segment

EXTRACT_CHARACTERS = 240
# How far into a post an extract is looked for: the work of a page must have a bound.
SEARCHED_CHARACTERS = 20_000
_MAX_PLACES = 200  # in one text
_LEAD_CHARACTERS = 60  # shown before the first word found

_LETTERS = str.maketrans(
    {
        letter: fold(letter)
        for letter in map(chr, (*range(0x41, 0x250), *range(0x400, 0x528), *range(0x1E00, 0x1F00)))
        if len(fold(letter)) == 1
    }
    | {"Œ": "œ", "Æ": "æ"}
)
# Letters that some texts write as one (PDF, French); folding them would move all that follows.
_LIGATURES = {
    "oe": ("œ",),
    "ae": ("æ",),
    "ff": ("ﬀ",),
    "fi": ("ﬁ",),
    "fl": ("ﬂ",),
    "ffi": ("ﬃ", "ﬀi", "fﬁ"),
    "ffl": ("ﬄ", "ﬀl", "fﬂ"),
}
_PIECES = re.compile("oe|ae|ffi|ffl|ff|fi|fl|.", re.DOTALL)
_MARK = re.compile(f"[{MARKS}]")
_START = rf"(?<![^\W_])(?<![{MARKS}])"  # the index splits words at _ too
_END = rf"(?![^\W_{MARKS}])"
_BETWEEN = r"[\W_]+"
_NEAR = r"[\W_]+(?:[^\W_]+[\W_]+){0,3}?"
# « élu·e·s »: what inclusive writing adds belongs to the word.
_INCLUSIVE = r"(?:[·•‧⋅∙](?:[^\W_]{1,6}))*"
_LONGEST_ACRONYM = 6


_Group = tuple[int, bool, list[Wording]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a text says one of the things searched."""

    start: int
    end: int
    concept: int  # which of them
    is_typed: bool  # in a form of the words typed, not by a synonym


class Finder:
    """Finds the concepts of one query in any number of texts."""

    def __init__(self, concepts: Iterable[Concept]) -> None:
        # By concept, what was typed and what means the same.
        self._groups = [
            (number, is_typed, wordings)
            for number, concept in enumerate(concepts)
            for is_typed, wordings in ((True, list(concept.typed)), (False, list(concept.same)))
            if wordings
        ]
        self._plain = _compiled(self._groups, marks="")
        self._marked: re.Pattern[str] | None = None  # seldom needed

    @property
    def is_needed(self) -> bool:
        """Whether there is anything to find."""
        return bool(self._groups)

    def places(self, text: str) -> list[Place]:
        """Return where the text says them, from its beginning."""
        if not self._groups:
            return []
        pattern = self._plain
        if not text.isascii() and _MARK.search(text):
            self._marked = self._marked or _compiled(self._groups, marks=f"[{MARKS}]*")
            pattern = self._marked
        return [
            self._place(found)
            for found in islice(pattern.finditer(text.translate(_LETTERS)), _MAX_PLACES)
        ]

    def _place(self, found: re.Match[str]) -> Place:
        concept, is_typed, _ = self._groups[(found.lastindex or 1) - 1]
        return Place(start=found.start(), end=found.end(), concept=concept, is_typed=is_typed)

    def missing(self, *texts: str) -> frozenset[int]:
        """Return what none of some texts says: concepts, by number."""
        said = {place.concept for text in texts for place in self.places(text)}
        return frozenset(number for number, _, _ in self._groups) - said

    def segments(self, text: str) -> tuple[Segment, ...]:
        """Cut a text at what was searched; the pieces joined are the text."""
        pieces: list[Segment] = []
        done = 0
        for place in self.places(text):
            if place.start > done:
                pieces.append(Segment(text=text[done : place.start], lit=False))
            pieces.append(Segment(text=text[place.start : place.end], lit=True))
            done = place.end
        if done < len(text):
            pieces.append(Segment(text=text[done:], lit=False))
        return tuple(pieces)

    def extract(self, text: str) -> str:
        """Return the lines of a text with the most of them, or nothing when it has none."""
        places = self.places(text[:SEARCHED_CHARACTERS])
        if not places:
            return ""
        return _cut(text, _best(places))


def _best(places: Sequence[Place]) -> int:
    """Return where the window begins that shows the most concepts; the first of equals."""
    room = EXTRACT_CHARACTERS - _LEAD_CHARACTERS
    shown: Counter[int] = Counter()
    best, variety, past = 0, 0, 0
    for at, first in enumerate(places):
        while past < len(places) and places[past].end <= first.start + room:
            shown[places[past].concept] += 1
            past += 1
        if len(+shown) > variety:
            best, variety = at, len(+shown)
        if past > at:
            shown[first.concept] -= 1
        past = max(past, at + 1)
    return places[best].start


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
    shown = " ".join(shown.split())
    return before + (shown.rstrip(" ,;:.…") if after else shown) + after


def _compiled(groups: Sequence[_Group], *, marks: str) -> re.Pattern[str]:
    """Compile one group each, so that a match tells which one it is."""
    alternatives = "|".join(f"({_any(wordings, marks)})" for _, _, wordings in groups)
    return re.compile(f"{_START}(?:{alternatives}){_INCLUSIVE}")


def _any(wordings: Sequence[Wording], marks: str) -> str:
    longest = sorted(wordings, key=lambda wording: -sum(map(len, wording.words)))
    return "|".join(_pattern(wording, marks) for wording in longest)


def _pattern(wording: Wording, marks: str) -> str:
    between = _NEAR if wording.is_near else _BETWEEN
    written = between.join(_spelt(word, marks) for word in wording.words)
    return written + _END


def _spelt(word: str, marks: str) -> str:
    """Return a pattern for a folded word in a text whose letters are folded one by one."""
    spelt = "".join(_ways(piece, marks) for piece in _PIECES.findall(word))
    if 1 < len(word) <= _LONGEST_ACRONYM and word.isalpha():
        return rf"(?:{spelt}|{'[.]'.join(word)}[.]?)"
    return spelt


def _ways(piece: str, marks: str) -> str:
    ways = [_apart(way, marks) for way in (piece, *_LIGATURES.get(piece, ()))]
    return ways[0] if len(ways) == 1 else f"(?:{'|'.join(ways)})"


def _apart(letters: str, marks: str) -> str:
    return "".join(re.escape(letter) + marks for letter in letters)
