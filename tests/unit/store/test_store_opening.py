import os
import sqlite3
from datetime import datetime
from pathlib import Path

import pytest

from aggregator.errors import StoreError
from aggregator.store import Store, open_readonly, reading


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
