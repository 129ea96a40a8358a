"""The store's one door."""

import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from aggregator.clock import to_iso
from aggregator.errors import StoreError
from aggregator.model import (
    Appointment,
    Habits,
    Health,
    Memory,
    Move,
    Post,
    Saved,
    SourceResult,
    Town,
)
from aggregator.store import (
    checking,
    counting,
    histories,
    likeness,
    opening,
    recording,
    retagging,
    rolling,
    saving,
    topics,
    towns,
)
from aggregator.store.agreements import Agreements
from aggregator.store.archives import Archives
from aggregator.store.brevity import Brevity
from aggregator.store.database import Progress
from aggregator.store.documents import Documents
from aggregator.store.events import Events
from aggregator.store.model import (
    Due,
    IndexCheck,
    IndexReport,
    SourceHistory,
    SourceStatus,
)
from aggregator.store.pages import Pages
from aggregator.store.records import Records


class Store(Events, Records, Agreements, Pages, Documents, Archives, Brevity):
    """The database, open to be written; used by one thread at a time.

    Every method raises StoreError when the file cannot be used: locked for more than ten
    seconds, full disk, damage. A step that fails leaves nothing half-written.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        super().__init__(path, connection)
        self._last_list: tuple[Town, Mapping[str, str], str] | None = None

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
            retagging.finish(self._connection, self.transaction)
            digest = self._digest_of(town, definitions)
            if not towns.is_current(self._connection, digest):
                with self.transaction():
                    towns.write(
                        self._connection, town, definitions=definitions, now=now, digest=digest
                    )
                retagging.finish(self._connection, self.transaction)

    def _digest_of(self, town: Town, definitions: Mapping[str, str]) -> str:
        # A crawler asks all the time, and the list seldom changes.
        known = self._last_list
        if known is None or known[0] is not town or known[1] is not definitions:
            known = self._last_list = (town, definitions, towns.digest_of(town, definitions))
        return known[2]

    def due(
        self,
        *,
        now: datetime,
        slugs: Collection[str] | None = None,
        everything: bool = False,
    ) -> tuple[Due, ...]:
        """Return the listed sources, not paused, to visit now, oldest appointment first.

        Args:
            now: The present moment.
            slugs: Only these, due or not; one that is gone too.
            everything: All of them, due or not, but not those that are gone.
        """
        with opening.explained(self.path):
            return histories.due(self._connection, now=now, slugs=slugs, everything=everything)

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
            return histories.memory(self._connection, slug, url)

    def save(
        self, slug: str, posts: Sequence[Post], *, seen: datetime, is_old: bool = False
    ) -> Saved:
        """Write what is new or changed among the posts of a source; inside `transaction()`.

        Args:
            slug: The source.
            posts: In the order of their page, newest first.
            seen: The moment they were fetched.
            is_old: They come from an archive: those without a date are no news.

        Raises:
            StoreError: The source is not in the database, or the file cannot be written.
        """
        self._require_transaction()
        names, backlog = self._current_names(), self._backlog
        return saving.save(
            self._connection, slug, posts, seen=seen, names=names, backlog=backlog, is_old=is_old
        )

    def record(
        self,
        result: SourceResult,
        *,
        health: Health,
        appointment: Appointment,
        memories: Mapping[str, Memory],
        habits: Habits | None = None,
        move: Move | None = None,
        discovered_feed: str | None = None,
        crawl: int | None = None,
    ) -> None:
        """Log a fetch, and keep what the next one needs; inside `transaction()`.

        In the same transaction as `save`: a kill between the two could hide posts for ever
        behind a remembered ETag.

        Args:
            result: What became of the fetch; a feed proposed stays until a fetch succeeds.
            health: What is said of the source; a source paused or unlisted meanwhile stays so.
            appointment: When it is due again, and why then.
            memories: What to remember of the URLs that were asked, changed or not; the other
                URLs' memories stay.
            habits: What it has accustomed us to by now; None keeps what is known.
            move: The permanent redirect that is seen now; None for none.
            discovered_feed: The feed found by discovery; None keeps the one known.
            crawl: The pass it belongs to.

        Raises:
            StoreError: The source is not in the database, or the file cannot be written.
        """
        self._require_transaction()
        recording.record(
            self._connection,
            self._id_of(result.source),
            result,
            health=health,
            appointment=appointment,
            habits=habits,
            move=move,
            memories=memories,
            discovered_feed=discovered_feed,
            crawl=crawl,
        )

    def wake(self, slug: str, now: datetime) -> None:
        """Make a source due now, for its hub told us of news; one at rest stays so.

        Raises:
            StoreError: The source is not in the database, or the file cannot be written.
        """
        with opening.explained(self.path):
            recording.wake(self._connection, self._id_of(slug), now)

    # --- housekeeping -------------------------------------------------------------------------

    def roll_up(self, before: datetime) -> int:
        """Sum up by day what was fetched on the days (UTC) before that of a moment.

        Crawls, memories of URLs and pauses of hosts that served last before go too. Posts never do.

        Returns:
            How many fetches became part of a sum.
        """
        with opening.explained(self.path):
            return rolling.roll_up(self._connection, self.transaction, before)

    def compare(self, limit: int) -> int:
        """Look for the posts that resemble those which came or were edited, newest first.

        In transactions well under 1 s.

        Args:
            limit: How many of them are looked at, at most.

        Returns:
            How many were; fewer than `limit` when none is left.
        """
        with opening.explained(self.path):
            return likeness.compare(self._connection, self.transaction, limit)

    def count_topics(self, now: datetime) -> int:
        """Work out what is talked about: words and names that rise this week.

        Returns:
            How many there are.
        """
        with opening.explained(self.path):
            return topics.count(self._connection, self.transaction, now)

    # --- what is known ------------------------------------------------------------------------

    def history(self, slug: str) -> SourceHistory:
        """Return what is known of a source.

        Raises:
            StoreError: The database has never heard of it.
        """
        with opening.explained(self.path):
            return histories.history(self._connection, slug)

    def statuses(self) -> tuple[SourceStatus, ...]:
        """Return the health of every source, in the order of the list; unlisted ones last."""
        with opening.explained(self.path):
            return histories.statuses(self._connection)

    # --- the index ----------------------------------------------------------------------------

    def reindex(self, progress: Progress | None = None) -> IndexReport:
        """Make full-text index, terms and facets anew beside the old ones, swap them, and verify.

        Searches go on meanwhile, on the old index, and a crawl waits for one batch at most.

        Args:
            progress: Called with posts done and posts in all.

        Raises:
            StoreError: Another process rebuilds it already, or the new index is not sound.
        """
        posts = self._rebuild(progress)
        found = self.check_index()
        if not found.sound:
            faults = "; ".join(found.faults)
            raise StoreError(f"{self.path}: the rebuilt index is not sound ({faults})")
        return IndexReport(posts=posts)

    def check_index(self, say: Callable[[str], None] = lambda _: None) -> IndexCheck:
        """Tell whether full-text index, terms and facets are what the posts make of them.

        A crawl goes on meanwhile: what is checked is a copy, which needs room beside SQLite's
        other temporary files for the time of it.

        Args:
            say: Told what is being looked at.
        """
        # The check is a statement that writes, and would hold the write lock for seconds. The
        # database without a name is a file that goes when it is closed, or its program is killed.
        with (
            opening.explained(self.path),
            closing(sqlite3.connect("", isolation_level=None)) as copy,
        ):
            say("copying the database")
            self._connection.backup(copy)
            opening.prepare(copy)
            return checking.check(copy, say)

    def count_terms(self) -> None:
        """Count how many posts hold each word, and forget words that none holds.

        In transactions well under 1 s, with room for a crawl between them.
        """
        with opening.explained(self.path):
            try:
                counting.count(self._connection, self.transaction)
            finally:
                self._backlog.forget_terms()

    # ------------------------------------------------------------------------------------------

    def _require_transaction(self) -> None:
        if not self._connection.in_transaction:
            raise RuntimeError("save and record belong inside `with store.transaction():`")
