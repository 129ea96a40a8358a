"""What an analyst's SQL may not do.

Texts that a source does not let us show are searchable, and stay closed here: their columns are
refused whole, and the public views read the copies that may be shown (`shown_texts` and its like).
A rule that depends on the view a column is read through is defeated by a common table expression
that takes the view's name (tried on SQLite 3.40).
"""

import re
import sqlite3
from functools import partial

from aggregator.errors import StoreError
from aggregator.store import prepare

CLOSED_COLUMNS = frozenset(
    {
        ("posts", "excerpt"),
        ("posts", "html"),
        ("posts", "text"),
        ("post_versions", "text"),
        ("document_pages", "text"),
        ("documents", "title"),
        ("post_documents", "label"),
        ("post_pages", "html"),
        ("post_pages", "text"),
        ("post_pages", "excerpt"),
        ("refused_records", "record"),
        ("fetch_log", "rejections"),
    }
)

# The index gives texts back word by word: its tables are closed, all but the one with a version
# number, which SQLite reads to open it. With the list of all words (terms) one could ask for
# them pair by pair; keys are hashes of texts, and confirm a guess. Subscriptions hold the secrets
# that hubs sign with.
_CLOSED_TABLES = re.compile(
    r"posts_indexed|posts_fts(?!(_next|_old)?_config$)|terms|post_keys|subscriptions$"
)
# Those of a rebuild (store/rebuilding.py) come and go while a connection is open; Datasette looks
# at every table there is.
_PASSING_TABLES = frozenset({"posts_fts_next_config", "posts_fts_old_config"})

# Of the tables that SQLite makes up itself; others name files of this machine, show its memory or
# other people's queries, and not every build of SQLite has the same.
OPEN_MODULES = frozenset(
    {
        "json_each",
        "json_tree",
        "pragma_foreign_key_list",
        "pragma_index_info",
        "pragma_index_list",
        "pragma_index_xinfo",
        "pragma_table_info",
        "pragma_table_xinfo",
        "sqlite_master",
        "sqlite_temp_master",
    }
)

# One call of these costs seconds or gigabytes, and no time limit can interrupt one opcode.
CLOSED_FUNCTIONS = frozenset(
    {
        "printf",
        "format",
        "zeroblob",
        "randomblob",
        "load_extension",
        "readfile",
        "writefile",
        "edit",
        "fts3_tokenizer",
        "fts5",
        "sqlite_log",
        "snippet",
        "highlight",
        "bm25",
        "indexed_text",
    }
)

# What Datasette itself asks of a connection.
OPEN_PRAGMAS = frozenset(
    {
        "table_info",
        "table_xinfo",
        "foreign_key_list",
        "index_list",
        "index_info",
        "index_xinfo",
        "recursive_triggers",
        "schema_version",
        "data_version",
    }
)

MAX_VALUE_BYTES = 10 * 2**20  # no text is longer than the page it was read from (fetch/web.py)
MAX_SQL_BYTES = 20_000
MAX_DEPTH = 100
MAX_COLUMNS = 200
MAX_PATTERN_BYTES = 200  # LIKE takes the product of pattern and text, in one opcode
# Of all connections of the process together; joined CTEs, sorts and JSON aggregates grow there.
MAX_HEAP_BYTES = 128 * 2**20

# `WITH c(text) AS (…) SELECT text FROM c FULL JOIN posts USING (text)` reads posts.text and never
# asks the authorizer (SQLite 3.40 builds these columns without it). Looked for in the whole text,
# strings and comments too: a second reader of SQL beside SQLite's could be led astray. No join
# begins with USING FTS, which Datasette itself looks for in the schema.
_JOINED_BY_NAME = re.compile(r"\b(?:using(?!\s+fts)|natural)\b", re.ASCII | re.IGNORECASE)


def guard(connection: sqlite3.Connection) -> None:
    """Close a connection to everything but reading what is public.

    Its SQL must pass `refuse_joins_by_name` besides.

    Raises:
        StoreError: This SQLite cannot keep to a limit of memory.
    """
    (heap,) = connection.execute(f"PRAGMA hard_heap_limit = {MAX_HEAP_BYTES}").fetchone()
    if heap != MAX_HEAP_BYTES:
        raise StoreError(f"SQLite {sqlite3.sqlite_version} does not take a limit of its memory")
    connection.execute("PRAGMA query_only = 1")
    prepare(connection)  # SQLite looks for a function before it asks whether it may be called
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES)
    connection.setlimit(sqlite3.SQLITE_LIMIT_SQL_LENGTH, MAX_SQL_BYTES)
    connection.setlimit(sqlite3.SQLITE_LIMIT_EXPR_DEPTH, MAX_DEPTH)
    connection.setlimit(sqlite3.SQLITE_LIMIT_COLUMN, MAX_COLUMNS)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, MAX_PATTERN_BYTES)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    named = connection.execute("SELECT lower(name) FROM sqlite_master WHERE type <> 'index'")
    tables = frozenset(name for (name,) in named) | _PASSING_TABLES | OPEN_MODULES
    connection.set_authorizer(partial(_authorise, tables))


def refuse_joins_by_name(sql: str) -> None:
    """Refuse the joins that SQLite does not ask the guard about.

    Raises:
        sqlite3.OperationalError: The text holds one, or one of their words.
    """
    if _JOINED_BY_NAME.search(sql):
        raise sqlite3.OperationalError(
            "Les mots USING et NATURAL sont refusés ici : écrivez la jointure avec JOIN … ON …"
        )


def _authorise(
    tables: frozenset[str],
    action: int,
    first: str | None,
    second: str | None,
    _database: str | None,
    _via: str | None,
) -> int:
    allowed = _is_allowed(tables, action, (first or "").lower(), (second or "").lower())
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def _is_allowed(tables: frozenset[str], action: int, first: str, second: str) -> bool:
    if action == sqlite3.SQLITE_READ:
        return _is_readable(tables, first, second)
    if action == sqlite3.SQLITE_FUNCTION:
        return second not in CLOSED_FUNCTIONS
    if action == sqlite3.SQLITE_PRAGMA:
        return first in OPEN_PRAGMAS
    if action == sqlite3.SQLITE_UPDATE:
        # SQLite's own word for declaring a virtual table (json_each) to itself; nothing is
        # written: the connection is read-only.
        return first == "sqlite_master"
    return action in {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE}


def _is_readable(tables: frozenset[str], table: str, column: str) -> bool:
    if _CLOSED_TABLES.match(table):
        return False
    # Without a column rows are only counted, and the name may be that of a CTE.
    return not column or (table in tables and (table, column) not in CLOSED_COLUMNS)
