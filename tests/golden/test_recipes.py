"""The main list of real pages is found as often as benchmarks/recipes/floors.json says.

`python benchmarks/recipes.py` prints the table, benchmarks/recipes/README.md says how it is judged.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from recipes import Score

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
FLOORS: dict[str, float] = json.loads((BENCHMARKS / "recipes/floors.json").read_text("utf-8"))
BAR = 0.70  # of the city-scrapers pages that hold a list
pytestmark = pytest.mark.corpus


@pytest.fixture(scope="module", autouse=True)
def importable() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCHMARKS)
        yield


@pytest.fixture(scope="module")
def scores(corpus: Path) -> Sequence["Score"]:
    from recipes import judged_pages, run

    return run([page for page in judged_pages() if page.list == "linked"], corpus)


@pytest.mark.parametrize("part", FLOORS)
def test_the_main_list_is_found(scores: Sequence["Score"], part: str) -> None:
    from recipes import figures

    count, found = figures(scores, part)
    assert count >= 10
    assert found / count >= FLOORS[part]


def test_the_bar_is_met(scores: Sequence["Score"]) -> None:
    found = [score.is_found for score in scores if score.page.part != "French"]
    assert len(found) >= 26
    assert sum(found) / len(found) >= BAR


def test_every_page_is_judged(corpus: Path) -> None:
    from recipes import judged_pages

    names = {
        str(path.relative_to(corpus / "pages"))
        for folder in ("city-scrapers", "fr")
        for path in (corpus / "pages" / folder).rglob("*")
        if path.is_file()
    }
    assert {page.name for page in judged_pages()} == names
