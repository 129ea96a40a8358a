"""What an analyst's SQL may not do.

Texts that a source does not let us show are searchable, and stay closed here: their columns are
refused whole, and the public views read the copies that may be shown (`shown_texts`). A rule that
depends on the view a column is read through is defeated by a common table expression that takes
the view's name (tried on SQLite 3.40).
"""

import sqlite3

CLOSED_COLUMNS = frozenset(
    {
        ("posts", "excerpt"),
        ("posts", "html"),
        ("posts", "text"),
        ("post_versions", "text"),
    }
)

# The index gives texts back word by word (posts_fts_config, which SQLite reads to open it, holds a
# version number and stays open); these pragmas name files of this machine.
CLOSED_TABLES = frozenset(
    {
        "posts_indexed",
        "posts_fts",
        "posts_fts_data",
        "posts_fts_idx",
        "posts_fts_docsize",
        "posts_fts_next",
        "posts_fts_next_data",
        "posts_fts_next_idx",
        "posts_fts_next_docsize",
        "pragma_database_list",
        "pragma_module_list",
        "pragma_function_list",
        "dbstat",
        "sqlite_dbpage",
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
        "snippet",
        "highlight",
        "bm25",
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
        "database_list",  # its table-valued twin, which would show a path, is closed above
    }
)

MAX_VALUE_BYTES = 2_000_000
MAX_SQL_BYTES = 20_000
MAX_DEPTH = 100


def guard(connection: sqlite3.Connection) -> None:
    """Close a connection to everything but reading what is public."""
    connection.execute("PRAGMA query_only = 1")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES)
    connection.setlimit(sqlite3.SQLITE_LIMIT_SQL_LENGTH, MAX_SQL_BYTES)
    connection.setlimit(sqlite3.SQLITE_LIMIT_EXPR_DEPTH, MAX_DEPTH)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.set_authorizer(_authorise)


def _authorise(
    action: int, first: str | None, second: str | None, _database: str | None, _via: str | None
) -> int:
    return sqlite3.SQLITE_OK if _is_allowed(action, first, second) else sqlite3.SQLITE_DENY


def _is_allowed(action: int, first: str | None, second: str | None) -> bool:
    if action == sqlite3.SQLITE_READ:
        table, column = (first or "").lower(), (second or "").lower()
        return table not in CLOSED_TABLES and (table, column) not in CLOSED_COLUMNS
    if action == sqlite3.SQLITE_FUNCTION:
        return (second or "").lower() not in CLOSED_FUNCTIONS
    if action == sqlite3.SQLITE_PRAGMA:
        return (first or "").lower() in OPEN_PRAGMAS
    if action == sqlite3.SQLITE_UPDATE:
        # SQLite's own word for declaring a virtual table (json_each) to itself; nothing is
        # written: the connection is read-only.
        return first == "sqlite_master"
    return action in {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE}
