"""What somebody typed → the terms that a post must hold, may hold, or must not.

Whatever is typed is taken as words: nothing in it can be an error, and none of FTS5's own
syntax (AND, NEAR, column names, brackets) gets through.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aggregator.language import STOP_WORDS, indexed_text, tokens, words

MAX_CHARACTERS = 200
MAX_WORDS = 8
# Shorter beginnings have so many endings that merging their posts takes seconds (`a*`: 2.8 s
# at a million posts, `quart*`: 5 ms).
MIN_PREFIX = 4
# What French leaves before an apostrophe, and phones without one: « l'école », « l ecole ».
ELISIONS = frozenset(("c", "d", "j", "l", "m", "n", "qu", "s", "t"))
# What a question says besides its subject: « quand a lieu le prochain conseil ? ».
_QUESTION = re.compile(
    r"\b(?:quand|o[uù]|comment|qui|quel(?:le)?s?|je|j|pourquoi|combien)\b|\?", re.IGNORECASE
)
_ASKING = frozenset(
    """
    aimerais cherche chercher connaitre dois existe lieu passe peux pouvoir prochain prochaine
    prochaines prochains savoir trouve trouver veut veux voudrais
    """.split()  # noqa: SIM905 - reads better than a list
)
# Between two terms, in capitals: either will do.
_EITHER = frozenset(("OR", "OU"))

# « exact words » in any of the quotation marks people have, or a run without blanks; a minus
# before it takes posts away.
_CHUNK = re.compile(r'(?<!\S)(-?)["“”«»]([^"“”«»]*)["“”«»]|["“”«»]([^"“”«»]*)["“”«»]|([^\s"“”«»]+)')
# What parts words; those joined by - . · stay side by side: « vice-présidente », « C.R.I.C. ».
_PARTING = re.compile(r"['’ʼ‘`´,;:()\[\]{}+|&!?=<>…]|/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """Words that stand side by side, folded; mostly only one."""

    words: tuple[str, ...]
    written: str = ""  # as typed, with its accents
    is_exact: bool = False  # in quotes: as it stands, no other form
    is_prefix: bool = False  # the last word may go on


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What must be found, of each group one of the alternatives, and what must not."""

    required: tuple[tuple[Term, ...], ...] = ()
    excluded: tuple[Term, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is no word in it, as in `*` or `😀`."""
        return not (self.required or self.excluded)

    @property
    def terms(self) -> Iterator[Term]:
        """All terms to be found."""
        return (term for alternatives in self.required for term in alternatives)


def parse(text: str) -> Parsed:
    """Return the terms in the order typed, each once; none when no word is left.

    At most MAX_WORDS words of the first MAX_CHARACTERS characters count. Words of grammar
    (« de », « les ») count only where there are no others.
    """
    found, excluded = _read(text[:MAX_CHARACTERS])
    empty = STOP_WORDS | _ASKING if _QUESTION.search(text) else STOP_WORDS
    meaning = [group for group in found if not all(_is_empty(term, empty) for term in group)]
    return Parsed(
        required=tuple(_limited(meaning or found)),
        excluded=tuple(dict.fromkeys(excluded))[:MAX_WORDS],
    )


def write(parsed: Parsed) -> str:
    """Return a text that `parse` reads as the same terms."""
    groups = [" OR ".join(map(_written, group)) for group in parsed.required]
    return " ".join([*groups, *(f"-{_written(term)}" for term in parsed.excluded)])


def _written(term: Term) -> str:
    if term.is_exact:
        return f'"{term.written}"'
    return term.written + "*" * term.is_prefix


def _read(text: str) -> tuple[list[tuple[Term, ...]], list[Term]]:
    found: list[tuple[Term, ...]] = []
    excluded: list[Term] = []
    is_either = False
    for terms, is_excluded in _chunks(text):
        if terms is None:
            is_either = bool(found)
        elif is_excluded:
            excluded += terms
        else:
            for term in terms:
                if is_either:
                    found[-1] = (*found[-1], term)
                else:
                    found.append((term,))
                is_either = False
    return found, excluded


def _chunks(text: str) -> Iterator[tuple[list[Term] | None, bool]]:
    """Give the terms of each chunk, and whether they are to be absent; None for « OR »."""
    for minus, signed, quoted, bare in _CHUNK.findall(text):
        if bare in _EITHER:
            yield None, False
        elif bare:
            is_excluded = bare.startswith("-") and len(bare) > 1
            pieces = _PARTING.split(bare.lstrip("-") if is_excluded else bare)
            yield [term for piece in pieces for term in _bare(piece)], is_excluded
        elif exact := tuple(words(indexed_text(signed or quoted))):
            yield (
                [Term(words=exact, written=(signed or quoted).strip(), is_exact=True)],
                bool(minus),
            )


def _bare(piece: str) -> list[Term]:
    """Read « école », « vice-présidente », « C.R.I.C. » or « quart* »: one term at most."""
    # Of « élu·e·s » one form: the others follow from it.
    found = tuple(token.forms[0] for token in tokens(piece))
    if not found or (len(found) == 1 and found[0] in ELISIONS):
        return []
    if len(found) > 1 and all(len(word) == 1 for word in found):
        found = ("".join(found),)  # « c.c.a.s. »: in capitals it is one word already
    is_prefix = piece.endswith("*") and len(found[-1]) >= MIN_PREFIX
    return [Term(words=found, written=piece.strip("*.-_"), is_prefix=is_prefix)]


def _is_empty(term: Term, empty: frozenset[str]) -> bool:
    return not term.is_exact and len(term.words) == 1 and term.words[0] in empty


def _limited(groups: Sequence[tuple[Term, ...]]) -> Iterator[tuple[Term, ...]]:
    left = MAX_WORDS
    for group in dict.fromkeys(tuple(dict.fromkeys(group)) for group in groups):
        kept = []
        for term in group:
            if left > 0:
                kept.append(_cut(term, left))
                left -= len(kept[-1].words)
        if kept:
            yield tuple(kept)


def _cut(term: Term, length: int) -> Term:
    if len(term.words) <= length:
        return term
    # A term cut short is no longer the end of what was typed, so `*` is not its own.
    return Term(words=term.words[:length], written=term.written, is_exact=term.is_exact)
