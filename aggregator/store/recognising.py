"""Items whose guid is new, and which are posts all the same: a guid changed, or a whole site moved.

What an alias tells is a post met before under that name. Of the others, keys (`keys.py`) give the
stored posts each may be, and a comparison (`proof.py`) says whether it is one of them. An item is
given a row only where the proof is sure and no other row, and no other item, is as good: a post
too many does less harm than one lost in another. While a whole site moves, which is when most of
a page's new items are sure to be old posts, what is only likely is believed of the rest.
"""

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from aggregator.clock import from_iso
from aggregator.model import DateOrigin, Post, first_id
from aggregator.store import keys
from aggregator.store.identity import Item, look_up
from aggregator.store.keys import Address, address_of
from aggregator.store.proof import CHARACTERS, Comparison, Known, Place, Proof, When, Words, compare

_MOVED_POSTS = 3  # that are sure, and at least half of what is new: the site moves
_RESET_POSTS, _RESET_WITHIN = 5, timedelta(hours=48)  # so many dates in so little time
_WINDOW = timedelta(hours=48)  # stored posts of about the same date
_NEAREST, _EDGE = 8, 4  # posts of one key: about the date; the newest, and the oldest or undated
_COMPARISONS = 2_000  # of one batch: some 0.2 s at worst
_TWINS = 8  # items of one address, title and date that are compared with one another
_AS_GOOD = 0.02  # scores that differ by less do not decide

_BY_ALIAS = """
SELECT a.guid, p.guid
FROM json_each(?) AS wanted
CROSS JOIN post_aliases AS a ON a.source_id = ? AND a.guid = wanted.value
JOIN posts AS p ON p.id = a.post_id
"""
_WITH_KEY = """
SELECT wanted.value FROM json_each(?) AS wanted
WHERE EXISTS (SELECT 1 FROM post_keys WHERE source_id = ? AND key = wanted.value)
"""
_OF_KEY = """
SELECT * FROM (
    SELECT post_id FROM post_keys
    WHERE source_id = ?1 AND key = ?2 AND post_id BETWEEN ?3 AND ?4 LIMIT ?5
) UNION SELECT * FROM (
    SELECT post_id FROM post_keys WHERE source_id = ?1 AND key = ?2 ORDER BY post_id DESC LIMIT ?6
) UNION SELECT * FROM (
    SELECT post_id FROM post_keys WHERE source_id = ?1 AND key = ?2 ORDER BY post_id LIMIT ?6
)
"""
_HELD_TWICE = """
SELECT wanted.value FROM json_each(?) AS wanted WHERE (
    SELECT count(*) FROM (
        SELECT 1 FROM post_keys WHERE source_id = ? AND key = wanted.value LIMIT 2
    )
) = 2
"""
_ROWS = """
SELECT id, guid, url, title, substr(text, 1, ?), published, date_origin
FROM posts WHERE id IN (SELECT value FROM json_each(?))
"""


class _Pair(NamedTuple):
    """An item, and a stored post that it may be, both by their guids."""

    item: str
    row: str
    comparison: Comparison


def recognise(
    connection: sqlite3.Connection, source_id: int, items: Sequence[Item], *, is_first: bool
) -> list[Item]:
    """Find the rows of items that are posts under a new guid; leave out what is there twice.

    Args:
        connection: Has a transaction open; keys may be written.
        source_id: The source.
        items: As their guids identify them.
        is_first: Nothing is stored of the source.
    """
    (url,) = connection.execute("SELECT url FROM sources WHERE id = ?", (source_id,)).fetchone()
    home = address_of(url)
    if not is_first:
        items = _by_alias(connection, source_id, items, home)
    items = _without_twins(items, home)
    if is_first or all(item.stored is not None for item in items):
        return items
    items = [item if item.stored else item._replace(keys=_keys(item.post)) for item in items]
    unknown = [item for item in items if item.stored is None]
    keys.fill(connection, source_id)
    claimed = {item.stored.guid for item in items if item.stored is not None}
    shared = _shared(connection, source_id, items, unknown)
    pairs = list(_pairs(connection, source_id, unknown, home=home, claimed=claimed, shared=shared))
    found = _matches(pairs, [item.post for item in unknown])
    rows = look_up(connection, source_id, found.values()) if found else {}
    return [
        item._replace(stored=rows[found[item.guid]], aliases=(*item.aliases, item.guid))
        if item.guid in found
        else item
        for item in items
    ]


