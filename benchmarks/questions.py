"""What people ask, made of the words of a generated database: the kinds that search.py measures.

Each kind is asked in up to twenty variants, so that nothing is answered from memory alone.
"""

import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from corpus import INSTANCES
from texts import CIVIC

from aggregator.language import STOP_WORDS, words
from aggregator.search import Query

VARIANTS = 20
LETTERS = 4  # of a word, at least
FEW_POSTS = 380  # sources from this one on have a thousandth of the posts each
# What Datasette's table page can be asked too.
FOR_DATASETTE = (
    *("rare word", "usual word", "very usual word", "two words", "word + instance"),
    *("word + source of few posts", "kind, no words"),
)
_FRENCH = re.compile(r"[a-zà-ÿœ]+")
_PAIR = re.compile(r"\b([a-zà-ÿ]{4,}) ([a-zà-ÿ]{4,})\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One query.

    Attributes:
        query: As the program is asked.
        match: The least that answering takes: what the index alone is asked; empty for no words.
        columns: The filters as columns of `posts`, for Datasette.
    """

    query: Query
    match: str
    columns: Mapping[str, int] = field(default_factory=dict)


Questions = list[Question]


def mix(connection: sqlite3.Connection) -> dict[str, Questions]:
    """Return the fourteen kinds that are asked together."""
    known = _Words(connection)
    return {
        "rare word": known.each(known.rare, _word),
        "usual word": known.each(known.usual, _word),
        "very usual word": known.each(known.very_usual, _word),
        "word of many forms": known.each(known.many_forms, _word),
        "two words": known.threes(lambda a, b, _: _ask(f"{a} {b}", _all(a, b))),
        "three words, stop words": known.threes(
            lambda a, b, c: _ask(f"{a} de la {b} et {c}", _all(a, b, c))
        ),
        "phrase": known.each(known.pairs, lambda pair, _: _ask(f'"{pair}"', f'"{pair}"')),
        "prefix": known.each(known.usual, lambda word, _: _ask(f"{word[:5]}*", f'"{word[:5]}" *')),
        "word + instance": known.each(known.usual, _of_instance),
        "word + quartiers + year": known.each(known.usual, _of_quartiers),
        "word + source of few posts": known.each(known.usual, _of_source),
        "fields depuis: avant:": known.each(
            known.usual,
            lambda word, n: _ask(
                f"{word} depuis:{2015 + n % 8}-03 avant:{2016 + n % 8}-09", _all(word)
            ),
        ),
        "kind, no words": [
            _of_kind(2, "instance"),
            _of_kind(4, "association"),
            _of_kind(5, "blog"),
        ],
        "deep page": [
            _ask(word, _all(word), Query(page=5 + 3 * n))
            for n, word in enumerate(["", *known.very_usual])
        ],
    }


def beside(connection: sqlite3.Connection) -> dict[str, Questions]:
    """Return the kinds that are measured on their own only."""
    known = _Words(connection)

    def relevant(word: str, _: int) -> Question:
        return _ask(word, _all(word), Query(order="pertinence"))

    return {
        "most frequent word": [_word("de", 0)],
        "pertinence, usual word": known.each(known.usual, relevant),
        "pertinence, very usual word": known.each(known.very_usual, relevant),
        "misspelling": known.each(known.usual, lambda word, _: _word(known.misspelt(word), 0)),
        "OR": known.threes(lambda a, b, _: _ask(f"{a} OR {b}", f"{_all(a)} OR {_all(b)}")),
        "NOT": known.threes(lambda a, b, _: _ask(f"{a} -{b}", f"{_all(a)} NOT {_all(b)}")),
    }


class _Words:
    """The French words of a database as they are written, by how many posts hold them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._dice = Random(1)
        self._shares = _shares(connection)
        self.rare = self._between(0, 0.0005)
        self.usual = self._between(0.01, 0.05)
        self.very_usual = self._between(0.3, 1)
        self.many_forms = self._some(_of_many_forms(connection))
        self.pairs = self._some(_pairs(connection))

    def each(self, words: Sequence[str], ask: Callable[[str, int], Question]) -> Questions:
        """Ask one question of each word, numbered from 0."""
        return [ask(word, number) for number, word in enumerate(words)]

    def threes(self, ask: Callable[[str, str, str], Question]) -> Questions:
        """Ask questions of three usual words each."""
        return [ask(*self._dice.sample(self.usual, 3)) for _ in self.usual]

    def misspelt(self, word: str) -> str:
        """Return the word with a letter left out, so that it is no word."""
        return next(
            shorter
            for place in range(1, len(word))
            if (shorter := word[:place] + word[place + 1 :]) not in self._shares
        )

    def _between(self, least: float, most: float) -> list[str]:
        return self._some([w for w, share in self._shares.items() if least <= share <= most])

    def _some(self, words: Sequence[str]) -> list[str]:
        return self._dice.sample(words, min(VARIANTS, len(words)))


def _shares(connection: sqlite3.Connection) -> dict[str, float]:
    """Return which share of the posts holds each word; one that three posts hold at least."""
    (posts,) = connection.execute("SELECT count(*) FROM post_facets").fetchone()
    rows = connection.execute(
        "SELECT spelling, max(posts) FROM terms WHERE length(term) >= ? AND posts >= 3"
        " GROUP BY term ORDER BY term",
        (LETTERS,),
    )
    return {word: held / posts for word, held in rows if _is_asked_for(word)}


def _of_many_forms(connection: sqlite3.Connection) -> list[str]:
    """Return the most used form of lemmas that have many, all of them usual."""
    (posts,) = connection.execute("SELECT count(*) FROM post_facets").fetchone()
    rows = connection.execute(
        "SELECT spelling, max(posts) AS held FROM terms GROUP BY lemma"
        " HAVING held BETWEEN :posts * 0.005 AND :posts * 0.1 ORDER BY count(*) DESC LIMIT 100",
        {"posts": posts},
    )
    return [word for word, _ in rows if _is_asked_for(word)]


def _pairs(connection: sqlite3.Connection) -> list[str]:
    """Return words that stand side by side in posts of all years."""
    (least, most) = connection.execute("SELECT min(id), max(id) FROM post_facets").fetchone()
    found = []
    for part in range(VARIANTS):
        (text,) = connection.execute(
            "SELECT text FROM posts WHERE id >= ? AND language = 'fr' ORDER BY id LIMIT 1",
            (least + (most - least) * part // VARIANTS,),
        ).fetchone()
        found += [" ".join(pair) for pair in _PAIR.findall(text)[:1]]
    # Two of the most frequent words, too: their phrase is the dearest.
    return [*found[: VARIANTS // 2], *(f"la {word}" for word in CIVIC)]


def _is_asked_for(word: str) -> bool:
    return _FRENCH.fullmatch(word) is not None and STOP_WORDS.isdisjoint(words(word))


def _word(text: str, _: int) -> Question:
    return _ask(text, _all(text))


def _of_instance(word: str, number: int) -> Question:
    instance = number % INSTANCES + 1
    query = Query(instances=(f"instance-{instance}",))
    return _ask(word, f"{_all(word)} AND xi{instance}", query, instance_id=instance)


def _of_quartiers(word: str, number: int) -> Question:
    year = 2024 - number % 8
    query = Query(quartiers=("quartier-4", "quartier-5"), years=(year,))
    return _ask(word, f"{_all(word)} AND (xq4 OR xq5) AND xy{year}", query)


def _of_source(word: str, number: int) -> Question:
    source = FEW_POSTS + number
    query = Query(sources=(f"source-{source}",))
    return _ask(word, f"{_all(word)} AND xs{source}", query, source_id=source)


def _of_kind(number: int, slug: str) -> Question:
    return _ask("", f"xk{number}", Query(kinds=(slug,)), kind_id=number)


def _ask(text: str, match: str, filtered: Query | None = None, **columns: int) -> Question:
    query = replace(filtered or Query(), text=text)
    return Question(query=query, match=match, columns=columns)


def _all(*texts: str) -> str:
    return " AND ".join(f'"{word}"' for text in texts for word in words(text))
