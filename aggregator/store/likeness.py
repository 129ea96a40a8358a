"""Which posts resemble each other: those that share rare words.

A post is known by its most telling words: those it uses often, or in its title, and few others use
(tf·idf). The index gives the posts that hold some of them, rarest words first and never more than
it can compare; of these, the nearest are those whose words point the same way (cosine).
"""

import heapq
import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from math import log, sqrt
from typing import NamedTuple

from aggregator.language import STOP_WORDS, words

KEPT = 6  # of one post
SAME_TITLE = 2  # of these, at most, from one source: an event that comes back each week
THRESHOLD = 0.2  # tuned by eye on the sample town: below it, posts share little but a manner
SHARED = 2  # telling words, at least: one may mean two things

_TELLING = 10  # words a post is known by
_RARE = 2  # a word of fewer posts leads nowhere
_COMMON, _COMMON_POSTS = 0.02, 25  # of all posts; a small town's words are all common else
_CANDIDATES = 2_000  # posts whose shared words are counted
_READ = 12  # of these, the best, whose texts are compared
_TITLE = 2  # what a word of the title counts as in the text
_CHARACTERS = 20_000  # read of one text: longer ones are minutes and laws, on everything at once
_BATCH = 50  # posts a transaction: some milliseconds
_REMEMBERED = 200_000  # words whose number of posts is known

Transaction = Callable[[], AbstractContextManager[None]]
Vector = Mapping[str, float]  # words with their weights, of length 1


def note(connection: sqlite3.Connection, posts: Iterable[int]) -> None:
    """Note posts whose like is to be looked for; in the transaction that wrote them."""
    connection.executemany(
        "INSERT OR IGNORE INTO comparing (post_id) VALUES (?)", [(post,) for post in posts]
    )


def compare(connection: sqlite3.Connection, transaction: Transaction, limit: int) -> int:
    """Look for the like of the newest posts noted; return how many were looked at."""
    comparer = _Comparer(connection)
    done = 0
    while done < limit:
        waiting = _waiting(connection, min(_BATCH, limit - done))
        if not waiting:
            break
        # Looked for outside the transaction: a crawl need not wait meanwhile.
        found = {post: comparer.near(post) for post, _ in waiting}
        with transaction():
            # What was edited or moved since is left for the next time.
            sure = {post for post, digest in waiting if _is_still(connection, post, digest)}
            for post in sorted(sure):
                comparer.write(post, found[post])
            connection.executemany(
                "DELETE FROM comparing WHERE post_id = ?", [(post,) for post in sure]
            )
        done += len(waiting)
    return done


def _waiting(connection: sqlite3.Connection, limit: int) -> list[tuple[int, str]]:
    return connection.execute(
        "SELECT post_id, digest FROM comparing JOIN posts ON id = post_id"
        " ORDER BY post_id DESC LIMIT ?",
        (limit,),
    ).fetchall()


def _is_still(connection: sqlite3.Connection, post: int, digest: str) -> bool:
    row = connection.execute(
        "SELECT 1 FROM posts WHERE id = ? AND digest = ?", (post, digest)
    ).fetchone()
    return row is not None


class _Like(NamedTuple):
    """One post that resembles another."""

    post: int
    score: float
    source: int
    title: str


