"""Decidim: spaces first, then what their components hold."""

import json
from typing import Any

import pytest
from platforms_made import NOW, PageOf, platform_source, read_as

from aggregator.errors import NothingFound
from aggregator.model import Ask, Extraction
from aggregator.readers.platforms import first_ask, recognise

SITE = "https://participer.exemple.fr/"


def text(french: str, **others: str) -> dict[str, Any]:
    found = [{"locale": locale, "text": said} for locale, said in others.items()]
    return {"translations": [*found, {"locale": "fr", "text": french}]}


def space(number: int, slug: str, *kinds: str, published: str = "2026-01-02") -> dict[str, Any]:
    return {
        "id": str(number),
        "slug": slug,
        "title": text(f"Démarche {slug}", en="Process"),
        "shortDescription": text("<p>En bref</p>"),
        "description": text("<p>En long</p>"),
        "publishedAt": f"{published}T08:00:00+01:00",
        "components": [
            {"id": str(number * 10 + rank), "__typename": kind} for rank, kind in enumerate(kinds)
        ],
    }


def listed(*nodes: dict[str, Any], before: str | None = None) -> dict[str, Any]:
    return {
        "pageInfo": {"hasPreviousPage": before is not None, "startCursor": before},
        "edges": [{"node": node} for node in nodes],
    }


def query_of(ask: Ask | None) -> str:
    assert ask is not None
    return str(json.loads(ask.body or b"")["query"])


@pytest.fixture
def spaces(page_of: PageOf) -> Extraction:
    answer = {
        "data": {
            "participatoryProcesses": [
                space(1, "ancienne", "Proposals", published="2020-01-01"),
                space(2, "parc", "Meetings", "Blogs", "Surveys", "Meetings"),
            ],
            "assemblies": [space(3, "conseil", "Debates")],
        }
    }
    return read_as(page_of, platform_source("decidim", SITE), answer)


def test_the_spaces_are_asked_for_by_post() -> None:
    ask = first_ask(platform_source("decidim", f"{SITE}processes/parc"), now=NOW)
    assert ask.url == f"{SITE}api"
    assert "participatoryProcesses" in query_of(ask)


def test_processes_and_assemblies_are_entries(spaces: Extraction) -> None:
    first = spaces.entries[0]
    assert (first.link, first.guid) == (f"{SITE}processes/parc", "processes/2")
    assert (first.title, first.html) == ("Démarche parc", "<p>En bref</p><p>En long</p>")
    assert spaces.entries[1].link == f"{SITE}assemblies/conseil"
    assert spaces.entries[2].published == "2020-01-01T08:00:00+01:00"


def test_components_of_one_kind_are_asked_for_together_new_ones_first(spaces: Extraction) -> None:
    query = query_of(spaces.next_ask)
    assert 'c20: component(id: "20")' in query
    assert 'c23: component(id: "23")' in query
    assert query.count("component(") == 2  # no survey, no other kind
    assert "... on Meetings { meetings(last: 25)" in query


def test_meetings_become_events(spaces: Extraction, page_of: PageOf) -> None:
    meeting = {
        "id": "7",
        "title": text("Visite <du> parc"),
        "description": text("<p>Rendez-vous à l’entrée</p>"),
        "startTime": "2026-12-01T18:00:00+01:00",
        "endTime": "2026-12-01T20:00:00+01:00",
        "address": "avenue Jean-Jaurès",
        "location": text("Entrée nord"),
        "createdAt": "2026-11-01T08:00:00+01:00",
        "closingReport": text("Quarante personnes"),
        "attachments": [{"url": "https://participer.exemple.fr/f/Compte%20rendu.pdf?x=1&y=2"}],
    }
    answer = {"data": {"c20": {"meetings": listed(meeting, before="MjU")}, "c23": None}}
    found = read_as(page_of, platform_source("decidim", SITE), answer, spaces.next_ask)
    (entry,) = found.entries
    assert (entry.link, entry.guid) == (f"{SITE}processes/parc/f/20/meetings/7", "meetings/7")
    assert (entry.starts, entry.ends) == (meeting["startTime"], meeting["endTime"])
    assert entry.place == "Entrée nord, avenue Jean-Jaurès"
    assert entry.title == "Visite &lt;du&gt; parc"
    assert "<p>Compte rendu\u00a0:</p>Quarante personnes" in entry.html
    assert 'href="https://participer.exemple.fr/f/Compte%20rendu.pdf?x=1&amp;y=2"' in entry.html
    # The other kinds come before the second page of this one.
    asked = [query_of(found.next_ask)]
    ask = found.next_ask
    while ask is not None:
        ask = read_as(page_of, platform_source("decidim", SITE), {"data": {}}, ask).next_ask
        asked += [query_of(ask)] if ask is not None else []
    assert ["Blogs" in query for query in asked] == [True, False, False, False]
    assert 'before: "MjU"' in asked[-1]


