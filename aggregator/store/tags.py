"""Instance, quartiers, kind and year of posts: columns, and facet tokens in the index.

The tokens (`xi3 xq7 xs399 xk2 xy2024`) make a filter part of the full-text match.
"""

import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from aggregator.clock import from_iso
from aggregator.errors import StoreError
from aggregator.store import index

UNKNOWN_YEAR = 0  # of an undated post that was there before we came
BATCH = 250  # posts a transaction when a source is re-tagged: about 0.1 s

Transaction = Callable[[], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Ids by slug, and the town's time zone, as they stand in the database."""

    timezone: ZoneInfo
    instances: Mapping[str, int]
    quartiers: Mapping[str, int]
    sources: Mapping[str, tuple[int, int]]  # id, kind id

    def source(self, slug: str) -> tuple[int, int]:
        """Return id and kind id of a source.

        Raises:
            StoreError: The database has never heard of it.
        """
        found = self.sources.get(slug)
        if found is None:
            raise StoreError(f"{slug}: no such source in the database; synchronise the list first")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """What one post is filed under."""

    source_id: int
    kind_id: int
    instance_id: int | None
    quartier_ids: tuple[int, ...]
    year: int

    @property
    def fac(self) -> str:
        """The tokens, always in the same order."""
        instance = "" if self.instance_id is None else f"xi{self.instance_id} "
        quartiers = "".join(f"xq{number} " for number in sorted(self.quartier_ids))
        return f"{instance}{quartiers}xs{self.source_id} xk{self.kind_id} xy{self.year}"


def load_names(connection: sqlite3.Connection) -> Names:
    """Read the names.

    Raises:
        StoreError: No town was ever synchronised.
    """
    town = connection.execute("SELECT timezone FROM town").fetchone()
    if town is None:
        raise StoreError("the database knows no town yet; synchronise the list first")
    sources = connection.execute("SELECT slug, id, kind_id FROM sources")
    return Names(
        timezone=ZoneInfo(town[0]),
        instances=dict(connection.execute("SELECT slug, id FROM instances").fetchall()),
        quartiers=dict(connection.execute("SELECT slug, id FROM quartiers").fetchall()),
        sources={slug: (number, kind) for slug, number, kind in sources},
    )


def year_of(moment: datetime, zone: ZoneInfo) -> int:
    """Return the year in the town: the night of December 31st is not UTC's."""
    try:
        return moment.astimezone(zone).year
    except OverflowError:  # the first or last hours of the calendar
        return moment.year


def write(connection: sqlite3.Connection, tags: Iterable[tuple[int, Tags]]) -> None:
    """File posts, given by id, under their tags; the index is not touched."""
    rows = list(tags)
    connection.executemany(
        "UPDATE posts SET instance_id = ?, kind_id = ?, year = ?, fac = ? WHERE id = ?",
        [(tag.instance_id, tag.kind_id, tag.year, tag.fac, post) for post, tag in rows],
    )
    connection.executemany(
        "DELETE FROM post_quartiers WHERE post_id = ?", [(post,) for post, _ in rows]
    )
    insert(connection, rows)


def insert(connection: sqlite3.Connection, rows: Sequence[tuple[int, Tags]]) -> None:
    """Write the rows beside `posts`: quartiers, and the narrow twin that facets are counted on."""
    connection.executemany(
        "INSERT INTO post_quartiers (post_id, quartier_id) VALUES (?, ?)",
        [(post, quartier) for post, tag in rows for quartier in sorted(set(tag.quartier_ids))],
    )
    connection.executemany(
        "INSERT OR REPLACE INTO post_facets (id, instance_id, source_id, kind_id, year)"
        " VALUES (?, ?, ?, ?, ?)",
        [(post, tag.instance_id, tag.source_id, tag.kind_id, tag.year) for post, tag in rows],
    )


def finish_retagging(connection: sqlite3.Connection, transaction: Transaction) -> None:
    """Re-tag the posts of every source that was filed elsewhere, in short transactions.

    A killed program leaves the work marked in `sources.retagging`; the next call goes on.
    """
    pending = connection.execute(
        "SELECT id, kind_id, instance_id, quartiers, retagging FROM sources"
        " WHERE retagging IS NOT NULL"
    ).fetchall()
    if not pending:
        return
    names = load_names(connection)
    for source_id, kind_id, instance_id, quartiers, before in pending:
        old = json.loads(before)
        move = _Move(
            source_id=source_id,
            kind_id=kind_id,
            old_instance=old["instance"],
            new_instance=instance_id,
            old_quartiers=frozenset(names.quartiers[slug] for slug in old["quartiers"]),
            new_quartiers=frozenset(names.quartiers[slug] for slug in json.loads(quartiers)),
            timezone=names.timezone,
        )
        after: int | None = -1  # ids are never negative
        while after is not None:
            with transaction():
                after = _retag_batch(connection, move, after)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Move:
    source_id: int
    kind_id: int
    old_instance: int | None
    new_instance: int | None
    old_quartiers: frozenset[int]
    new_quartiers: frozenset[int]
    timezone: ZoneInfo

    def tags(
        self, instance: int | None, quartiers: Collection[int], published: str, year: int
    ) -> Tags:
        # What came from the text of the post rather than from its source stays.
        kept = instance if instance != self.old_instance else self.new_instance
        return Tags(
            source_id=self.source_id,
            kind_id=self.kind_id,
            instance_id=kept,
            quartier_ids=tuple((set(quartiers) - self.old_quartiers) | self.new_quartiers),
            year=year and year_of(from_iso(published), self.timezone),
        )


def _retag_batch(connection: sqlite3.Connection, move: _Move, after: int) -> int | None:
    """Re-tag the next posts; return the last one's id, or None when the source is done."""
    rows = connection.execute(
        "SELECT id, instance_id, published, year, fac, (SELECT json_group_array(quartier_id)"
        " FROM post_quartiers WHERE post_id = posts.id) FROM posts"
        " WHERE source_id = ? AND id > ? ORDER BY id LIMIT ?",
        (move.source_id, after, BATCH),
    ).fetchall()
    moved = []
    for post, instance, published, year, fac, quartiers in rows:
        tags = move.tags(instance, json.loads(quartiers), published, year)
        if tags.fac != fac:
            moved.append((post, tags))
    posts = [post for post, _ in moved]
    index.remove(connection, posts)
    write(connection, moved)
    index.add(connection, posts)
    if len(rows) == BATCH:
        return int(rows[-1][0])
    connection.execute("UPDATE sources SET retagging = NULL WHERE id = ?", (move.source_id,))
    return None
