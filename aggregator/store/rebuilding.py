"""Index, terms and facets made anew beside those in use, then swapped for them."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager

from aggregator.language import lemmas
from aggregator.store import counting, index, tags
from aggregator.store.lexicon import Lexicon
from aggregator.store.lock import let_others_write

BATCH = 1000  # posts a transaction: about 0.3 s
EMPTIED = 5_000  # rows of an old index a transaction
_ALL = 2**63 - 1  # no id is larger

Transaction = Callable[[], AbstractContextManager[None]]
Progress = Callable[[int, int], None]

# The new index merges as the old one does (db/migrations).
_TUNE = """
INSERT INTO posts_fts_next (posts_fts_next, rank)
SELECT k, v FROM posts_fts_config WHERE k IN ('automerge', 'crisismerge')
"""
_TAKE_OUT = """
INSERT INTO posts_fts (posts_fts, rowid, title, text, documents, author, fac)
SELECT 'delete', p.id, p.title, p.text, p.documents, p.author, filed.value
FROM json_each(?) AS filed CROSS JOIN posts_indexed AS p ON p.id = CAST(filed.key AS INTEGER)
"""
_INDEXES = "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql <> ''"
_SWAP = """
ALTER TABLE posts_fts RENAME TO posts_fts_old;
ALTER TABLE posts_fts_next RENAME TO posts_fts;
ALTER TABLE terms RENAME TO terms_old;
ALTER TABLE terms_next RENAME TO terms;
DELETE FROM reindexing
"""


def is_current(connection: sqlite3.Connection) -> bool:
    """Tell whether index, terms and facets were made by today's rules."""
    row = connection.execute("SELECT version FROM index_rules").fetchone()
    return row is not None and row[0] == index.RULES


def begin_current(connection: sqlite3.Connection, transaction: Transaction) -> bool:
    """Say that a database without posts was made by today's rules; return whether it is one."""
    with transaction():
        if connection.execute("SELECT 1 FROM posts").fetchone() is not None:
            return False
        connection.execute("DELETE FROM reindexing")
        _keep_rules(connection)
    return True


def rebuild(
    connection: sqlite3.Connection, transaction: Transaction, progress: Progress | None
) -> int:
    """Build index and terms anew beside the old ones, file posts anew, then swap.

    Searches see the old index, whole, until the swap; a crawl beside it waits for one batch at
    most. Interrupted, it leaves everything as it was, and starts over the next time.

    Args:
        connection: The only one that rebuilds (`lock.sole_builder`).
        transaction: Opens a transaction of it.
        progress: Called with posts done and posts in all.

    Returns:
        How many posts were indexed.
    """
    (total,) = connection.execute("SELECT count(*) FROM posts").fetchone()
    builder = _Builder(connection, transaction)
    builder.start()
    done = 0
    # What a power cut takes of a rebuild is begun again anyway.
    connection.execute("PRAGMA synchronous = NORMAL")
    try:
        while not builder.is_done:
            done += builder.copy()
            if progress is not None:
                progress(done, max(done, total))
    finally:
        connection.execute("PRAGMA synchronous = FULL")
    builder.finish()
    return done


