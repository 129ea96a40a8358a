from datetime import UTC, datetime, timedelta

import pytest

from aggregator import errors
from aggregator.crawl.health import EXPLANATIONS, judge, next_fetch
from aggregator.crawl.visiting import FeedMoved
from aggregator.model import Health, Outcome, Source, SourceResult, State

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
SOURCE = Source(slug="s", name="S", url="https://s.example/", kind="blog")


def health(newest: datetime | None = NOW, posts: int = 3, **result: object) -> Health:
    facts = {"source": "s", "outcome": Outcome.SAVED, "fetched": NOW} | result
    return judge(
        SourceResult(**facts),  # type: ignore[arg-type]
        post_count=posts,
        newest_post=newest,
        timezone="Europe/Paris",
    )


@pytest.mark.parametrize(
    ("newest", "state", "words"),
    [
        (NOW - timedelta(days=2), State.OK, "dernière publication le 20 novembre 2026"),
        (NOW - timedelta(days=364), State.OK, "dernière publication"),
        (NOW - timedelta(days=366), State.SILENT, "rien publié depuis le 21 novembre 2025"),
        (NOW + timedelta(days=9), State.OK, "annonce des dates jusqu’au 1er décembre 2026"),
        (None, State.OK, "ne portent pas de date"),
    ],
)
def test_an_answering_source_is_judged_by_its_newest_post(
    newest: datetime | None, state: State, words: str
) -> None:
    found = health(newest)
    assert found.state is state
    assert words in found.reason


def test_a_source_without_posts_says_so() -> None:
    assert "encore rien" in health(None, posts=0).reason


def test_a_moved_source_says_where() -> None:
    found = health(moved_to="https://la-bas.example/")
    assert found.state is State.MOVED
    assert "https://la-bas.example/" in found.reason


@pytest.mark.parametrize(
    ("status", "words"),
    [(404, "n’existe plus"), (403, "refuse"), (418, "refuse"), (503, "lui-même en panne")],
)
def test_a_bad_status_is_explained(status: int, words: str) -> None:
    found = health(outcome=Outcome.FAILED, error_kind="BadStatus", status=status)
    assert found.state is State.FAILING
    assert words in found.reason
    assert str(status) in found.reason


def test_every_error_of_a_source_has_a_french_sentence() -> None:
    kinds = {FeedMoved.__name__, *_leaves(errors.SourceError)} - {"BadStatus"}
    assert kinds == set(EXPLANATIONS)


def _leaves(kind: type[Exception]) -> set[str]:
    below = [sub for sub in kind.__subclasses__() if sub.__module__ == errors.__name__]
    return {name for sub in below for name in _leaves(sub)} or {kind.__name__}


def test_failures_space_out_up_to_a_day_and_retry_after_is_kept() -> None:
    pauses = [next_fetch(SOURCE, now=NOW, failures=n) - NOW for n in range(40)]
    assert pauses[:3] == [timedelta(hours=1), timedelta(hours=2), timedelta(hours=4)]
    assert max(pauses) == timedelta(days=1)
    asked = next_fetch(SOURCE, now=NOW, failures=1, retry_after_s=90_000)
    assert asked == NOW + timedelta(seconds=90_000)
