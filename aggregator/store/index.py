"""The full-text index: it follows posts, and can be built anew beside its readers.

`posts_fts` keeps no text of its own (FTS5 external content), so a row must be taken out while
its old text is still there, and put back after. Rows go in by the transaction, a third of what
one-row triggers cost.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Literal

BATCH = 1000  # posts a transaction in a rebuild: about 0.1 s

LIGATURES = "œŒæÆ"  # folded by the view posts_indexed

_SELECTED = "WHERE id IN (SELECT value FROM json_each(?))"

Transaction = Callable[[], AbstractContextManager[None]]


# What is new of what may be shown; what was there before is kept true by triggers.
_SHOW = """
INSERT INTO shown_texts (id, excerpt, text)
SELECT p.id, p.excerpt, iif(s.display = 'full', p.text, '')
FROM json_each(?) AS wanted
CROSS JOIN posts AS p ON p.id = wanted.value
JOIN sources AS s ON s.id = p.source_id
WHERE s.display <> 'title'
ON CONFLICT DO NOTHING
"""

# The new index merges as the old one does (db/migrations).
_TUNE = """
INSERT INTO posts_fts_next (posts_fts_next, rank)
SELECT k, v FROM posts_fts_config WHERE k IN ('automerge', 'crisismerge')
"""


class Backlog:
    """The posts that a transaction has written and whose copies are to follow.

    They go into the index and beside the texts that may be shown at once, before the commit
    (`flush`): one long statement costs less than many short ones, for each begins with a
    savepoint.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._posts: set[int] = set()
        self._plain: set[int] = set()  # of these, the ones that need no folding

    def remove(self, posts: Iterable[int]) -> None:
        """Take posts out of the index, before they change."""
        indexed = [post for post in posts if post not in self._posts]
        self._posts.difference_update(posts)
        self._plain.difference_update(posts)
        remove(self._connection, indexed)

    def add(self, posts: Iterable[int], *, plain: Iterable[int] = ()) -> None:
        """Copy posts when the transaction ends, as they are then.

        Args:
            posts: Their ids.
            plain: Of these, the ones whose texts hold no ligature: `is_plain`.
        """
        self._posts.update(posts)
        self._plain.update(plain)

    def flush(self) -> None:
        """Bring the copies up to date; the last step of a transaction."""
        if self._posts:
            self._connection.execute(_SHOW, (json.dumps(sorted(self._posts)),))
            add(self._connection, sorted(self._plain), origin="posts")
            add(self._connection, sorted(self._posts - self._plain))
            self.clear()

    def clear(self) -> None:
        """Forget all, for the transaction was undone."""
        self._posts.clear()
        self._plain.clear()


def is_plain(text: str) -> bool:
    """Tell whether the view posts_indexed gives a text back unchanged.

    Python finds that out in a hundredth of the time that the view takes.
    """
    return not any(letter in text for letter in LIGATURES)


def remove(connection: sqlite3.Connection, posts: Sequence[int]) -> None:
    """Take posts out of the index, before they change."""
    for table, ids in _targets(connection, posts):
        connection.execute(
            f"INSERT INTO {table} ({table}, rowid, title, text, fac)"  # noqa: S608 - our own names
            f" SELECT 'delete', id, title, text, fac FROM posts_indexed {_SELECTED}",
            (json.dumps(ids),),
        )


def add(
    connection: sqlite3.Connection,
    posts: Sequence[int],
    *,
    origin: Literal["posts", "posts_indexed"] = "posts_indexed",
) -> None:
    """Put posts into the index, after they changed; from `posts`, they must be plain."""
    for table, ids in _targets(connection, posts):
        connection.execute(
            f"INSERT INTO {table} (rowid, title, text, fac)"  # noqa: S608 - our own names
            f" SELECT id, title, text, fac FROM {origin} {_SELECTED}",
            (json.dumps(ids),),
        )


def _targets(
    connection: sqlite3.Connection, posts: Sequence[int]
) -> list[tuple[str, Sequence[int]]]:
    """Return the index, and the one being built beside it as far as it has got."""
    if not posts:
        return []
    row = connection.execute("SELECT copied FROM reindexing").fetchone()
    if row is None:
        return [("posts_fts", posts)]
    return [("posts_fts", posts), ("posts_fts_next", [post for post in posts if post <= row[0]])]


def rebuild(
    connection: sqlite3.Connection,
    transaction: Transaction,
    progress: Callable[[int, int], None] | None,
) -> int:
    """Build the index anew beside the old one, then swap them.

    Searches see the old index, whole, until the swap; a crawl beside it waits for one batch at
    most. Interrupted, it leaves everything as it was, and starts over the next time.

    Returns:
        How many posts were indexed.
    """
    (total,) = connection.execute("SELECT count(*) FROM post_facets").fetchone()
    with transaction():
        _start(connection)
    done, last = 0, True
    while last:
        with transaction():
            copied, last = _copy_batch(connection)
        done += copied
        if progress is not None:
            progress(done, max(done, total))
    with transaction():
        connection.execute("DROP TABLE posts_fts")
        connection.execute("ALTER TABLE posts_fts_next RENAME TO posts_fts")
        connection.execute("DELETE FROM reindexing")
    return done


def _start(connection: sqlite3.Connection) -> None:
    (definition,) = connection.execute(
        "SELECT sql FROM sqlite_master WHERE name = 'posts_fts'"
    ).fetchone()
    connection.execute("DROP TABLE IF EXISTS posts_fts_next")
    connection.execute(definition.replace("posts_fts", "posts_fts_next", 1))
    connection.execute(_TUNE)
    connection.execute("DELETE FROM reindexing")
    connection.execute("INSERT INTO reindexing (copied) VALUES (-1)")  # ids are never negative


def _copy_batch(connection: sqlite3.Connection) -> tuple[int, bool]:
    """Copy the next posts; return how many, and whether there may be more."""
    ids = [
        post
        for (post,) in connection.execute(
            "SELECT id FROM post_facets WHERE id > (SELECT copied FROM reindexing)"
            " ORDER BY id LIMIT ?",
            (BATCH,),
        )
    ]
    if ids:
        connection.execute(
            "INSERT INTO posts_fts_next (rowid, title, text, fac)"
            " SELECT id, title, text, fac FROM posts_indexed WHERE id BETWEEN ? AND ?",
            (ids[0], ids[-1]),
        )
        connection.execute("UPDATE reindexing SET copied = ?", (ids[-1],))
    return len(ids), len(ids) == BATCH


def is_sound(connection: sqlite3.Connection) -> bool:
    """Tell whether the index holds exactly the posts, word for word."""
    try:
        # Rank 1 compares with the content too (https://www.sqlite.org/fts5.html#the_integrity_check_command).
        connection.execute("INSERT INTO posts_fts (posts_fts, rank) VALUES ('integrity-check', 1)")
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_CORRUPT_VTAB:
            return False
        raise
    return True
