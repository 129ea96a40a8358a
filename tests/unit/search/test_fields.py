from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from aggregator.search import Note, Query, Results
from aggregator.search.fields import Understood, understand
from aggregator.search.names import Names

Ask = Callable[..., Results]


@pytest.fixture
def read(posts: Any) -> Callable[[str], Understood]:
    """Read the fields of a text in a town."""
    posts.add_instance("fpc", "Fonds de participation", aliases=("FPH", "Fonds habitants"))
    posts.add_quartier("vieux-roubaix", "Vieux Roubaix", sector="est")
    posts.add(themes=("Vie associative",))
    names = Names.read(posts.connection)

    def themes(name: str) -> str | None:
        return "vie-associative" if name in {"vie-associative", "Vie associative"} else None

    return lambda text: understand(Query(text=text), names, themes)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("instance:cric", Query(instances=("cric",))),
        ("INSTANCE:CRIC", Query(instances=("cric",))),
        ("instance:fph", Query(instances=("fpc",))),
        ('instance:"Fonds habitants"', Query(instances=("fpc",))),
        ("instance:participation", Query(instances=("fpc",))),
        ("instance: cric", Query(instances=("cric",))),
        ("quartier:Épeule", Query(quartiers=("epeule",))),
        ("quartier:vieux", Query(quartiers=("vieux-roubaix",))),
        ("quartier:«\u00a0Vieux Roubaix\u00a0»", Query(quartiers=("vieux-roubaix",))),
        ("quartier:alma quartier:epeule", Query(quartiers=("alma", "epeule"))),
        ("source:nord-eclair", Query(sources=("nord-eclair",))),
        ('source:"Nord Éclair"', Query(sources=("nord-eclair",))),
        ("genre:presse", Query(kinds=("presse",))),
        ('genre:"comité de quartier"', Query(kinds=("comite-de-quartier",))),
        ('thème:"Vie associative"', Query(themes=("vie-associative",))),
        ("année:2016", Query(years=(2016,))),
        ("mois:2016-06", Query(months=("2016-06",))),
        ('mois:"juin 2016"', Query(months=("2016-06",))),
        ("avec:pdf", Query(documents=("pdf",))),
        ("document:excel", Query(documents=("tableur",))),
        ("avec:odt", Query(documents=("texte",))),
        ("langue:nl", Query(languages=("nl",))),
        ("langue:néerlandais", Query(languages=("nl",))),
        ('auteur:"Aurélie Corbin"', Query(author="Aurélie Corbin")),
        ("depuis:2015", Query(since=date(2015, 1, 1))),
        ("depuis:2015-06", Query(since=date(2015, 6, 1))),
        ("depuis:2015-06-25", Query(since=date(2015, 6, 25))),
        ("depuis:25/06/2015", Query(since=date(2015, 6, 25))),
        ("avant:06/2015", Query(until=date(2015, 6, 1))),
        ('avant:"décembre 2015"', Query(until=date(2015, 12, 1))),
    ],
)
def test_a_field_becomes_a_filter(
    read: Callable[[str], Understood], text: str, expected: Query
) -> None:
    understood = read(text)
    assert understood.query == expected
    assert (understood.words.strip(), understood.notes) == ("", ())


def test_what_is_no_field_stays(read: Callable[[str], Understood]) -> None:
    understood = read("vélo instance:cric https://example.org 18:30 note:5/5")
    assert understood.query == Query(
        text="vélo https://example.org 18:30 note:5/5", instances=("cric",)
    )
    assert understood.words.split() == understood.query.text.split()
    assert understood.notes == ()


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("instence:cric", Note(kind="field", typed="instence:cric", nearest="instance:cric")),
        ("quartir:alma", Note(kind="field", typed="quartir:alma", nearest="quartier:alma")),
        ("instance:crik", Note(kind="value", typed="instance:crik", nearest="instance:cric")),
        ("quartier:épeul", Note(kind="value", typed="quartier:épeul", nearest="quartier:epeule")),
        ("genre:zzz", Note(kind="value", typed="genre:zzz")),
        ("langue:fra", Note(kind="value", typed="langue:fra")),
        ("avec:exel", Note(kind="value", typed="avec:exel", nearest="avec:excel")),
        ("depuis:hier", Note(kind="value", typed="depuis:hier")),
        ("depuis:2015-13", Note(kind="value", typed="depuis:2015-13")),
        ("depuis:31/02/2015", Note(kind="value", typed="depuis:31/02/2015")),
        ("année:20", Note(kind="value", typed="année:20")),
        ("auteur:😀", Note(kind="value", typed="auteur:😀")),
        ("thème:rien", Note(kind="value", typed="thème:rien")),
    ],
)
def test_a_field_that_is_none_is_explained(
    read: Callable[[str], Understood], text: str, note: Note
) -> None:
    understood = read(f"vélo {text}")
    assert understood.notes == (note,)
    assert understood.query == Query(text=f"vélo {text}")
    assert understood.words == f"vélo {text.partition(':')[2]}"


def test_a_part_that_several_have_is_none_of_them(read: Callable[[str], Understood]) -> None:
    (note,) = read("source:un").notes + read("quartier:roubaix-nord").notes
    assert note.kind == "value"


def test_its_value_is_searched_all_the_same(posts: Any, ask: Ask) -> None:
    posts.add("Le vélo")
    wanted = posts.add("Un vélo rouge")
    results = ask("vélo genre:rouge")
    assert [hit.uid for hit in results.hits] == [wanted]
    assert [note.typed for note in results.notes] == ["genre:rouge"]
    assert results.query == Query(text="vélo genre:rouge")


def test_fields_narrow_a_search(posts: Any, ask: Ask) -> None:
    posts.add("Le vélo", day=date(2014, 5, 1), author="Aurélie Corbin")
    wanted = posts.add("Le vélo", day=date(2016, 5, 1), author="J.-P. Œuvrard et Aurélie Corbin")
    posts.add("Le vélo", day=date(2016, 5, 2), author="Corbin Dallas")
    for text in ("vélo depuis:2015 auteur:aurelie", 'auteur:"corbin œuvrard"', "auteur:oeuvrard"):
        results = ask(text)
        assert [hit.uid for hit in results.hits] == [wanted]
        assert not results.wordless
    assert ask("vélo depuis:2015").query == Query(text="vélo", since=date(2015, 1, 1))


def test_an_author_of_no_word_is_nobody(posts: Any, ask: Ask) -> None:
    posts.add(author="Aurélie Corbin")
    assert ask(author="😀").total.value == 0
    assert ask(author="J.P.").total.value == 0
    wanted = posts.add(author="J.P. Martin")
    assert [hit.uid for hit in ask(author="J.P.").hits] == [wanted]
