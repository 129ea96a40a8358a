import os
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from aggregator.errors import StoreError
from aggregator.store import Store, open_readonly, reading


@pytest.fixture
def umask() -> Iterator[Callable[[int], int]]:
    before = os.umask(0o022)
    yield os.umask
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    return {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()}


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o640), (0, 0o640), (0o077, 0o600)])
def test_the_file_and_those_beside_it_are_not_for_everyone(
    tmp_path: Path, now: datetime, umask: Callable[[int], int], mask: int, mode: int
) -> None:
    umask(mask)
    with Store.open(tmp_path / "v.db") as store:
        store.start_crawl(now)
        assert modes(tmp_path) == dict.fromkeys(("v.db", "v.db-wal", "v.db-shm"), mode)


def test_the_mode_of_a_file_that_is_there_stays(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "v.db"
    Store.migrate(path)
    path.chmod(0o664)
    with Store.open(path) as store:
        store.start_crawl(now)
        assert modes(tmp_path) == dict.fromkeys(("v.db", "v.db-wal", "v.db-shm"), 0o664)


def test_a_link_that_leads_nowhere_yet_is_followed(tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(tmp_path / "v.db")
    Store.migrate(tmp_path / "link.db")
    assert modes(tmp_path)["v.db"] == 0o640


def test_what_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_text("Not a database. " * 100)
    with pytest.raises(StoreError, match=r"notes\.db: this file is not a database"):
        Store.open(path)
    with pytest.raises(StoreError, match="not a database"):
        open_readonly(path)


def test_damage_is_named(tmp_path: Path) -> None:
    path = tmp_path / "v.db"
    Store.migrate(path)
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(StoreError, match="damaged"), Store.open(path) as store:
        store.statuses()


def test_damage_that_a_reader_meets_is_named(tmp_path: Path) -> None:
    path = tmp_path / "v.db"
    Store.migrate(path)
    with reading(path) as connection:
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'post_facets'"
        ).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    content = bytearray(path.read_bytes())
    content[(page - 1) * size : page * size] = b"\xff" * size
    path.write_bytes(content)
    with pytest.raises(StoreError, match="damaged"), reading(path) as connection:
        connection.execute("SELECT count(*) FROM post_facets").fetchone()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT 1")


def test_a_folder_in_its_place_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        Store.open(tmp_path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="folder cannot be made"):
        Store.open(tmp_path / "file" / "v.db")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_file_that_may_not_be_written_is_named(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "v.db"
    Store.migrate(path)
    path.chmod(0o444)
    tmp_path.chmod(0o555)
    try:
        with pytest.raises(StoreError, match="check who owns"), Store.open(path) as store:
            store.start_crawl(now)
    finally:
        tmp_path.chmod(0o755)


def test_readers_need_a_database(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="aggregator crawl"):
        open_readonly(tmp_path / "v.db")
    assert not (tmp_path / "v.db").exists()


def test_readers_cannot_write(tmp_path: Path) -> None:
    path = tmp_path / "a b?é#" / "v.db"
    Store.migrate(path)
    connection = open_readonly(path)
    assert connection.execute("SELECT count(*) FROM publications").fetchone() == (0,)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("DELETE FROM posts")
    connection.close()
