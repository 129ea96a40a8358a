"""One crawler a database: two would ask every site twice.

A lock of the kernel on a file beside the database (flock), so that it goes with its process however
that ends. `aggregator crawl` takes none: a moderator may crawl by hand beside the crawler.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from aggregator.errors import StoreError
from aggregator.store.lock import open_beside

PATIENCE_S = 5.0  # a crawler whose supervisor was killed needs a moment to notice
POLL_S = 0.1


@contextlib.contextmanager
def sole_crawler(database: Path, *, patience_s: float = PATIENCE_S) -> Iterator[None]:
    """Be the only crawler of a database for as long as the block lasts.

    Args:
        database: The database.
        patience_s: Seconds to wait for one that may be stopping.

    Raises:
        StoreError: Another crawler works on it, or the file beside it cannot be written.
    """
    descriptor = open_beside(database, "crawler.lock")
    try:
        if not _taken(descriptor, patience_s):
            raise StoreError(
                f"{database}: another crawler{_named(descriptor)} works on it; stop that one first"
                " (`aggregator crawl` may run beside it)"
            )
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _taken(descriptor: int, patience_s: float) -> bool:
    # Real seconds: it waits before any event loop runs.
    end_s = time.monotonic() + patience_s
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= end_s:
                return False
            time.sleep(POLL_S)
        else:
            return True


def _named(descriptor: int) -> str:
    number = os.pread(descriptor, 20, 0).strip().decode("ascii", "replace")
    return f" (process {number})" if number.isdigit() else ""
