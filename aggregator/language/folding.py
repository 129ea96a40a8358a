"""Fold accents and case exactly as the full-text index does, so that words meet.

The index is FTS5's `unicode61 remove_diacritics 2` behind the view posts_indexed, which takes
œ and æ apart (db/migrations). FTS5 takes accents off Latin letters only: folding Greek or Arabic
here would part words that it keeps together, so they are left alone.
"""

import re
import unicodedata
from collections.abc import Iterator

# The marks that unicode61 drops inside a word; at any other one it splits the word.
_MARK_CODES = (
    *(*range(0x300, 0x305), *range(0x306, 0x30D), 0x30F, 0x311, 0x31B),
    *(*range(0x323, 0x329), 0x32D, 0x32E, 0x330, 0x331),
)
MARKS = "".join(map(chr, _MARK_CODES))
_LIGATURES = {"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae"}
# Latin and Cyrillic, then Latin Extended Additional (ẽ, ạ): what has capitals or accents we know.
_ALPHABETS = (*range(0x41, 0x250), *range(0x400, 0x528), *range(0x1E00, 0x1F00))
# Two accents at once that FTS5's table lacks.
_KEPT_BY_FTS5 = frozenset("Ǡǡ")
_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Return the text without accents, ligatures and capitals: « Cœur d’École » → coeur d’ecole.

    Only what the index holds to be the same becomes the same. The length may change.
    """
    return text.translate(_TABLE)


def words(text: str) -> list[str]:
    """Return the words of a text as the index knows them: « l’École » → l, ecole."""
    return _WORD.findall(fold(text))


def _folded_letters() -> Iterator[tuple[str, str]]:
    for code in _ALPHABETS:
        letter = chr(code)
        base = unicodedata.normalize("NFD", letter)[0]
        if base.isascii() and letter not in _KEPT_BY_FTS5:
            yield letter, base.lower()
        elif len(letter.lower()) == 1:
            yield letter, letter.lower()


_TABLE = str.maketrans({**dict(_folded_letters()), **_LIGATURES, **dict.fromkeys(MARKS)})
