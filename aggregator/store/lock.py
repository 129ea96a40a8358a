"""Long work beside others: the index is rebuilt by one process at a time, and crawls go on."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from aggregator.errors import StoreError

# Whoever waits for the database asks for it every 100 ms in the end (sqliteDefaultBusyCallback in
# SQLite's main.c).
GAP_S = 0.1


@contextlib.contextmanager
def sole_builder(database: Path) -> Iterator[None]:
    """Be the only one that rebuilds the index of a database, for as long as the block lasts.

    A lock of the kernel on a file beside the database (flock): it goes with its process, however
    that ends.

    Raises:
        StoreError: Another process does, or the file cannot be written.
    """
    descriptor = open_beside(database, "reindex.lock")
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreError(
                f"{database}: its search index is already being rebuilt by another process;"
                " let that one end"
            ) from error
        yield
    finally:
        os.close(descriptor)


def open_beside(database: Path, name: str) -> int:
    """Open a file beside a database, to be locked; return its descriptor.

    Raises:
        StoreError: It cannot be written.
    """
    path = database.with_name(f"{database.name}-{name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Never removed: a file of another inode would be another lock.
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise StoreError(
            f"{path}: it cannot be written ({error.strerror}); check who owns the folder"
        ) from error


def let_others_write() -> None:
    """Leave the database free for a moment, between two transactions of many.

    Without it a crawl may find it locked each time it asks, and give up after ten seconds.
    """
    time.sleep(GAP_S)
