"""Consul: debates and proposals, newest first."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from platforms_made import NOW, PageOf, platform_source, read_as

from aggregator.errors import NothingFound
from aggregator.model import Ask
from aggregator.readers.platforms import first_ask, recognise

SITE = "https://consul.exemple.fr/"


def node(number: int, **rest: Any) -> dict[str, Any]:
    return {
        "id": str(number),
        "title": f"Idée n° {number} & suite",
        "description": "<p>Planter des arbres</p>",
        "public_created_at": "2026-02-01 08:00:00 +0100",
        "tags": {"edges": [{"node": {"name": "arbres"}}]},
        **rest,
    }


def listed(*nodes: object, before: str | None = None) -> dict[str, Any]:
    return {
        "pageInfo": {"hasPreviousPage": before is not None, "startCursor": before},
        "edges": [{"node": one} for one in nodes],
    }


def query_of(ask: Ask | None) -> str:
    assert ask is not None
    return parse_qs(urlsplit(ask.url).query)["query"][0]


def test_both_lists_are_asked_for_in_one_question() -> None:
    ask = first_ask(platform_source("consul", f"{SITE}proposals"), now=NOW)
    assert ask.url.startswith(f"{SITE}graphql?query=")
    assert "debates(last: 25)" in query_of(ask)
    assert "proposals(last: 25)" in query_of(ask)


def test_they_become_entries_and_what_is_before_is_asked_for(page_of: PageOf) -> None:
    source = platform_source("consul", SITE)
    answer = {
        "data": {
            "debates": listed(node(1), node(2)),
            "proposals": listed(node(3, summary="En bref"), before="MjU"),
        }
    }
    found = read_as(page_of, source, answer)
    assert [entry.guid for entry in found.entries] == ["debates/2", "debates/1", "proposals/3"]
    entry = found.entries[2]
    assert entry.link == f"{SITE}proposals/3"
    assert entry.title == "Idée n° 3 &amp; suite"
    assert entry.html == "En bref<p>Planter des arbres</p>"
    assert (entry.categories, entry.author) == (("arbres",), None)
    query = query_of(found.next_ask)
    assert "debates" not in query
    assert 'proposals(last: 25, before: "MjU")' in query
    last = read_as(page_of, source, {"data": {"proposals": listed(node(4))}}, found.next_ask)
    assert [entry.guid for entry in last.entries] == ["proposals/4"]
    assert last.next_ask is None


def test_a_list_that_is_refused_is_told_and_the_other_kept(page_of: PageOf) -> None:
    answer = {
        "data": {"debates": None, "proposals": listed(node(3))},
        "errors": [{"message": "Timeout"}],
    }
    found = read_as(page_of, platform_source("consul", SITE), answer)
    assert len(found.entries) == 1
    assert found.warnings == (f"{SITE}graphql: « debates » is not given; Timeout",)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"<html>", "not JSON"),
        ({}, "no « data »"),
        (
            {"errors": [{"message": "Field 'debates' doesn't exist"}]},
            "Field 'debates' doesn't exist",
        ),
        ({"data": {"debates": [], "proposals": 3}}, "gives no « debates » nor « proposals »"),
    ],
)
def test_an_answer_of_another_shape_is_told(answer: object, told: str, page_of: PageOf) -> None:
    with pytest.raises(NothingFound, match="Consul changed") as caught:
        read_as(page_of, platform_source("consul", SITE), answer)
    assert told in str(caught.value)


def test_a_consul_is_recognised_by_its_name() -> None:
    found = recognise("https://consul.exemple.fr/debates/12")
    assert found is not None
    assert (found.name, found.options) == ("consul", ())
    assert recognise("https://consulting.exemple.fr/debates/12") is None
