"""The open file: transactions, and the names of its rows."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from aggregator.errors import StoreError
from aggregator.store import index, opening, rebuilding, tags
from aggregator.store.lock import sole_builder

Progress = Callable[[int, int], None]  # given posts done, and posts in all


class Database:
    """What all doors of the store share."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self._backlog = index.Backlog(connection)
        self._names: tags.Names | None = None

    @classmethod
    def open(cls, path: Path, progress: Progress | None = None) -> Self:
        """Open the database, creating and migrating it as needed.

        An index made by another version's rules is made anew first: at a million posts that takes
        minutes.

        Args:
            path: The file.
            progress: Told how far the index is.

        Raises:
            StoreError: It cannot be used; the text says why and what to do.
        """
        return cls._open(path, progress)[0]

    @classmethod
    def migrate(cls, path: Path, progress: Progress | None = None) -> list[str]:
        """Create or migrate the database; return the names of the migrations applied.

        Raises:
            StoreError: It cannot be used.
        """
        database, applied = cls._open(path, progress)
        database.close()
        return applied

    @classmethod
    def _open(cls, path: Path, progress: Progress | None) -> tuple[Self, list[str]]:
        connection, applied = opening.open_writable(path)
        database = cls(path, connection)
        try:
            database._follow_rules(progress)
        except BaseException:
            database.close()
            raise
        return database, applied

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

    def _follow_rules(self, progress: Progress | None) -> None:
        """Make the index anew where other rules made it: until then nothing may be written."""
        with opening.explained(self.path):
            if rebuilding.is_current(self._connection):
                self._forget_interrupted()
                return
            if not rebuilding.begin_current(self._connection, self.transaction):
                self._rebuild(progress)

    def _forget_interrupted(self) -> None:
        """Stop filling what a rebuild that was killed left; the next one throws it away."""
        if self._connection.execute("SELECT 1 FROM reindexing").fetchone() is None:
            return
        # Where another process is at it, it was not interrupted.
        with suppress(StoreError), sole_builder(self.path), self.transaction():
            self._connection.execute("DELETE FROM reindexing")

    def _rebuild(self, progress: Progress | None) -> int:
        """Make the index anew; return how many posts it holds."""
        with opening.explained(self.path), sole_builder(self.path):
            try:
                return rebuilding.rebuild(self._connection, self.transaction, progress)
            finally:
                self._backlog.forget_terms()

    def _current_names(self) -> tags.Names:
        if self._names is None:
            self._names = tags.load_names(self._connection)
        return self._names

    def _id_of(self, slug: str) -> int:
        return self._current_names().source(slug)[0]
