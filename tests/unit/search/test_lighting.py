from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.language import tokens
from aggregator.search.expansion import Concept, Wording
from aggregator.search.lighting import EXTRACT_CHARACTERS, SEARCHED_CHARACTERS, Finder
from aggregator.search.terms import parse


def near(*words: str) -> Wording:
    return Wording(words=words, is_near=True)


def concept(*typed: str, same: Iterable[Wording] = ()) -> Concept:
    """Something said in any of these ways, word by word."""
    return Concept(
        parts=(tuple(Wording(words=tuple(way.split())) for way in typed),), same=tuple(same)
    )


def finder(query: str) -> Finder:
    """Find the words of a query as they stand."""
    return Finder(concept(" ".join(term.words)) for term in parse(query).terms)


def lit(found: Finder, text: str) -> list[str]:
    return [piece.text for piece in found.segments(text) if piece.lit]


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("ecole", "L’École et l'école, ÉCOLES", ["École", "école"]),
        ("ECOLE", "e\u0301cole", ["e\u0301cole"]),
        ("cole", "école e\u0301cole", []),
        ("coeur", "Cœur, coeur, CŒUR", ["Cœur", "coeur", "CŒUR"]),
        ("cœur", "le coeur", ["coeur"]),
        ("vitae", "vitæ", ["vitæ"]),
        ("finance", "la ﬁnance, la finance", ["ﬁnance", "finance"]),
        ("effluve", "un eﬄuve, un effluve", ["eﬄuve", "effluve"]),
        ("office", "un oﬃce, un oﬀice", ["oﬃce", "oﬀice"]),
        ("l'ecole", "L’École", ["École"]),
        ('"l ecole"', "L’École, l ecole", ["L’École", "l ecole"]),
        ("vice-presidente", "la Vice Présidente", ["Vice Présidente"]),
        ('"rue neuve"', "rue  neuve, rue du neuf, neuve rue", ["rue  neuve"]),
        ("elu", "élu·e·s", ["élu·e·s"]),
        ("jardin", "jardin_partagé", ["jardin"]),
        ("rue", "rueil, la rue", ["rue"]),
        ("velo ecole", "École à vélo", ["École", "vélo"]),
        ("cric", "Le C.R.I.C. bouge", ["C.R.I.C."]),
        ("c.r.i.c.", "Le CRIC bouge", ["CRIC"]),
        ("", "École", []),
    ],
)
def test_lit(query: str, text: str, expected: list[str]) -> None:
    assert lit(finder(query), text) == expected


def test_forms_and_synonyms_are_lit_and_told_apart() -> None:
    found = Finder([concept("conseil", "conseils", same=[near("assemblee", "quartier")])])
    text = "Les conseils, l’assemblée du quartier, un quartier."
    assert lit(found, text) == ["conseils", "assemblée du quartier"]
    assert [(place.concept, place.is_typed) for place in found.places(text)] == [
        (0, True),
        (0, False),
    ]


def test_words_near_each_other_are_lit_with_what_is_between() -> None:
    found = Finder([Concept(parts=((near("conseil", "quartier"),),))])
    assert lit(found, "Conseil municipal de quartier") == ["Conseil municipal de quartier"]
    assert lit(found, "conseil a b c d quartier") == []


def test_of_two_wordings_the_longer_is_lit() -> None:
    assert lit(Finder([concept("rue", "rue neuve")]), "rue neuve") == ["rue neuve"]


@given(st.lists(st.text(), max_size=3).map(" ".join), st.text())
def test_the_pieces_are_the_text(query: str, text: str) -> None:
    pieces = finder(query).segments(text)
    assert "".join(piece.text for piece in pieces) == text
    assert all(piece.text for piece in pieces)


_WRITTEN = st.text(st.sampled_from("aeéœﬁcos.·- (’\u0301L"), max_size=30)


@given(_WRITTEN)
def test_pieces_of_odd_spellings_are_the_text(text: str) -> None:
    pieces = Finder([concept("coeur", "oe", "fi", "a", "ecole so")]).segments(text)
    assert "".join(piece.text for piece in pieces) == text


_SPELT = ("cœur", "École", "e\u0301lu", "ﬁl", "C.C.A.S.", "vélos", "œuﬀ")


@given(st.lists(st.sampled_from(_SPELT)).map(" ".join))
def test_every_word_of_the_index_is_lit_where_it_stands(text: str) -> None:
    for token in tokens(text):
        for form in token.forms:
            assert any(
                place.start <= token.start and token.end <= place.end
                for place in Finder([concept(form)]).places(text)
            )


@given(st.text(min_size=1), st.text())
def test_an_extract_is_short(query: str, text: str) -> None:
    assert len(finder(query).extract(text)) <= EXTRACT_CHARACTERS + 3


def test_the_extract_shows_the_most_different_words() -> None:
    noise = "rien de neuf ce matin. " * 30
    text = f"Du vélo, encore du vélo. {noise}Une école à\n\nvélo ! {noise}"
    extract = finder("velo ecole").extract(text)
    assert "Une école à vélo !" in extract
    assert extract.startswith("…\N{NO-BREAK SPACE}")
    assert extract.endswith("…")
    assert len(extract) <= EXTRACT_CHARACTERS + 3
    shown = extract.strip("…\N{NO-BREAK SPACE}")
    assert all(word in text.split() for word in shown.split())


def test_a_short_text_is_shown_whole() -> None:
    assert finder("velo").extract("Du vélo.") == "Du vélo."


def test_an_endless_word_is_cut() -> None:
    extract = finder("velo").extract("vélo/" + "x" * 5_000)
    assert extract == "vélo/" + "x" * (EXTRACT_CHARACTERS - 5) + "…"


def test_no_extract_without_the_words() -> None:
    assert finder("velo").extract("rien") == ""
    assert not finder("").is_needed
    assert finder("").extract("rien") == ""
    assert finder("velo").extract("x " * SEARCHED_CHARACTERS + "vélo") == ""


@pytest.mark.parametrize(
    "text",
    ["a" + " " * 20_000, "e\u0301" * 10_000, "\u0301" * 20_000, "ab " * 7_000, "élu·" * 5_000],
)
def test_hostile_texts_are_no_error(text: str) -> None:
    # Each would hang a pattern that backtracks: blanks between words, accents without letters.
    finder('"a a a b" ebe abab "ab ab c"').extract(text)
    Finder([Concept(parts=((near("a", "b"), near("ab", "c")),))]).extract(text)