class _Comparer:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        (self._posts,) = connection.execute("SELECT count(*) FROM post_facets").fetchone()
        self._common = max(self._posts * _COMMON, _COMMON_POSTS)
        self._counts: dict[str, int] = {}  # how many posts hold a word

    def near(self, post: int) -> list[_Like]:
        """Return the posts that resemble one; none where it has moved meanwhile."""
        vector = self._vectors([post]).get(post, {})
        telling = heapq.nlargest(
            _TELLING,
            (word for word in vector if _RARE <= self._counts[word] <= self._common),
            key=lambda word: (vector[word], word),
        )
        candidates = self._sharing(post, {word: vector[word] for word in telling})
        others = self._vectors(candidates)
        near = []
        for other, title, source in self._named(candidates):
            score = _cosine(vector, others.get(other, {}))
            if score >= THRESHOLD:
                near.append(_Like(other, round(score, 3), source, title))
        return _chosen(near)

    def write(self, post: int, near: Sequence[_Like]) -> None:
        """Write the posts that resemble one, on both sides; inside a transaction."""
        # Of a new post, what is there comes from others of its time and holds.
        self._connection.execute(
            "DELETE FROM similar_posts WHERE (post_id = ?1 OR similar_id = ?1)"
            " AND EXISTS (SELECT 1 FROM posts WHERE id = ?1 AND changed IS NOT NULL)",
            (post,),
        )
        there = {other for other, _, _ in self._named([like.post for like in near])}
        for like in near:
            if like.post in there:
                self._connection.executemany(
                    "INSERT OR REPLACE INTO similar_posts (post_id, similar_id, score)"
                    " VALUES (?, ?, ?)",
                    [(post, like.post, like.score), (like.post, post, like.score)],
                )
                self._trim(like.post)
        self._trim(post)

    def _sharing(self, post: int, telling: Vector) -> list[int]:
        """Return the posts that share most of the telling words."""
        weights: defaultdict[int, float] = defaultdict(float)
        shared: Counter[int] = Counter()
        room = _CANDIDATES
        for word in sorted(telling, key=lambda word: (self._counts[word], word)):
            rows = self._connection.execute(
                "SELECT rowid FROM posts_fts WHERE posts_fts MATCH ? ORDER BY rowid DESC LIMIT ?",
                (f'{{title text}} : "{word}"', room),
            ).fetchall()
            for (other,) in rows:
                weights[other] += telling[word] ** 2
            shared.update(other for (other,) in rows)
            room -= len(rows)
            if room <= 0:
                break
        weights.pop(post, None)
        enough = [other for other in weights if shared[other] >= SHARED]
        return heapq.nlargest(_READ, enough, key=lambda other: (weights[other], other))

    def _vectors(self, posts: Sequence[int]) -> dict[int, Vector]:
        rows = self._connection.execute(
            "SELECT id, title, substr(text, 1, ?) FROM posts_indexed"
            " WHERE id IN (SELECT value FROM json_each(?))",
            (_CHARACTERS, json.dumps(posts)),
        ).fetchall()
        found = {}
        for post, title, text in rows:
            counts = Counter(_said(text))
            for word in _said(title):
                counts[word] += _TITLE
            found[post] = counts
        self._count({word for counts in found.values() for word in counts})
        return {post: self._vector(counts) for post, counts in found.items()}

    def _vector(self, counts: Mapping[str, int]) -> Vector:
        weights = {
            word: (1 + log(count)) * log(1 + self._posts / self._counts[word])
            for word, count in counts.items()
        }
        length = sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {word: weight / length for word, weight in weights.items()}

    def _count(self, wanted: set[str]) -> None:
        """Learn how many posts hold words; never 0."""
        if len(self._counts) > _REMEMBERED:
            self._counts.clear()
        unknown = {word for word in wanted if word not in self._counts}
        rows = self._connection.execute(
            "SELECT term, max(posts) FROM terms WHERE term IN (SELECT value FROM json_each(?))"
            " GROUP BY term",
            (json.dumps(sorted(unknown)),),
        ).fetchall()
        self._counts.update(rows)
        # Terms are counted at night: those of today, and of a new town, count as one.
        for word in unknown:
            if self._counts.get(word, 1) <= 1:
                self._counts[word] = self._ask_index(word)

    def _ask_index(self, word: str) -> int:
        (count,) = self._connection.execute(
            "SELECT count(*) FROM (SELECT 1 FROM posts_fts WHERE posts_fts MATCH ? LIMIT ?)",
            (f'{{title text}} : "{word}"', int(self._common) + 1),
        ).fetchone()
        return max(int(count), 1)

    def _named(self, posts: Sequence[int]) -> list[tuple[int, str, int]]:
        return self._connection.execute(
            "SELECT id, title, source_id FROM posts WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(posts),),
        ).fetchall()

    def _trim(self, post: int) -> None:
        """Keep the best of what resembles a post, for it may have more by now."""
        rows = self._connection.execute(
            "SELECT p.id, l.score, p.source_id, p.title"
            " FROM similar_posts AS l JOIN posts AS p ON p.id = l.similar_id WHERE l.post_id = ?",
            (post,),
        )
        likes = [_Like._make(row) for row in rows]
        kept = {like.post for like in _chosen(likes)}
        self._connection.executemany(
            "DELETE FROM similar_posts WHERE post_id = ? AND similar_id = ?",
            [(post, like.post) for like in likes if like.post not in kept],
        )


def _chosen(near: Iterable[_Like]) -> list[_Like]:
    """Return the nearest posts, no more than few of what one source calls the same."""
    chosen: list[_Like] = []
    titles: Counter[tuple[int, str]] = Counter()
    for like in sorted(near, key=lambda like: (-like.score, -like.post)):
        same = (like.source, " ".join(words(like.title)))
        if titles[same] < SAME_TITLE:
            titles[same] += 1
            chosen.append(like)
    return chosen[:KEPT]


def _said(text: str) -> list[str]:
    """Return the words that tell something of what a text is about."""
    return [
        word
        for word in words(text)
        if len(word) > 2 and word not in STOP_WORDS and not word[0].isdigit()
    ]


def _cosine(one: Vector, other: Vector) -> float:
    return sum(weight * other.get(word, 0.0) for word, weight in one.items())
