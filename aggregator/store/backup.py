"""Copies of the database, made while a crawl writes it, and tried out.

`VACUUM INTO` reads one snapshot, so a copy holds whole transactions only: all that were saved
before it began. It takes no lock that a writer waits for.
"""

import fcntl
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from aggregator.errors import StoreError
from aggregator.store import rotation
from aggregator.store.opening import BUSY_TIMEOUT_S, explained
from aggregator.store.verifying import Verification, verify

__all__ = ["Verification", "back_up", "verify"]

_PART = (".veille-", ".part")  # what a kill leaves; swept by the next backup


def back_up(path: Path, folder: Path, *, now: datetime) -> Path:
    """Copy the database into a folder, as veille-YYYY-MM-DD.db (UTC), and let old copies go.

    The name stands for a whole copy at any moment: it is given when the copy is on the disk. A
    second copy on one day takes the first one's place. Its mode is 0600, for it holds secrets.

    Args:
        path: The database; any version of it.
        folder: Made when it is missing.
        now: The present moment, kept in the copy (`PRAGMA user_version`) and as its file's time.

    Raises:
        StoreError: There is no database, no room, or a backup under way; no part of a copy stays.
    """
    if not path.is_file():
        raise StoreError(f"{path}: no database there yet; nothing to back up")
    final = folder / rotation.name_of(now.astimezone(UTC).date())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone_in(folder), _temporary(folder) as part:
            _copy(path, part, now)
            part.replace(final)
            _flush(folder)
            for old in rotation.superfluous(folder, made=final):
                old.unlink()
    except OSError as error:
        raise StoreError(f"{folder}: the backup cannot be written ({error.strerror})") from error
    return final


def _copy(path: Path, part: Path, now: datetime) -> None:
    with explained(path):
        origin = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro",
            uri=True,
            timeout=BUSY_TIMEOUT_S,
            isolation_level=None,
        )
        with closing(origin), _enough_room(part.parent):
            origin.execute("VACUUM INTO ?", (str(part),))
    with (
        explained(part),
        closing(sqlite3.connect(part, isolation_level=None)) as copy,
        _enough_room(part.parent),
    ):
        # A signed number of 32 bits; `verifying.taken_at` reads it back, until 2106.
        seconds = int(now.timestamp()) & 0xFFFF_FFFF
        copy.execute(f"PRAGMA user_version = {seconds - (seconds >> 31 << 32)}")
    _flush(part)
    os.utime(part, (now.timestamp(), now.timestamp()))


@contextmanager
def _enough_room(folder: Path) -> Iterator[None]:
    """Name the folder that is full: the database's own disk may have room."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_FULL:
            raise
        raise StoreError(
            f"{folder}: no room left on the disk for a backup; free some space or name another"
            f" folder ({error})"
        ) from error


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Hold the folder against another backup, for what it is writing looks like a kill's rest."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreError(f"{folder}: another backup is being written there") from error
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _temporary(folder: Path) -> Iterator[Path]:
    """Give a new empty file, gone in the end unless it was renamed."""
    prefix, suffix = _PART
    for rest in folder.glob(f"{prefix}*{suffix}*"):  # a journal beside it too
        rest.unlink()
    descriptor, name = tempfile.mkstemp(prefix=prefix, suffix=suffix, dir=folder)
    os.close(descriptor)
    part = Path(name)
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)
        part.with_name(f"{part.name}-journal").unlink(missing_ok=True)


def _flush(path: Path) -> None:
    """Bring a file or folder to the disk: a power cut must not leave a name without its bytes."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
