import sqlite3
from collections import defaultdict
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.language import MARKS, fold, words

FRENCH = "aàâäbcçdeéèêëfghiîïjklmnoôöpqrstuùûüvwxyÿzœæ"
LIGATURES = (("œ", "oe"), ("Œ", "Oe"), ("æ", "ae"), ("Æ", "Ae"))


class Index:
    """The words that SQLite's index makes of texts."""

    def __init__(self) -> None:
        self.connection = sqlite3.connect(":memory:")
        self.connection.executescript(
            "CREATE VIRTUAL TABLE t USING fts5(x, tokenize='unicode61 remove_diacritics 2');"
            "CREATE VIRTUAL TABLE v USING fts5vocab(t, 'instance');"
        )

    def words(self, texts: list[str]) -> list[list[str]]:
        """Return the words of each text in order, ligatures taken apart as the view does."""
        self.connection.execute("DELETE FROM t")
        for number, text in enumerate(texts):
            apart = text
            for ligature, letters in LIGATURES:
                apart = apart.replace(ligature, letters)
            self.connection.execute("INSERT INTO t (rowid, x) VALUES (?, ?)", (number, apart))
        found: dict[int, list[str]] = defaultdict(list)
        for word, number in self.connection.execute("SELECT term, doc FROM v ORDER BY doc, offset"):
            found[number].append(word)
        return [found[number] for number in range(len(texts))]


@pytest.fixture(scope="module")
def index() -> Iterator[Index]:
    made = Index()
    yield made
    made.connection.close()


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("École", "ecole"),
        ("CŒUR", "coeur"),
        ("curriculum vitæ", "curriculum vitae"),
        ("e\u0301lu", "elu"),
        ("ÇA ÂGÉ ÏLE", "ca age ile"),
        ("l’été", "l’ete"),
        ("ἀγορά", "ἀγορά"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_words_are_split_as_people_expect() -> None:
    assert words("L’École d'Audenaerde, vice-présidente_2024 !") == [
        *("l", "ecole", "d", "audenaerde", "vice", "presidente", "2024")
    ]


def test_every_french_letter_is_the_word_of_the_index(index: Index) -> None:
    letters = [f"a{letter}b" for letter in FRENCH + FRENCH.upper()]
    assert [words(text) for text in letters] == index.words(letters)


def test_folding_changes_nothing_for_the_index(index: Index) -> None:
    # Every character of the basic plane, between two letters: it stays, goes, or splits.
    texts = [f"a{chr(code)}b" for code in range(1, 0x10000) if not 0xD800 <= code < 0xE000]
    assert index.words([fold(text) for text in texts]) == index.words(texts)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))))
def test_folding_whole_texts_changes_nothing_for_the_index(texts: list[str]) -> None:
    index = Index()
    assert index.words([fold(text) for text in texts]) == index.words(texts)
    index.connection.close()


@given(st.text(FRENCH + FRENCH.upper() + MARKS + " ’'-.·0123456789«»,;\n\N{NO-BREAK SPACE}"))
def test_french_words_are_those_of_the_index(text: str) -> None:
    index = Index()
    assert [words(text)] == index.words([text])
    index.connection.close()


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
