"""What somebody typed → the terms that a post must hold.

Whatever is typed is taken as words: nothing in it can be an error, and none of FTS5's own
syntax (AND, NEAR, column names, brackets) gets through.
"""

import re
from dataclasses import dataclass

from aggregator.language import words

MAX_CHARACTERS = 200
MAX_WORDS = 8
# Shorter beginnings have so many endings that merging their posts takes seconds (`a*`: 2.8 s
# at a million posts, `quart*`: 5 ms).
MIN_PREFIX = 4
# What French leaves before an apostrophe, and phones without one: « l'école », « l ecole ».
ELISIONS = frozenset(("c", "d", "j", "l", "m", "n", "qu", "s", "t"))

# « exact words » in any of the quotation marks people have, or a run without blanks.
_CHUNK = re.compile(r'["“”«»]([^"“”«»]*)["“”«»]|([^\s"“”«»]+)')
# What parts words; those joined by - . · stay side by side: « vice-présidente », « C.R.I.C. ».
_PARTING = re.compile(r"['’ʼ‘`´,;:/()\[\]{}+|&!?=<>…]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """Words that stand side by side in the index, folded; mostly only one."""

    words: tuple[str, ...]
    is_prefix: bool = False  # the last word may go on


def is_wordless(text: str) -> bool:
    """Tell whether something was typed in which there is no word: `*`, `😀`, `l'`."""
    return bool(text.strip()) and not parse(text)


def parse(text: str) -> tuple[Term, ...]:
    """Return the terms in the order typed, each once; none when no word is left.

    At most MAX_WORDS words of the first MAX_CHARACTERS characters count.
    """
    found: dict[Term, None] = {}
    left = MAX_WORDS
    for term in _terms(text[:MAX_CHARACTERS]):
        if left == 0:
            break
        # A term cut short is no longer the end of what was typed, so `*` is not its own.
        kept = term if len(term.words) <= left else Term(words=term.words[:left])
        if kept not in found:
            found[kept] = None
            left -= len(kept.words)
    return tuple(found)


def _terms(text: str) -> list[Term]:
    terms: list[Term] = []
    for quoted, bare in _CHUNK.findall(text):
        if bare:
            terms += [term for piece in _PARTING.split(bare) for term in _bare(piece)]
        elif exact := tuple(words(quoted)):
            terms.append(Term(words=exact))
    return terms


def _bare(piece: str) -> list[Term]:
    """Read « école », « vice-présidente », « C.R.I.C. » or « quart* »: one term at most."""
    found = tuple(words(piece))
    if not found or (len(found) == 1 and found[0] in ELISIONS):
        return []
    is_prefix = piece.endswith("*") and len(found[-1]) >= MIN_PREFIX
    return [Term(words=found, is_prefix=is_prefix)]
