"""How many posts hold each term, counted anew from the index itself."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Literal

from aggregator.store.lexicon import Table, is_word
from aggregator.store.lock import let_others_write

BATCH = 10_000  # terms a transaction: about 0.1 s

Transaction = Callable[[], AbstractContextManager[None]]
Index = Literal["posts_fts", "posts_fts_next"]

# Words of titles, texts and documents alone: of the index's other columns, authors and facet
# tokens, some look the same. Most terms are in neither, and the vocabulary's own count is right.
_HOLDERS = """
(SELECT count(*) FROM {index} WHERE {index} MATCH '{{title text documents}} : "' || {term} || '"')
"""
_COUNT = """
INSERT INTO temp.counted (term, posts) SELECT term, doc FROM temp.vocabulary
"""
_COUNT_MIXED = """
UPDATE temp.counted SET posts = {holders}
WHERE term IN (SELECT term FROM temp.columns WHERE col IN ('author', 'fac'))
AND term IN (SELECT term FROM main.{table})
"""
_BOUND = """
SELECT max(term) FROM
(SELECT term FROM main.{table} WHERE term > ? ORDER BY term, lemma LIMIT {batch})
"""
_UPDATE = """
UPDATE main.{table} AS t SET posts = c.posts FROM temp.counted AS c
WHERE c.term = t.term AND c.posts <> t.posts AND t.term > ? AND t.term <= ?
"""
# Asked again of the index: a post that holds it may have come since.
_DELETE = """
DELETE FROM main.{table} AS t WHERE t.term > ? AND t.term <= ?
AND NOT EXISTS (SELECT 1 FROM temp.counted AS c WHERE c.term = t.term AND c.posts > 0)
AND {holders} = 0
"""


def count(
    connection: sqlite3.Connection,
    transaction: Transaction,
    *,
    table: Table = "terms",
    index: Index = "posts_fts",
) -> None:
    """Write how many posts hold each term, and remove terms that none holds.

    In transactions well under 1 s; the counting itself lets others write.
    """
    with _counted(connection, table, index):
        after = ""
        while bound := connection.execute(
            _BOUND.format(table=table, batch=BATCH), (after,)
        ).fetchone()[0]:
            with transaction():
                connection.execute(_UPDATE.format(table=table), (after, bound))
                connection.execute(
                    _DELETE.format(
                        table=table, holders=_HOLDERS.format(index=index, term="t.term")
                    ),
                    (after, bound),
                )
            after = bound
            let_others_write()


def missing(connection: sqlite3.Connection, most: int) -> tuple[str, ...]:
    """Return words of titles, texts and documents that `terms` lacks, the first ones."""
    found: list[str] = []
    with _vocabulary(connection, "posts_fts"):
        for (term,) in connection.execute(
            "SELECT DISTINCT term FROM temp.columns WHERE col IN ('title', 'text', 'documents')"
            " AND term NOT IN (SELECT term FROM main.terms)"
        ):
            if is_word(term):
                found.append(term)
            if len(found) == most:
                break
    return tuple(found)


@contextmanager
def _counted(connection: sqlite3.Connection, table: Table, index: Index) -> Iterator[None]:
    """Give a temporary table of counts."""
    with _vocabulary(connection, index):
        connection.execute(
            "CREATE TEMP TABLE counted (term TEXT PRIMARY KEY, posts INTEGER NOT NULL)"
            " STRICT, WITHOUT ROWID"
        )
        try:
            connection.execute(_COUNT)
            connection.execute(
                _COUNT_MIXED.format(table=table, holders=_HOLDERS.format(index=index, term="term"))
            )
            yield
        finally:
            connection.execute("DROP TABLE temp.counted")


@contextmanager
def _vocabulary(connection: sqlite3.Connection, index: Index) -> Iterator[None]:
    """Give the terms of an index, in all and by column; nothing of it lasts."""
    # https://www.sqlite.org/fts5.html#the_fts5vocab_virtual_table_module
    tables = {"vocabulary": "row", "columns": "col"}
    for name, kind in tables.items():
        connection.execute(
            f"CREATE VIRTUAL TABLE temp.{name} USING fts5vocab (main, {index}, {kind})"
        )
    try:
        yield
    finally:
        for name in tables:
            connection.execute(f"DROP TABLE temp.{name}")
