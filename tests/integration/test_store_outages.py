"""A full disk, a database locked by others, a backup beside a crawl: nothing saved is lost."""

import os
import random
import sqlite3
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aggregator import clock
from aggregator.errors import StoreError
from aggregator.model import (
    Appointment,
    DateOrigin,
    Health,
    Memory,
    Outcome,
    Post,
    Source,
    SourceResult,
    State,
    Town,
)
from aggregator.store import Store
from aggregator.store.backup import back_up, verify

START = datetime(2026, 1, 1, tzinfo=UTC)
TOWN = Town(
    name="R",
    timezone="Europe/Paris",
    contact="c",
    sources=(Source(slug="s", name="S", url="https://s/", kind="blog"),),
)
BACKUPS = 6
LOCKED_S = 8


def posts(number: int, *, count: int = 10) -> list[Post]:
    """A page of one visit: an item that is edited each time, and new ones."""
    guids = [f"shared-{number % 5}", *(f"{number}-{n}" for n in range(count - 1))]
    return [
        Post(
            source="s",
            guid=guid,
            url=f"https://s/{guid}",
            title=f"Visite {number}",
            text=f"mot{guid} " * 200,
            published=START + timedelta(minutes=number),
            date_origin=DateOrigin.STATED,
            digest=f"{number}",
        )
        for guid in guids
    ]


def visit(store: Store, number: int, *, count: int = 10, now: datetime = START) -> list[Post]:
    """Save and record one visit in one transaction; return what was saved."""
    found = posts(number, count=count)
    with store.transaction():
        saved = store.save("s", found, seen=now)
        store.record(
            SourceResult(source="s", outcome=Outcome.SAVED, count=saved.count, fetched=now),
            health=Health(state=State.OK, reason=""),
            appointment=Appointment(at=now, reason=""),
            memories={"https://s/": Memory(etag=found[-1].guid)},
        )
    return found


def assert_sound(path: Path, reported: set[str]) -> None:
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    saved = [guid for (guid,) in connection.execute("SELECT guid FROM posts")]
    (etag,) = connection.execute("SELECT etag FROM http_memory").fetchone()
    connection.close()
    assert len(saved) == len(set(saved))
    assert reported <= set(saved)
    assert etag in saved
    with Store.open(path) as store:
        assert store.check_index().sound


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[None]:
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", str(folder)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("only root may mount a small disk")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill(store: Store, reported: set[str]) -> None:
    for number in range(1, 1000):
        reported.update(post.guid for post in visit(store, number, count=60))


def test_a_full_disk_stops_a_crawl_and_nothing_else(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    reported: set[str] = set()
    with small_disk(disk, 8):
        path, filler = disk / "v.db", disk / "filler"
        with Store.open(path) as store:
            store.sync_town(TOWN, definitions={}, now=START)
            reported.update(post.guid for post in visit(store, 0))
            filler.write_bytes(b"\0" * 3 * 2**20)
            with pytest.raises(StoreError, match="no room left on the disk"):
                fill(store, reported)
            for again in range(5):
                with pytest.raises(StoreError, match="no room left on the disk"):
                    visit(store, 2000 + again, count=300)
            past = store.history("s")
            assert past.post_count == len(reported)
        assert_sound(path, reported)
        filler.unlink()
        with Store.open(path) as store:
            reported.update(post.guid for post in visit(store, 1000))
        assert_sound(path, reported)


def test_a_backup_for_which_there_is_no_room_leaves_nothing(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    path = tmp_path / "v.db"
    with Store.open(path) as store:
        store.sync_town(TOWN, definitions={}, now=START)
        for number in range(40):
            visit(store, number, count=20)
        with small_disk(disk, 1):
            with pytest.raises(StoreError, match=r"disk: no room left on the disk for a backup"):
                back_up(path, disk, now=START)
            assert list(disk.iterdir()) == []
        visit(store, 41)
        made = back_up(path, tmp_path / "backups", now=START + timedelta(days=1))
        assert verify(made, path).faults == ()


def test_a_database_locked_for_long_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "v.db"
    with Store.open(path) as store:
        store.sync_town(TOWN, definitions={}, now=START)
        neighbour = textwrap.dedent(
            f"""
            import sqlite3, time
            connection = sqlite3.connect({str(path)!r}, isolation_level=None)
            connection.execute("BEGIN IMMEDIATE")
            print("locked", flush=True)
            time.sleep({LOCKED_S})
            connection.execute("COMMIT")
            """
        )
        with subprocess.Popen(
            [sys.executable, "-c", neighbour], stdout=subprocess.PIPE, text=True
        ) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "locked\n"
            # Reading waits for nobody.
            assert store.due(now=START)
            assert child.poll() is None
            reported = {post.guid for post in visit(store, 0)}
            store.pause_host("s", until=START, status=503)
    assert_sound(path, reported)


# Visits for ever, and prints after each commit what is saved.
WRITER = """
import itertools, sys
from pathlib import Path
from aggregator import clock
from aggregator.store import Store
from integration.test_store_outages import TOWN, visit

with Store.open(Path(sys.argv[1])) as store:
    store.sync_town(TOWN, definitions={}, now=clock.now())
    for number in itertools.count():
        print(*[post.guid for post in visit(store, number, now=clock.now())], flush=True)
"""


@contextmanager
def crawling(path: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, "-c", WRITER, str(path)]
    with log.open("wb") as output, subprocess.Popen(command, stdout=output, env=environment) as it:
        try:
            while not log.stat().st_size:
                time.sleep(0.02)
            yield it
        finally:
            it.kill()


def reported_in(log: Path) -> set[str]:
    whole_lines, _, _ = log.read_text().rpartition("\n")
    return set(whole_lines.split())


def guids(path: Path) -> set[str]:
    connection = sqlite3.connect(path)
    found = {guid for (guid,) in connection.execute("SELECT guid FROM posts")}
    connection.close()
    return found


def test_a_backup_taken_during_a_crawl_holds_all_that_was_saved_before(tmp_path: Path) -> None:
    path, log = tmp_path / "v.db", tmp_path / "log"
    chance = random.Random(3)
    backups = []
    with crawling(path, log) as child:
        for number in range(BACKUPS):
            time.sleep(chance.uniform(0, 0.2))
            before = reported_in(log)
            made = back_up(path, tmp_path / str(number), now=clock.now())
            assert child.poll() is None
            assert before <= guids(made)
            assert verify(made, path).faults == ()
            backups.append(made)
    assert_sound(path, reported_in(log))
    for made in backups:
        assert verify(made, path).faults == ()
        assert_sound(made, set())
