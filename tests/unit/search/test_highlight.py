import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.search.highlight import EXTRACT_CHARACTERS, Highlighter
from aggregator.search.terms import parse


def lit(query: str, text: str) -> list[str]:
    return [piece.text for piece in Highlighter(parse(query)).segments(text) if piece.lit]


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("ecole", "L’École et l'école, ÉCOLES", ["École", "école"]),
        ("ECOLE", "e\u0301cole", ["e\u0301cole"]),
        ("coeur", "Cœur, coeur, CŒUR", ["Cœur", "coeur", "CŒUR"]),
        ("cœur", "le coeur", ["coeur"]),
        ("cole", "école e\u0301cole", []),
        ("vitae", "vitæ", ["vitæ"]),
        ("l'ecole", "L’École", ["École"]),
        ('"l ecole"', "L’École, l ecole", ["L’École", "l ecole"]),
        ("vice-presidente", "la Vice Présidente", ["Vice Présidente"]),
        ("presid*", "la Vice-Présidente du président", ["Présidente", "président"]),
        ("elu", "élu·e·s", ["élu"]),
        ("jardin", "jardin_partagé", ["jardin"]),
        ("rue", "rueil, la rue", ["rue"]),
        ("velo ecole", "École à vélo", ["École", "vélo"]),
        ("c.r.i.c.", "Le C.R.I.C. bouge", ["C.R.I.C"]),
        ("", "École", []),
    ],
)
def test_lit(query: str, text: str, expected: list[str]) -> None:
    assert lit(query, text) == expected


@given(st.text(), st.text())
def test_the_pieces_are_the_text(query: str, text: str) -> None:
    pieces = Highlighter(parse(query)).segments(text)
    assert "".join(piece.text for piece in pieces) == text
    assert all(piece.text for piece in pieces)


@given(st.text(min_size=1), st.text())
def test_an_extract_is_short(query: str, text: str) -> None:
    assert len(Highlighter(parse(query)).extract(text)) <= EXTRACT_CHARACTERS + 3


def test_the_extract_shows_the_most_different_words() -> None:
    noise = "rien de neuf ce matin. " * 30
    text = f"Du vélo, encore du vélo. {noise}Une école à\n\nvélo ! {noise}"
    extract = Highlighter(parse("velo ecole")).extract(text)
    assert "Une école à vélo !" in extract
    assert extract.startswith("…\N{NO-BREAK SPACE}")
    assert extract.endswith("…")
    assert len(extract) <= EXTRACT_CHARACTERS + 3
    shown = extract.strip("…\N{NO-BREAK SPACE}")
    assert all(word in text.split() for word in shown.split())


def test_a_short_text_is_shown_whole() -> None:
    assert Highlighter(parse("velo")).extract("Du vélo.") == "Du vélo."


def test_an_endless_word_is_cut() -> None:
    extract = Highlighter(parse("velo")).extract("vélo/" + "x" * 5_000)
    assert extract == "vélo/" + "x" * (EXTRACT_CHARACTERS - 5) + "…"


def test_no_extract_without_the_words() -> None:
    assert Highlighter(parse("velo")).extract("rien") == ""
    assert Highlighter(()).extract("rien") == ""


def test_hostile_texts_take_no_time() -> None:
    # Each would hang a pattern that backtracks: blanks between words, accents without letters.
    for text in ("a" + " " * 20_000, "e\u0301" * 10_000, "\u0301" * 20_000, "ab " * 7_000):
        Highlighter(parse('"a a a b" ebe* abab "ab ab c"')).extract(text)
