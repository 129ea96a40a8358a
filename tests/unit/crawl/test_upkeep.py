"""The daily work: sums, backups, and their verification."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator.crawl.upkeep import Upkeep, backup_folder, newest_backup
from aggregator.errors import StoreError
from aggregator.store import Store, backup

NOW = datetime(2026, 11, 22, 3, 17, tzinfo=UTC)


class Log:
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []

    def info(self, event: str, **values: Any) -> None:
        self.events.append((event, values))

    error = info

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.events]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "veille.db"
    Store.open(path).close()
    return path


def upkeep(database: Path) -> tuple[Upkeep, Log, list[datetime]]:
    log = Log()
    verified: list[datetime] = []
    return Upkeep(database, log=log, verified=verified.append), log, verified  # type: ignore[arg-type]


def test_a_backup_a_day_verified_once_a_week(database: Path) -> None:
    one, log, verified = upkeep(database)
    for day in range(9):
        asyncio.run(one.daily(NOW + timedelta(days=day)))
    assert verified == [NOW, NOW + timedelta(days=7)]
    assert log.names.count("rolled up") == log.names.count("backed up") == 9
    assert newest_backup(database) is not None


def test_a_start_makes_up_for_what_was_missed_and_no_more(database: Path) -> None:
    one, log, _ = upkeep(database)
    assert newest_backup(database) is None
    asyncio.run(one.catch_up(NOW))
    assert log.names.count("backed up") == 1
    (made,) = backup_folder(database).glob("*.db")
    assert newest_backup(database) == NOW
    assert made.exists()
    asyncio.run(one.catch_up(NOW + timedelta(hours=23)))
    assert log.names.count("backed up") == 1
    asyncio.run(one.catch_up(NOW + timedelta(hours=24)))
    assert log.names.count("backed up") == 2


def test_a_backup_that_goes_meanwhile_is_none(database: Path) -> None:
    folder = backup_folder(database)
    folder.mkdir()
    # As rotation leaves it between the listing and the look.
    (folder / "veille-2026-01-01.db").symlink_to(folder / "gone")
    assert newest_backup(database) is None


@pytest.mark.parametrize("error", [StoreError("no room left"), OSError("no room left")])
def test_a_backup_that_fails_is_told_and_stops_nothing(
    database: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(backup, "back_up", fail)
    one, log, verified = upkeep(database)
    asyncio.run(one.daily(NOW))
    assert log.events[-1] == ("upkeep failed", {"error": "no room left"})
    assert verified == []


def test_a_backup_that_is_not_whole_is_told(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = backup.back_up

    def damaged(*args: Any, **kwargs: Any) -> Path:
        path: Path = made(*args, **kwargs)
        path.write_bytes(b"no database at all")
        return path

    monkeypatch.setattr(backup, "back_up", damaged)
    one, log, verified = upkeep(database)
    asyncio.run(one.daily(NOW))
    assert verified == []
    assert log.names[-1] == "backup not whole"


def test_each_part_is_done_whatever_becomes_of_the_others(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StoreError("no room left")

    monkeypatch.setattr(Store, "count_terms", fail)
    one, log, verified = upkeep(database)
    asyncio.run(one.daily(NOW))
    told = ["rolled up", "upkeep failed", "looked for withdrawn posts", "backed up"]
    assert log.names[:4] == told
    assert verified == [NOW]


def test_words_and_topics_are_counted_each_day(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[datetime] = []
    monkeypatch.setattr(Store, "count_topics", lambda _, now: counted.append(now))
    one, log, _ = upkeep(database)
    asyncio.run(one.daily(NOW))
    assert counted == [NOW]
    assert "counted words" in log.names
