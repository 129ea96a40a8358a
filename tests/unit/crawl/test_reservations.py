import json
from datetime import UTC, datetime

import pytest

from aggregator.crawl.reservations import Reservation, _in_file, stated
from aggregator.crawl.visiting import Visit
from aggregator.model import Extraction, Page, Said

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def page(body: bytes = b"", **rest: object) -> Page:
    url = "https://s.example/actualites/feed"
    facts = {"requested_url": url, "url": url, "status": 200, "fetched": NOW, "elapsed_s": 0.1}
    return Page(body=body, **(facts | rest))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        ([{"location": "/", "tdm-reservation": 1}], Reservation(reserved=True)),
        (
            [{"location": "/actualites/", "tdm-reservation": 1, "tdm-policy": "https://s/p#x"}],
            Reservation(reserved=True, policy="https://s/p"),
        ),
        ([{"location": "/*/feed$", "tdm-reservation": 1}], Reservation(reserved=True)),
        (
            [
                {"location": "/images/", "tdm-reservation": 1},
                {"location": "/", "tdm-reservation": 0},
            ],
            Reservation(reserved=False),
        ),
        ([{"location": "/", "tdm-reservation": "0"}], Reservation(reserved=False)),
        ([{"location": "/", "tdm-reservation": "non"}], Reservation()),
        ([{"location": "/", "tdm-reservation": [1]}], Reservation()),
        ([{"location": "/"}], Reservation()),
        ([{"location": "/actu[a]lites", "tdm-reservation": 1}], Reservation()),
        ([{"location": 7}, "text", None], Reservation()),
        ({"location": "/"}, Reservation()),
    ],
)
def test_the_first_rule_that_fits_an_address_counts(rules: object, found: Reservation) -> None:
    assert _in_file(page(json.dumps(rules).encode()), page().url) == found


@pytest.mark.parametrize(
    ("policy", "found"),
    [
        ("/conditions", "https://s.example/conditions"),
        ("//s.example/é", "https://s.example/%C3%A9"),
        ("\ud800", None),
        ("https://\ud800/", None),
        ("javascript:alert(1)", None),
        ("http://a:b@s.example/", None),
        ("https://s.example/" + "x" * 9_000, None),
        ("", None),
        (7, None),
        (["https://s.example/"], None),
    ],
)
def test_a_policy_is_a_web_address_or_nothing(policy: object, found: str | None) -> None:
    rules = [{"location": "/", "tdm-reservation": 1, "tdm-policy": policy}]
    said = _in_file(page(json.dumps(rules).encode()), page().url)
    assert said == Reservation(reserved=True, policy=found)


@pytest.mark.parametrize(
    "rules",
    [
        [{"location": f"/{number}"} for number in range(200)] + [{"location": "/"}],
        [{"location": "/" + "*" * 6}],
        [{"location": "*" + "/actualites/feed" * 40}],
    ],
)
def test_rules_that_would_be_slow_to_match_are_none(rules: list[dict[str, object]]) -> None:
    body = json.dumps([rule | {"tdm-reservation": 1} for rule in rules]).encode()
    assert _in_file(page(body), page().url * 40) == Reservation()


@pytest.mark.parametrize("body", [b"<html>", b"", b"[" * 100_000, b"\xff\xfe"])
def test_a_file_that_is_none_says_nothing(body: bytes) -> None:
    assert _in_file(page(body), page().url) == Reservation()


@pytest.mark.parametrize(
    ("meta", "header", "found"),
    [
        (None, None, None),
        (None, True, Reservation(reserved=True, policy="p")),
        (False, True, Reservation(reserved=False, policy="p")),
        (True, None, Reservation(reserved=True, policy="p")),
    ],
)
def test_the_page_itself_counts_before_the_header(
    meta: bool | None, header: bool | None, found: Reservation | None
) -> None:
    answer = page(said=Said(tdm_reserved=header, tdm_policy="p"))
    extraction = Extraction(entries=(), tdm_reserved=meta)
    assert stated(Visit(answer=answer, extractions=((answer, extraction),))) == found
