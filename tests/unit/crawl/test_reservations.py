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
            [{"location": "/actualites/", "tdm-reservation": 1, "tdm-policy": "https://s/p"}],
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
        ([{"location": "/actu[a]lites", "tdm-reservation": 1}], Reservation()),
        ([{"location": 7}, "text", None], Reservation()),
        ({"location": "/"}, Reservation()),
    ],
)
def test_the_first_rule_that_fits_an_address_counts(rules: object, found: Reservation) -> None:
    assert _in_file(page(json.dumps(rules).encode()), page().url) == found


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
