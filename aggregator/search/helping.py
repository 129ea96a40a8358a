"""What to say when little or nothing was found: other spellings, wider queries, what there is."""

import math
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from aggregator.language import STOP_WORDS, is_french, sound
from aggregator.search.asking import MAX_COST, Asking
from aggregator.search.model import FACETS, Archive, Query, Total, Wider
from aggregator.search.query import without_facet
from aggregator.search.terms import Term, write

Kind = Literal["word", "quotes", "facet", "filters"]

MAX_WIDER = 6
_DROPPED = 2  # words proposed to be dropped, each alone
_COUNTED = 1_000
# A misspelling is in the corpus too (« comission »): the right word is that many times as usual.
_MORE_USUAL = 20
_NEAR = 0.7  # of 1: how like the word typed another must be
_CANDIDATES = 4_000  # the most usual words of the same beginning
_MOST_ERRORS = 2
_LONG = 9  # letters of a word in which two errors are few
_SURE = 4  # letters right at the beginning, of a shorter one
_SHORTEST = 4  # letters of a word that may be misspelt
_LONGEST = 30
_AS_HEARD = 0.25
_USUAL = 0.02  # what ten times as many posts are worth

_WITHOUT_QUOTES = str.maketrans(dict.fromkeys('"“”«»', " "))

