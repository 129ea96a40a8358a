import fcntl
import os
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator.errors import StoreError
from aggregator.model import (
    Appointment,
    Health,
    Memory,
    Outcome,
    Post,
    SourceResult,
    State,
    Town,
)
from aggregator.store import Store, prepare
from aggregator.store.backup import back_up, verify

MakePost = Callable[..., Post]
Save = Callable[..., Any]
Rows = Callable[..., Any]
# Sources know when they were listed: a backup is taken some time after.
LATER = timedelta(hours=1)


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def fetched(store: Store, at: datetime) -> None:
    with store.transaction():
        store.record(
            SourceResult(source="blog", outcome=Outcome.SAVED, fetched=at),
            health=Health(state=State.OK, reason=""),
            appointment=Appointment(at=at, reason=""),
            memories={"https://blog.example/feed": Memory(etag='"1"')},
        )


@pytest.fixture
def filled(store: Store, save: Save, make_post: MakePost, now: datetime) -> Store:
    save(*(make_post(str(number)) for number in range(6)))
    save(make_post("0", title="Corrigé"), seen=now + timedelta(minutes=5))
    fetched(store, now)
    return store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backups"


@pytest.fixture
def copy(filled: Store, folder: Path, now: datetime) -> Path:
    return back_up(filled.path, folder, now=now + LATER)


def test_a_backup_is_a_whole_database(copy: Path, filled: Store, now: datetime) -> None:
    assert copy.name == "veille-2026-03-10.db"
    assert names(copy.parent) == [copy.name]
    assert copy.stat().st_mode & 0o777 == 0o600
    found = verify(copy, filled.path)
    assert found.faults == ()
    assert (found.sources, found.posts, found.versions, found.fetches) == (3, 6, 1, 1)
    assert found.taken == now + LATER
    assert str(found) == f"{copy}: sound; 3 sources, 6 posts, 1 older versions, 1 fetches"
    # It can take the database's place.
    shutil.copy(copy, copy.with_name("restored.db"))
    with Store.open(copy.with_name("restored.db")) as restored:
        assert restored.check_index().sound
        assert restored.history("blog").post_count == 6


def test_trying_a_backup_out_leaves_it_as_it_was(copy: Path, filled: Store) -> None:
    before = copy.read_bytes()
    verify(copy, filled.path)
    assert copy.read_bytes() == before
    assert names(copy.parent) == [copy.name]


def test_a_second_one_on_a_day_takes_its_place(
    copy: Path, filled: Store, save: Save, make_post: MakePost, now: datetime
) -> None:
    save(make_post("new"))
    assert back_up(filled.path, copy.parent, now=now + 2 * LATER) == copy
    assert verify(copy, filled.path).posts == 7
    assert len(names(copy.parent)) == 1


def test_old_ones_go_and_other_files_stay(filled: Store, folder: Path, now: datetime) -> None:
    folder.mkdir()
    for day in range(1, 31):
        (folder / f"veille-2026-01-{day:02}.db").touch()
    (folder / "veille.db").touch()
    made = back_up(filled.path, folder, now=now)
    found = names(folder)
    assert made.name in found
    assert "veille.db" in found
    assert len(found) == 2 + 6 + 4  # it and six other days, four weeks; all is of one month


def test_one_made_by_a_clock_in_the_past_stays(filled: Store, folder: Path) -> None:
    folder.mkdir()
    for month in range(1, 13):
        for day in range(1, 29):
            (folder / f"veille-2026-{month:02}-{day:02}.db").touch()
    made = back_up(filled.path, folder, now=datetime(1970, 1, 1, tzinfo=UTC))
    assert made.name == "veille-1970-01-01.db"
    assert made.name in names(folder)
    again = back_up(filled.path, folder, now=datetime(1970, 1, 2, tzinfo=UTC))
    assert again.exists()


def test_what_a_kill_left_is_swept(filled: Store, folder: Path, now: datetime) -> None:
    folder.mkdir()
    (folder / ".veille-x.part").write_text("half")
    (folder / ".veille-x.part-journal").write_text("half")
    made = back_up(filled.path, folder, now=now)
    assert names(folder) == [made.name]


