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
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from aggregator.model import moment_of
from aggregator.search.finding import Wish
from aggregator.search.lighting import Finder, Place

REREAD = 60  # posts read again: 10 ms
_TITLE = 10.0  # what bm25 gives a word of the title
_READ_CHARACTERS = 8_000
_SATURATION = 1.2  # k1 of bm25: how soon one more occurrence says nothing new
_LENGTH = 0.75  # b of bm25: how much long texts are held back
_USUAL_CHARACTERS = 1_200
_TITLE_GAIN = 2.5  # a word in the title, beside its occurrences in the text
_CLOSE_GAIN = 1.2  # words side by side, in the text; twice in the title
_AGE_GAIN = 0.25  # the newest post, against one of infinite age
_HALF_LIFE_DAYS = 1_000

_BEST = """
SELECT rowid FROM posts_fts WHERE posts_fts MATCH :match AND rowid >= :low{below}
ORDER BY bm25(posts_fts, {title}, 1.0, 0.0, 0.0), rowid DESC LIMIT :size OFFSET :offset
"""
_TEXTS = """
SELECT p.id, p.title, substr(p.text, 1, ?) FROM json_each(?) AS wanted
CROSS JOIN posts AS p ON p.id = wanted.value
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The posts of one query in their order.

    Attributes:
        wish: What is found.
        low: The id of the oldest post that is ranked.
        finder: Finds what was searched in texts.
        newest: When the newest of all posts appeared: ages are counted from it.
    """

    connection: sqlite3.Connection
    wish: Wish
    low: int
    finder: Finder
    newest: datetime

    def page(self, *, size: int, offset: int) -> tuple[int, ...]:
        """Return the ids of one page."""
        if offset >= REREAD:
            return self._by_index(size, offset)
        head = self._reread(self._by_index(REREAD, 0))
        page = head[offset : offset + size]
        if len(page) < size and len(head) == REREAD:
            page += self._by_index(size - len(page), REREAD)
        return page

    def _by_index(self, size: int, offset: int) -> tuple[int, ...]:
        high = self.wish.span.high
        statement = _BEST.format(below="" if high is None else " AND rowid < :high", title=_TITLE)
        parameters = {**self.wish.parameters, "low": self.low, "size": size, "offset": offset}
        return tuple(number for (number,) in self.connection.execute(statement, parameters))

    def _reread(self, ids: Sequence[int]) -> tuple[int, ...]:
        rows = self.connection.execute(_TEXTS, (_READ_CHARACTERS, json.dumps(ids)))
        scores = {number: self._score(number, title, text) for number, title, text in rows}
        return tuple(sorted(ids, key=lambda number: (-scores[number], -number)))

    def _score(self, number: int, title: str, text: str) -> float:
        in_title, in_text = self.finder.places(title), self.finder.places(text)
        long = 1 - _LENGTH + _LENGTH * len(text) / _USUAL_CHARACTERS
        score = sum(
            times * (_SATURATION + 1) / (times + _SATURATION * long)
            for times in Counter(place.concept for place in in_text).values()
        )
        score += _TITLE_GAIN * len({place.concept for place in in_title})
        score += _CLOSE_GAIN * (2 * _closeness(in_title) + _closeness(in_text))
        age_days = max((self.newest - moment_of(number)).days, 0)
        return score * (1 + _AGE_GAIN * math.exp2(-age_days / _HALF_LIFE_DAYS))


def _closeness(places: Sequence[Place]) -> float:
    """Return how near two different concepts stand, at best: 1 side by side, 0 far apart."""
    gaps = [
        after.start - before.end
        for before, after in pairwise(places)
        if before.concept != after.concept
    ]
    return 1 / (1 + min(gaps) / 10) if gaps else 0.0
