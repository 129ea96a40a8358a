"""Others write while the posts of a large source are filed anew."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from aggregator.model import Post, Town
from aggregator.store import Store, retagging


def test_the_database_is_free_between_two_batches(
    store: Store,
    town: Town,
    save: Callable[..., Any],
    make_post: Callable[..., Post],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(retagging, "BATCH", 2)
    save(*(make_post(str(number)) for number in range(5)))
    crawls: list[int] = []

    def crawl() -> None:
        with Store.open(store.path) as other:
            crawls.append(other.start_crawl(datetime.fromisoformat("2026-03-11T12:00:00Z")))

    monkeypatch.setattr(retagging, "let_others_write", crawl)
    elsewhere = replace(town.sources[0], kind="presse")
    moved = replace(town, sources=(elsewhere, *town.sources[1:]))
    store.sync_town(moved, definitions={}, now=datetime.fromisoformat("2026-03-11T12:00:00Z"))
    assert len(crawls) == 2
    assert store.check_index().sound
