"""« Pertinence »: which of the newest posts found answer best.

The index orders the newest COUNTED_POSTS posts by bm25, a word of the title counting for many of
the text; the best of them are then read and judged again by what bm25 cannot see: all forms of a
word are one word, words that stand together say more, a synonym says a little less than the word
typed, and of two equal posts the newer is the likelier.
"""

import json
import math
import sqlite3
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import pairwise

from aggregator.model import moment_of
from aggregator.search.expansion import Concept
from aggregator.search.finding import Wish
from aggregator.search.lighting import Finder, Place

REREAD = 60  # posts read again: 10 ms
# What bm25 gives a word of the title: so much that the length of a post with a long document, which
# it counts against all the post says, does not hide what its title says.
_TITLE = 1000.0
_DOCUMENTS = 0.3  # what it gives one of the documents
_READ_CHARACTERS = 8_000
_SATURATION = 1.2  # k1 of bm25: how soon one more occurrence says nothing new
_LENGTH = 0.75  # b of bm25: how much long texts are held back
_USUAL_CHARACTERS = 1_200
_TITLE_GAIN = 3.5  # of a thing named in the title, beside its occurrences in the text
_EARLY_GAIN = 0.4  # of a thing said in the very first words of the text
_EARLY_CHARACTERS = 150
_NAME_GAIN = 0.5  # of a thing that the post's theme, source, instance or quartier is named after
_CLOSE_GAIN = 1.2  # of two things side by side, in the text; twice in the title
_SYNONYM = 0.3  # what a synonym counts, where the word typed counts 1
_LATER = 0.9  # what each next thing typed counts, against the one before
_AGE_GAIN = 0.25  # of the newest post, against one of infinite age
_HALF_LIFE_DAYS = 1_000
# Of what all things wanted weigh, what a post must hold to be near an answer.
_NEARBY = 0.4

_BEST = """
SELECT rowid FROM posts_fts WHERE posts_fts MATCH :match AND rowid >= :low{below}
ORDER BY bm25(posts_fts, {title}, 1.0, {documents}, 0.0, 0.0), rowid DESC LIMIT :size OFFSET :offset
"""
# Of words in most posts bm25 reads all places again, and learns little.
_NEWEST = """
SELECT rowid FROM posts_fts WHERE posts_fts MATCH :match AND rowid >= :low{below}
ORDER BY rowid DESC LIMIT :size OFFSET :offset
"""
_TEXTS = """
SELECT p.id, p.title, substr(p.text, 1, ?), p.fac FROM json_each(?) AS wanted
CROSS JOIN posts AS p ON p.id = wanted.value
"""


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """What makes one post a better answer than another.

    Attributes:
        concepts: What is wanted.
        newest: When the newest of all posts appeared: ages are counted from it.
        posts: How many there are.
        is_usual: What is wanted is in most of them.
    """

    connection: sqlite3.Connection
    concepts: Sequence[Concept]
    newest: datetime
    posts: int
    is_usual: bool

    def page(self, wish: Wish, low: int, *, size: int, offset: int) -> tuple[int, ...]:
        """Return the ids of one page of what is found, down to the id `low`."""
        if offset >= REREAD:
            return self._by_index(wish, low, size, offset)
        head = self._reread(self._by_index(wish, low, REREAD, 0))
        page = tuple(head)[offset : offset + size]
        if len(page) < size and len(head) == REREAD:
            page += self._by_index(wish, low, size - len(page), REREAD)
        return page

    def nearby(self, wish: Wish, low: int, *, size: int, but: Collection[int]) -> tuple[int, ...]:
        """Return the ids of posts that hold most of what is wanted, best first."""
        found = self._by_index(wish, low, REREAD + len(but), 0)
        scores = self._reread([number for number in found if number not in but])
        enough = _NEARBY * sum(self._weights)
        near = [number for number, (_, held) in scores.items() if held > enough]
        return tuple(near[:size])

    @cached_property
    def _finder(self) -> Finder:
        return Finder(self.concepts)

    @cached_property
    def _weights(self) -> list[float]:
        """What each thing wanted weighs: more where few posts hold it, nothing where none does."""
        rare = [
            math.log(1 + self.posts / concept.posts) if concept.posts else 0.0
            for concept in self.concepts
        ]
        # In French what something is comes first, how it is after: « ascenseurs en panne ».
        placed = [weight * _LATER**place for place, weight in enumerate(rare)]
        usual = sum(placed) / len(placed) or 1.0
        return [weight / usual for weight in placed]

    def _by_index(self, wish: Wish, low: int, size: int, offset: int) -> tuple[int, ...]:
        high = wish.span.high
        below = "" if high is None else " AND rowid < :high"
        statement = (_NEWEST if self.is_usual else _BEST).format(
            below=below, title=_TITLE, documents=_DOCUMENTS
        )
        parameters = {**wish.parameters, "low": low, "size": size, "offset": offset}
        return tuple(number for (number,) in self.connection.execute(statement, parameters))

    def _reread(self, ids: Sequence[int]) -> dict[int, tuple[float, float]]:
        """Return score and weight of what is held by id, best first."""
        rows = self.connection.execute(_TEXTS, (_READ_CHARACTERS, json.dumps(ids)))
        scores = {
            number: self._score(number, title, text, frozenset(fac.split()))
            for number, title, text, fac in rows
        }
        # Where only documents say it, which are not read again, the index knows best.
        return dict(sorted(scores.items(), key=lambda score: -score[1][0]))

    def _score(
        self, number: int, title: str, text: str, fac: frozenset[str]
    ) -> tuple[float, float]:
        in_title, in_text = self._finder.places(title), self._finder.places(text)
        first = {place.concept: place.start for place in reversed(in_text) if place.is_typed}
        long = 1 - _LENGTH + _LENGTH * len(text) / _USUAL_CHARACTERS
        titled, said = Counter(map(_what, in_title)), Counter(map(_what, in_text))
        score = held = 0.0
        for of, (concept, weight) in enumerate(zip(self.concepts, self._weights, strict=True)):
            gain = 0.0
            for is_typed, worth in ((True, 1.0), (False, _SYNONYM)):
                times = said[of, is_typed]
                here = times * (_SATURATION + 1) / (times + _SATURATION * long)
                here += _TITLE_GAIN * ((of, is_typed) in titled)
                gain = max(gain, worth * here)
            if of in first:
                gain += _EARLY_GAIN * math.exp(-first[of] / _EARLY_CHARACTERS)
            if not fac.isdisjoint(concept.tokens):
                gain += _NAME_GAIN
            held += weight * (gain > 0)
            score += weight * gain
        score += _CLOSE_GAIN * (2 * _closeness(in_title) + _closeness(in_text))
        age_days = max((self.newest - moment_of(number)).days, 0)
        return score * (1 + _AGE_GAIN * math.exp2(-age_days / _HALF_LIFE_DAYS)), held


def _what(place: Place) -> tuple[int, bool]:
    return place.concept, place.is_typed


def _closeness(places: Sequence[Place]) -> float:
    """Return how near two different things stand, at best: 1 side by side, 0 far apart."""
    gaps = [
        after.start - before.end
        for before, after in pairwise(places)
        if before.concept != after.concept
    ]
    return 1 / (1 + min(gaps) / 10) if gaps else 0.0
