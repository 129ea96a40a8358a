"""What is talked about: words and names that rise this week against the year before.

A word is measured by how surprising its week is, given its year (log-likelihood ratio: Dunning,
Accurate Methods for the Statistics of Surprise and Coincidence, 1993), by posts rather than by
times it is written: one long text makes no topic.
"""

import json
import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import log
from statistics import NormalDist
from typing import NamedTuple

from aggregator.clock import to_iso
from aggregator.language import STOP_WORDS, fold
from aggregator.store import ids
from aggregator.store.naming import DAYS_AND_MONTHS, names

MOST = 12
WEEK, YEAR = timedelta(days=7), timedelta(days=365)
LEAST_POSTS, LEAST_SOURCES = 3, 2
THIN_WEEK = 7  # posts; of fewer nothing can be said
ERRORS = 0.05  # how many topics of a week may come of chance alone

_POSTS = 5_000  # read of one week
_CHARACTERS = 6_000  # read of one post
_NAMES, _WORDS = 80, 120  # looked up in the year before
_FORMS = 30  # of one word
_COVERED = 0.6  # of the posts: two topics are the same news

_WORD = re.compile(r"[^\W\d_]{3,}")
# What announcements are made of, numbers, and verbs that say nothing.
_SAYS_NOTHING = (
    STOP_WORDS
    | DAYS_AND_MONTHS
    | frozenset(
        """
    accueillir aller appeler arriver attendre avoir cliquer commencer connaitre continuer croire
    decouvrir demander devenir devoir dire donner ecrire entendre etre faire falloir finir inviter
    laisser lire mettre montrer ouvrir participer partir passer penser permettre pouvoir prendre
    presenter proposer recevoir regarder rendre rester retrouver revenir savoir sembler suivre tenir
    trouver venir vivre voir vouloir
    deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize vingt
    trente quarante cinquante soixante cent mille million milliard millier dizaine vingtaine
    premier premiere second seconde deuxieme troisieme dernier derniere prochain prochaine nouveau
    nouvelle autour derriere devant ensemble jamais souvent toujours grand petit bon
    an annee article aujourd demain fois heure hier hui info information jour journee
    lendemain matin minute mois moment new rendez semaine site soir soiree suite weekend
    http https www com org html
    """.split()  # noqa: SIM905 - a hundred lines as a list
    )
)

Transaction = Callable[[], AbstractContextManager[None]]


@dataclass(slots=True, kw_only=True)
class _Topic:
    """A word in all its forms, or a name."""

    forms: set[tuple[str, ...]] = field(default_factory=set)  # folded words, as the index has them
    spellings: Counter[str] = field(default_factory=Counter)
    posts: set[int] = field(default_factory=set)
    sources: set[int] = field(default_factory=set)
    is_sure: bool = True  # False of a name that only begins sentences
    lemma: str = ""  # of a name, none
    usual: int = 0  # posts that have it in all, as last counted; of a name, none
    before: int = 0  # posts that had it in the year before
    score: float = 0.0

    def add(self, form: tuple[str, ...], spelling: str, posts: Sequence["_Post"]) -> None:
        """Note that posts have it, in this form."""
        self.forms.add(form)
        self.spellings[spelling] += len(posts)
        self.posts.update([post.id for post in posts])
        self.sources.update([post.source for post in posts])

    @property
    def is_wide(self) -> bool:
        """Whether more than a few talk about it."""
        return len(self.posts) >= LEAST_POSTS and len(self.sources) >= LEAST_SOURCES

    @property
    def words(self) -> str:
        """The most usual spelling; with a small letter where it is often written so."""
        small = Counter({text: n for text, n in self.spellings.items() if text[0].islower()})
        usual = small if small.total() * 4 >= self.spellings.total() else self.spellings
        return min(usual, key=lambda text: (-usual[text], text))


class _Post(NamedTuple):
    id: int
    source: int
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """A stretch of time: the ids of its posts, and how many they are."""

    first: int
    end: int
    posts: int


