"""A backup, tried out: restored, checked, and compared with the database it was made of."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aggregator.clock import to_iso
from aggregator.errors import StoreError
from aggregator.store import checking, opening

# A row says when its page was fetched; it is saved a little later, with others.
SAVED_WITHIN = timedelta(minutes=1)
SHOWN = 5  # examples of one kind of fault
UNDATED = "it does not say when it was taken, as a copy made by `aggregator backup` does"

# What is compared of a row: not where it is filed, which follows the list.
_SOURCE = "id name url kind_id instance_id quartiers reader feed language display"
_POST = (
    "source_id guid url title title_derived excerpt html text author language published"
    " date_origin categories digest first_seen changed"
)
_VERSION = "seen_from seen_until title text digest"
_FETCH = (
    "source_id fetched outcome url status new changed unchanged rejected warnings rejections"
    " error error_kind size_bytes elapsed_s"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What a backup holds, and all that is wrong with it."""

    backup: Path
    taken: datetime | None
    sources: int = 0
    posts: int = 0
    versions: int = 0
    fetches: int = 0
    faults: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.faults:
            return "\n".join(f"{self.backup}: {fault}" for fault in self.faults)
        return (
            f"{self.backup}: sound; {self.sources} sources, {self.posts} posts,"
            f" {self.versions} older versions, {self.fetches} fetches"
        )


def _missing(table: str, key: str, moment: str) -> str:
    """Return a query for rows saved before the copy was taken, and not in it."""
    return (
        f"SELECT {key} FROM live.{table} WHERE {moment} < :edge"  # noqa: S608 - our own names
        f" AND {key} NOT IN (SELECT {key} FROM main.{table})"
    )


def _differing(table: str, key: str, columns: str, *, where: str = "true") -> str:
    """Return a query for the rows that both have and that are not the same."""
    ours, theirs = (
        ", ".join(f"{side}.{column}" for column in columns.split()) for side in ("a", "b")
    )
    return (
        f"SELECT a.{key} FROM main.{table} AS a JOIN live.{table} AS b ON b.{key} = a.{key}"  # noqa: S608 - our own names
        f" WHERE ({ours}) IS NOT ({theirs}) AND ({where})"
    )


_SAME_LIST = "(SELECT digest FROM main.town) IS (SELECT digest FROM live.town)"
_NOT_EDITED_SINCE = """
    b.changed IS NULL OR (b.changed < :edge AND b.changed <= coalesce(a.changed, ''))
"""
# By fault, a query that names each row it concerns. `main` is the restored copy, `live` the
# database, :edge the moment before which every row had been saved when the copy was taken.
# (Fetches that are sums by now are gone, which is no difference.)
_COMPARISONS = {
    "sources missing": _missing("sources", "slug", "listed_since"),
    "sources that differ": _differing("sources", "slug", _SOURCE, where=_SAME_LIST),
    "posts missing": _missing("posts", "uid", "first_seen"),
    "posts that differ": _differing("posts", "uid", _POST, where=_NOT_EDITED_SINCE),
    "posts that the database has lost since": (
        "SELECT uid FROM main.posts WHERE uid NOT IN (SELECT uid FROM live.posts)"
    ),
    "older versions missing": _missing("post_versions", "id", "seen_until"),
    "older versions that differ": _differing("post_versions", "id", _VERSION),
    "fetches missing": _missing("fetch_log", "id", "fetched"),
    "fetches that differ": _differing("fetch_log", "id", _FETCH),
}
_COUNTS = """
SELECT
    (SELECT count(*) FROM main.sources), (SELECT count(*) FROM main.posts),
    (SELECT count(*) FROM main.post_versions), (SELECT count(*) FROM main.fetch_log)
"""


