"""From what is typed to what the index is asked."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from aggregator.search.expansion import MAX_ENDINGS, Wanted, Wording, expand, widen
from aggregator.search.match import build_match
from aggregator.search.names import Names
from aggregator.search.terms import parse
from aggregator.search.vocabulary import Vocabulary

Expand = Callable[[str], Wanted]


def said(match: str) -> str:
    """Write out @: where words may stand."""
    return match.replace("@", "{title text documents}")


@pytest.fixture
def wanted(posts: Any) -> Expand:
    """Expand a query in the town as it stands then."""

    def run(text: str) -> Wanted:
        names = Names.read(posts.connection)
        return expand(parse(text), names, Vocabulary(posts.connection))

    return run


@pytest.fixture
def match(wanted: Expand) -> Callable[[str], str]:
    return lambda text: build_match(wanted(text))


def test_a_word_in_its_forms(posts: Any, match: Callable[[str], str]) -> None:
    posts.add("vélos vélo")
    assert match("Vélo") == said('@ : ((("velo" OR "velos")))')


def test_words_and_phrases(posts: Any, match: Callable[[str], str]) -> None:
    posts.add("rue neuve", "rues")
    assert match('rue "rue neuve"') == (said('@ : ((("rue" OR "rues"))) AND @ : ((("rue neuve")))'))


def test_either_and_neither(posts: Any, match: Callable[[str], str]) -> None:
    posts.add("gare mairie parc")
    assert match("gare OU mairie -parc") == (
        said('(@ : ((("gare")) OR (("mairie")))) NOT @ : ("parc")')
    )


def test_a_beginning_is_the_words_that_begin_so(posts: Any, match: Callable[[str], str]) -> None:
    posts.add("quartier quartiers quarante")
    assert re.findall('"([^"]*)"', match("quart*")) == ["quart", "quartier", "quartiers"]
    assert re.findall('"([^"]*)"', match("vie-quart*")) == [
        *("vie quart", "vie quartier", "vie quartiers")
    ]


def test_beginnings_share_what_may_be_looked_up(posts: Any, wanted: Expand) -> None:
    posts.add(" ".join(f"mots{n:04d}" for n in range(2 * MAX_ENDINGS)))
    # What was typed stands first, though no post has it.
    assert len(list(wanted("mots*").concepts[0].typed)) == MAX_ENDINGS + 1
    both = wanted("mots* mots0*").concepts
    assert sum(len(list(concept.typed)) for concept in both) <= MAX_ENDINGS + 2


def test_a_word_of_several_parts_in_their_forms(posts: Any, wanted: Expand) -> None:
    posts.add("vice-présidente, vice-présidentes")
    (concept,) = wanted("vice-présidente").concepts
    assert Wording(words=("vice", "presidente")) in concept.typed
    assert Wording(words=("vice", "presidentes")) in concept.typed


def test_two_words_that_posts_write_as_one(posts: Any, match: Callable[[str], str]) -> None:
    posts.add("Le skatepark", "un skate, un park")
    assert match("skate park") == said('@ : ((("skate") AND ("park")) OR "skatepark")')
    assert '"skatepark"' in match("skate-park")
    assert '"skatepark"' not in match('"skate park"')


def test_names_that_mean_the_same(posts: Any, wanted: Expand) -> None:
    posts.add_synonyms(("mairie", "hôtel de ville"))
    posts.add("La mairie", "Un hôtel en ville, des mairies, des hôtels")
    (typed,) = wanted("hotels de villes").concepts
    assert Wording(words=("hotel", "ville"), is_near=True) in typed.typed
    assert Wording(words=("mairie",)) in typed.same
    (other,) = wanted("Mairie").concepts
    assert Wording(words=("hotel", "ville"), is_near=True) in other.same


def test_a_synonym_that_no_post_has_is_not_asked(posts: Any, wanted: Expand) -> None:
    posts.add_synonyms(("mairie", "hôtel de ville"))
    posts.add("La mairie")
    assert wanted("mairie").concepts[0].same == ()


def test_quotes_ask_for_nothing_else(posts: Any, match: Callable[[str], str]) -> None:
    posts.add_synonyms(("mairie", "hôtel de ville"))
    posts.add("La mairie, les mairies, un hôtel de ville", quartiers=("pile",))
    assert match('"mairie"') == said('@ : ((("mairie")))')
    assert match('"pile" "mairie"') == said('@ : ((("pile"))) AND @ : ((("mairie")))')


def test_the_longest_name_wins(posts: Any, wanted: Expand) -> None:
    posts.add_synonyms(("conseil de quartier", "comité"), ("conseil", "avis"))
    posts.add("conseil quartier comité avis")
    (whole,) = wanted("conseils de quartiers").concepts
    assert whole.same == (Wording(words=("comite",)),)
    first, second = wanted("conseil du jour").concepts
    assert (first.same, second.same) == ((Wording(words=("avis",)),), ())


def test_posts_filed_under_a_name_need_not_say_it(posts: Any, wanted: Expand) -> None:
    posts.add("travaux")
    number = Names.read(posts.connection).by_slug["quartier", "epeule"].number
    (alone,) = wanted("épeule").concepts
    assert alone.tokens == ()
    _, beside = wanted("travaux épeule").concepts
    assert beside.tokens == (f"xq{number}",)
    _, quoted = wanted('travaux "épeule"').concepts
    assert quoted.tokens == ()


def test_a_name_that_many_places_share_tells_none(posts: Any, wanted: Expand) -> None:
    for number in range(20):
        posts.add_source(f"maison-{number}", "Maison des jeunes")
    posts.add("travaux")
    assert wanted("travaux maison").concepts[1].tokens == ()


def test_posts_filed_under_a_theme_are_about_it(posts: Any, wanted: Expand) -> None:
    posts.add(themes=("Vie associative",))
    posts.add("vie associative")
    assert wanted("vie-associative").concepts[0].tokens == ("xt1",)


def test_words_of_one_root(posts: Any, wanted: Expand) -> None:
    posts.add("budget budgets budgétaire")
    more = widen(wanted("budget"), Vocabulary(posts.connection)).concepts[0]
    assert Wording(words=("budgetaire",)) in more.same
    assert Wording(words=("budgets",)) not in more.same


def test_what_a_query_costs_to_ask(posts: Any, wanted: Expand) -> None:
    for _ in range(3):
        posts.add("vélo ville")
    posts.count()
    assert wanted("vélo").cost == 3
    assert wanted("xyzzy").cost == 0
    assert wanted("xyzzy -vélo").cost == 3
    assert wanted('"vélo ville"').cost >= wanted("vélo ville").cost == 6


def test_words_stay_in_their_columns_and_filters_in_theirs(wanted: Expand) -> None:
    match = build_match(wanted("xk1 xs3"), [["xi1", "xi2"], ["xy2024"]], ["aurelie", "corbin"])
    assert match == (
        said('@ : ((("xk1"))) AND @ : ((("xs3")))')
        + ' AND author : ("aurelie" AND "corbin")'
        + ' AND fac : ("xi1" OR "xi2") AND fac : ("xy2024")'
    )


def test_any_of_what_is_wanted(wanted: Expand) -> None:
    assert build_match(wanted("abc def"), [["xi1"]], any_of=True) == (
        said('(@ : ((("abc"))) OR @ : ((("def")))) AND fac : ("xi1")')
    )


def test_nothing_to_match() -> None:
    assert build_match(Wanted()) == ""
    assert build_match(Wanted(excluded=(Wording(words=("parc",)),))) == ""


@pytest.mark.parametrize(
    "text",
    [
        *("xk1", '"xs1 xk1"', "fac:xk1", "fac : xk1", "xy2024 OU xk1", "xk1*", "xs1-xk1"),
        *("{fac} : xk1", '"fac" : "xk1"', "xy2024*", "xlfr", "xdpdf", "xt1", "xm202401"),
    ],
)
def test_nobody_finds_a_facet_by_its_token(
    posts: Any, found: Callable[..., list[str]], text: str
) -> None:
    posts.add("Un titre", themes=("Culture",), documents=("pdf",))
    assert found(text) == []
