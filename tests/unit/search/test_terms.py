import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.search.terms import MAX_WORDS, is_wordless, parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("école", ["ecole"]),
        ("L’École du cœur", ["ecole", "du", "coeur"]),
        ("l'ecole qu'on aime", ["ecole", "on", "aime"]),
        ("aujourd'hui", ["aujourd", "hui"]),
        ("l'", []),
        ("c++", []),
        ("", []),
        ("  ?! ", []),
        ("quartier 4", ["quartier", "4"]),
        ("vice-présidente", ["vice presidente"]),
        ("C.R.I.C.", ["c r i c"]),
        ('"conseil de quartier" vélo', ["conseil de quartier", "velo"]),
        ("« l’école »", ["l ecole"]),
        ('"jamais fermé vélo', ["jamais", "ferme", "velo"]),
        ("quart*", ["quart*"]),
        ("qua*", ["qua"]),
        ("conseil*s", ["conseil s"]),
        ("vice-présid*", ["vice presid*"]),
        ('"quart*"', ["quart"]),
        ("-vélo", ["velo"]),
        ("école ECOLE Ecole", ["ecole"]),
        ("budget,logement/rue", ["budget", "logement", "rue"]),
        ("title:école NEAR(a b) AND xi3", ["title", "ecole", "near", "a", "b", "and", "xi3"]),
    ],
)
def test_parse(text: str, expected: list[str]) -> None:
    read = [" ".join(term.words) + "*" * term.is_prefix for term in parse(text)]
    assert read == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", False), (" \t", False), ("c++", True), ("l'", True), ('""', True), ("vélo *", False)],
)
def test_a_text_without_words_is_told_from_an_empty_one(text: str, expected: bool) -> None:
    assert is_wordless(text) is expected


def test_only_so_many_words_count() -> None:
    assert [term.words[0] for term in parse("un deux trois quatre cinq six sept huit neuf")] == [
        *("un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit")
    ]


def test_a_phrase_is_cut_where_the_words_end() -> None:
    (first, last) = parse('budget "un deux trois quatre cinq six sept huit neuf"')
    assert (first.words, len(last.words)) == (("budget",), MAX_WORDS - 1)


@given(st.text())
def test_any_text_gives_few_words_without_syntax(text: str) -> None:
    terms = parse(text)
    read = [word for term in terms for word in term.words]
    assert len(read) <= MAX_WORDS
    assert all(word.isalnum() for word in read)
