"""Filing the posts of a source anew, when the list files the source elsewhere."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from aggregator.store import index, tags
from aggregator.store.lock import let_others_write
from aggregator.store.themes import Themes

BATCH = 250  # posts a transaction: about 0.1 s

Transaction = Callable[[], AbstractContextManager[None]]


def finish(connection: sqlite3.Connection, transaction: Transaction) -> None:
    """Re-tag the posts of every source that was filed elsewhere, in short transactions.

    A killed program leaves the work marked in `sources.retagging`; the next call goes on.
    """
    pending = connection.execute(
        "SELECT id, kind_id, instance_id, quartiers, retagging FROM sources"
        " WHERE retagging IS NOT NULL"
    ).fetchall()
    if not pending:
        return
    names = tags.load_names(connection)
    for source_id, kind_id, instance_id, quartiers, before in pending:
        old = json.loads(before)
        move = _Move(
            source_id=source_id,
            kind_id=kind_id,
            old_instance=old["instance"],
            new_instance=instance_id,
            old_quartiers=frozenset(names.quartiers[slug] for slug in old["quartiers"]),
            new_quartiers=frozenset(names.quartiers[slug] for slug in json.loads(quartiers)),
        )
        after: int | None = -1  # ids are never negative
        while after is not None:
            with transaction():
                after = _retag_batch(connection, names, move, after)
            if after is not None:
                let_others_write()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Move:
    source_id: int
    kind_id: int
    old_instance: int | None
    new_instance: int | None
    old_quartiers: frozenset[int]
    new_quartiers: frozenset[int]

    # What came from the text of the post rather than from its source stays.

    def instance(self, filed: tags.Filed) -> int | None:
        return self.new_instance if filed.instance_id == self.old_instance else filed.instance_id

    def quartiers(self, filed: tags.Filed) -> tuple[int, ...]:
        return tuple((set(filed.quartier_ids) - self.old_quartiers) | self.new_quartiers)


def _retag_batch(
    connection: sqlite3.Connection, names: tags.Names, move: _Move, after: int
) -> int | None:
    """Re-tag the next posts; return the last one's id, or None when the source is done."""
    filed = tags.filed_posts(
        connection,
        "p.source_id = ? AND p.id > ? ORDER BY p.id LIMIT ?",
        (move.source_id, after, BATCH),
    )
    is_last = len(filed) < BATCH
    shorter = index.affordable(connection, [row.id for row in filed])
    filed, is_last = filed[:shorter], is_last and shorter == len(filed)
    # Made anew each time: a rollback would undo themes that are remembered.
    themes = Themes(connection)
    moved = []
    for row in filed:
        wanted = row.tags(
            instance=move.instance(row),
            quartiers=move.quartiers(row),
            kind=move.kind_id,
            timezone=names.timezone,
            themes=themes,
        )
        if row.differs_from(wanted):
            moved.append((row.id, wanted))
    posts = [post for post, _ in moved]
    index.remove(connection, posts)
    tags.write(connection, moved)
    index.add(connection, posts)
    if not is_last:
        return filed[-1].id
    connection.execute("UPDATE sources SET retagging = NULL WHERE id = ?", (move.source_id,))
    return None
