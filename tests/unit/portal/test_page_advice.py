from datetime import date

import pytest

from aggregator.portal.advice import misread, widened
from aggregator.portal.chosen import chips
from aggregator.search import FACETS, Note, Query, Total, Wider


def test_an_unknown_field_says_so_and_proposes() -> None:
    told = misread(
        Note(kind="field", typed="genr:blog", nearest="genre:blog"), Query(text="velo genr:blog")
    )
    assert told.reason == "il n’y a pas de filtre «\u00a0genr\u00a0»"
    assert told.href == "/recherche?q=velo+genre%3Ablog"


@pytest.mark.parametrize(
    "typed", ["quartier:pille", 'quartier:"pille"', "quartier: «\u00a0pille\u00a0»"]
)
def test_what_is_proposed_takes_the_place_of_what_was_typed(typed: str) -> None:
    note = Note(kind="value", typed="quartier:pille", nearest="quartier:pile")
    told = misread(note, Query(text=f"velo {typed} budget", years=(2016,)))
    assert told.reason == "aucun quartier ne porte ce nom"
    assert told.href == "/recherche?q=velo+quartier%3Apile+budget&annee=2016"


def test_dates_are_explained() -> None:
    told = misread(Note(kind="value", typed="Depuis:hier"), Query(text="Depuis:hier"))
    assert told.reason == "une date s’écrit 2016, 2016-06 ou 25/06/2016"
    assert told.href == ""


@pytest.mark.parametrize(
    ("kind", "dropped", "label"),
    [
        ("word", ("vélo", "cycle"), "sans «\u00a0vélo ou cycle\u00a0»"),
        ("quotes", (), "sans les guillemets"),
        ("filters", (), "sans aucun filtre"),
        *(("facet", (facet,), None) for facet in FACETS),
    ],
)  # fmt: skip
def test_what_is_left_out_is_said(kind: str, dropped: tuple[str, ...], label: str | None) -> None:
    wider = Wider(
        query=Query(text="a"), dropped=dropped, kind=kind,  # type: ignore[arg-type]
        total=Total(value=1_000, exact=False),
    )  # fmt: skip
    told = widened(wider)
    assert label is None or told.label == label
    assert told.found == "plus de 1\u202f000\u00a0publications"


def test_every_filter_has_a_chip_that_takes_it_back() -> None:
    query = Query(
        text="a", instances=("x",), author="Marie", since=date(2015, 6, 1), until=date(2016, 1, 2)
    )
    facets = dict.fromkeys(FACETS, ())
    found = {chip.label.replace("\u00a0", " "): chip.href for chip in chips(facets, query)}
    assert list(found) == [
        "x",
        "auteur : Marie",
        "depuis le 1er juin 2015",
        "avant le 2 janvier 2016",
    ]
    assert found["x"] == "/recherche?q=a&auteur=Marie&depuis=2015-06-01&avant=2016-01-02"
    assert "auteur" not in found["auteur : Marie"]
    assert "depuis" not in found["depuis le 1er juin 2015"]
    assert "avant" not in found["avant le 2 janvier 2016"]
