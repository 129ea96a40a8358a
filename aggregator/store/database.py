"""The open file: transactions, and the names of its rows."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from aggregator.store import index, opening, tags


class Database:
    """What all doors of the store share."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self._backlog = index.Backlog(connection)
        self._names: tags.Names | None = None

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the database, creating and migrating it as needed.

        Raises:
            StoreError: It cannot be used; the text says why and what to do.
        """
        return cls(path, opening.open_writable(path)[0])

    @staticmethod
    def migrate(path: Path) -> list[str]:
        """Create or migrate the database; return the names of the migrations applied.

        Raises:
            StoreError: It cannot be used.
        """
        connection, applied = opening.open_writable(path)
        connection.close()
        return applied

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that happens inside is saved at the end, or nothing of it is.

        Raises:
            StoreError: The file cannot be written.
        """
        with opening.explained(self.path):
            # IMMEDIATE: a transaction that begins by reading could not always write later on.
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._backlog.flush()
                self._connection.execute("COMMIT")
            except BaseException:
                self._backlog.clear()
                self._names = None  # it may know themes that are undone with the rest
                # SQLite has rolled back by itself after some errors, a full disk among them.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _current_names(self) -> tags.Names:
        if self._names is None:
            self._names = tags.load_names(self._connection)
        return self._names

    def _id_of(self, slug: str) -> int:
        return self._current_names().source(slug)[0]
