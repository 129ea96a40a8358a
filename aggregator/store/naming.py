"""The names in a French text: runs of capitalised words, « Condition Publique », « Cul-de-Four ».

And of one capitalised word with a common one behind « de »: « Maison du projet ».
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from aggregator.language import STOP_WORDS, fold, words
from aggregator.language.french_dates import MONTHS, WEEKDAYS

_CAPITAL = "[A-ZÀ-ÖØ-ÞŒ]"
_REST = r"[^\W\d_]*(?:-[^\W\d_]+)*"
_WORD = _CAPITAL + _REST
_OF = r" (?:de la |de l[’']|du |des |de |d[’'])"
_RUN = re.compile(
    rf"(?<![\w-]){_WORD}(?:(?:{_OF}| (?:la |le |les |l[’'])?){_WORD})*"
    rf"(?:(?<=[a-zß-ÿœ]){_OF}[a-zß-ÿœ]{_REST})?"
)
_PARTS = re.compile(rf"{_OF}| (?:(?:la|le|les) |l[’'])?")
_SENTENCE_ENDS = ".!?…:|"
_MOST_WORDS = 3  # in capitals; of a longer run (a list, a title in capitals) nothing is taken

# Before a name, or where one seems to begin: no part of it.
_COURTESIES = frozenset(
    {"m", "mr", "mm", "mme", "mmes", "mlle", "monsieur", "madame", "dr", "bonjour"}
)
DAYS_AND_MONTHS = frozenset(map(fold, (*WEEKDAYS, *MONTHS)))


class Name(NamedTuple):
    """A name at one place of a text."""

    form: tuple[str, ...]  # folded words, as the index has them
    spelling: str
    surely: bool  # not only by the capital that begins a sentence


def names(text: str) -> Iterator[Name]:
    """Yield what a text names, in order; the same name as often as it is written."""
    for run in _RUN.finditer(text):
        start = run.start()
        before = text[:start].rstrip(' «“"(')[-1:] if start else ""
        begins = not before or before in _SENTENCE_ENDS
        spelling = run[0]
        while (first := _first(spelling)) and _is_no_part(first[0]):
            spelling, begins = spelling[len(first[0]) + len(first[1]) :], False
        if (name := _name(spelling, surely=not begins)) is not None:
            yield name


def _first(spelling: str) -> tuple[str, str] | None:
    """Return the first word of a run, and what joins it to the next."""
    joint = _PARTS.search(spelling)
    if joint is None:
        return (spelling, "") if spelling else None
    return spelling[: joint.start()], joint[0]


def _is_no_part(word: str) -> bool:
    folded = fold(word)
    return folded in STOP_WORDS or folded in _COURTESIES or folded in DAYS_AND_MONTHS


def _name(spelling: str, *, surely: bool) -> Name | None:
    parts = _PARTS.split(spelling)
    form = tuple(words(spelling))
    if len(form) < 2 or len(parts) > _MOST_WORDS or spelling.isupper():
        return None
    return Name(form, spelling, surely)
