"""Row ids that follow dates, and permanent public names.

A post's id is its publication second since year 1 (so never negative), times 256, plus a slot:
rowid order is date order, and « newest first » streams out of the full-text index without
sorting. 256 slots hold what usually shares a second (days without an hour all fall on noon);
more spill over into the seconds that follow, which shifts an order nobody stated. Wider slots
would cost a byte in every entry of the index.
"""

import base64
import hashlib
import sqlite3
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, datetime

SLOTS = 256
EPOCH = datetime(1, 1, 1, tzinfo=UTC)
UID_CHARACTERS = 12  # 60 bits: two of a million posts meet with a chance of 4 in 10 million


def first_id(moment: datetime) -> int:
    """Return the least id of a second."""
    since = moment - EPOCH
    return (since.days * 86_400 + since.seconds) * SLOTS


def allocate(connection: sqlite3.Connection, moments: Sequence[datetime]) -> list[int]:
    """Return a free id for each moment.

    Moments are in the order of their page: among those that share a second, the first gets the
    highest id, for pages put the newest on top. Ids handed out but not inserted yet are not
    known here: ask once for a whole batch.
    """
    floors = [first_id(moment) for moment in moments]
    ends: dict[int, int] = {}
    free = 0
    for floor, count in sorted(Counter(floors).items()):
        free = _free_run(connection, max(floor, free), count) + count
        ends[floor] = free
    ids = []
    for floor in floors:
        ends[floor] -= 1
        ids.append(ends[floor])
    return ids


def _free_run(connection: sqlite3.Connection, start: int, count: int) -> int:
    # post_facets has the same ids as posts, in rows a hundred times smaller.
    while True:
        (taken,) = connection.execute(
            "SELECT max(id) FROM post_facets WHERE id BETWEEN ? AND ?", (start, start + count - 1)
        ).fetchone()
        if taken is None:
            return start
        (last,) = connection.execute(
            "SELECT id FROM post_facets AS f WHERE id >= ? AND NOT EXISTS"
            " (SELECT 1 FROM post_facets WHERE id = f.id + 1) ORDER BY id LIMIT 1",
            (taken,),
        ).fetchone()
        start = last + 1


def new_uids(connection: sqlite3.Connection, source: str, guids: Collection[str]) -> dict[str, str]:
    """Return a public name for each guid of a source, unlike any that exists.

    It depends on slug and guid alone, so a database made afresh gives the same addresses; only a
    collision makes a name longer.
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for guid in guids:
        name = _long_name(source, guid)
        length = UID_CHARACTERS
        while name[:length] in taken or _exists(connection, name[:length]):
            length += 1
        names[guid] = name[:length]
        taken.add(name[:length])
    return names


def _long_name(source: str, guid: str) -> str:
    # A slug holds no newline: no two pairs give the same text.
    hashed = hashlib.sha256(f"{source}\n{guid}".encode()).digest()
    return base64.b32encode(hashed).decode().lower().rstrip("=")


def _exists(connection: sqlite3.Connection, uid: str) -> bool:
    row = connection.execute("SELECT 1 FROM posts WHERE uid = ?", (uid,)).fetchone()
    return row is not None
