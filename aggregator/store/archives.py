"""Sources' archives: how far each is read back, what to ask next, what is missing and why."""

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime

from aggregator.clock import from_iso, to_iso
from aggregator.model import ArchiveAsk
from aggregator.store import archives_sql as sql
from aggregator.store import opening
from aggregator.store.archive_model import (
    Archive,
    ArchiveAnswer,
    ArchiveState,
    ArchiveStep,
    ArchiveWay,
    KnownPost,
)
from aggregator.store.database import Database

# More than any honest site has; a trap for robots has no end.
MAX_ASKS = 20_000
MAX_PAGES = 100_000


class Archives(Database):
    """The part of the store that keeps them."""

    def archive(self, slug: str) -> Archive | None:
        """Return how far a source is read back; none where nobody looked yet."""
        with opening.explained(self.path):
            row = self._connection.execute(sql.ARCHIVE, (slug,)).fetchone()
        if row is None:
            return None
        state, method, reason, expected, found, added, requests, failures, missing, next_try = row
        return Archive(
            state=state,
            method=method,
            reason=reason,
            expected=expected,
            found=found,
            added=added,
            requests=requests,
            failures=failures,
            missing=json.loads(missing),
            next_try=next_try and from_iso(next_try),
        )

    def due_archives(
        self, now: datetime, *, limit: int, listed_since: datetime | None = None
    ) -> tuple[str, ...]:
        """Return the sources to be read back now, those that wait longest first.

        Args:
            now: The present moment.
            limit: How many, at most.
            listed_since: Only those that came on the list since then and were never begun.
        """
        asked = {
            "now": to_iso(now),
            "limit": limit,
            "since": listed_since and to_iso(listed_since),
        }
        with opening.explained(self.path):
            return tuple(slug for (slug,) in self._connection.execute(sql.DUE, asked))

    def start_archive(
        self, slug: str, ways: Sequence[tuple[int, ArchiveAsk]], *, now: datetime
    ) -> None:
        """Begin to read a source back, or begin again; pages that were read stay so.

        Args:
            slug: The source.
            ways: What to ask first, with the number of the way each begins.
            now: The present moment.
        """
        with self.transaction():
            source_id = self._id_of(slug)
            forget(self._connection, source_id)
            first = min(way for way, _ in ways)
            self._connection.execute(sql.START, (source_id, first, to_iso(now)))
            rows = [(source_id, way, 0, ask.method, ask.url) for way, ask in ways]
            self._connection.executemany(sql.ADD_ASK, rows)

    def resume_archive(self, slug: str) -> None:
        """Go on where the reading stopped."""
        with opening.explained(self.path):
            self._connection.execute(sql.RESUME, (self._id_of(slug),))

    def hurry_archive(self, slug: str) -> None:
        """Have tried at once what was put off."""
        with self.transaction():
            for statement in sql.HURRY:
                self._connection.execute(statement, (self._id_of(slug),))

    def archive_step(self, slug: str, now: datetime) -> ArchiveStep | None:
        """Return what to ask next; none where nothing is left, or nothing now."""
        asked = {"source": self._id_of(slug), "now": to_iso(now)}
        with opening.explained(self.path):
            row = self._connection.execute(sql.NEXT_ASK, asked).fetchone()
            if row is not None:
                way, position, method, url, tries = row
                return ArchiveStep(way=way, position=position, method=method, url=url, tries=tries)
            row = self._connection.execute(sql.NEXT_PAGE, asked).fetchone()
        if row is None:
            return None
        position, url, title, tries = row
        return ArchiveStep(
            way=0, position=position, method="", url=url, is_page=True, title=title, tries=tries
        )

    def keep_answer(
        self,
        slug: str,
        step: ArchiveStep,
        answer: ArchiveAnswer,
        *,
        now: datetime,
        counts: bool = True,
    ) -> None:
        """Keep what became of a step; inside `transaction()`, with the posts it brought.

        Args:
            slug: The source.
            step: What was asked.
            answer: What became of it.
            now: The present moment.
            counts: It is part of the archive, not only a look at its ways.
        """
        source_id = self._id_of(slug)
        next_try = answer.next_try and to_iso(answer.next_try)
        kept = (answer.state, answer.reason, next_try)
        if step.is_page:
            self._connection.execute(sql.KEEP_PAGE, (*kept, source_id, step.url))
        else:
            row = (*kept, answer.held, answer.digest, source_id, step.way, step.position)
            self._connection.execute(sql.KEEP_ASK, row)
            self._add_asks(source_id, step.way, answer.asks)
            self._add_ways(source_id, step.way, answer.ways)
            self._add_pages(source_id, answer)
        self._connection.execute(
            sql.COUNT,
            {
                "source": source_id,
                "expected": answer.expected,
                "held": _posts_in(answer) if counts else 0,
                "added": answer.added,
                "asked": int(answer.asked),
                "silent": int(answer.silent),
                "now": to_iso(now),
            },
        )
        if answer.state in {"failed", "refused"}:
            self._count_missing(source_id)

    def digests(self, slug: str, way: int) -> frozenset[str]:
        """Return the digests of what a way's answers held, and the feed."""
        with opening.explained(self.path):
            rows = self._connection.execute(sql.DIGESTS, (self._id_of(slug), way))
            return frozenset(digest for (digest,) in rows)

    def archive_way(self, slug: str) -> ArchiveWay:
        """Return how the way stands that is being tried."""
        source_id = self._id_of(slug)
        with opening.explained(self.path):
            row = self._connection.execute(sql.WAY, {"source": source_id}).fetchone()
        method, waiting, next_try, found, broken, refused, ended, in_feed, next_way = row
        return ArchiveWay(
            method=method,
            waiting=bool(waiting),
            next_try=next_try and from_iso(next_try),
            found=found,
            broken=broken,
            refused=refused,
            ended=bool(ended),
            in_feed=in_feed,
            next_way=next_way,
        )

    def take_way(self, slug: str, way: int) -> None:
        """Try another way; inside `transaction()`."""
        self._connection.execute(sql.TAKE_WAY, (way, self._id_of(slug)))

    def rest_archive(self, slug: str, until: datetime | None) -> None:
        """Leave a source's archive until then."""
        with opening.explained(self.path):
            row = (until and to_iso(until), self._id_of(slug))
            self._connection.execute(sql.REST, row)

    def rest_running(self, slug: str, until: datetime) -> None:
        """Leave an archive until then, where its reading has not ended."""
        with opening.explained(self.path):
            self._connection.execute(sql.REST_RUNNING, (to_iso(until), self._id_of(slug)))

    def end_archive(
        self,
        slug: str,
        *,
        state: ArchiveState,
        reason: str,
        whole: bool,
        now: datetime,
    ) -> None:
        """Say how the reading ended; inside `transaction()`.

        Args:
            slug: The source.
            state: `done`, `stopped` or `none`.
            reason: Why it is not `done`, in French.
            whole: The last way led to its end: what others could not give is not missing.
            now: The present moment.
        """
        source_id = self._id_of(slug)
        if whole:
            self._connection.execute(sql.FORGIVE, {"source": source_id})
        self._count_missing(source_id)
        ended = {
            "state": state,
            "reason": reason,
            "now": to_iso(now),
            "source": source_id,
        }
        self._connection.execute(sql.END, ended)

    def known_posts(self, slug: str) -> list[KnownPost]:
        """Return what tells of each post of a source that we have it."""
        with opening.explained(self.path):
            return known_posts(self._connection, slug)

    def archived_pages(self, slug: str) -> list[str]:
        """Return the addresses of pages that the archive of a source lists, opened or not."""
        with opening.explained(self.path):
            return [url for (url,) in self._connection.execute(sql.PAGES, (slug,))]

    def reserves_mining(self, slug: str) -> bool:
        """Tell whether the site of a source reserves text and data mining (TDMRep)."""
        with opening.explained(self.path):
            row = self._connection.execute(sql.RESERVED, (self._id_of(slug),)).fetchone()
        return row is not None and bool(row[0])

    def archive_number(self, slug: str) -> int:
        """Return a number that names a source for as long as its database lives."""
        return self._id_of(slug)

    def _add_asks(self, source_id: int, way: int, asks: Sequence[ArchiveAsk]) -> None:
        (last,) = self._connection.execute(sql.LAST_ASK, (source_id, way)).fetchone()
        rows = [
            (source_id, way, position, ask.method, ask.url)
            for position, ask in enumerate(asks, last + 1)
            if position < MAX_ASKS
        ]
        self._connection.executemany(sql.ADD_ASK, rows)

    def _add_ways(self, source_id: int, way: int, asks: Sequence[ArchiveAsk]) -> None:
        rows = [(source_id, number, 0, a.method, a.url) for number, a in enumerate(asks, way + 1)]
        self._connection.executemany(sql.ADD_ASK, rows)

    def _add_pages(self, source_id: int, answer: ArchiveAnswer) -> None:
        if not answer.pages:
            return
        (last,) = self._connection.execute(sql.LAST_PAGE, (source_id,)).fetchone()
        rows = [
            (
                *(source_id, page.url, position, page.title, page.lastmod),
                "read" if page.url in answer.known else "waiting",
            )
            for position, page in enumerate(answer.pages, last + 1)
            if position < MAX_PAGES
        ]
        self._connection.executemany(sql.ADD_PAGE, rows)
        self._connection.execute(sql.EXPECT_PAGES, (source_id,))

    def _count_missing(self, source_id: int) -> None:
        counts = dict(self._connection.execute(sql.MISSING, {"source": source_id}).fetchall())
        self._connection.execute(sql.KEEP_MISSING, (json.dumps(counts), source_id))


def _posts_in(answer: ArchiveAnswer) -> int:
    """Return how many posts an answer gave: pages that are to be opened gave none yet."""
    return answer.held - len(answer.pages) + len(answer.known)


def known_posts(connection: sqlite3.Connection, slug: str) -> list[KnownPost]:
    """Return what tells of each post of a source that we have it; of an unknown one, nothing."""
    rows = connection.execute(sql.KNOWN, (slug,))
    return [KnownPost(guid=guid, url=url, title=title) for guid, url, title in rows]


def discovered_feed(connection: sqlite3.Connection, slug: str) -> str | None:
    """Return the feed that was found for a source without one on the list."""
    row = connection.execute(sql.DISCOVERED, (slug,)).fetchone()
    return None if row is None else row[0]


def forget(connection: sqlite3.Connection, source_id: int) -> None:
    """Have a source read back afresh; what pages were read stays known."""
    connection.execute("DELETE FROM archive_asks WHERE source_id = ?", (source_id,))
    connection.execute(sql.RETRY_PAGES, (source_id,))
    connection.execute(sql.RESTART, (source_id,))
