"""Search finds what the judged queries look for: benchmarks/relevance.py prints the table."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from relevance import Score

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
OF_THE_SAMPLE_TOWN = 357
RECALL = {"used for tuning": 0.91, "held out": 0.85}
PARTS = {"used for tuning": False, "held out": True}


@pytest.fixture(scope="module", autouse=True)
def importable() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCHMARKS)
        yield


@pytest.fixture(scope="module")
def scores() -> Mapping[str, list["Score"]]:
    from judged import judged_queries
    from relevance import run

    return run(judged_queries())


def test_the_set_is_large_and_varied_enough() -> None:
    from judged import judged_queries, written_posts

    queries = judged_queries()
    assert len(queries) >= 120
    assert len(written_posts()) + OF_THE_SAMPLE_TOWN >= 600
    assert {"plural", "feminine", "verb", "accents", "elision", "acronym", "old-name"} <= {
        query.kind for query in queries
    }
    assert all(query.why for query in queries)


@pytest.mark.parametrize("part", PARTS)
def test_search_finds_what_answers(scores: Mapping[str, list["Score"]], part: str) -> None:
    import relevance

    ours = relevance.part(scores[relevance.OURS], held_out=PARTS[part])
    figures = relevance.figures(ours)
    # Short of the bar of 0.95 (docs/performance.md says why): that it gets no worse.
    assert figures.recall >= RECALL[part]
    assert figures.ndcg >= relevance.BARS["ndcg"]
    assert figures.corrected >= relevance.BARS["corrected"]


@pytest.mark.parametrize("engine", ["unicode61", "porter", "Snowball"])
@pytest.mark.parametrize("part", PARTS)
def test_search_is_better_than_what_sqlite_offers(
    scores: Mapping[str, list["Score"]], engine: str, part: str
) -> None:
    import relevance

    ours, theirs = (
        relevance.figures(relevance.part(scores[name], held_out=PARTS[part]))
        for name in (relevance.OURS, engine)
    )
    assert ours.recall > theirs.recall
    assert ours.ndcg > theirs.ndcg
