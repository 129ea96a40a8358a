"""The store's one door."""

import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from aggregator.clock import to_iso
from aggregator.errors import StoreError
from aggregator.model import Health, Memory, Post, SaveCount, SourceResult, Town
from aggregator.store import index, opening, recording, saving, tags, towns
from aggregator.store.model import IndexReport, SourceHistory, SourceStatus


class Store:
    """The database, open to be written; used by one thread.

    Every method raises StoreError when the file cannot be used: locked for more than ten
    seconds, full disk, damage. A step that fails leaves nothing half-written.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
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
                self._connection.execute("COMMIT")
            except BaseException:
                # SQLite has rolled back by itself after some errors, a full disk among them.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    # --- the list -----------------------------------------------------------------------------

    def sync_town(self, town: Town, *, definitions: Mapping[str, str], now: datetime) -> None:
        """Bring the database in line with the list; write nothing when nothing changed.

        Posts of a source that is filed elsewhere now are re-tagged in transactions well under
        1 s. Sources that left the list are marked, their posts stay.

        Args:
            town: The list.
            definitions: By slug, a hash of how the source is read; when it moves, the source is
                read afresh.
            now: The present moment.
        """
        self._names = None  # another process may have synchronised meanwhile
        with opening.explained(self.path):
            tags.finish_retagging(self._connection, self.transaction)
            digest = towns.digest_of(town, definitions)
            if not towns.is_current(self._connection, digest):
                with self.transaction():
                    towns.write(
                        self._connection, town, definitions=definitions, now=now, digest=digest
                    )
                tags.finish_retagging(self._connection, self.transaction)

    def due(
        self,
        *,
        now: datetime,
        slugs: Collection[str] | None = None,
        everything: bool = False,
    ) -> tuple[str, ...]:
        """Return the listed sources, not paused, to visit now, oldest appointment first.

        Args:
            now: The present moment.
            slugs: Only these, due or not.
            everything: All of them, due or not.
        """
        with opening.explained(self.path):
            return recording.due(self._connection, now=now, slugs=slugs, everything=everything)

    # --- a crawl ------------------------------------------------------------------------------

    def start_crawl(self, now: datetime) -> int:
        """Log that a pass begins; return its number."""
        with opening.explained(self.path):
            cursor = self._connection.execute(
                "INSERT INTO crawls (started) VALUES (?)", (to_iso(now),)
            )
        return int(cursor.lastrowid or 0)

    def end_crawl(self, crawl: int, now: datetime) -> None:
        """Log that a pass is over."""
        with opening.explained(self.path):
            self._connection.execute(
                "UPDATE crawls SET ended = ? WHERE id = ?", (to_iso(now), crawl)
            )

    def memory(self, slug: str, url: str) -> Memory:
        """Return what is remembered of a source's URL; an empty memory where nothing is."""
        with opening.explained(self.path):
            return recording.memory(self._connection, slug, url)

    def save(self, slug: str, posts: Sequence[Post], *, seen: datetime) -> SaveCount:
        """Write what is new or changed among the posts of a source; inside `transaction()`.

        Args:
            slug: The source.
            posts: In the order of their page, newest first.
            seen: The moment they were fetched.

        Raises:
            StoreError: The source is not in the database, or the file cannot be written.
        """
        self._require_transaction()
        return saving.save(self._connection, slug, posts, seen=seen, names=self._current_names())

    def record(
        self,
        result: SourceResult,
        *,
        health: Health,
        next_fetch: datetime,
        memories: Mapping[str, Memory],
        discovered_feed: str | None = None,
        crawl: int | None = None,
    ) -> None:
        """Log a fetch, and keep what the next one needs; inside `transaction()`.

        In the same transaction as `save`: a kill between the two could hide posts for ever
        behind a remembered ETag.

        Args:
            result: What became of the fetch.
            health: What is said of the source; a source paused or unlisted meanwhile stays so.
            next_fetch: When it is due again.
            memories: What to remember, by URL; the other URLs' memories stay.
            discovered_feed: The feed found by discovery; None keeps the one known.
            crawl: The pass it belongs to.

        Raises:
            StoreError: The source is not in the database, or the file cannot be written.
        """
        self._require_transaction()
        recording.record(
            self._connection,
            self._current_names().source(result.source)[0],
            result,
            health=health,
            next_fetch=next_fetch,
            memories=memories,
            discovered_feed=discovered_feed,
            crawl=crawl,
        )

    # --- what is known ------------------------------------------------------------------------

    def history(self, slug: str) -> SourceHistory:
        """Return what is known of a source.

        Raises:
            StoreError: The database has never heard of it.
        """
        with opening.explained(self.path):
            return recording.history(self._connection, slug)

    def statuses(self) -> tuple[SourceStatus, ...]:
        """Return the health of every source, in the order of the list; unlisted ones last."""
        with opening.explained(self.path):
            return recording.statuses(self._connection)

    # --- the index ----------------------------------------------------------------------------

    def reindex(self, progress: Callable[[int, int], None] | None = None) -> IndexReport:
        """Build the full-text index anew beside the old one, swap them, and verify.

        Searches go on meanwhile, on the old index, and a crawl waits for one batch at most; the
        verification holds the write lock (about 1 s for 30,000 posts).

        Args:
            progress: Called with posts done and posts in all.

        Raises:
            StoreError: The new index does not hold every post.
        """
        with opening.explained(self.path):
            posts = index.rebuild(self._connection, self.transaction, progress)
        if not self.check_index():
            raise StoreError(f"{self.path}: the rebuilt index is not sound; put back a copy")
        return IndexReport(posts=posts)

    def check_index(self) -> bool:
        """Tell whether the full-text index holds exactly the posts, word for word."""
        with opening.explained(self.path):
            return index.is_sound(self._connection)

    # ------------------------------------------------------------------------------------------

    def _current_names(self) -> tags.Names:
        if self._names is None:
            self._names = tags.load_names(self._connection)
        return self._names

    def _require_transaction(self) -> None:
        if not self._connection.in_transaction:
            raise RuntimeError("save and record belong inside `with store.transaction():`")
