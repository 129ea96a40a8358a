"""Inclusive writing spelt out: « élu·e·s » stands for élu, élue, élus, élues.

An ending is believed only after a masculine that can take it: so « dit-elle », « prends-les »,
« est-ce », « www.site.fr » and « km/h » stay what they are.
"""

import re
import unicodedata
from collections.abc import Iterable

from aggregator.language.folding import MARKS, fold

_Changes = tuple[tuple[str, str], ...]

_DOTS = "·•‧⋅∙"  # those that stand for the « point médian » in real texts
_WEAK = "./-"  # these part ordinary words too
SIGNS = f"{_DOTS}({_WEAK}"  # to be used as a set of a pattern

# What follows the sign: how the masculine ends, and what the feminine has instead.
_FEMININES = {
    "e": (
        *(("é", "ée"), ("i", "ie"), ("u", "ue"), ("t", "te"), ("d", "de"), ("n", "ne")),
        *(("l", "le"), ("er", "ère"), ("r", "re"), ("s", "se")),
    ),
    "ée": (("é", "ée"),),
    "ne": (("n", "nne"),),
    "enne": (("en", "enne"),),
    "ienne": (("ien", "ienne"),),
    "yenne": (("yen", "yenne"),),
    "onne": (("on", "onne"),),
    "le": (("el", "elle"), ("il", "ille"), ("ul", "ulle")),
    "lle": (("eau", "elle"), ("el", "elle")),
    "elle": (("eau", "elle"), ("el", "elle")),
    "ale": (("al", "ale"),),
    "te": (("tout", "toute"), ("et", "ette"), ("ot", "otte"), ("t", "te")),
    "ante": (("ant", "ante"),),
    "ente": (("ent", "ente"),),
    "se": (("eux", "euse"), ("eur", "euse"), ("oux", "ouse"), ("os", "osse"), ("s", "se")),
    "euse": (("eux", "euse"), ("eur", "euse")),
    "rice": (("teur", "trice"), ("deur", "drice")),
    "ice": (("teur", "trice"), ("deur", "drice")),
    "trice": (("teur", "trice"),),
    "drice": (("deur", "drice"),),
    "ve": (("f", "ve"),),
    "ive": (("if", "ive"),),
    "ère": (("er", "ère"),),
    "ière": (("ier", "ière"),),
    "re": (("er", "ère"),),
    "fe": (("f", "ffe"),),
    "esse": (("e", "esse"),),
    "sse": (("e", "esse"),),
    "que": (("c", "que"),),
    "he": (("c", "che"),),
}
# Endings of the plural alone: « élève·s », « lieu(x) », « local(aux) ».
_PLURALS = {"s": (("", "s"),), "x": (("u", "ux"),), "aux": (("al", "aux"), ("ail", "aux"))}
_BY_LETTERS = {fold(ending): changes for ending, changes in _FEMININES.items()}
_ENDINGS = frozenset(f"{one}{many}" for one in {*_FEMININES, *_BY_LETTERS} for many in ("", "s"))
_SHORTEST_STEM, _LONGEST_STEM = 3, 40
_SHORT_STEMS = frozenset({"un", "né", "nu", "vu"})
_IRREGULAR = {"tou": "tout", "tous": "tout"}
# Masculines that end in s without being plurals: français, lillois, admis, divers.
_ENDS_IN_S = re.compile(r"(?:[ao]i|[ao]|clu|fu|(?<!a)mi|pri|ci|qui|si|ver)s\Z")
_STEM = re.compile(rf"(?<![\w{MARKS}])[^\W\d_](?:[^\W\d_]|[{MARKS}])*\Z")
_NO_LETTERS = re.compile(rf"[^\w{MARKS}]+")


def _any_of(endings: Iterable[str]) -> str:
    """Make a pattern; accents may be characters of their own (NFD), and lack on capitals."""
    spelt = "|".join(sorted(endings, key=len, reverse=True))
    return f"(?:{spelt})".replace("è", "(?:è|e\u0300?)").replace("é", "(?:é|e\u0301?)")


