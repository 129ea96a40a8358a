import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from aggregator.search import Results, to_json

Ask = Callable[..., Results]


def test_the_shape_is_fixed(posts: Any, ask: Ask) -> None:
    uid = posts.add(
        "vélo",
        "Un vélo.",
        instance="cric",
        quartiers=("epeule",),
        themes=("Culture",),
        documents=("pdf",),
    )
    posts.count()
    common = {"selected": False, "exact": True, "group": ""}
    assert to_json(ask("vélo", kinds=("blog",), page=1)) == {
        "query": {"q": "vélo", "genre": ["blog"], "tri": "date", "page": 1},
        "total": {"value": 1, "exact": True},
        "results": [
            {
                "uid": uid,
                "title": "vélo",
                "url": f"https://example.org/{uid}",
                "source": "cq-hommelet",
                "instance": "cric",
                "published": "2024-01-15T10:00:00Z",
                "date_origin": "stated",
                "extract": "Un vélo.",
                "extract_from": None,
                "event": None,
                "withdrawn": False,
            }
        ],
        "nearby": [],
        "facets": {
            "instance": [{"value": "cric", "label": "CRIC", "count": 1, **common}],
            "quartier": [
                {"value": "epeule", "label": "Épeule", "count": 1, **common, "group": "nord"}
            ],
            "source": [
                {"value": "cq-hommelet", "label": "Journal du comité", "count": 1, **common}
            ],
            "genre": [{"value": "blog", "label": "Blog", "count": 1, **common, "selected": True}],
            "theme": [{"value": "culture", "label": "Culture", "count": 1, **common}],
            "annee": [{"value": "2024", "label": "2024", "count": 1, **common}],
            "mois": [],
            "document": [{"value": "pdf", "label": "PDF", "count": 1, **common}],
            "langue": [{"value": "fr", "label": "Français", "count": 1, **common}],
        },
        "facets_exact": True,
        "reach": None,
        "suggestion": None,
        "corrected": None,
        "notes": [],
        "wider": [],
    }


@pytest.mark.parametrize(
    ("all_day", "starts", "ends"),
    [
        (0, "2026-12-02T14:00+01:00", "2026-12-02T16:00+01:00"),
        (1, "2026-12-02", "2026-12-02"),
    ],
)
def test_an_event_is_told_by_the_clock_of_the_town(
    posts: Any, ask: Ask, all_day: int, starts: str, ends: str
) -> None:
    uid = posts.add("permanence")
    posts.connection.execute(
        "INSERT INTO post_events SELECT id, '2026-12-02T13:00:00Z', '2026-12-02T15:00:00Z', ?,"
        " 'Mairie' FROM posts WHERE uid = ?",
        (all_day, uid),
    )
    (said,) = to_json(ask("permanence"))["results"]
    assert said["event"] == {"starts": starts, "ends": ends, "place": "Mairie"}


def test_a_publication_taken_back_says_so(posts: Any, ask: Ask) -> None:
    uid = posts.add("permanence")
    posts.connection.execute(
        "INSERT INTO withdrawn_posts SELECT id, '2026-12-02T13:00:00Z' FROM posts WHERE uid = ?",
        (uid,),
    )
    (said,) = to_json(ask("permanence"))["results"]
    assert said["withdrawn"] is True


def test_filters_are_said_as_addresses_say_them(posts: Any, ask: Ask) -> None:
    posts.add("vélo")
    said = to_json(
        ask(
            "vélo année:2024",
            months=("2024-01",),
            author="Corbin",
            since=date(2020, 1, 1),
            until=date(2025, 1, 1),
            order="pertinence",
            page=2,
        )
    )["query"]
    assert said == {
        "q": "vélo",
        "annee": ["2024"],
        "mois": ["2024-01"],
        "auteur": "Corbin",
        "depuis": "2020-01-01",
        "avant": "2025-01-01",
        "tri": "pertinence",
        "page": 2,
    }


def test_what_helps_is_told(posts: Any, ask: Ask) -> None:
    posts.add("vélo et piste")
    posts.count()
    said = to_json(ask("vélo genre:blogg xyzzyxyzzy"))
    assert said["notes"] == [{"kind": "value", "typed": "genre:blogg", "nearest": "genre:blog"}]
    assert said["total"] == {"value": 0, "exact": True}
    said = to_json(ask("velau", kinds=("blog",)))
    assert (said["corrected"], said["suggestion"]) == ("vélo", "vélo")
    assert said["query"]["q"] == "velau"
    (one,) = to_json(ask("vélo", kinds=("presse",)))["wider"]
    assert one == {
        "query": {"q": "vélo", "tri": "date", "page": 1},
        "kind": "filters",
        "dropped": [],
        "total": {"value": 1, "exact": True},
    }
    json.dumps(said)
