"""Saving the posts of one source: only what is new or changed is written."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime

from aggregator.clock import to_iso
from aggregator.model import Post, SaveCount, Saved
from aggregator.store import (
    identity,
    ids,
    index,
    keys,
    known_pages,
    likeness,
    linking,
    recognising,
    tags,
)
from aggregator.store.identity import Item
from aggregator.store.planning import Plan, Planner, Write, shown

_ANY = "SELECT 1 FROM posts WHERE source_id = ? LIMIT 1"
_INSERT = """
INSERT INTO posts (
    url, title, title_derived, excerpt, html, text, author, language, categories,
    published, date_origin, digest, last_seen, first_seen, id, uid, source_id, guid,
    instance_id, kind_id, year, fac
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_UPDATE = """
UPDATE posts SET
    url = ?, title = ?, title_derived = ?, excerpt = ?, html = ?, text = ?, author = ?,
    language = ?, categories = ?, published = ?, date_origin = ?, digest = ?, last_seen = ?,
    changed = ?, id = ?
WHERE id = ?
"""
# What a post says now becomes what it said; given the moment and its id.
KEEP_VERSION = """
INSERT INTO post_versions (post_id, seen_from, seen_until, title, text, digest)
SELECT
    id,
    coalesce((SELECT max(seen_until) FROM post_versions WHERE post_id = posts.id), first_seen),
    ?, title, text, digest
FROM posts WHERE id = ?
"""
# Some sites give all that they say a new guid at each reading: the newest names of a post are kept,
# and all that one page gives it.
_NAMES = 5
_FORGET_NAMES = """
DELETE FROM post_aliases WHERE post_id = ? AND since < ? AND guid NOT IN (
    SELECT guid FROM post_aliases WHERE post_id = ? ORDER BY since DESC LIMIT ?
)
"""


def save(
    connection: sqlite3.Connection,
    slug: str,
    posts: Sequence[Post],
    *,
    seen: datetime,
    names: tags.Names,
    backlog: index.Backlog,
    is_old: bool = False,
) -> Saved:
    """Write what is new or changed among the posts of one source.

    Args:
        connection: Has a transaction open.
        slug: The source.
        posts: In the order of their page, newest first.
        seen: The moment they were fetched.
        names: The ids of the town's slugs.
        backlog: Puts into the full-text index what is written, at the transaction's end.
        is_old: They come from an archive: those without a date are no news.

    Raises:
        StoreError: The source is not in the database.
    """
    source_id, kind_id = names.source(slug)
    is_first = connection.execute(_ANY, (source_id,)).fetchone() is None
    planner = Planner(
        connection=connection,
        source_id=source_id,
        kind_id=kind_id,
        names=names,
        seen=seen,
        is_first=is_old or is_first,
    )
    items = identity.identify(connection, source_id, posts)
    if any(item.stored is None for item in items):
        items = recognising.recognise(connection, source_id, items, is_first=is_first)
    plan = planner.plan(items)
    numbers = _write(connection, slug, plan, to_iso(seen), backlog)
    _name_again(connection, source_id, items, numbers, to_iso(seen))
    posts_by_guid = {(item.stored or item).guid: item.post for item in items if _may_link(item)}
    linking.attach(connection, backlog, source_id, posts_by_guid, seen=seen)
    new = tuple(write.post for write in plan.writes if write.stored is None)
    changed = tuple(write.post for write in plan.writes if write.stored and write.changed)
    count = SaveCount(new=len(new), changed=len(changed), unchanged=plan.unchanged)
    return Saved(count=count, new=new, changed=changed)


def _write(
    connection: sqlite3.Connection, slug: str, plan: Plan, seen: str, backlog: index.Backlog
) -> dict[str, int]:
    """Write it all; return the ids of what is new or moved, by guid."""
    backlog.remove([write.stored.id for write in plan.writes if write.stored])
    moving = [write for write in plan.writes if write.moves]
    moved = ids.allocate(connection, [write.filed_at for write in moving])
    numbers = dict(zip((write.guid for write in moving), moved, strict=True))
    filed = []
    for write in plan.writes:
        if write.stored is not None:
            number = numbers.get(write.guid, write.stored.id)
            if write.changed:
                _update(connection, write, write.stored.id, number, seen)
            filed.append((number, write.tags))
            # One that moves may get past a rebuild, which then reads it nowhere.
            if write.edited or write.moves:
                _say(backlog, number, write.post, is_new=False)
    tags.write(connection, filed)
    new = [write for write in plan.writes if write.stored is None]
    _insert(connection, slug, new, numbers, seen)
    likeness.note(connection, [numbers[write.guid] for write in new])
    likeness.note(
        connection,
        [numbers.get(one.guid, one.stored.id) for one in plan.writes if one.stored and one.edited],
    )
    known_pages.want(connection, [(numbers[one.guid], one.post.lack) for one in new], seen)
    backlog.add(number for number, _ in filed)
    for write in new:
        _say(backlog, numbers[write.guid], write.post, is_new=True)
    connection.executemany(
        "UPDATE posts SET last_seen = ? WHERE id = ?", [(seen, row) for row in plan.still_there]
    )
    return numbers


def _update(
    connection: sqlite3.Connection, write: Write, row_id: int, new_id: int, seen: str
) -> None:
    if write.edited:
        known_pages.want_again(connection, row_id, write.post.lack, seen)
    if write.is_news:
        connection.execute(KEEP_VERSION, (seen, row_id))
    if write.listed is not None:
        connection.execute(
            "UPDATE post_pages SET html = ?, text = ?, excerpt = ? WHERE post_id = ?",
            (*write.listed, row_id),
        )
    keys.forget(connection, [row_id])
    connection.execute(
        _UPDATE, (*shown(write.post), *_dated(write), write.post.digest, seen, seen, new_id, row_id)
    )
    keys.write(connection, [(write.tags.source_id, new_id, _keys(write))])


def _insert(
    connection: sqlite3.Connection,
    slug: str,
    writes: Sequence[Write],
    numbers: dict[str, int],
    seen: str,
) -> None:
    uids = ids.new_uids(connection, slug, [write.guid for write in writes])
    rows = [
        (
            *shown(write.post),
            *_dated(write),
            write.post.digest,
            seen,
            seen,
            numbers[write.guid],
            uids[write.guid],
            write.tags.source_id,
            write.guid,
            write.tags.instance_id,
            write.tags.kind_id,
            write.tags.year,
            write.tags.fac,
        )
        for write in writes
    ]
    connection.executemany(_INSERT, rows)
    tags.insert(connection, [(numbers[write.guid], write.tags) for write in writes])
    keys.write(
        connection,
        [
            (write.tags.source_id, numbers[write.guid], write.keys or _keys(write))
            for write in writes
        ],
    )


def _keys(write: Write) -> tuple[int, ...]:
    text = write.post.text if write.listed is None else write.listed[1]
    return keys.keys_of(write.post.url, write.post.title, text)


def _name_again(
    connection: sqlite3.Connection,
    source_id: int,
    items: Sequence[Item],
    numbers: Mapping[str, int],
    seen: str,
) -> None:
    """Keep the other guids of posts; one that turns out to be of a post of its own is none."""
    connection.executemany(
        "DELETE FROM post_aliases WHERE source_id = ? AND guid = ?",
        [(source_id, item.guid) for item in items if item.stored is None],
    )
    named = {}
    for item in items:
        if item.aliases:
            number = numbers.get(item.guid)
            if number is None and item.stored is not None:
                number = item.stored.id
            named[number] = item.aliases
    connection.executemany(
        "INSERT OR REPLACE INTO post_aliases (source_id, guid, post_id, since) VALUES (?, ?, ?, ?)",
        [(source_id, alias, row, seen) for row, aliases in named.items() for alias in aliases],
    )
    connection.executemany(_FORGET_NAMES, [(row, seen, row, _NAMES) for row in named])


def _may_link(item: identity.Item) -> bool:
    """Tell whether a post links to documents, or did before it was edited."""
    is_edited = item.stored is not None and item.stored.digest != item.post.digest
    return bool(item.post.attached) or is_edited


def _say(backlog: index.Backlog, number: int, post: Post, *, is_new: bool) -> None:
    backlog.add_text(number, post.title, post.text, post.author, is_new=is_new)


def _dated(write: Write) -> tuple[str, str]:
    return to_iso(write.published), write.date_origin.value
