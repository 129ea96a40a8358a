"""Row ids that follow dates (model/order.py), and permanent public names.

256 slots a second hold what usually shares a second (days without an hour all fall on noon);
more spill over into the seconds that follow, which shifts an order nobody stated. Wider slots
would cost a byte in every entry of the index.
"""

import base64
import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import product

from aggregator.model import EPOCH, SLOTS, first_id

__all__ = ["EPOCH", "SLOTS", "allocate", "first_id", "new_uids"]

_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = ["".join(pair) for pair in product(_BASE32, repeat=2)]  # by ten bits
_SHIFTS = range(50, -1, -10)
UID_CHARACTERS = 12  # 60 bits: two of a million posts meet with a chance of 4 in 10 million


def allocate(connection: sqlite3.Connection, moments: Sequence[datetime]) -> list[int]:
    """Return a free id for each moment.

    Moments are in the order of their page: among those that share a second, the first gets the
    highest id, for pages put the newest on top. Ids handed out but not inserted yet are not
    known here: ask once for a whole batch.
    """
    floors = [first_id(moment) for moment in moments]
    ends: dict[int, int] = {}
    free = 0
    counts = sorted(Counter(floors).items())
    busy = _busy_seconds(connection, [floor for floor, _ in counts])
    for floor, count in counts:
        if free <= floor and count <= SLOTS and floor not in busy:
            free = floor + count
        else:
            free = _free_run(connection, max(floor, free), count) + count
        ends[floor] = free
    ids = []
    for floor in floors:
        ends[floor] -= 1
        ids.append(ends[floor])
    return ids


def _busy_seconds(connection: sqlite3.Connection, floors: Sequence[int]) -> set[int]:
    """Return the seconds that hold posts already; few do."""
    rows = connection.execute(
        "SELECT value FROM json_each(?) AS second WHERE EXISTS"
        " (SELECT 1 FROM post_facets WHERE id BETWEEN second.value AND second.value + ?)",
        (json.dumps(floors), SLOTS - 1),
    )
    return {floor for (floor,) in rows}


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
    hashes = {guid: _hash(source, guid) for guid in guids}
    short = {guid: _short_name(hashed) for guid, hashed in hashes.items()}
    taken = _existing(connection, short.values())
    names: dict[str, str] = {}
    for guid, name in short.items():
        names[guid] = name if name not in taken else _longer(connection, hashes[guid], taken)
        taken.add(names[guid])
    return names


def _hash(source: str, guid: str) -> bytes:
    # A slug holds no newline: no two pairs give the same text.
    return hashlib.sha256(f"{source}\n{guid}".encode()).digest()


def _short_name(hashed: bytes) -> str:
    """Return the first characters of `_long_name`, in a tenth of its time."""
    bits = int.from_bytes(hashed[:8]) >> 4
    return "".join([_PAIRS[bits >> shift & 1023] for shift in _SHIFTS])


def _long_name(hashed: bytes) -> str:
    return base64.b32encode(hashed).decode().lower().rstrip("=")


def _longer(connection: sqlite3.Connection, hashed: bytes, taken: Collection[str]) -> str:
    name = _long_name(hashed)
    length = UID_CHARACTERS + 1
    while name[:length] in taken or _existing(connection, [name[:length]]):
        length += 1
    return name[:length]


def _existing(connection: sqlite3.Connection, uids: Collection[str]) -> set[str]:
    rows = connection.execute(
        "SELECT p.uid FROM json_each(?) AS wanted CROSS JOIN posts AS p ON p.uid = wanted.value",
        (json.dumps(list(uids)),),
    )
    return {uid for (uid,) in rows}