def verify(backup: Path, live: Path) -> Verification:
    """Restore a backup into a temporary folder, check it, and compare it with the database.

    Every source, post, older version and fetch saved before it was taken must be in it, with the
    same content; posts may have been edited since where the database says so. The comparison sees
    one moment of the database, and lets a crawl go on.

    Args:
        backup: A copy that `back_up` made; it may be of an earlier version of the schema.
        live: The database it is a copy of.

    Raises:
        StoreError: One of the files is missing, there is no room to restore the copy, or the
            database cannot be read.
    """
    for file in (backup, live):
        if not file.is_file():
            raise StoreError(f"{file}: no such file")
    with _restored(backup) as copy:
        try:
            taken = taken_at(copy)
            faults = _check(copy)
        except sqlite3.DatabaseError as error:
            return Verification(backup=backup, taken=None, faults=(f"cannot be read ({error})",))
        if faults or taken is None:
            faults = faults or [UNDATED]
            return Verification(backup=backup, taken=taken, faults=tuple(faults))
        with opening.explained(live):
            faults = _compare(copy, live, taken)
        sources, posts, versions, fetches = copy.execute(_COUNTS).fetchone()
    return Verification(
        backup=backup,
        taken=taken,
        sources=sources,
        posts=posts,
        versions=versions,
        fetches=fetches,
        faults=tuple(faults),
    )


def taken_at(copy: sqlite3.Connection) -> datetime | None:
    """Return when a copy was taken; None: it does not say."""
    (seconds,) = copy.execute("PRAGMA user_version").fetchone()
    return datetime.fromtimestamp(seconds & 0xFFFF_FFFF, UTC) if seconds else None


@contextmanager
def _restored(backup: Path) -> Iterator[sqlite3.Connection]:
    """Give a connection to a copy of the copy: trying it out must not change it."""
    with tempfile.TemporaryDirectory(prefix="veille-verify-") as folder:
        restored = Path(folder) / "veille.db"
        try:
            shutil.copyfile(backup, restored)
        except OSError as error:
            raise StoreError(
                f"{backup}: it cannot be restored into {folder} ({error.strerror});"
                " TMPDIR names another folder"
            ) from error
        with closing(sqlite3.connect(restored, uri=True, isolation_level=None)) as copy:
            opening.prepare(copy)
            yield copy


def _check(copy: sqlite3.Connection) -> list[str]:
    """Return what is wrong with the copy in itself."""
    copy.execute("PRAGMA journal_mode = WAL")  # as the program would use it
    faults = [
        f"damaged: {line}"
        for (line,) in copy.execute(f"PRAGMA integrity_check({SHOWN})")
        if line != "ok"
    ]
    faults += [
        f"a broken reference in {table}"
        for table, *_ in copy.execute("PRAGMA foreign_key_check").fetchmany(SHOWN)
    ]
    return faults or _check_index(copy)


def _check_index(copy: sqlite3.Connection) -> list[str]:
    """Return what is wrong with the copy's index."""
    rules = copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'index_rules'").fetchone()
    if rules is None:  # of an earlier schema
        is_sound = checking.is_sound(copy)
        return [] if is_sound else ["the search index does not hold the posts, word for word"]
    found = checking.check(copy)
    # Whoever puts back a copy of other rules has the index made anew as it is opened.
    faults = () if found.has_stale_rules else found.faults
    return [f"the search index is wrong: {fault}" for fault in faults]


def _compare(copy: sqlite3.Connection, live: Path, taken: datetime) -> list[str]:
    """Return what differs from the database and ought not to."""
    copy.execute("ATTACH ? AS live", (f"{live.resolve().as_uri()}?mode=ro",))
    copy.execute("PRAGMA busy_timeout = 10000")
    copy.execute("BEGIN")  # one moment of it
    edge = to_iso(taken - SAVED_WITHIN)
    faults = []
    for fault, query in _COMPARISONS.items():
        rows = [str(row) for (row,) in copy.execute(query, {"edge": edge})]
        if rows:
            more = ", …" if len(rows) > SHOWN else ""
            faults.append(f"{len(rows)} {fault}: {', '.join(rows[:SHOWN])}{more}")
    copy.execute("COMMIT")
    return faults