# --- what is known already ------------------------------------------------------------------------


def _by_alias(
    connection: sqlite3.Connection, source_id: int, items: Sequence[Item], home: Address
) -> list[Item]:
    """Give items the rows of their aliases; one whose row has its own item too is left out."""
    names = json.dumps([item.guid for item in items if item.stored is None])
    aliases = dict(connection.execute(_BY_ALIAS, (names, source_id)).fetchall())
    if not aliases:
        return list(items)
    rows = look_up(connection, source_id, set(aliases.values()))
    holders = {item.stored.guid: item for item in items if item.stored is not None}
    kept = []
    for item in items:
        guid = aliases.get(item.guid)
        if item.stored is not None or guid is None:
            kept.append(item)
        elif guid not in holders:
            holders[guid] = item._replace(stored=rows[guid])
            kept.append(holders[guid])
        elif not _is_one(item, holders[guid], home):
            kept.append(item)
    return kept


def _is_one(item: Item, holder: Item, home: Address) -> bool:
    comparison = compare(_known(item.guid, item.post, home), _known(holder.guid, holder.post, home))
    # Where both stand side by side, neither is a summary of the other.
    return comparison.proof is Proof.SURE and comparison.words is not Words.OTHER


def _without_twins(items: Sequence[Item], home: Address) -> list[Item]:
    """Leave out what a page says twice, under two guids; the second is an alias of the first."""
    alike: defaultdict[tuple[object, ...], list[Item]] = defaultdict(list)
    for item in items:
        alike[item.post.title, item.post.published].append(item)
    aliases: dict[str, str] = {}
    for several in alike.values():
        if len(several) > 1:
            aliases.update(_twins(several, home))
    if not aliases:
        return list(items)
    of = defaultdict(list)
    for alias, guid in aliases.items():
        of[guid].append(alias)
    return [
        item._replace(aliases=(*item.aliases, *of[item.guid]))
        for item in items
        if item.guid not in aliases
    ]


def _twins(items: Iterable[Item], home: Address) -> Iterator[tuple[str, str]]:
    """Give the guids of items that say the same at one address, each with that of the first."""
    firsts: defaultdict[Address, list[tuple[str, Known]]] = defaultdict(list)
    for item in sorted(items, key=lambda item: item.stored is None):
        known = _known(item.guid, item.post, home)
        there = firsts[known.address]
        first = next((guid for guid, other in there if _says_the_same(known, other)), None)
        if first is not None and item.stored is None:
            yield item.guid, first
        elif len(there) < _TWINS:
            there.append((item.guid, known))


def _says_the_same(one: Known, other: Known) -> bool:
    found = compare(one, other)
    is_there = found.place is Place.SAME and found.when in {When.SAME, When.UNKNOWN}
    said = found.words in {Words.SAME, Words.PART} or one.folded_text == other.folded_text
    return is_there and found.title and said


# --- what keys lead to ----------------------------------------------------------------------------


def _shared(
    connection: sqlite3.Connection, source_id: int, items: Iterable[Item], unknown: Iterable[Item]
) -> set[str]:
    """Return addresses that lead to more than one post, of those that unknown items have."""
    on_page = Counter(address_of(item.post.url).page for item in items)
    of = {keys.of_page(page): page for page in {address_of(item.post.url).page for item in unknown}}
    held = connection.execute(_HELD_TWICE, (json.dumps(list(of)), source_id))
    return {of[key] for (key,) in held} | {page for page in of.values() if on_page[page] > 1}


def _pairs(
    connection: sqlite3.Connection,
    source_id: int,
    unknown: Sequence[Item],
    *,
    home: Address,
    claimed: Collection[str],
    shared: Collection[str],
) -> Iterator[_Pair]:
    """Compare items with the stored posts that share a key with them, save those `claimed`."""
    every = json.dumps(list({key for item in unknown for key in item.keys}))
    there = {key for (key,) in connection.execute(_WITH_KEY, (every, source_id))}
    left = _COMPARISONS
    seen: dict[int, Known] = {}  # posts of one title are candidates again and again
    for item in unknown:
        found = there.intersection(item.keys)
        if not found or left <= 0:
            continue
        known = _known(item.guid, item.post, home, shared=shared)
        numbers = _candidates(connection, source_id, item.post, found)
        _read(connection, numbers - seen.keys(), seen, home)
        for other in (seen[number] for number in sorted(numbers, reverse=True)):
            if other.guid not in claimed:
                left -= 1
                yield _Pair(item.guid, other.guid, compare(known, other))


