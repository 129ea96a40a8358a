"""What an analyst's SQL may not do.

The withheld texts (`display` in sources.yaml) stand in tables of their own, refused whole: a rule
that depends on the view a column is read through is defeated by a common table expression that
takes the view's name (tried on SQLite 3.40).
"""

import sqlite3

# Tables that hold, or give back, what a source does not let us show.
CLOSED_TABLES = frozenset(
    {
        "withheld_texts",
        "withheld_versions",
        "posts_indexed",
        "posts_fts",
        "posts_fts_data",
        "posts_fts_idx",
        "posts_fts_docsize",
        "posts_fts_config",
        # Table-valued pragmas that name files of this machine.
        "pragma_database_list",
        "pragma_module_list",
        "pragma_function_list",
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
        return (first or "").lower() not in CLOSED_TABLES
    if action == sqlite3.SQLITE_FUNCTION:
        return (second or "").lower() not in CLOSED_FUNCTIONS
    if action == sqlite3.SQLITE_PRAGMA:
        return (first or "").lower() in OPEN_PRAGMAS
    return action in {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE}
