"""One reader of an archive at a time: two would ask a site everything twice.

The crawler reads archives at night, and a moderator may read one by hand meanwhile: of another
source, gladly. So each source has a lock of its own: a byte of one file beside the database
(fcntl, POSIX), which goes with its process however that ends. POSIX locks belong to processes:
within one, sources are told apart here.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from aggregator.store.lock import open_beside


class Claims:
    """The archives that this process reads; a context manager.

    Only one of a database may be open in a process: closing a file drops all locks that the
    process has on it.
    """

    def __init__(self, database: Path) -> None:
        self._descriptor = open_beside(database, "archives.lock")
        self._held: set[int] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    @contextmanager
    def claim(self, number: int) -> Iterator[bool]:
        """Claim a source for the time of a block; gives whether nobody else has it."""
        if number in self._held or not self._lock(number):
            yield False
            return
        self._held.add(number)
        try:
            yield True
        finally:
            self._held.discard(number)
            fcntl.lockf(self._descriptor, fcntl.LOCK_UN, 1, number)

    def _lock(self, number: int) -> bool:
        try:
            fcntl.lockf(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number)
        except OSError:  # EACCES or EAGAIN: another process has it
            return False
        return True
