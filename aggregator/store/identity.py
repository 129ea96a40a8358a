"""Which stored row an item of a page is, as its guid says; `recognising.py` looks further.

Some sites give one guid to several items; each must still become a post of its own, and stay the
same post at every crawl. Then the first one keeps the guid, and each other one gets the guid with
a mark: a hash of its address where that tells it from its twins, else of address, title and date.
"""

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Sequence
from typing import NamedTuple

from aggregator.clock import to_iso
from aggregator.model import DateOrigin, Post

MARK_CHARACTERS = 12


class Stored(NamedTuple):
    """What is compared at every crawl; the texts are fetched only when the digest moved."""

    guid: str
    id: int
    url: str
    title: str
    digest: str
    published: str
    date_origin: str
    year: int
    fac: str
    first_seen: str
    last_seen: str


class Item(NamedTuple):
    """A post, the guid its page gives it, and its row if it has one."""

    guid: str
    post: Post
    stored: Stored | None
    aliases: tuple[str, ...] = ()  # guids that its row is to be known by too
    keys: tuple[int, ...] = ()  # of one without a row, where they were asked for

    @property
    def is_renamed(self) -> bool:
        """Whether its row was first met under another guid."""
        return self.stored is not None and self.stored.guid != self.guid


_LOOK_UP = """
SELECT
    p.guid, p.id, p.url, p.title, p.digest, p.published, p.date_origin, p.year, p.fac,
    p.first_seen, p.last_seen
FROM json_each(?) AS wanted
CROSS JOIN posts AS p ON p.source_id = ? AND p.guid = wanted.value
"""


def identify(connection: sqlite3.Connection, source_id: int, posts: Sequence[Post]) -> list[Item]:
    """Match the posts of one source with its rows, in order; exact repetitions are left out."""
    groups: dict[str, list[Post]] = {}
    for post in posts:
        groups.setdefault(post.guid, []).append(post)
    stored = look_up(connection, source_id, groups)
    marked: dict[int, str] = {}  # by id() of the post
    for guid, group in groups.items():
        twins = group if len(group) == 1 else _without_repetitions(group)
        names = _name(connection, source_id, guid, twins, stored.get(guid))
        marked.update((id(twin), name) for name, twin in names.items())
    extra = set(marked.values()) - groups.keys()
    if extra:
        stored |= look_up(connection, source_id, extra)
    items = ((marked.get(id(post)), post) for post in posts)
    return [Item(guid, post, stored.get(guid)) for guid, post in items if guid is not None]


def _name(
    connection: sqlite3.Connection,
    source_id: int,
    guid: str,
    twins: Sequence[Post],
    holder: Stored | None,
) -> dict[str, Post]:
    if len(twins) == 1 and holder is not None and _same(holder, twins[0]):
        return {guid: twins[0]}
    known = _known_marks(connection, source_id, guid)
    # New, or an edit. The guid of a twin may be another post's other name (recognising.py).
    if len(twins) == 1 and not known:
        return {guid: twins[0]}
    return _tell_apart(guid, twins, holder, known)


def _without_repetitions(group: Sequence[Post]) -> list[Post]:
    first: dict[tuple[str, str, str], Post] = {}
    for post in group:
        first.setdefault(_identity(post), post)
    return list(first.values())


def look_up(
    connection: sqlite3.Connection, source_id: int, guids: Collection[str]
) -> dict[str, Stored]:
    """Return the rows of a source's guids, by guid."""
    rows = connection.execute(_LOOK_UP, (json.dumps(list(guids)), source_id))
    return {row[0]: Stored(*row) for row in rows}


def _tell_apart(
    guid: str, twins: Sequence[Post], holder: Stored | None, known: Collection[str]
) -> dict[str, Post]:
    """Name items that share a guid: as they were named before, or anew."""
    urls = Counter(twin.url for twin in twins)
    names: dict[str, Post] = {}
    for twin in twins:
        lone = urls[twin.url] == 1
        short, long = _marked(guid, twin.url), _marked(guid, *_identity(twin))
        if long in known:
            name = long
        elif short in known and lone:
            name = short
        elif guid not in names and _holds(holder, twin, lone=lone):
            name = guid
        else:
            name = short if lone else long
        names.setdefault(name, twin)
    return names


def _holds(holder: Stored | None, post: Post, *, lone: bool) -> bool:
    return holder is None or _same(holder, post) or (lone and holder.url == post.url)


def _same(holder: Stored, post: Post) -> bool:
    return (holder.url, holder.title) == (post.url, post.title)


def _identity(post: Post) -> tuple[str, str, str]:
    dated = post.date_origin in {DateOrigin.STATED, DateOrigin.DAY_ONLY}
    return (post.url, post.title, to_iso(post.published) if dated else "")


def _marked(guid: str, *parts: str) -> str:
    hashed = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return f"{guid} ~{hashed[:MARK_CHARACTERS]}"


def _known_marks(connection: sqlite3.Connection, source_id: int, guid: str) -> set[str]:
    # « g » follows the last hexadecimal digit.
    rows = connection.execute(
        "SELECT guid FROM posts WHERE source_id = ? AND guid > ? AND guid < ?",
        (source_id, f"{guid} ~", f"{guid} ~g"),
    )
    return {name for (name,) in rows if len(name) == len(guid) + 2 + MARK_CHARACTERS}