def count(connection: sqlite3.Connection, transaction: Transaction, now: datetime) -> int:
    """Work out the topics anew; return how many there are."""
    found = _risen(connection, now)
    rows = [
        (
            *(position, topic.words, len(topic.posts), len(topic.sources), topic.before),
            *(round(topic.score, 1), to_iso(now)),
        )
        for position, topic in enumerate(found, start=1)
    ]
    with transaction():
        connection.execute("DELETE FROM topics")
        connection.executemany(
            "INSERT INTO topics (position, words, posts, sources, posts_before, score, counted)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
    return len(found)


def surprise(posts: int, of: int, posts_before: int, of_before: int) -> float:
    """Return by how much a word has risen: a log-likelihood ratio, 0 where it has not.

    Args:
        posts: How many have the word now.
        of: Among how many.
        posts_before: How many had it before.
        of_before: Among how many.
    """
    usual = (posts + posts_before) / (of + of_before)
    if posts <= usual * of:
        return 0.0
    return 2 * (
        _evidence(posts, usual * of)
        + _evidence(of - posts, (1 - usual) * of)
        + _evidence(posts_before, usual * of_before)
        + _evidence(of_before - posts_before, (1 - usual) * of_before)
    )


def _surprising(looked_at: int) -> float:
    """Return the surprise that tells: the more words are looked at, the more one rises by chance.

    The ratio goes by the chi-squared distribution of one degree, the square of a normal one.
    """
    chance = ERRORS / max(looked_at, 1)
    return NormalDist().inv_cdf(1 - chance / 2) ** 2


def _evidence(found: int, expected: float) -> float:
    return found * log(found / expected) if found else 0.0


def _risen(connection: sqlite3.Connection, now: datetime) -> list[_Topic]:
    week = _span(connection, now - WEEK, now)
    if week.posts < THIN_WEEK:
        return []
    year = _span(connection, now - WEEK - YEAR, now - WEEK)
    candidates, looked_at = _promising(connection, week)
    surprising = _surprising(looked_at)
    risen = []
    for topic in candidates:
        topic.before = _count(connection, topic, year)
        topic.score = surprise(len(topic.posts), week.posts, topic.before, year.posts)
        if topic.score >= surprising:
            risen.append(topic)
    return _distinct(risen)[:MOST]


def _span(connection: sqlite3.Connection, start: datetime, end: datetime) -> _Span:
    first, last = ids.first_id(start), ids.first_id(end)
    (posts,) = connection.execute(
        "SELECT count(*) FROM post_facets WHERE id BETWEEN ? AND ?", (first, last - 1)
    ).fetchone()
    return _Span(first=first, end=last, posts=posts)


def _promising(connection: sqlite3.Connection, week: _Span) -> tuple[list[_Topic], int]:
    """Return a bounded number of names and words of a week, and among how many they stood out."""
    rows = connection.execute(
        "SELECT id, source_id, title, substr(text, 1, ?) FROM posts"
        " WHERE id BETWEEN ? AND ? AND date_origin <> 'first_seen' ORDER BY id DESC LIMIT ?",
        (_CHARACTERS, week.first, week.end - 1, _POSTS),
    )
    posts = [_Post._make(row) for row in rows]
    named = [topic for topic in _named(posts) if topic.is_wide and topic.is_sure]
    named.sort(key=lambda topic: (-len(topic.posts), topic.words))
    said = [topic for topic in _said(connection, posts) if topic.is_wide]
    (total,) = connection.execute("SELECT count(*) FROM post_facets").fetchone()
    likely = {
        topic.lemma: surprise(len(topic.posts), week.posts, min(topic.usual, total), total)
        for topic in said
    }
    said.sort(key=lambda topic: (-likely[topic.lemma], -len(topic.posts), topic.lemma))
    return named[:_NAMES] + said[:_WORDS], len(named) + len(said)


def _named(posts: Iterable[_Post]) -> Iterable[_Topic]:
    found: dict[tuple[str, ...], _Topic] = defaultdict(lambda: _Topic(is_sure=False))
    for post in posts:
        for text in (post.title, post.text):
            for name in names(text):
                topic = found[name.form]
                topic.add(name.form, name.spelling, [post])
                topic.is_sure |= name.surely
    return found.values()


def _said(connection: sqlite3.Connection, posts: Iterable[_Post]) -> Iterator[_Topic]:
    having: dict[str, list[_Post]] = defaultdict(list)  # by word as it is written
    for post in posts:
        for word in set(_WORD.findall(f"{post.title} {post.text}")):
            having[word].append(post)
    terms = _Terms(connection, {fold(word) for word in having})
    by_lemma: dict[str, list[str]] = defaultdict(list)
    for word in having:
        by_lemma[terms.lemma(word)].append(word)
    for lemma, forms in by_lemma.items():
        if lemma in _SAYS_NOTHING or sum(len(having[word]) for word in forms) < LEAST_POSTS:
            continue
        topic = _Topic(lemma=lemma)
        for word in forms:
            if (term := fold(word)) not in _SAYS_NOTHING:
                topic.usual += 0 if (term,) in topic.forms else terms.posts(term)
                topic.add((term,), word, having[word])
        yield topic


class _Terms:
    """What the table of terms says of some words."""

    def __init__(self, connection: sqlite3.Connection, wanted: Iterable[str]) -> None:
        rows = connection.execute(
            "SELECT term, lemma, spelling, posts FROM terms"
            " WHERE term IN (SELECT value FROM json_each(?)) ORDER BY posts, lemma DESC",
            (json.dumps(sorted(wanted)),),
        ).fetchall()
        # The last one stands: the most frequent.
        self._by_spelling: dict[str, str] = {spelling: lemma for _, lemma, spelling, _ in rows}
        self._by_term: dict[str, str] = {term: lemma for term, lemma, _, _ in rows}
        self._posts: dict[str, int] = {term: posts for term, _, _, posts in rows}

    def lemma(self, word: str) -> str:
        """Return the lemma of a word as written."""
        term = fold(word)
        return self._by_spelling.get(word.lower()) or self._by_term.get(term, term)

    def posts(self, term: str) -> int:
        """Return how many posts have a folded word."""
        return self._posts.get(term, 0)


def _count(connection: sqlite3.Connection, topic: _Topic, span: _Span) -> int:
    forms = set(topic.forms)
    if topic.lemma:
        rows = connection.execute(
            "SELECT term FROM terms WHERE lemma = ? ORDER BY posts DESC LIMIT ?",
            (topic.lemma, _FORMS),
        )
        forms.update(rows)
    match = " OR ".join(sorted(f'"{" ".join(form)}"' for form in forms))
    (posts,) = connection.execute(
        "SELECT count(*) FROM posts_fts WHERE posts_fts MATCH ? AND rowid BETWEEN ? AND ?",
        (f"{{title text}} : ({match})", span.first, span.end - 1),
    ).fetchone()
    return int(posts)


def _distinct(risen: Sequence[_Topic]) -> list[_Topic]:
    """Return the topics, most surprising first, each piece of news once.

    A name beats its words, and a name that holds another one beats that.
    """
    beaten = {
        id(part)
        for part in risen
        for whole in risen
        if not whole.lemma
        and _is_part(part, whole)
        and len(part.posts & whole.posts) >= _COVERED * len(part.posts)
    }
    kept: list[_Topic] = []
    for topic in sorted(risen, key=lambda topic: (-topic.score, topic.words)):
        if id(topic) not in beaten and not any(_same_news(topic, other) for other in kept):
            kept.append(topic)
    return kept


def _is_part(part: _Topic, whole: _Topic) -> bool:
    return any(
        len(some) < len(all_of_it) and set(some) <= set(all_of_it)
        for some in part.forms
        for all_of_it in whole.forms
    )


def _same_news(one: _Topic, other: _Topic) -> bool:
    return len(one.posts & other.posts) >= _COVERED * len(one.posts | other.posts)
