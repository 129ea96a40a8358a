import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.language import MARKS, indexed_text, is_plain, tokens, words

# What rules look at, to be put together in every way.
PIECES = [
    *("élu", "citoyen", "acteurs", "tou", "tous", "conseiller", "professionnel", "public", "un"),
    *("français", "né", "chef", "eux", "ant", "teur", "al", "à", "l", "cœur", "www", "elle"),
    *("A", "B", "E", "S", "ES", "Es", "É", "1", "_", "\u0301", "e\u0301", "\xad", "\u200b", "ﬁ"),
    *("e", "es", "s", "x", "ne", "nes", "le", "te", "se", "rice", "trice", "ère", "ive", "aux"),
    *("·", "•", ".", "-", "/", "(", ")", "(e)", "(s)", "’", "'", " ", "\n"),
]
PIECED = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
TEXTS = st.one_of(PIECED, st.text())
FRENCH = "aàâäbcçdeéèêëfghiîïjklmnoôöpqrstuùûüvwxyÿzœæABCDEÉŒﬁﬄ"


class Index:
    """The words that SQLite's index makes of a text."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        connection.executescript(
            "CREATE VIRTUAL TABLE t USING fts5 (x, tokenize='unicode61 remove_diacritics 2');"
            "CREATE VIRTUAL TABLE v USING fts5vocab (t, 'instance');"
        )

    def words(self, text: str) -> list[str]:
        self.connection.execute("DELETE FROM t")
        self.connection.execute("INSERT INTO t VALUES (?)", (text,))
        return [word for (word,) in self.connection.execute("SELECT term FROM v ORDER BY offset")]


@pytest.fixture(scope="module")
def index() -> Iterator[Index]:
    with closing(sqlite3.connect(":memory:")) as connection:
        yield Index(connection)


@pytest.mark.parametrize(
    ("text", "spelt"),
    [
        *((f"élu{sign}e{sign}s", "elu elue elues elus") for sign in "·•‧⋅∙.-/"),
        ("élus·es", "elu elue elues elus"),
        ("élu(e)s", "elu elue elues elus"),
        ("habitant(e)(s)", "habitant habitante habitantes habitants"),
        ("ÉLU·E·S", "elu elue elues elus"),
        ("e\u0301lu·e", "elue elu"),
        ("chargé(e)", "chargee charge"),
        ("né·e", "nee ne"),
        ("tou·te·s", "tout toute toutes tous"),
        ("tou·tes", "tout toute toutes tous"),
        ("ceux·celles", "ceux celles"),
        ("acteur·rice·s", "acteur actrice actrices acteurs"),
        ("agriculteur·ice·s", "agriculteur agricultrice agricultrices agriculteurs"),
        ("directeur/trice", "directrice directeur"),
        ("conseiller·ère·s", "conseiller conseillere conseilleres conseillers"),
        ("conseiller.e.s", "conseiller conseillere conseilleres conseillers"),
        ("conseiller-e\u0300re(s)", "conseiller conseillere conseilleres conseillers"),
        ("citoyen-ne-s", "citoyen citoyenne citoyennes citoyens"),
        ("créatif·ve·s", "creatif creative creatives creatifs"),
        ("heureux·se", "heureuse heureux"),
        ("travailleur·euse", "travailleuse travailleur"),
        ("municipaux·ales", "municipal municipale municipales municipaux"),
        ("professionnel-le", "professionnelle professionnel"),
        ("nouveau·elle·x", "nouvelle nouveau"),
        ("français·es", "francais francaise francaises francais"),
        ("vice-président·e", "vice presidente president"),
        ("adjoint·e/conseiller·ère", "adjointe adjoint conseillere conseiller"),
        ("bénévole·s", "benevole benevoles"),
        ("animal(aux), lieu(x), rue(s)", "animal animaux lieu lieux rue rues"),
    ],
)
def test_inclusive_writing_is_spelt_out(text: str, spelt: str) -> None:
    assert " ".join(words(indexed_text(text))) == spelt


@pytest.mark.parametrize(
    ("text", "spelt"),
    [
        ("C.R.I.C.", "CRIC"),
        ("le (C.R.I.C.) et l’É.N.A.", "le (CRIC) et l’ÉNA"),
        ("S.A. et U.S.A", "SA et USA"),
        ("C.R.I.C./P.I.C.", "CRIC/PIC"),
        ("Cœur", "Coeur"),
        ("Œuvre, vitæ", "OEuvre, vitae"),
        ("e\ufb03cace, \ufb01lm", "efficace, film"),
        ("biblio\xadthèque\u200b", "bibliothèque"),
    ],
)
def test_acronyms_are_joined_and_characters_made_clean(text: str, spelt: str) -> None:
    assert indexed_text(text) == spelt


@pytest.mark.parametrize(
    "text",
    [
        *("dit-elle", "a-t-elle", "peut-elle", "prends-les", "donne-le", "est-ce", "vas-y"),
        *("fin.Les", "avril.les", "donc.que", "www.site.fr", "www.amazon.es", "mairie@ville.es"),
        *("a.b", "etc.)", "1.5", "et/ou", "km/h", "m/s", "p. 3", "plan.pdf", "code.rs", "x(e)"),
        *("M. Dupont", "J.-P.", "p.m.", "J.P.Dupont", "Vélo•Les élus", "lundi•mardi", "il/elle"),
        *("élu·esprit", "citoyen·ne’s", "mot-e-mail", "·e·s", "(s)", "20e(s)"),
        "homme/femme, celles-ci, rendez-vous, Aix-les-Bains, Val-de-Marne",
    ],
)
def test_what_is_ordinary_is_left_alone(text: str) -> None:
    assert indexed_text(text) is text
    assert is_plain(text)


def test_a_token_stands_where_the_text_has_it() -> None:
    text = "Les élu·e·s du C.R.I.C., au c\u0153ur de l’e\ufb03\xadcacité e\u0301lue"
    assert [(text[token.start : token.end], token.forms) for token in tokens(text)] == [
        ("Les", ("les",)),
        ("élu·e·s", ("elu", "elue", "elues", "elus")),
        ("du", ("du",)),
        ("C.R.I.C.", ("cric",)),
        ("au", ("au",)),
        ("c\u0153ur", ("coeur",)),
        ("de", ("de",)),
        ("l", ("l",)),
        ("e\ufb03\xadcacité", ("efficacite",)),
        ("e\u0301lue", ("elue",)),
    ]


@settings(max_examples=500)
@given(TEXTS)
def test_all_is_done_at_once(text: str) -> None:
    once = indexed_text(text)
    assert indexed_text(once) is once
    assert is_plain(text) == (once is text) == (once == text)


@settings(max_examples=500)
@given(TEXTS)
def test_tokens_are_the_words_of_the_index_in_their_places(text: str) -> None:
    found = list(tokens(text))
    assert [form for token in found for form in token.forms] == words(indexed_text(text))
    edges = [0, *(edge for token in found for edge in (token.start, token.end)), len(text)]
    assert edges == sorted(edges)
    assert all(token.start < token.end for token in found)


@settings(max_examples=500)
@given(text=st.one_of(PIECED, st.text(FRENCH + MARKS + " ’'-.·01«»,;\n\xad()/")))
def test_the_index_makes_the_same_words(index: Index, text: str) -> None:
    given_to_index = indexed_text(text)
    assert words(given_to_index) == index.words(given_to_index)
