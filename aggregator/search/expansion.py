"""Terms → what answers them: the other forms of a word, and the names that mean the same.

Forms come from the table `terms`, so only words that some post holds are ever asked for: a
search costs what its words cost, whatever the dictionary knows.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product

from aggregator.language import STOP_WORDS, fold, lemma
from aggregator.search.names import Name, Names, key
from aggregator.search.terms import Parsed, Term

MAX_FORMS = 30  # of a word, the most frequent: « faire » has more
# Of a beginning, looked up one by one; the index itself takes 10 to 100 ms to bring together
# all that begin so, each time it is asked.
MAX_ENDINGS = 100
_NAME_FORMS = 3  # of each word of a name
_MAX_WAYS = 8  # to write a name

_FORMS = """
SELECT asked.value, other.term, other.lemma, max(other.posts) AS posts
FROM json_each(?) AS asked
JOIN terms AS one ON one.term = asked.value
JOIN terms AS other ON other.lemma = one.lemma
GROUP BY asked.value, other.term, other.lemma
ORDER BY posts DESC
"""
_OF_LEMMAS = """
SELECT term, max(posts) AS posts FROM terms
WHERE lemma IN (SELECT value FROM json_each(?)) GROUP BY term ORDER BY posts DESC
"""
_ENDINGS = "SELECT DISTINCT term FROM terms WHERE term >= ? AND term < ? LIMIT ?"
_LAST = "\U0010ffff"  # comes after every letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """One way of saying it, folded: words side by side, or near each other."""

    words: tuple[str, ...]
    is_prefix: bool = False
    is_near: bool = False  # in any order, few words between
    is_typed: bool = True  # as typed, in any form; else a synonym


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """One thing searched: every part in any wording, or any wording of `same`."""

    parts: tuple[tuple[Wording, ...], ...]
    same: tuple[Wording, ...] = ()

    @property
    def wordings(self) -> Iterator[Wording]:
        """All that may stand for it, or for a part of it."""
        yield from (wording for part in self.parts for wording in part)
        yield from self.same


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """All of `required` must be found, of each one of the concepts; none of `excluded`."""

    required: tuple[tuple[Concept, ...], ...] = ()
    excluded: tuple[Wording, ...] = ()

    @property
    def concepts(self) -> Iterator[Concept]:
        """Everything looked for."""
        return (concept for group in self.required for concept in group)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretch:
    """Terms in a row that are a name of something, or a single term."""

    terms: tuple[Term, ...]
    same: tuple[Name, ...] = ()


def expand(connection: sqlite3.Connection, parsed: Parsed, names: Names) -> Wanted:
    """Return what answers a query."""
    groups = [tuple(_stretches(group)) for group in _joined(parsed.required, names)]
    stretches = [stretch for group in groups for stretch in group]
    forms = _Forms(connection, stretches, parsed.excluded)
    return Wanted(
        required=tuple(tuple(forms.concept(stretch) for stretch in group) for group in groups),
        excluded=tuple(wording for term in parsed.excluded for wording in forms.term(term)),
    )


def _stretches(group: Iterable["Term | _Stretch"]) -> Iterator[_Stretch]:
    for one in group:
        yield one if isinstance(one, _Stretch) else _Stretch(terms=(one,))


def _joined(
    required: Sequence[tuple[Term, ...]], names: Names
) -> Iterator[tuple[Term | _Stretch, ...]]:
    """Bring together the terms that are a name known to have synonyms; the longest wins."""
    at = 0
    while at < len(required):
        stretch = _name_at(required, at, names)
        if stretch is None:
            yield tuple(_name_at([(term,)], 0, names) or term for term in required[at])
            at += 1
        else:
            yield (stretch,)
            at += len(stretch.terms)


def _name_at(required: Sequence[tuple[Term, ...]], at: int, names: Names) -> _Stretch | None:
    run: list[Term] = []
    best = None
    for group in required[at : at + names.longest]:
        if len(group) != 1 or group[0].is_exact or group[0].is_prefix:
            break
        run.append(group[0])
        wanted = key([word for term in run for word in term.words])
        if same := names.same.get(wanted):
            others = tuple(name for name in same if key(name) != wanted)
            best = _Stretch(terms=tuple(run), same=others)
    return best


class _Forms:
    """The forms, among the words of the posts, of all that a query may ask for."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        stretches: Sequence[_Stretch],
        excluded: Sequence[Term],
    ) -> None:
        terms = [term for stretch in stretches for term in stretch.terms] + list(excluded)
        typed = {word: None for term in terms if not term.is_exact for word in term.words}
        named = {word: None for stretch in stretches for name in stretch.same for word in name}
        pairs = {pair: None for stretch in stretches for pair in _pairs(stretch)}
        asked = json.dumps([*typed, *named, *pairs])
        self._rows: dict[str, dict[str, list[str]]] = {}  # word → term → its lemmas
        for word, term, stem, _ in connection.execute(_FORMS, (asked,)):
            self._rows.setdefault(word, {}).setdefault(term, []).append(stem)
        self._connection = connection

    def concept(self, stretch: _Stretch) -> Concept:
        """Return what answers one stretch of the query."""
        same = [wording for name in stretch.same for wording in self._name(name)]
        same += [Wording(words=(pair,)) for pair in _pairs(stretch) if pair in self._rows]
        return Concept(
            parts=tuple(tuple(self.term(term)) for term in stretch.terms), same=tuple(same)
        )

    def term(self, term: Term) -> list[Wording]:
        """Return the wordings of one term."""
        if term.is_exact:
            return [Wording(words=term.words)]
        if term.is_prefix:
            return self._endings(term)
        if len(term.words) == 1:
            return [Wording(words=(form,)) for form in self._of(term.words[0], term.written)]
        ways = self._ways(term.words)
        joined = "".join(term.words)
        together = [Wording(words=(joined,))] if joined in self._rows else []
        return [Wording(words=way) for way in ways] + together

    def _endings(self, term: Term) -> list[Wording]:
        """Return the words that begin so; where they are too many, the beginning itself."""
        (first, *others) = term.words
        if not others and not first.isdigit():
            asked = (first, first + _LAST, MAX_ENDINGS + 1)
            found = [word for (word,) in self._connection.execute(_ENDINGS, asked)]
            if 0 < len(found) <= MAX_ENDINGS:
                return [Wording(words=(word,)) for word in found]
        return [Wording(words=term.words, is_prefix=True)]

    def _of(self, word: str, written: str) -> list[str]:
        """Return the forms of a word as typed: where accents were, they choose the lemma."""
        rows = self._rows.get(word, {})
        if not rows:
            others = self._connection.execute(_OF_LEMMAS, (json.dumps([lemma(written)]),))
            rows = {term: [] for term, _ in others}
        elif written.lower() != word and fold(written) == word:
            wanted = lemma(written)
            rows = {term: of for term, of in rows.items() if wanted in of} or rows
        return list(dict.fromkeys((word, *islice(rows, MAX_FORMS))))

    def _name(self, name: Name) -> Iterator[Wording]:
        """Return the wordings of a synonym, of which every word is in some post."""
        counted = tuple(word for word in name if word not in STOP_WORDS) or name
        if not all(word in self._rows for word in counted):
            return
        for way in self._ways(counted):
            yield Wording(words=way, is_near=len(way) > 1, is_typed=False)

    def _ways(self, words: Sequence[str]) -> list[tuple[str, ...]]:
        """Return the usual ways to write words side by side: singular and plural."""
        forms = [
            list(
                dict.fromkeys(
                    (word, *(f for f in self._rows.get(word, {}) if key((f,)) == key((word,))))
                )
            )[:_NAME_FORMS]
            for word in words
        ]
        return list(islice(product(*forms), _MAX_WAYS))


def _pairs(stretch: _Stretch) -> Iterator[str]:
    """Return what the words of a stretch would be without the blank or hyphen between."""
    for term in stretch.terms:
        if len(term.words) > 1 and not term.is_exact:
            yield "".join(term.words)