# Words of their own: after a weak sign they are endings after an l at most (« dit-elle »).
_WORDS = frozenset({"elle", "le", "que"})
_AFTER_WEAK = rf"(?:{_any_of(set(_FEMININES) - _WORDS)}|(?<=l.)(?:elle|le))"
_SIGN = rf"[{_DOTS}{_WEAK}]"
_MANY = rf"(?:{_SIGN}x)?+(?:{_SIGN}?s|\(s\))?+"
_AFTER_SIGN = (
    rf"(?:(?<=[{_WEAK}]){_AFTER_WEAK}{_MANY}|(?<=[{_DOTS}]){_any_of(_FEMININES)}{_MANY}"
    rf"|(?<=[{_DOTS}.])s|(?<=\()(?:{_any_of(_FEMININES)}{_MANY}\)(?:s|\(s\))?|(?:s|x|aux)\)))"
)
_FIRST = "".join({ending[0] for ending in (*_FEMININES, *_PLURALS)})
# What may follow one of SIGNS, which the pattern is put behind. Every text is searched for it, so
# it looks first for a short word with the right initial, and minds capitals only where there are.
ENDING = (
    rf"(?:(?=[{_FIRST}]\w{{0,5}}\b){_AFTER_SIGN}|(?=[{_FIRST.upper()}]\w{{0,5}}\b)(?i:{_AFTER_SIGN}))"
    rf"(?!['’]?[\w{MARKS}])"
)


def stem_before(text: str, sign: int, floor: int) -> str:
    """Return the word right before a sign, not reaching before `floor`; empty where none is."""
    found = _STEM.search(text, max(floor, sign - _LONGEST_STEM), sign)
    return found[0] if found else ""


def spelt_out(stem: str, ending: str) -> tuple[str, ...]:
    """Return the words that a stem with an ending stands for; none where they do not fit.

    Args:
        stem: The masculine, singular or plural: « élu », « acteurs », « tou ».
        ending: With its signs, as ENDING found it: « ·e·s », « (ne)s », « /trice ».
    """
    # « Vélo•Les » are two words, « ÉLU·E·S » is one.
    if not (_is_stem(stem) and (ending.islower() or stem.isupper())):
        return ()
    letters = fold(_NO_LETTERS.sub("", ending))
    stem = unicodedata.normalize("NFC", stem)
    if letters in _PLURALS:
        spelt = _in_number(stem, _PLURALS[letters])
    else:
        spelt = _in_gender(stem, letters, is_sure=ending[0] not in _WEAK)
    # What is an ending itself could be taken for one of what stands before it.
    return () if spelt and spelt[0].lower() in _ENDINGS else spelt


def _is_stem(word: str) -> bool:
    return len(word) >= _SHORTEST_STEM or word.lower() in _SHORT_STEMS


def _in_number(stem: str, changes: _Changes) -> tuple[str, ...]:
    many = _changed(stem, changes)
    return (stem, many) if many and not stem.lower().endswith(("s", "x", "z")) else ()


def _in_gender(stem: str, letters: str, *, is_sure: bool) -> tuple[str, ...]:
    is_plural = letters.endswith("s")
    one = _singular(stem) if is_plural else _IRREGULAR.get(stem.lower(), stem)
    letters = letters.rstrip("s").rstrip("x")
    feminine = _changed(one, _BY_LETTERS[letters])
    if not feminine or (letters == "le" and not is_sure and not one.lower().endswith("el")):
        return ()  # « professionnel-le » is one word, « avril.le » two
    return (one, feminine, f"{feminine}s", _plural(one)) if is_plural else (feminine, one)


def _changed(word: str, changes: _Changes) -> str:
    for end, instead in changes:
        if word.lower().endswith(end):
            return word[: len(word) - len(end)] + instead
    return ""


def _singular(word: str) -> str:
    low = word.lower()
    if low in _IRREGULAR:
        return _IRREGULAR[low]
    if low.endswith("aux") and not low.endswith("eaux"):
        return f"{word[:-2]}l"
    if low.endswith("eaux") or (low.endswith("s") and not _ENDS_IN_S.search(low)):
        return word[:-1]
    return word


def _plural(word: str) -> str:
    low = word.lower()
    if low == "tout":
        return f"{word[:-1]}s"
    if low.endswith(("s", "x", "z")):
        return word
    if low.endswith("al"):
        return f"{word[:-1]}ux"
    return f"{word}x" if low.endswith(("eau", "eu")) else f"{word}s"