def _candidates(
    connection: sqlite3.Connection, source_id: int, post: Post, shared: Iterable[int]
) -> set[int]:
    """Return the ids of some posts that share a key: those that are likeliest the same."""
    # An id is a date: of a hundred posts with one title, those of about that day are looked at.
    about = (first_id(post.published - _WINDOW), first_id(post.published + _WINDOW))
    numbers: set[int] = set()
    for key in shared:
        rows = connection.execute(_OF_KEY, (source_id, key, *about, _NEAREST, _EDGE))
        numbers.update(number for (number,) in rows)
    return numbers


def _read(
    connection: sqlite3.Connection, numbers: Collection[int], seen: dict[int, Known], home: Address
) -> None:
    rows = connection.execute(_ROWS, (CHARACTERS, json.dumps(list(numbers))))
    for number, guid, url, title, text, published, origin in rows:
        seen[number] = Known(
            guid=guid,
            url=url,
            title=title,
            text=text,
            published=from_iso(published),
            date_origin=DateOrigin(origin),
            home=home,
        )


def _keys(post: Post) -> tuple[int, ...]:
    return keys.keys_of(post.url, post.title, post.text)


def _known(guid: str, post: Post, home: Address, *, shared: Collection[str] = ()) -> Known:
    return Known(
        guid=guid,
        url=post.url,
        title=post.title,
        text=post.text,
        published=post.published,
        date_origin=post.date_origin,
        home=home,
        shares_address=bool(shared) and address_of(post.url).page in shared,
    )


# --- which is which -------------------------------------------------------------------------------


def _matches(pairs: Sequence[_Pair], unknown: Sequence[Post]) -> Mapping[str, str]:
    """Return the guids of rows by those of the items that are these posts."""
    found, is_moving = _settled(pairs, len(unknown))
    if is_moving or not _share_a_date(unknown):
        return found
    undated = [
        pair._replace(comparison=replace(pair.comparison, when=When.UNKNOWN)) for pair in pairs
    ]
    moved, is_moving = _settled(undated, len(unknown))
    return moved if is_moving else found


def _settled(pairs: Sequence[_Pair], unknown: int) -> tuple[dict[str, str], bool]:
    """Return what is found, and whether the whole site moves, so that it is believed more."""
    found = _chosen([pair for pair in pairs if pair.comparison.proof is Proof.SURE])
    is_moving = len(found) >= _MOVED_POSTS and 2 * len(found) >= unknown
    if is_moving:
        taken = set(found.values())
        rest = [
            pair
            for pair in pairs
            if pair.comparison.proof is not Proof.NONE
            and pair.item not in found
            and pair.row not in taken
        ]
        found |= _chosen(rest)
    return found, is_moving


def _share_a_date(posts: Sequence[Post]) -> bool:
    """Tell whether posts state the day on which their site was moved, and not their own."""
    told = [post.published for post in posts if post.date_origin is not DateOrigin.FIRST_SEEN]
    return len(told) >= _RESET_POSTS and max(told) - min(told) <= _RESET_WITHIN


def _chosen(pairs: Sequence[_Pair]) -> dict[str, str]:
    """Pair each item with one row, the likeliest first, where neither has another as good."""
    found: dict[str, str] = {}
    left = list(pairs)
    while sole := _without_rivals(left):
        found.update((pair.item, pair.row) for pair in sole)
        taken = set(found.values())
        left = [pair for pair in left if pair.item not in found and pair.row not in taken]
    return found


def _without_rivals(pairs: Sequence[_Pair]) -> list[_Pair]:
    scored = [(pair, pair.comparison.score) for pair in pairs]
    scores: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for pair, score in scored:
        scores["item", pair.item].append(score)
        scores["row", pair.row].append(score)
    return [
        pair
        for pair, score in scored
        if max(_as_good(scores["item", pair.item], score), _as_good(scores["row", pair.row], score))
        == 1  # itself
    ]


def _as_good(scores: Iterable[float], score: float) -> int:
    return sum(other >= score - _AS_GOOD for other in scores)
