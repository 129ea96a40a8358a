"""A post whose date is put right while the index is rebuilt: its id moves past what is copied."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from aggregator.model import Post
from aggregator.store import Store, rebuilding

MakePost = Callable[..., Post]
Save = Callable[..., Any]


@pytest.fixture
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuilding, "BATCH", 4)


@pytest.mark.usefixtures("_small_batches")
@pytest.mark.parametrize("days", [-60, 60])
def test_its_words_are_kept(
    store: Store, save: Save, make_post: MakePost, now: datetime, days: int
) -> None:
    seconds = count()
    past = now - timedelta(days=90)
    save(*(make_post(str(n), published=past + timedelta(seconds=next(seconds))) for n in range(9)))
    there = past + timedelta(days=-days)
    moving = make_post("moving", text="Une xylophoniste.", published=there)
    save(moving)
    calls: list[int] = []

    def redate(done: int, _: int) -> None:
        if not calls:
            moved = make_post("moving", text=moving.text, published=past - (there - past))
            with Store.open(store.path) as other, other.transaction():
                other.save("blog", [moved], seen=now + timedelta(minutes=1))
        calls.append(done)

    assert store.reindex(redate).posts >= 9
    assert len(calls) == 3
    assert store.check_index().sound
