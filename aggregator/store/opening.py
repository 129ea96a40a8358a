"""The database file: how it is opened, and a sentence for whatever is wrong with it."""

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from aggregator.errors import StoreError
from aggregator.language import indexed_text
from aggregator.paths import bundled
from aggregator.store import schema
from aggregator.store.lock import let_others_write

BUSY_TIMEOUT_S = 10.0  # our own transactions stay well under 1 s; a neighbour's may not
WAL_LIMIT_BYTES = 64 * 2**20  # what is kept of the -wal file after a checkpoint
# A crawl's transaction writes about 10 MB. In a smaller cache it would be written out halfway and
# read again for the index; checkpointed each time, its busiest pages would be copied each time.
CACHE_BYTES = 16 * 2**20
CHECKPOINT_PAGES = 4000
# It holds what hubs sign with, and whole texts: not for everyone on the machine. The umask may take
# more; SQLite gives -wal and -shm the mode of the file (os_unix.c, findCreateFileMode).
MODE = 0o640
_WAL_ATTEMPTS = 50

_SENTENCES = {
    sqlite3.SQLITE_BUSY: "another program keeps it locked; stop that one, or try again later",
    sqlite3.SQLITE_LOCKED: "another program keeps it locked; stop that one, or try again later",
    sqlite3.SQLITE_FULL: "no room left on the disk, so this step was undone; free some space",
    sqlite3.SQLITE_IOERR: "the disk failed, so this step was undone; check its space and health",
    sqlite3.SQLITE_NOTADB: "this file is not a database; name another one with --db",
    sqlite3.SQLITE_CORRUPT: "the database is damaged; put back a copy of it",
    sqlite3.SQLITE_CORRUPT_VTAB: "the search index is damaged; run `aggregator reindex`",
    sqlite3.SQLITE_READONLY: "it may not be written; check who owns the file and its folder",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; check who owns the file and its folder",
    sqlite3.SQLITE_PERM: "it may not be opened; check who owns the file and its folder",
}


def prepare(connection: sqlite3.Connection) -> None:
    """Teach a connection `indexed_text`, the SQL function that the view posts_indexed calls.

    Every connection needs it that writes the index, or compares it with the posts.
    """
    connection.create_function("indexed_text", 1, indexed_text, deterministic=True)


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what SQLite says of a file into a StoreError with a sentence.

    Errors that are faults of this program (a broken constraint, wrong SQL) pass unchanged.

    Raises:
        StoreError: The file cannot be used; the cause is chained.
    """
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0)  # absent where Python itself objects
        # The low byte is the family of an extended code (https://www.sqlite.org/rescode.html).
        sentence = _SENTENCES.get(code) or _SENTENCES.get(code & 0xFF)
        if sentence is None:
            raise
        raise StoreError(f"{path}: {sentence} ({error})") from error


def open_writable(path: Path) -> tuple[sqlite3.Connection, list[str]]:
    """Open the database to write it, creating and migrating it as needed.

    Returns:
        The connection, in autocommit mode, and the names of the migrations applied.

    Raises:
        StoreError: It cannot be used; the text says why and what to do.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{path}: its folder cannot be made ({error.strerror})") from error
    _make(path)
    with explained(path):
        # isolation_level None: no implicit BEGIN, every transaction is written out.
        connection = sqlite3.connect(
            path,
            timeout=BUSY_TIMEOUT_S,
            isolation_level=None,
            check_same_thread=False,  # the store is handed from thread to thread
        )
        try:
            _use_wal(connection)
            prepare(connection)
            # Before foreign keys are enforced: a migration may have to rebuild a table
            # (https://www.sqlite.org/lang_altertable.html#otheralter).
            applied = schema.migrate(connection, path=path, folder=bundled("db"))
            connection.execute("PRAGMA foreign_keys = ON")
        except BaseException:
            connection.close()
            raise
    return connection, applied


def open_readonly(path: Path) -> sqlite3.Connection:
    """Open the database to read it only.

    Raises:
        StoreError: It is missing, not ours, or not of this program's schema.
    """
    if not path.is_file():
        raise StoreError(f"{path}: no database there yet; run `aggregator crawl` first")
    with explained(path):
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro",
            uri=True,
            timeout=BUSY_TIMEOUT_S,
            isolation_level=None,
        )
        try:
            connection.execute("PRAGMA query_only = ON")
            prepare(connection)
            schema.require_current(connection, path=path, folder=bundled("db"))
        except BaseException:
            connection.close()
            raise
    return connection


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Give a connection that only reads, for the time of a block.

    Raises:
        StoreError: As `open_readonly`; also when the file turns out to be unusable inside.
    """
    with explained(path), closing(open_readonly(path)) as connection:
        yield connection


def _make(path: Path) -> None:
    """Make the empty file, where there is none, with our mode."""
    # Not `os.open`: closing it would drop the locks that another thread holds on it by then
    # (https://www.sqlite.org/howtocorrupt.html §2.2). What keeps it from being made keeps SQLite
    # from it too, and is said then.
    with suppress(OSError):
        os.mknod(os.path.realpath(path), stat.S_IFREG | MODE)


def _use_wal(connection: sqlite3.Connection) -> None:
    for attempt in range(_WAL_ATTEMPTS):
        # Asked first: setting it takes a lock even when nothing changes.
        (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
        if mode == "wal":
            break
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            # Where another is setting it just now, SQLite does not wait.
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or attempt + 1 == _WAL_ATTEMPTS:
                raise
            let_others_write()
    connection.execute(f"PRAGMA journal_size_limit = {WAL_LIMIT_BYTES}")
    connection.execute(f"PRAGMA cache_size = {-CACHE_BYTES // 1024}")
    connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    # FULL, not WAL's usual NORMAL: what was reported saved outlives a power cut too.
    connection.execute("PRAGMA synchronous = FULL")
