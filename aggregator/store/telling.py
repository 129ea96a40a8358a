"""What tells two posts apart that resemble each other: figures, days, names, numbers of addresses.

« Permanence du maire » at 9 h in one quartier and at 14 h in the next share title, day and page.
"""

import re
from collections.abc import Set as AbstractSet

from aggregator.language import STOP_WORDS, words

_MONTHS = (
    "janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre"
    "|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
)
# What tells this month's announcement from last month's: numbers and days.
_FIGURES = re.compile(rf"\b(?:\d+\w*|{_MONTHS})\b")
# A word within a sentence, as far as one can tell; whether its first letter is a capital is asked
# afterwards. Names that begin a sentence are not worth the common words that do.
_WITHIN = re.compile(r"(?:(?<=[\w,;] )|(?<=[\w,;]\u00a0)|(?<=\w['’]))[^\W\d_]\w+")
_TELLING = 4  # characters of a word that says something
_NAMES = 8  # so many are not looked at one by one
_SPELT = 80  # of 100: « Hommelet » and « Homelet »; « Est » and « Ouest » are less alike
_MOMENT = re.compile(r"\d{9,}")  # in an address: a moment or a session's, another at each visit
_NUMBER = re.compile(r"\d+")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def figures(folded_text: str) -> tuple[tuple[int, str], ...]:
    """Return numbers and days of a folded text, with where they stand in it."""
    return tuple((match.start(), match.group()) for match in _FIGURES.finditer(folded_text))


def names(text: str) -> set[str]:
    """Return the words of a text, folded, that have a capital within a sentence."""
    found = (word for word in _WITHIN.findall(text) if word[0].isupper())
    return set(words(" ".join(found)))


def sums_up(short: str, there: AbstractSet[str]) -> bool:
    """Tell whether a text may sum up one with these words, in words of its own.

    Args:
        short: As it was written; its last word may be cut.
        there: The words of the other, and of the title that both have, folded.
    """
    short = short[: short.rfind(" ")] if " " in short else short
    said = words(short)
    telling = {word for word in said if len(word) >= _TELLING} - STOP_WORDS
    numbers = {figure for _, figure in figures(" ".join(said))}
    return numbers <= there and _mostly(names(short), there) and _mostly(telling, there)


def are_named_apart(one: AbstractSet[str], other: AbstractSet[str]) -> bool:
    """Tell whether names that only one of two texts has are others, and not spelt otherwise."""
    if not one or not other:
        return False
    if max(len(one), len(other)) > _NAMES:
        return True
    from rapidfuzz import fuzz  # noqa: PLC0415 - few crawls compare texts

    return not any(fuzz.ratio(name, spelt) >= _SPELT for name in one for spelt in other)


def are_numbered_apart(one: str, other: str) -> bool:
    """Tell whether two addresses differ by a number alone, or each states another year."""
    one, other = _MOMENT.sub("", one), _MOMENT.sub("", other)
    if one == other:
        return False
    years = set(_YEAR.findall(one)), set(_YEAR.findall(other))
    return _NUMBER.sub("0", one) == _NUMBER.sub("0", other) or (
        all(years) and years[0].isdisjoint(years[1])
    )


def _mostly(said: AbstractSet[str], there: AbstractSet[str]) -> bool:
    return 2 * len(said & there) >= len(said)
