"""The words that posts are written with: the table `terms` follows every save.

A word counts as the index tells words apart (FTS5's unicode61). For the letters of `_LETTERS`
Python tells them apart alike, and a thousand times faster; where other characters touch a word,
FTS5 itself is asked.
"""

import json
import re
import sqlite3
import unicodedata
from collections.abc import Iterable
from contextlib import closing
from typing import Literal

from aggregator.language import fold, indexed_text, lemma, sound

SHORTEST, LONGEST = 2, 40  # characters of a term
KNOWN = 200_000  # words remembered: about 20 MB

# What parts words for FTS5 as for anybody, as far as texts often have it. What is between are
# words, mostly.
_PARTING = (
    r"\s\x00-/:-@\[-`{-\x9f"
    "\u00a1-\u00a9\u00ab-\u00ac\u00ae-\u00b1\u00b4\u00b6-\u00b8\u00bb\u00bf\u00d7\u00f7"
    "\u2010-\u2064\u20a0-\u20b5"
)
_STRETCH = re.compile(f"[^{_PARTING}]+")
# Letters of which FTS5 knows the capitals and the accents (tests/unit/store/test_store_lexicon.py
# asks it of each). It does not know that œ is oe: it is never given one.
_LETTERS = (
    "0-9A-Za-zªº\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u012f\u0131-\u017e\u0180-\u024f"
    "\u0400-\u0481\u048a-\u0527\u0620-\u064a\u0671-\u06d3\u1e00-\u1e9a\u1e9c-\u1eff"
)
_ORDINARY = re.compile(f"[{_LETTERS}]+")
_WORD = re.compile(r"[^\W_]+")
_LIGATURE = re.compile("[œŒæÆ]")

Table = Literal["terms", "terms_next"]

# Of several spellings of a word, the one with most accents: these take two bytes each.
_ADD = """
INSERT INTO {table} AS known (term, lemma, spelling, sound, posts) VALUES (?, ?, ?, ?, 1)
ON CONFLICT (term, lemma) DO UPDATE SET spelling = excluded.spelling
WHERE (length(CAST(excluded.spelling AS BLOB)), excluded.spelling)
    > (length(CAST(known.spelling AS BLOB)), known.spelling)
"""


class Lexicon:
    """Adds words to `terms`, and remembers which ones are there.

    Whoever undoes a transaction, or learns that others may have taken rows out, calls `forget`.
    """

    def __init__(self, connection: sqlite3.Connection, table: Table) -> None:
        self._connection = connection
        self._table = table
        self._known: set[str] = set()

    def add(self, stretches: set[str]) -> None:
        """Give each word a row; inside a transaction.

        Args:
            stretches: As `stretches_of` found them.
        """
        unknown = stretches - self._known
        if not unknown:
            return
        found = _words_in(unknown)
        present = set(
            self._connection.execute(
                f"SELECT term, spelling FROM {self._table}"  # noqa: S608 - our own names
                " WHERE term IN (SELECT value FROM json_each(?))",
                (json.dumps([term for term, _ in found]),),
            )
        )
        self._connection.executemany(
            _ADD.format(table=self._table),
            [
                (term, lemma(spelling), spelling, sound(term))
                for term, spelling in sorted(found - present)
            ],
        )
        self._remember(unknown)

    def forget(self) -> None:
        """Look every word up again."""
        self._known.clear()

    def _remember(self, stretches: set[str]) -> None:
        # Long ones are no words, and come from outside: they must not fill the memory.
        short = {stretch for stretch in stretches if len(stretch) <= LONGEST}
        if len(self._known) + len(short) > KNOWN:
            self._known.clear()
        if len(short) <= KNOWN:
            self._known |= short


def is_word(term: str) -> bool:
    """Tell whether a token of the index is a word that `terms` holds."""
    return SHORTEST <= len(term) <= LONGEST and term.isalnum() and any(map(str.isalpha, term))


def stretches_of(texts: Iterable[str]) -> set[str]:
    """Return what stands between blanks and signs: words, mostly.

    As they are written, or as `indexed_text` writes them out; but cœur, not coeur.
    """
    found: set[str] = set()
    for text in texts:
        indexed = indexed_text(text)
        if indexed is text:
            found.update(_STRETCH.findall(text))
        else:
            found |= _unspelt(set(_STRETCH.findall(indexed)), text)
    return found


def _unspelt(indexed: set[str], text: str) -> set[str]:
    """Put back the ligatures that the text has."""
    if _LIGATURE.search(text):
        for stretch in set(_STRETCH.findall(text)):
            spelt = indexed_text(stretch)
            if spelt in indexed and _LIGATURE.search(stretch):
                indexed.remove(spelt)
                indexed.add(stretch)
    return indexed


def _words_in(stretches: Iterable[str]) -> set[tuple[str, str]]:
    """Return the terms of the index, each with its spelling in lower case."""
    found, odd = set(), []
    for stretch in stretches:
        if _ORDINARY.fullmatch(stretch):
            spelling = stretch.lower()
            found.add((fold(spelling), spelling))
        else:
            odd.append(stretch)
    if odd:
        found |= _tokenised(odd)
    return {pair for pair in found if is_word(pair[0])}


def _tokenised(stretches: list[str]) -> set[tuple[str, str]]:
    """Ask FTS5 which terms it makes of stretches."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(
            "CREATE VIRTUAL TABLE stretches USING fts5 ("
            "text, content='', tokenize='unicode61 remove_diacritics 2')"
        )
        connection.execute("CREATE VIRTUAL TABLE tokens USING fts5vocab (stretches, instance)")
        connection.executemany(
            "INSERT INTO stretches (rowid, text) VALUES (?, ?)", enumerate(stretches)
        )
        found = set()
        for term, number in connection.execute("SELECT term, doc FROM tokens"):
            written = unicodedata.normalize("NFC", stretches[number])
            found.add((term, _spelt(term, written)))
    return found


def _spelt(term: str, stretch: str) -> str:
    """Return a term as the stretch writes it, where that can be told."""
    return next((word for word in _WORD.findall(stretch.lower()) if fold(word) == term), term)
