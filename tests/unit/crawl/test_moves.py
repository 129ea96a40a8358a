from datetime import UTC, datetime, timedelta

import pytest

from aggregator.crawl.settling import _move
from aggregator.crawl.visiting import Visit
from aggregator.model import Move, NotModified

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
THERE, ELSEWHERE = "https://la-bas.example/feed", "https://ailleurs.example/feed"
SINCE = NOW - timedelta(days=5)
PAST = Move(to=THERE, since=SINCE, fetches=4)


def answer(moved_to: str | None) -> Visit:
    return Visit(
        answer=NotModified(
            requested_url="https://ici.example/feed",
            url=moved_to or "https://ici.example/feed",
            status=304,
            memory=None,  # type: ignore[arg-type]
            moved_to=moved_to,
            fetched=NOW,
            elapsed_s=0.1,
        )
    )


@pytest.mark.parametrize(
    ("past", "moved_to", "asked_new_address", "now_known"),
    [
        (None, None, False, None),
        (None, THERE, False, Move(to=THERE, since=NOW, fetches=1)),
        (PAST, THERE, False, Move(to=THERE, since=SINCE, fetches=5)),
        (PAST, ELSEWHERE, False, Move(to=ELSEWHERE, since=NOW, fetches=1)),
        (PAST, None, False, None),  # the listed address answers by itself again
        (PAST, None, True, Move(to=THERE, since=SINCE, fetches=5)),
        (PAST, ELSEWHERE, True, None),  # moved once more: back to the listed address
    ],
)
def test_a_redirect_is_known_by_how_long_it_lasts(
    past: Move | None, moved_to: str | None, asked_new_address: bool, now_known: Move | None
) -> None:
    found = _move(past, answer(moved_to), now=NOW, asked_new_address=asked_new_address)
    assert found == now_known
