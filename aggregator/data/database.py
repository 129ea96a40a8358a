"""The posts as an analyst's Datasette sees them: guarded, and bounded in memory and time."""

import os
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from datasette.database import Database

from aggregator.data.guard import refuse_joins_by_name

MAX_RESULT_BYTES = 32 * 2**20  # 1,000 rows with a text of 30 kB each
CELL_BYTES = 64  # what a value costs Python besides its content
GIVE_UP_S = 5.0  # the time limit is 1 s, but looked at between opcodes only
_CLOSED = (
    "Cette question touche à des données qui ne sont pas ouvertes (textes que leur source ne laisse"
    " pas diffuser, index, réglages) ou à une fonction refusée. Les vues publiques sont décrites"
    " à la page « Les données »."
)
_TOO_MUCH = (
    "Cette question demande trop de mémoire : demandez moins de lignes, ou des colonnes plus"
    " courtes."
)


class AnalystsDatabase(Database):  # type: ignore[misc]  # Datasette has no types
    """Datasette's database with our bounds.

    Every SQL text that a stranger writes goes through `execute`.
    """

    async def execute(self, sql: str, *arguments: Any, **options: Any) -> Any:
        """Run one query, as Datasette does; what is refused is said in French.

        Raises:
            sqlite3.OperationalError: Refused, too big, or wrong. Datasette shows the text beside
                the query.
        """
        refuse_joins_by_name(sql)
        # Wrong SQL is its author's affair, not the operator's.
        options["log_sql_errors"] = False
        try:
            return await super().execute(sql, *arguments, **options)
        except (sqlite3.DatabaseError, MemoryError) as error:
            raise _explained(error) from error

    async def execute_fn(self, fn: Callable[[sqlite3.Connection], Any]) -> Any:
        """Run a function on a connection of its thread, within our bounds."""

        def bounded(connection: sqlite3.Connection) -> Any:
            connection.row_factory = _Budget()
            with _given_up():
                return fn(connection)

        return await super().execute_fn(bounded)

    async def view_names(self) -> list[str]:
        """Return the public views: Datasette lists all of them, hidden or not."""
        return [name for name in await super().view_names() if name != "posts_indexed"]

    async def attached_databases(self) -> list[Any]:
        """Return none, without asking for the pragma that names files of this machine."""
        return []


class _Budget:
    """Makes rows of one query until they are more than we keep in memory."""

    def __init__(self) -> None:
        self._left_bytes = MAX_RESULT_BYTES

    def __call__(self, cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> sqlite3.Row:
        self._left_bytes -= sum(
            CELL_BYTES + (len(value) if isinstance(value, str | bytes) else 0) for value in values
        )
        if self._left_bytes < 0:
            raise MemoryError
        return sqlite3.Row(cursor, values)


def _explained(error: sqlite3.DatabaseError | MemoryError) -> sqlite3.DatabaseError:
    code = getattr(error, "sqlite_errorcode", None)
    if isinstance(error, MemoryError) or code == sqlite3.SQLITE_TOOBIG:
        return sqlite3.OperationalError(_TOO_MUCH)
    # A function's refusal has no code of its own.
    if code == sqlite3.SQLITE_AUTH or "not authorized" in str(error):
        return sqlite3.OperationalError(_CLOSED)
    return error


@contextmanager
def _given_up() -> Iterator[None]:
    """End the process when the block lasts too long: its supervisor starts another.

    `instr`, `replace` and `trim` of two long values take hours in one opcode, which nothing
    interrupts but the end of the process.
    """
    timer = threading.Timer(GIVE_UP_S, _give_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _give_up() -> None:
    text = f"an analyst's query could not be interrupted for {GIVE_UP_S:g} s: starting afresh"
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - a process's complaint
    os._exit(1)
