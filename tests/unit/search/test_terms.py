import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.search.terms import MAX_CHARACTERS, MAX_WORDS, Term, parse, write


def read(term: Term) -> str:
    """Write a term down: "exact", prefix*, others plainly."""
    words = " ".join(term.words)
    return f'"{words}"' if term.is_exact else words + "*" * term.is_prefix


def required(text: str) -> list[str]:
    return [" | ".join(map(read, group)) for group in parse(text).required]


def excluded(text: str) -> list[str]:
    return [read(term) for term in parse(text).excluded]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("  ?! ", []),
        ("école", ["ecole"]),
        ("c++", []),
        ("quartier 4", ["quartier", "4"]),
        ("école rue école", ["ecole", "rue"]),
        ("budget,logement/rue", ["budget", "logement", "rue"]),
        ("title:école NEAR(xyz) AND xi3", ["title", "ecole", "near", "xyz", "and", "xi3"]),
        # Elisions, with and without their apostrophe.
        ("L’École du cœur", ["ecole", "coeur"]),
        ("l'ecole qu'on aime", ["ecole", "aime"]),
        ("l ecole", ["ecole"]),
        ("l'", []),
        ("aujourd'hui", ["aujourd", "hui"]),
        # Words of grammar count where there is nothing else, and in quotes.
        ("la place de la mairie", ["place", "mairie"]),
        ("la", ["la"]),
        ("de la", ["de", "la"]),
        ('"de la"', ['"de la"']),
        # Words that belong together.
        ("vice-présidente", ["vice presidente"]),
        ("jardin_partagé", ["jardin partage"]),
        ("C.R.I.C.", ["cric"]),
        ("c.c.a.s.", ["ccas"]),
        ("CCAS", ["ccas"]),
        # Quotes of all kinds.
        ('"conseil de quartier" vélo', ['"conseil de quartier"', "velo"]),
        ("« l’école »", ['"l ecole"']),
        ("“rue neuve”", ['"rue neuve"']),
        ('"jamais fermé vélo', ["jamais", "ferme", "velo"]),
        ('""', []),
        ('"quart*"', ['"quart"']),
        # Beginnings.
        ("quart*", ["quart*"]),
        ("qua*", ["qua"]),
        ("vice-présid*", ["vice presid*"]),
        ("*", []),
        # Either will do.
        ("vélo OR piste", ["velo | piste"]),
        ("vélo OU piste OU voie rue", ["velo | piste | voie", "rue"]),
        ('vélo OR "rue neuve"', ['velo | "rue neuve"']),
        ("vélo ou piste", ["velo", "piste"]),
        ("OR vélo OR", ["velo"]),
        ("vélo OR OR piste", ["velo | piste"]),
        # Inclusive writing is read as one of its forms.
        ("élu·e·s", ["elu"]),
        ("citoyen(ne)s", ["citoyen"]),
        ("ﬁnance", ["finance"]),
        ("e\u0301cole", ["ecole"]),
    ],
)
def test_required(text: str, expected: list[str]) -> None:
    assert required(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("vélo -école", ["ecole"]),
        ("-école vélo", ["ecole"]),
        ('vélo -"rue neuve"', ['"rue neuve"']),
        ("vélo -école -rue", ["ecole", "rue"]),
        ("vélo --école", ["ecole"]),
        ("vélo -l'école", ["ecole"]),
        ("vélo-école", []),
        ("vélo - école", []),
        ("vélo -", []),
        ("vélo -quart*", ["quart*"]),
    ],
)
def test_excluded(text: str, expected: list[str]) -> None:
    assert excluded(text) == expected


def test_a_term_remembers_how_it_was_written() -> None:
    ((marche,), (president,)) = parse("Marché vice-présid*").required
    assert (marche.written, president.written) == ("Marché", "vice-présid")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("", False), (" \t", False), ("c++", True), ("l'", True), ('""', True)),
        *(("vélo *", False), ("-vélo", False), ("😀", True)),
    ],
)
def test_a_text_without_words_is_told_from_an_empty_one(text: str, expected: bool) -> None:
    assert (bool(text.strip()) and parse(text).is_empty) is expected


def test_only_so_many_words_count() -> None:
    assert required("un1 deux trois quatre cinq six sept huit neuf") == [
        *("un1", "deux", "trois", "quatre", "cinq", "six", "sept", "huit")
    ]
    assert len(parse("vélo " + " ".join(f"-mot{n}" for n in range(20))).excluded) == MAX_WORDS
    assert required("é" * MAX_CHARACTERS + " vélo") == ["e" * MAX_CHARACTERS]


def test_a_phrase_is_cut_where_the_words_end() -> None:
    (first,), (last,) = parse('budget "un deux trois quatre cinq six sept huit neuf"').required
    assert (first.words, len(last.words)) == (("budget",), MAX_WORDS - 1)


@given(st.text())
def test_any_text_gives_few_words_without_syntax(text: str) -> None:
    parsed = parse(text)
    words = [word for term in parsed.terms for word in term.words]
    assert len(words) <= MAX_WORDS
    assert all(word.isalnum() for word in words)
    assert all(term.words for term in parsed.excluded)


_PIECES = ["vélo", "vice-maire", '"rue neuve"', "quart*", "-parc", '-"la gare"', "OR", "CCAS"]


@given(st.lists(st.sampled_from(_PIECES), max_size=6).map(" ".join))
def test_what_is_written_is_read_as_the_same(text: str) -> None:
    parsed = parse(text)
    assert parse(write(parsed)) == parsed