_SOUND = """
SELECT term, spelling, sound, posts FROM terms WHERE sound = ? ORDER BY posts DESC LIMIT 200
"""
_BEGINNING = """
SELECT term, spelling, sound, posts FROM terms
WHERE term >= :first AND term < :next AND length(term) BETWEEN :shortest AND :longest
ORDER BY posts DESC LIMIT :limit
"""
_USE = """
SELECT max(other.posts) FROM terms AS one JOIN terms AS other ON other.lemma = one.lemma
WHERE one.term = ?
"""
_PARTS = """
SELECT l.spelling, r.spelling, min(l.posts, r.posts) AS posts
FROM json_each(:cuts) AS cut
JOIN terms AS l ON l.term = substr(:word, 1, cut.value)
JOIN terms AS r ON r.term = substr(:word, cut.value + 1)
ORDER BY posts DESC LIMIT 1
"""
_ARCHIVE = """
SELECT
    (SELECT count(*) FROM post_facets),
    (SELECT count(*) FROM sources WHERE EXISTS
        (SELECT 1 FROM posts WHERE posts.source_id = sources.id)),
    (SELECT published FROM posts WHERE id =
        (SELECT min(id) FROM post_facets WHERE year > 0)),
    (SELECT max(published) FROM
        (SELECT published, first_seen FROM posts ORDER BY id DESC LIMIT 500)
        WHERE published <= first_seen)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    term: str
    spelling: str
    sound: str
    posts: int


def correct(asking: Asking) -> Asking | None:
    """Return the query with its misspelt words as the posts spell them; None where none is."""
    text = asking.query.text
    for term in asking.parsed.terms:
        if not term.is_exact and not term.is_prefix and len(term.words) == 1:
            spelling = _respelt(asking.connection, term)
            if spelling is not None:
                text = _replaced(text, term.written, spelling)
    if text == asking.query.text:
        return None
    return asking.instead(replace(asking.query, text=text, page=1))


def _replaced(text: str, word: str, other: str) -> str:
    # The word, not the beginning of another, nor one that is to be absent.
    return re.sub(rf"(?<![\w-]){re.escape(word)}(?!\w)", lambda _: other, text, count=1)


def _respelt(connection: sqlite3.Connection, term: Term) -> str | None:
    (word,) = term.words
    if not _SHORTEST <= len(word) <= _LONGEST or word.isdigit():
        return None
    if is_french(term.written):
        return None  # nobody here has written it: that is the answer
    use = _use(connection, word)
    best = _nearest(connection, word, at_least=max(use * _MORE_USUAL, 1))
    if best is None and not use:
        return _apart(connection, word)
    return None if best is None else best.spelling


def _use(connection: sqlite3.Connection, word: str) -> int:
    """Return how many posts hold the most usual form of a word."""
    (posts,) = connection.execute(_USE, (word,)).fetchone()
    return posts or 0


def _nearest(connection: sqlite3.Connection, word: str, *, at_least: int) -> _Candidate | None:
    """Return the word of the posts that is most like another, and usual enough."""
    from rapidfuzz.distance import DamerauLevenshtein  # noqa: PLC0415 - few words are misspelt

    heard = sound(word)

    def likeness(candidate: _Candidate) -> float:
        like = DamerauLevenshtein.normalized_similarity(word, candidate.term)
        like += _AS_HEARD * (heard == candidate.sound)
        return like + _USUAL * math.log10(max(candidate.posts, 1))

    def is_near(other: str) -> bool:
        """Tell whether one may be the other with an error: two in a short word are another."""
        errors = DamerauLevenshtein.distance(word, other)
        is_sure = len(word) >= _LONG or word[:_SURE] == other[:_SURE]
        return errors <= 1 or (errors <= _MOST_ERRORS and is_sure)

    found = [
        candidate
        for candidate in _candidates(connection, word, heard)
        if candidate.posts >= at_least
        and candidate.term != word
        and (heard == candidate.sound or is_near(candidate.term))
    ]
    best = max(found, key=likeness, default=None)
    return best if best is not None and likeness(best) >= _NEAR else None


def _candidates(connection: sqlite3.Connection, word: str, heard: str) -> Iterator[_Candidate]:
    """Give the words that sound the same, and those that begin with the same letter."""
    beginning = {
        "first": word[0],
        "next": chr(ord(word[0]) + 1),
        "shortest": len(word) - 2,
        "longest": len(word) + 2,
        "limit": _CANDIDATES,
    }
    for statement, parameters in ((_SOUND, (heard,)), (_BEGINNING, beginning)):
        for term, spelling, sounds, posts in connection.execute(statement, parameters):
            yield _Candidate(term=term, spelling=spelling, sound=sounds, posts=posts)


def _apart(connection: sqlite3.Connection, word: str) -> str | None:
    """Return two words written as one: « conseilcitoyen »."""
    cuts = list(range(3, len(word) - 2))
    row = connection.execute(_PARTS, {"word": word, "cuts": str(cuts)}).fetchone()
    if row is None or not STOP_WORDS.isdisjoint(row):
        return None
    return f"{row[0]} {row[1]}"


def wider(asking: Asking) -> tuple[Wider, ...]:
    """Return queries that ask for less and find something, as far as looking is cheap."""
    found = []
    left = MAX_COST
    for one in _wider(asking):
        other = asking.instead(one.query)
        left -= other.wanted.cost
        if left < 0:
            break
        total = other.count(limit=_COUNTED)
        if total.value:
            found.append(replace(one, total=total))
        if len(found) == MAX_WIDER:
            break
    return tuple(found)


def _wider(asking: Asking) -> Iterator[Wider]:
    query, parsed = replace(asking.query, page=1), asking.parsed
    if any(term.is_exact for term in parsed.terms):
        text = query.text.translate(_WITHOUT_QUOTES)
        yield _asked(replace(query, text=text), "quotes")
    filters = [facet for facet in FACETS if query.selected(facet)]
    bare = Query(text=query.text, order=query.order)
    for facet in filters:
        if bare != (less := without_facet(query, facet)):
            yield _asked(less, "facet", facet)
    if query.is_filtered:
        yield _asked(bare, "filters")
    if len(parsed.required) > 1:
        for group in _least_telling(asking):
            left = tuple(other for other in parsed.required if other not in group)
            text = write(replace(parsed, required=left))
            dropped = (term.written for terms in group for term in terms)
            yield _asked(replace(query, text=text), "word", *dropped)


def _least_telling(asking: Asking) -> list[list[tuple[Term, ...]]]:
    """Return what may be dropped: all words that no post holds, else one of the most usual."""
    posts = {
        group: max(_use(asking.connection, term.words[0]) for term in group)
        for group in asking.parsed.required
    }
    unknown = [group for group, count in posts.items() if not count]
    if unknown:
        return [unknown] if len(unknown) < len(posts) else []
    usual = sorted(posts, key=lambda group: -posts[group])
    return [[group] for group in usual[:_DROPPED]]


def _asked(query: Query, kind: Kind, *dropped: str) -> Wider:
    return Wider(query=query, dropped=dropped, kind=kind, total=Total(value=0, exact=True))


def archive(connection: sqlite3.Connection) -> Archive:
    """Say what there is to search at all."""
    posts, sources, oldest, newest = connection.execute(_ARCHIVE).fetchone()
    return Archive(posts=posts, sources=sources, oldest=oldest, newest=newest)