def test_a_proposal_says_what_became_of_it(page_of: PageOf) -> None:
    answer = {
        "data": {
            "participatoryProcesses": [space(1, "budget", "Proposals")],
            "assemblies": [],
        }
    }
    source = platform_source("decidim", SITE)
    ask = read_as(page_of, source, answer).next_ask
    proposal = {
        "id": "9",
        "title": text("Un banc", en="A bench"),
        "body": text("Place & rue\n\nSous l’arbre"),
        "publishedAt": "2026-02-01T08:00:00+01:00",
        "state": "accepted",
        "answer": text("<p>Posé en mars</p>"),
    }
    found = read_as(page_of, source, {"data": {"c10": {"proposals": listed(proposal)}}}, ask)
    (entry,) = found.entries
    assert entry.link == f"{SITE}processes/budget/f/10/proposals/9"
    assert entry.html == (
        "<p>Place &amp; rue</p><p>Sous l’arbre</p><p>État\u00a0: acceptée</p>"
        "<p>Réponse\u00a0:</p><p>Posé en mars</p>"
    )
    assert (entry.published, entry.author) == ("2026-02-01T08:00:00+01:00", None)
    assert found.next_ask is None


def test_one_space_alone_may_be_wanted(page_of: PageOf) -> None:
    answer = {"data": {"participatoryProcesses": [space(1, "a"), space(2, "b")], "assemblies": []}}
    found = read_as(page_of, platform_source("decidim", SITE, space="b"), answer)
    assert [entry.guid for entry in found.entries] == ["processes/2"]
    with pytest.raises(NothingFound, match="no process nor assembly « c »"):
        read_as(page_of, platform_source("decidim", SITE, space="c"), answer)


def test_a_version_without_a_field_is_asked_for_less_then_left_out(
    spaces: Extraction, page_of: PageOf
) -> None:
    source = platform_source("decidim", SITE)
    refusal = {"errors": [{"message": "Field 'closingReport' doesn't exist on type 'Meeting'"}]}
    again = read_as(page_of, source, refusal, spaces.next_ask)
    assert "closingReport" not in query_of(again.next_ask)
    assert "startTime" in query_of(again.next_ask)
    left_out = read_as(page_of, source, refusal, again.next_ask)
    assert "« Meetings »" in left_out.warnings[0]
    assert "... on Blogs" in query_of(left_out.next_ask)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"<html>Connexion</html>", "not JSON"),
        ({"message": "no"}, "no « data »"),
        ({"errors": [{"message": "Complexity of 9000"}]}, "Complexity of 9000"),
        ({"data": {"participatoryProcesses": None}}, "describe the pages with a recipe"),
        ({"data": [1]}, "describe the pages with a recipe"),
    ],
)
def test_an_answer_of_another_shape_is_told(answer: object, told: str, page_of: PageOf) -> None:
    with pytest.raises(NothingFound, match="Decidim changed") as caught:
        read_as(page_of, platform_source("decidim", SITE), answer)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    "odd", [None, 3, "x", [], {"edges": [3, None], "pageInfo": 4}, {"edges": 3}]
)
def test_odd_parts_are_passed_over(odd: object, spaces: Extraction, page_of: PageOf) -> None:
    source = platform_source("decidim", SITE)
    answer = {"data": {"c20": {"meetings": odd}, "c23": odd}}
    found = read_as(page_of, source, answer, spaces.next_ask)
    assert found.entries == ()
    assert isinstance(odd, dict) or "/processes/parc/f/23 has no « meetings »" in found.warnings[0]
    assert found.next_ask is not None


def test_very_many_components_stay_bounded(page_of: PageOf) -> None:
    answer = {
        "data": {
            "participatoryProcesses": [space(1, "a", *["Meetings"] * 20_000)],
            "assemblies": "x",
        }
    }
    ask = read_as(page_of, platform_source("decidim", SITE), answer).next_ask
    assert ask is not None
    assert len(json.loads(ask.state)["waiting"]) == 996


@pytest.mark.parametrize(
    ("url", "options"),
    [
        ("https://participer.exemple.fr/processes/parc/f/20/", (("space", "parc"),)),
        ("https://exemple.fr/assemblies?locale=fr", ()),
        ("https://decidim.exemple.fr/", ()),
    ],
)
def test_addresses_are_recognised(url: str, options: tuple[tuple[str, str], ...]) -> None:
    found = recognise(url)
    assert found is not None
    assert (found.name, found.options) == ("decidim", options)


def test_other_addresses_are_not() -> None:
    assert recognise("https://exemple.fr/process") is None