def test_two_at_once_do_not_meet(filled: Store, folder: Path, now: datetime) -> None:
    folder.mkdir()
    descriptor = os.open(folder, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    with pytest.raises(StoreError, match="another backup"):
        back_up(filled.path, folder, now=now)
    os.close(descriptor)
    back_up(filled.path, folder, now=now)


def test_what_is_open_in_a_transaction_is_not_in_it(
    filled: Store, folder: Path, now: datetime, make_post: MakePost
) -> None:
    with filled.transaction():
        filled.save("blog", [make_post("half")], seen=now)
        made = back_up(filled.path, folder, now=now + LATER)
    # It is saved by now; the backup cannot know it, and nothing says it had to.
    found = verify(made, filled.path)
    assert found.posts == 6


def test_there_must_be_something_to_back_up(tmp_path: Path, folder: Path, now: datetime) -> None:
    with pytest.raises(StoreError, match="no database there yet"):
        back_up(tmp_path / "none.db", folder, now=now)
    (tmp_path / "note.txt").write_text("no database at all, only a note that is long enough\n" * 9)
    with pytest.raises(StoreError, match="not a database"):
        back_up(tmp_path / "note.txt", folder, now=now)
    assert names(folder) == []
    with pytest.raises(StoreError, match="no such file"):
        verify(folder / "veille-2026-03-10.db", tmp_path / "note.txt")


def test_a_folder_that_cannot_be_is_named(filled: Store, now: datetime) -> None:
    with pytest.raises(StoreError, match="cannot be written"):
        back_up(filled.path, filled.path, now=now)


# What the copy may lack or have otherwise, and the words for it.
DAMAGE = {
    "DELETE FROM post_facets WHERE id IN (SELECT id FROM posts WHERE guid = '3');"
    " DELETE FROM shown_texts WHERE id IN (SELECT id FROM posts WHERE guid = '3');"
    " DELETE FROM comparing WHERE post_id IN (SELECT id FROM posts WHERE guid = '3');"
    " DELETE FROM post_keys WHERE post_id IN (SELECT id FROM posts WHERE guid = '3');"
    " DELETE FROM post_quartiers WHERE post_id IN (SELECT id FROM posts WHERE guid = '3');"
    " INSERT INTO posts_fts (posts_fts, rowid, title, text, author, fac)"
    " SELECT 'delete', id, title, text, author, fac FROM posts_indexed"
    " WHERE id = (SELECT id FROM posts WHERE guid = '3');"
    " DELETE FROM posts WHERE guid = '3'": "1 posts missing",
    "UPDATE posts SET html = '' WHERE guid IN ('1', '2')": "2 posts that differ",
    "UPDATE posts SET url = 'x' WHERE guid = '0'": "1 posts that differ",
    "DELETE FROM shown_versions; DELETE FROM post_versions": "1 older versions missing",
    "UPDATE post_versions SET text = 'x'": "1 older versions that differ",
    "DELETE FROM fetch_log": "1 fetches missing",
    "UPDATE fetch_log SET status = 1": "1 fetches that differ",
    "UPDATE sources SET name = 'x' WHERE id = 1": "1 sources that differ: blog",
    "UPDATE posts SET title = 'x' WHERE guid = '3'": "search index",
    "PRAGMA foreign_keys = OFF; DELETE FROM kinds": "broken reference",
    "DROP TABLE posts_fts": "cannot be read",
    "PRAGMA user_version = 0": "when it was taken",
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_is_wrong_with_a_copy_is_said(copy: Path, filled: Store, damage: str) -> None:
    connection = sqlite3.connect(copy)
    prepare(connection)
    connection.executescript(damage)
    connection.close()
    (fault, *_) = verify(copy, filled.path).faults
    assert DAMAGE[damage] in fault
    assert str(verify(copy, filled.path)).startswith(f"{copy}: ")


def test_a_damaged_file_is_said(copy: Path, filled: Store) -> None:
    whole = copy.read_bytes()
    copy.write_bytes(whole[: len(whole) // 2])
    assert verify(copy, filled.path).faults
    copy.write_bytes(b"\0" * len(whole))
    assert verify(copy, filled.path).faults
    copy.write_bytes(whole[:8192] + os.urandom(65536) + whole[8192 + 65536 :])
    assert verify(copy, filled.path).faults


def test_the_database_may_have_gone_on(  # noqa: PLR0917 - fixtures
    copy: Path,
    filled: Store,
    town: Town,
    save: Save,
    make_post: MakePost,
    now: datetime,
) -> None:
    after = now + 2 * LATER
    save(make_post("1", text="Réécrit."), make_post("late"), seen=after)
    fetched(filled, after)
    renamed = replace(town, sources=(replace(town.sources[0], name="Autre"), *town.sources[1:]))
    filled.sync_town(renamed, definitions={}, now=after)
    filled.roll_up(now + timedelta(days=9))
    found = verify(copy, filled.path)
    assert found.faults == ()
    assert (found.posts, found.fetches) == (6, 1)


def test_what_the_database_has_lost_is_said(copy: Path, filled: Store, rows: Rows) -> None:
    rows("DELETE FROM post_versions")
    rows("DELETE FROM posts WHERE guid = '2'")
    (fault,) = verify(copy, filled.path).faults
    assert fault.startswith("1 posts that the database has lost since: ")


def test_an_earlier_schema_can_be_backed_up_and_verified(
    copy: Path, filled: Store, now: datetime
) -> None:
    for path in (copy, filled.path):
        connection = sqlite3.connect(path)
        connection.execute("DELETE FROM _sqlite_migrations WHERE name <> '0001_initial'")
        connection.commit()
        connection.close()
    assert verify(back_up(filled.path, copy.parent, now=now + LATER), filled.path).faults == ()


def test_the_moment_is_kept_beyond_2038(filled: Store, folder: Path) -> None:
    moment = datetime(2087, 5, 4, 3, 2, 1, tzinfo=UTC)
    made = back_up(filled.path, folder, now=moment)
    assert made.name == "veille-2087-05-04.db"
    assert verify(made, filled.path).taken == moment
    assert made.stat().st_mtime == moment.timestamp()
