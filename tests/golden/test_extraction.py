"""Texts, dates and titles of real pages: not below the floors in benchmarks/extraction/floor.json.

`under_half` there names every page whose token F1 is below 0.5, and the reason.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from extraction import Score

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
FLOOR: dict[str, Any] = json.loads(
    (BENCHMARKS / "extraction" / "floor.json").read_text(encoding="utf-8")
)

pytestmark = pytest.mark.corpus


@pytest.fixture(scope="module", autouse=True)
def importable() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCHMARKS)
        yield


@pytest.fixture(scope="module")
def gold(corpus: Path) -> list["Score"]:
    from extraction import readability

    return readability(corpus / "pages")


@pytest.fixture(scope="module")
def french_pages(corpus: Path) -> list["Score"]:
    from extraction import french

    return french(corpus / "pages")


def test_the_text_is_found_and_better_than_by_trafilatura_alone(gold: list["Score"]) -> None:
    from extraction import averages

    assert len(gold) == 68
    ours, alone = averages(gold)
    held_out, _ = averages([score for score in gold if score.is_held_out])
    floor = FLOOR["readability"]
    assert ours >= floor["mean_f1"]
    assert held_out >= floor["held_out_f1"]
    assert ours - alone >= floor["margin_over_trafilatura"] > 0


def test_the_text_of_french_pages_is_found(french_pages: list["Score"]) -> None:
    from extraction import averages

    assert len(french_pages) == 49
    ours, alone = averages(french_pages)
    assert ours >= FLOOR["french"]["mean_f1"]
    assert ours - alone >= FLOOR["french"]["margin_over_trafilatura"] > 0


def test_no_page_is_half_wrong_without_a_reason(
    gold: list["Score"], french_pages: list["Score"]
) -> None:
    from extraction import LOW

    low = {
        score.name
        for score in (*gold, *french_pages)
        if score.ours is not None and score.ours < LOW
    }
    assert low == FLOOR["under_half"].keys()
    assert all(FLOOR["under_half"].values())


def test_no_date_is_wrong_and_few_are_missed(
    gold: list["Score"], french_pages: list["Score"]
) -> None:
    from extraction import wrong_dates

    wrong = wrong_dates(gold, unknown_is_none=False)
    wrong += wrong_dates(french_pages, unknown_is_none=True)
    assert len(wrong) <= FLOOR["wrong_dates"], wrong
    right = [score for score in french_pages if score.expected and score.published]
    assert len(right) >= FLOOR["french"]["dates_right"]


def test_titles_are_those_of_the_pages(french_pages: list["Score"], corpus: Path) -> None:
    from extraction import titles_wrong

    wrong = titles_wrong(french_pages, corpus / "pages")
    assert len(wrong) <= FLOOR["wrong_titles"], wrong
