"""What is worked out of posts beside the passes."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator.crawl.relating import COMPARED, TOPICS_EVERY, Relating, relate
from aggregator.errors import StoreError
from aggregator.model import DateOrigin, Post, Source, Town
from aggregator.store import Store, reading

NOW = datetime(2026, 11, 22, 3, 17, tzinfo=UTC)
TOWN = Town(
    name="Essai",
    timezone="Europe/Paris",
    contact="essai@example.org",
    sources=(Source(slug="blog", name="Blog", url="https://blog.example/", kind="blog"),),
)


class Log:
    """Remembers the errors it is told."""

    def __init__(self) -> None:
        self.errors: list[tuple[str, dict[str, Any]]] = []

    def error(self, event: str, **values: Any) -> None:
        self.errors.append((event, values))


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "veille.db"
    with Store.open(path) as store:
        store.sync_town(TOWN, definitions={}, now=NOW)
    return path


def save(database: Path, count: int) -> None:
    posts = [
        Post(
            source="blog",
            guid=str(number),
            url=f"https://blog.example/{number}",
            title=f"Titre {number}",
            text="Un texte.",
            published=NOW - timedelta(hours=number),
            date_origin=DateOrigin.STATED,
            digest="",
        )
        for number in range(count)
    ]
    with Store.open(database) as store, store.transaction():
        store.save("blog", posts, seen=NOW)


def waiting(database: Path) -> int:
    with reading(database) as connection:
        return int(connection.execute("SELECT count(*) FROM comparing").fetchone()[0])


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """When topics were counted."""
    found: list[datetime] = []

    def note(_: Store, now: datetime) -> int:
        found.append(now)
        return 0

    monkeypatch.setattr(Store, "count_topics", note)
    return found


def test_posts_are_compared_some_at_a_time(database: Path) -> None:
    relating = Relating(database, log=Log())  # type: ignore[arg-type]
    save(database, COMPARED + 10)
    asyncio.run(relating.take_turn(NOW))
    assert waiting(database) == 10
    asyncio.run(relating.take_turn(NOW))
    assert waiting(database) == 0


def test_without_news_nothing_is_done(database: Path) -> None:
    relating = Relating(database, log=Log())  # type: ignore[arg-type]
    asyncio.run(relating.take_turn(NOW))
    save(database, 3)
    asyncio.run(relating.take_turn(NOW))
    assert waiting(database) == 3
    relating.posts_saved()
    asyncio.run(relating.take_turn(NOW))
    assert waiting(database) == 0


def test_topics_are_counted_once_an_hour_when_there_is_news(
    database: Path, counted: list[datetime]
) -> None:
    relating = Relating(database, log=Log())  # type: ignore[arg-type]
    moments = [NOW + timedelta(minutes=minutes) for minutes in (0, 15, 59, 60, 180)]
    for moment in moments[:4]:
        relating.posts_saved()
        asyncio.run(relating.take_turn(moment))
    asyncio.run(relating.take_turn(moments[4]))
    assert counted == [NOW, NOW + TOPICS_EVERY]


def test_a_clock_set_back_silences_nothing(database: Path, counted: list[datetime]) -> None:
    relating = Relating(database, log=Log())  # type: ignore[arg-type]
    for moment in (NOW, NOW - timedelta(days=400)):
        relating.posts_saved()
        asyncio.run(relating.take_turn(moment))
    assert len(counted) == 2


def test_a_failure_is_told_and_stops_nothing(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> int:
        raise StoreError("no room left")

    log = Log()
    relating = Relating(database, log=log)  # type: ignore[arg-type]
    monkeypatch.setattr(Store, "compare", fail)
    asyncio.run(relating.take_turn(NOW))
    assert log.errors == [("relating posts failed", {"error": "no room left"})]


def test_by_hand_it_is_all_done_at_once(database: Path) -> None:
    save(database, COMPARED + 10)
    with Store.open(database) as store:
        relate(store, now=NOW)
    assert waiting(database) == 0
