"""Migrations and views: db/migrations/NNNN_name.sql, db/views/name.sql.

Migrations are steps of `sqlite_utils.migrations`, so the table `_sqlite_migrations` that other
tools know records them. All that are pending, their records and the views land in a single
transaction: an upgrade happens whole or not at all. Views are not migrated: one whose text
changed is dropped and created anew. (A view whose file goes away needs a migration that drops
it.)
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from aggregator.errors import StoreError

if TYPE_CHECKING:
    from sqlite_utils import Database

MIGRATION_SET = "aggregator"


def migrate(connection: sqlite3.Connection, *, path: Path, folder: Path) -> list[str]:
    """Bring the schema up to date; take no lock when it is.

    Args:
        connection: In autocommit mode, foreign keys not enforced.
        path: The database, for error texts.
        folder: Holds `migrations/` and `views/`.

    Returns:
        Names of the migrations applied, in order.

    Raises:
        StoreError: The file is another program's, or a newer version's.
    """
    pending = _pending(connection, path=path, folder=folder)
    if not pending and not _stale_views(connection, folder):
        return []
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Asked again, now that nobody else can migrate.
        pending = _pending(connection, path=path, folder=folder)
        # Before a migration all views go: SQLite refuses to alter a table under one that breaks.
        stale = _read_views(folder) if pending else _stale_views(connection, folder)
        for name in stale:
            connection.execute(f"DROP VIEW IF EXISTS {name}")
        if pending:
            _apply(connection, folder)
        for statement in stale.values():
            connection.execute(statement)
        _check_references(connection, path)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return pending


def require_current(connection: sqlite3.Connection, *, path: Path, folder: Path) -> None:
    """Refuse a database that this program has not migrated.

    Raises:
        StoreError: It is older, newer, or another program's.
    """
    if _pending(connection, path=path, folder=folder):
        raise StoreError(f"{path}: older than this program; run `aggregator migrate`")


def statements(text: str) -> Iterator[str]:
    """Split SQL into statements; each ends its own line.

    `executescript` would do it, but commits first: a failing script would leave half of itself.
    """
    statement = ""
    for line in text.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement.strip()
            statement = ""
    if any(line.strip() and not line.startswith("--") for line in statement.splitlines()):
        raise ValueError(f"SQL that does not end: {statement.strip()[:60]}")


def _pending(connection: sqlite3.Connection, *, path: Path, folder: Path) -> list[str]:
    applied = _applied(connection)
    if not applied and connection.execute("SELECT 1 FROM sqlite_master").fetchone():
        raise StoreError(f"{path}: another program's database; name another file with --db")
    known = [file.stem for file in _migration_files(folder)]
    unknown = [name for name in applied if name not in known]
    if unknown:
        raise StoreError(
            f"{path}: made by a newer version of this program ({', '.join(unknown)});"
            " install that version"
        )
    return [name for name in known if name not in applied]


def _applied(connection: sqlite3.Connection) -> list[str]:
    """Return the migrations on record: what `sqlite_utils.migrations` says, read without it."""
    table = connection.execute("SELECT 1 FROM sqlite_master WHERE name = '_sqlite_migrations'")
    if table.fetchone() is None:
        return []
    rows = connection.execute(
        "SELECT name FROM _sqlite_migrations WHERE migration_set = ? ORDER BY rowid",
        (MIGRATION_SET,),
    )
    return [name for (name,) in rows]


def _apply(connection: sqlite3.Connection, folder: Path) -> None:
    # Here, for they cost 50 ms at start-up, and a database is migrated once.
    from sqlite_utils import Database  # noqa: PLC0415
    from sqlite_utils.migrations import Migrations  # noqa: PLC0415

    migrations = Migrations(MIGRATION_SET)
    for file in _migration_files(folder):

        def step(database: "Database", file: Path = file) -> None:
            for statement in statements(file.read_text(encoding="utf-8")):
                database.conn.execute(statement)

        migrations(name=file.stem)(step)
    migrations.apply(Database(connection, recursive_triggers=False, execute_plugins=False))


def _migration_files(folder: Path) -> list[Path]:
    return sorted((folder / "migrations").glob("[0-9]*.sql"))


def _stale_views(connection: sqlite3.Connection, folder: Path) -> dict[str, str]:
    created = dict(
        connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'view'").fetchall()
    )
    return {
        name: statement
        for name, statement in _read_views(folder).items()
        if created.get(name) != statement
    }


def _read_views(folder: Path) -> dict[str, str]:
    """Return each view's statement as SQLite keeps it: without comment before or `;` after."""
    views = {}
    for file in sorted((folder / "views").glob("*.sql")):
        text = file.read_text(encoding="utf-8")
        views[file.stem] = text[text.index("CREATE VIEW") :].strip().removesuffix(";")
    return views


def _check_references(connection: sqlite3.Connection, path: Path) -> None:
    broken = connection.execute("PRAGMA foreign_key_check").fetchone()
    if broken is not None:
        raise StoreError(f"{path}: a migration would break references in {broken[0]}; undone")
