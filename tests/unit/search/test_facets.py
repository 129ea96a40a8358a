from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from aggregator.search import FACETS, Query, Results, facets

Ask = Callable[..., Results]


def lines(results: Results, facet: str) -> list[tuple[str, int, bool]]:
    return [(line.value, line.count, line.selected) for line in results.facets[facet]]


def test_values_of_a_facet_add_up_and_facets_narrow(posts: Any, ask: Ask) -> None:
    one = posts.add("vélo", instance="cric", quartiers=("pile", "alma"), day=date(2016, 1, 1))
    two = posts.add(
        "vélo", instance="pic", quartiers=("alma",), day=date(2016, 1, 2), kind="presse"
    )
    posts.add("vélo", instance="conseil-citoyen", day=date(2016, 1, 3))
    posts.add("vélo", instance="pic", day=date(2017, 1, 1))
    posts.add("école", instance="pic", day=date(2016, 1, 4))
    results = ask("vélo", instances=("cric", "pic"), years=(2016,))
    assert [hit.uid for hit in results.hits] == [two, one]
    # What another value of a chosen facet would bring.
    assert lines(results, "instance") == [
        *(("conseil-citoyen", 1, False), ("cric", 1, True), ("pic", 1, True))
    ]
    assert lines(results, "annee") == [("2017", 1, False), ("2016", 2, True)]
    assert lines(results, "quartier") == [("alma", 2, False), ("pile", 1, False)]
    assert lines(results, "source") == [("cq-hommelet", 2, False)]
    assert lines(results, "genre") == [("blog", 1, False), ("presse", 1, False)]


def test_labels_and_groups(posts: Any, ask: Ask) -> None:
    posts.add_quartier("cul-de-four", "Cul de Four", sector="est")
    posts.add(
        quartiers=("pile", "cul-de-four"),
        themes=("Vie associative",),
        documents=("pdf", "tableur"),
        language="nl",
        day=date(2016, 6, 1),
    )
    results = ask(years=(2016,))
    found = {
        facet: [(line.label, line.group) for line in lines]
        for facet, lines in results.facets.items()
    }
    assert tuple(found) == FACETS
    assert found == {
        "instance": [],
        "quartier": [("Cul de Four", "est"), ("Le Pile", "nord")],
        "source": [("Journal du comité", "")],
        "genre": [("Blog", "")],
        "theme": [("Vie associative", "")],
        "annee": [("2016", "")],
        "mois": [("juin 2016", "")],
        "document": [("PDF", ""), ("Tableur", "")],
        "langue": [("Néerlandais", "")],
    }


def test_a_post_may_link_to_several_documents(posts: Any, ask: Ask) -> None:
    both = posts.add(documents=("pdf", "tableur"))
    table = posts.add(documents=("tableur",))
    posts.add()
    results = ask(documents=("tableur", "presentation"))
    assert [hit.uid for hit in results.hits] == [table, both]
    assert lines(results, "document") == [
        *(("tableur", 2, True), ("pdf", 1, False), ("presentation", 0, True))
    ]


def test_months_are_counted_within_years_only(posts: Any, ask: Ask) -> None:
    for month in (1, 2, 2):
        posts.add(day=date(2016, month, 3))
    posts.add(day=date(2017, 5, 1))
    assert lines(ask(), "mois") == []
    assert lines(ask(years=(2016,)), "mois") == [("2016-02", 2, False), ("2016-01", 1, False)]
    results = ask(months=("2016-01",))
    assert results.total.value == 1
    assert lines(results, "annee") == [("2017", 1, False), ("2016", 3, False)]
    assert lines(results, "mois") == [("2016-02", 2, False), ("2016-01", 1, True)]
    assert ask(years=(2017,), months=("2016-01",)).total.value == 0


def test_years_from_the_latest_others_from_the_most_frequent(posts: Any, ask: Ask) -> None:
    for year, quartier in ((2015, "pile"), (2024, "epeule"), (2019, "alma"), (2015, "pile")):
        posts.add(day=date(year, 1, 5), quartiers=(quartier,))
    results = ask()
    assert lines(results, "annee") == [("2024", 1, False), ("2019", 1, False), ("2015", 2, False)]
    # Among equals by name, and É stands among the E.
    assert [line.label for line in results.facets["quartier"]] == ["Le Pile", "Alma", "Épeule"]


def test_undated_posts_are_a_value_of_the_years(posts: Any, ask: Ask) -> None:
    posts.add(is_dated=False)
    posts.add(day=date(2016, 1, 5))
    results = ask()
    assert results.total.value == 2
    assert lines(results, "annee") == [("2016", 1, False), ("0", 1, False)]
    assert results.facets["annee"][-1].label == "Sans date"
    assert ask(years=(0,)).total.value == 1
    assert ask(years=(0, 2016)).total.value == 2


def test_an_unknown_value_finds_nothing_and_is_shown(posts: Any, ask: Ask) -> None:
    posts.add("vélo")
    for text in ("", "vélo"):
        results = ask(text, instances=("<nobody>",), kinds=("blog",), years=(2024, 3))
        assert (results.total.value, results.hits, results.pages) == (0, (), 0)
        assert lines(results, "instance") == [("<nobody>", 0, True)]
        assert lines(results, "genre") == [("blog", 0, True)]
        assert lines(results, "annee") == [("2024", 0, True), ("3", 0, True)]
        assert results.facets["genre"][0].label == "Blog"


@pytest.mark.parametrize(
    "filters",
    [
        {"themes": ("sport",)},
        {"documents": ("zip", "pdf")},
        {"languages": ("<nl>", "été")},
        {"months": ("1999-12",)},
        {"quartiers": ("nobody",)},
        {"sources": ("nobody",)},
    ],
)
def test_unknown_values_of_any_facet(posts: Any, ask: Ask, filters: dict[str, Any]) -> None:
    posts.add()
    results = ask(**filters)
    assert results.total.value == 0
    ((facet, values),) = [
        (facet, results.query.selected(facet)) for facet in FACETS if results.query.selected(facet)
    ]
    assert {value for value, count, selected in lines(results, facet) if selected} == set(values)
    assert all(line.label for line in results.facets[facet])


def test_an_unknown_value_beside_a_known_one_changes_nothing(posts: Any, ask: Ask) -> None:
    uid = posts.add(instance="cric")
    results = ask(instances=("nobody", "cric"))
    assert [hit.uid for hit in results.hits] == [uid]
    assert lines(results, "instance") == [("cric", 1, True), ("nobody", 0, True)]


def test_a_chosen_theme_is_counted_however_few_posts_have_it(posts: Any, ask: Ask) -> None:
    for number in range(120):
        for _ in range(2):
            posts.add(themes=(f"Thème {number}",))
    posts.add(themes=("Rare",))
    assert len(ask().facets["theme"]) == 100
    results = ask(themes=("rare",))
    assert results.total.value == 1
    assert ("rare", 1, True) in lines(results, "theme")


def test_very_many_values_are_no_error(posts: Any, ask: Ask) -> None:
    for number in range(400):
        posts.add_source(f"s{number}")
    posts.add(source="s7")
    sources = tuple(f"s{number}" for number in range(400))
    assert ask(sources=sources, years=tuple(range(3_000))).total.value == 1


def test_every_facet_has_its_counter_and_its_field() -> None:
    assert tuple(facets.no_counts()) == FACETS
    assert all(Query().selected(facet) == () for facet in FACETS)
