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

from aggregator.language import fold, indexed_text, lemmas, sound

SHORTEST, LONGEST = 2, 40  # characters of a term
REMEMBERED = 100_000  # pieces of text, and as many spellings: 20 MB in all

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

LONGEST_ACRONYM = 5

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
        self.forget()

    def forget(self) -> None:
        """Look every word up again."""
        self._pieces = _Recent()
        self._spellings = _Recent()

    def add(self, pieces: set[str]) -> None:
        """Give each word a row; inside a transaction.

        Args:
            pieces: As `pieces_of` found them.
        """
        terms = _terms_in(self._pieces.unmet(pieces))
        unmet = self._spellings.unmet(set(terms))
        if not unmet:
            return
        present = {
            spelling
            for (spelling,) in self._connection.execute(
                f"SELECT spelling FROM {self._table}"  # noqa: S608 - our own names
                " WHERE term IN (SELECT value FROM json_each(?))",
                (json.dumps([terms[spelling] for spelling in unmet]),),
            )
        }
        self._connection.executemany(
            _ADD.format(table=self._table),
            [
                (term, stem, spelling, heard)
                for term, spelling in sorted((terms[one], one) for one in unmet - present)
                for heard in (sound(term),)
                for stem in lemmas(spelling)
            ],
        )


class _Recent:
    """What was met lately: the older half is forgotten when the newer one is full."""

    def __init__(self) -> None:
        self._newer: set[str] = set()
        self._older: set[str] = set()

    def unmet(self, items: set[str]) -> set[str]:
        """Return what of these was not met lately; now it was."""
        fresh = items - self._newer
        unknown = fresh - self._older
        # Long ones are addresses, mostly, and come from outside: they must not fill the memory.
        self._newer.update(item for item in fresh if len(item) <= LONGEST)
        if len(self._newer) > REMEMBERED // 2:
            self._older = self._newer if len(self._newer) <= REMEMBERED else set()
            self._newer = set()
        return unknown


def is_word(term: str) -> bool:
    """Tell whether a token of the index is a word that `terms` holds."""
    return SHORTEST <= len(term) <= LONGEST and term.isalnum() and any(map(str.isalpha, term))


def pieces_of(text: str, *, plain: bool) -> Iterable[str]:
    """Return what stands between the blanks of a text.

    As it is written, or as `indexed_text` writes it out; but cœur, not coeur.

    Args:
        text: A title or a text.
        plain: Whether `is_plain` holds of it.
    """
    return text.split() if plain else _unspelt(set(indexed_text(text).split()), text)


def _unspelt(indexed: set[str], text: str) -> set[str]:
    """Put back the ligatures that the text has."""
    for piece in filter(_LIGATURE.search, text.split()):
        spelt = indexed_text(piece)
        if spelt in indexed:
            indexed.remove(spelt)
            indexed.add(piece)
    return indexed


def _terms_in(pieces: Iterable[str]) -> dict[str, str]:
    """Return the terms of the index by their spelling: but for acronyms, in lower case."""
    found, odd = {}, []
    for stretch in set(_STRETCH.findall("\n".join(pieces))):
        if _ORDINARY.fullmatch(stretch):
            is_acronym = stretch.isupper() and len(stretch) <= LONGEST_ACRONYM
            spelling = stretch if is_acronym else stretch.lower()
            found[spelling] = fold(spelling)
        else:
            odd.append(stretch)
    if odd:
        found |= _tokenised(odd)
    return {spelling: term for spelling, term in found.items() if is_word(term)}


def _tokenised(stretches: list[str]) -> dict[str, str]:
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
        found = {}
        spelt: dict[int, dict[str, str]] = {}
        for term, number in connection.execute("SELECT term, doc FROM tokens"):
            if number not in spelt:
                spelt[number] = _spellings(stretches[number])
            found[spelt[number].get(term, term)] = term
    return found


def _spellings(stretch: str) -> dict[str, str]:
    """Return the words of a stretch as it writes them, by term, where that can be told."""
    written = unicodedata.normalize("NFC", stretch).lower()
    return {fold(word): word for word in reversed(_WORD.findall(written))}
