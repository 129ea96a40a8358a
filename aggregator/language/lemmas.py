"""What a word is a form of: élues → elu, locaux → local.

The dictionary is simplemma's. It gives a noun's singular and plural different lemmas where one of
them is also a form of a verb (visite → visiter, but visites → visite), or where it knows but one
of them as a feminine (directrices → directeur, but directrice): they are held together.
"""

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from aggregator.language.folding import fold

if TYPE_CHECKING:
    from collections.abc import Callable

_LONGEST_KEPT = 3  # letters: shorter words have too few for their forms to be told from others
_LONGEST_ACRONYM = 5
_LONGEST_WORD = 40
# Of words unknown, many for want of their accents: plural, and the feminine of « agée ».
_UNKNOWN = re.compile(r"(?:(?<=e)es?|(?<![sièx])s|(?<=[eo]u)x|(?<=eau)x)\Z")
_VERBS = ("er", "ir", "re")
# What nouns, participles and the present end in, and the verbs they may come from.
_INFINITIVES = {
    "ication": ("ier", "iquer"),
    "ation": ("er",),
    "ition": ("ir",),
    "uction": ("uire",),
    "issement": ("ir",),
    "ement": ("er",),
    "issage": ("ir", "isser"),
    "age": ("er",),
    "ateur": ("er",),
    "atrice": ("er",),
    "isseur": ("ir",),
    "eur": ("er",),
    "euse": ("er",),
    "ée": ("er",),
    "é": ("er",),
    "e": ("er",),
}
_DERIVED = re.compile(rf"(.{{2,}}?)({'|'.join(_INFINITIVES)})")
# What the dictionary takes for forms of others: limoger, marier, pari; terrer, terrasser.
_NAMES = ("limoges", "maria", "marie", "martine", "paris", "rené", "renée")
_OWN = {name: name for name in _NAMES} | dict.fromkeys(("terrasse", "terrasses"), "terrasse")


@lru_cache(maxsize=16_384)
def lemma(word: str) -> str:
    """Return the folded lemma of one word as written: « Élues » → elu, « locaux » → local.

    Accents are minded. Short words, numbers and acronyms in capitals stay what they are; of words
    that the dictionary lacks, the ending of a plural is taken off.
    """
    low = word.lower()
    is_acronym = word.isupper() and len(word) <= _LONGEST_ACRONYM
    if is_acronym or not _LONGEST_KEPT < len(low) <= _LONGEST_WORD:
        return fold(low)
    return fold(_OWN.get(low) or _from_dictionary(low) or _UNKNOWN.sub("", low))


def is_french(word: str) -> bool:
    """Tell whether the dictionary knows a word as written, its accents included."""
    return _looked_up(word.lower()) is not None


@lru_cache(maxsize=16_384)
def lemmas(word: str) -> tuple[str, ...]:
    """Return the lemma of a word as written, then the verbs it may come from.

    Whoever looks for « planter » is answered by « on plante », « planté » and « plantation »; the
    other way round, « plante » is no form of « planter »: its lemma is the first of these.
    """
    found = lemma(word)
    low = word.lower()
    if word.isupper() or not _LONGEST_KEPT < len(low) <= _LONGEST_WORD or low in _OWN:
        return (found,)
    ending = _DERIVED.fullmatch(low.removesuffix("s"))
    if ending is None:
        return (found,)
    stem = ending.group(1)
    tried = (stem + verb for verb in _INFINITIVES[ending.group(2)])
    verbs = [fold(verb) for verb in tried if _looked_up(verb) == verb]
    return tuple(dict.fromkeys((found, *verbs)))


def _from_dictionary(word: str) -> str | None:
    found = _looked_up(word)
    if not found:
        return None
    if found == word or not found.endswith(_VERBS):
        return _masculine(found)
    one = word.removesuffix("s")
    other = _looked_up(f"{word}s" if one == word else one)
    if other and (fold(other) == fold(one) or not other.endswith(_VERBS)):
        return _masculine(other)
    return found


def _masculine(noun: str) -> str:
    if not noun.endswith("e"):
        return noun
    for form in (noun, f"{noun}s"):
        found = _looked_up(form)
        if found and not found.endswith((*_VERBS, "e", "s")):
            return found
    # A trade that has an entry of its own: ouvrière, jardinière.
    trade = f"{noun.removesuffix('ère')}er"
    return trade if noun.endswith("ière") and _looked_up(trade) == trade else noun


def _looked_up(word: str) -> str | None:
    look_up = _dictionary()
    if any("\ud800" <= letter <= "\udfff" for letter in word):  # halves of a pair are no word
        return None
    return look_up(word, "fr") or ("œ" in word and look_up(word.replace("œ", "oe"), "fr")) or None


@cache
def _dictionary() -> "Callable[[str, str], str | None]":
    # Its dictionary takes 0.1 s and 30 MB, and most processes need no lemma.
    from simplemma.strategies import DictionaryLookupStrategy  # noqa: PLC0415 - as said above

    return DictionaryLookupStrategy().get_lemma