class _Builder:
    def __init__(self, connection: sqlite3.Connection, transaction: Transaction) -> None:
        self._connection = connection
        self._transaction = transaction
        self._lexicon = Lexicon(connection, "terms_next")
        # An index of other rules is not written to: nobody knows which words it holds. Nor does
        # anybody else write then.
        self._is_upgrade = not is_current(connection)
        self.is_done = False  # no post is left to be copied

    def start(self) -> None:
        """Make the new tables, in place of what an interrupted rebuild has left."""
        lemmas("mots")  # reads the dictionary now, rather than while others wait
        with self._transaction():
            self._connection.execute("DELETE FROM reindexing")
        self._discard()
        with self._transaction():
            _create(self._connection)
            # Ids are never negative.
            self._connection.execute("INSERT INTO reindexing (copied) VALUES (-1)")

    def copy(self) -> int:
        """Copy the next posts; return how many."""
        with self._transaction():
            copied = self._copy_batch()
        if not self.is_done and not self._is_upgrade:
            let_others_write()
        return copied

    def finish(self) -> None:
        """Count the terms, swap the tables, and throw the old ones away."""
        counting.count(
            self._connection, self._transaction, table="terms_next", index="posts_fts_next"
        )
        with self._transaction():
            # Else views that name these tables would be rewritten, or said to be broken
            # (https://www.sqlite.org/pragma.html#pragma_legacy_alter_table).
            self._connection.execute("PRAGMA legacy_alter_table = ON")
            try:
                for statement in _SWAP.split(";"):
                    self._connection.execute(statement)
            finally:
                self._connection.execute("PRAGMA legacy_alter_table = OFF")
            _keep_rules(self._connection)
        self._discard()

    def _copy_batch(self) -> int:
        rows = self._connection.execute(
            "SELECT id, title, text, author, fac FROM posts"
            " WHERE id > (SELECT copied FROM reindexing) ORDER BY id LIMIT ?",
            (BATCH,),
        ).fetchall()
        shorter = index.affordable(self._connection, [row[0] for row in rows])
        self.is_done = shorter == len(rows) < BATCH
        rows = rows[:shorter]
        self._refile({row[0]: row[4] for row in rows})
        pieces: set[str] = set()
        documented = self._with_documents(rows[0][0], rows[-1][0]) if rows else set()
        plain = {post for post, *texts, _ in rows if index.read(pieces, *texts)} - documented
        others = {row[0] for row in rows} - plain
        index.insert(self._connection, "posts_fts_next", sorted(plain), origin="posts")
        index.insert(self._connection, "posts_fts_next", sorted(others), origin="posts_indexed")
        index.read_documents(self._connection, pieces, sorted(documented))
        self._lexicon.add(pieces)
        # After the last batch, whatever else is saved goes into both.
        copied = _ALL if self.is_done else rows[-1][0]
        self._connection.execute("UPDATE reindexing SET copied = ?", (copied,))
        return len(rows)

    def _with_documents(self, first: int, last: int) -> set[int]:
        found = self._connection.execute(
            "SELECT post_id FROM post_documents WHERE indexed = 1 AND post_id BETWEEN ? AND ?",
            (first, last),
        )
        return {post for (post,) in found}

    def _refile(self, before: dict[int, str]) -> None:
        """File posts anew, given with the facet tokens they have."""
        changes = self._connection.total_changes
        tags.refile(self._connection, list(before))
        if self._connection.total_changes == changes or self._is_upgrade:
            return
        after = self._connection.execute(
            "SELECT id, fac FROM posts WHERE id BETWEEN ? AND ?", (min(before), max(before))
        )
        moved = {post: before[post] for post, fac in after if before[post] != fac}
        if moved:
            _follow(self._connection, moved)

    def _discard(self) -> None:
        """Throw away what is not in use, in short transactions: in one it would take seconds."""
        for index_name in ("posts_fts_old", "posts_fts_next"):
            if _exists(self._connection, index_name):
                self._empty(f"{index_name}_data")
                self._drop("TABLE", index_name)
        for table in ("terms_old", "terms_next"):
            for (name,) in self._connection.execute(_INDEXES, (table,)).fetchall():
                self._drop("INDEX", name)
            if _exists(self._connection, table):
                self._drop("TABLE", table)

    def _drop(self, kind: str, name: str) -> None:
        with self._transaction():
            self._connection.execute(f"DROP {kind} {name}")

    def _empty(self, table: str) -> None:
        emptied = EMPTIED
        while emptied == EMPTIED:
            with self._transaction():
                emptied = self._connection.execute(
                    f"DELETE FROM {table} WHERE id IN"  # noqa: S608 - our own names
                    # The first ones are needed to open it (fts5_index.c, FTS5_STRUCTURE_ROWID).
                    f" (SELECT id FROM {table} WHERE id > 10 LIMIT {EMPTIED})"
                ).rowcount
            let_others_write()


def _create(connection: sqlite3.Connection) -> None:
    """Make empty tables like those in use."""
    for table in ("posts_fts", "terms"):
        (definition,) = connection.execute(
            "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)
        ).fetchone()
        connection.execute(definition.replace(table, f"{table}_next", 1))
    connection.execute(_TUNE)
    for (name,) in connection.execute(_INDEXES, ("terms",)).fetchall():
        # An index keeps its name when its table is renamed: each rebuild takes the other one.
        other = name.removesuffix("_next") if name.endswith("_next") else f"{name}_next"
        column = other.removeprefix("terms_").removesuffix("_next")
        connection.execute(f"CREATE INDEX {other} ON terms_next ({column})")


def _exists(connection: sqlite3.Connection, table: str) -> bool:
    found = connection.execute(
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)
    )
    return found.fetchone() is not None


def _follow(connection: sqlite3.Connection, before: dict[int, str]) -> None:
    """Let the index in use follow posts that are filed anew, given with their old facet tokens."""
    try:
        connection.execute(_TAKE_OUT, (json.dumps(before),))
        index.insert(connection, "posts_fts", list(before), origin="posts_indexed")
    except sqlite3.DatabaseError as error:
        # It is damaged, and about to be replaced.
        if error.sqlite_errorcode != sqlite3.SQLITE_CORRUPT_VTAB:
            raise


def _keep_rules(connection: sqlite3.Connection) -> None:
    connection.execute(
        "INSERT INTO index_rules (id, version) VALUES (1, ?)"
        " ON CONFLICT DO UPDATE SET version = excluded.version",
        (index.RULES,),
    )
