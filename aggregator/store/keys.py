"""What a post can be known again by, in 64 bits: its address, its title, how its text begins.

A key only leads to posts that may be the same; `proof.py` compares them. So the host is not in the
key of the address, for sites move; and only the beginning of a text is, for feeds cut them. A page
that many posts have in common leads nowhere in particular: it has no key.
"""

import re
import sqlite3
from collections.abc import Iterable
from hashlib import blake2b
from typing import NamedTuple

from aggregator.language import words

# Posts whose keys are worked out at once: some 20 ms. Ten pages of an archive later, those of
# 5,000 posts are known, newest first, which is the order in which archives come.
FILLED_AT_ONCE = 500
# Stands for the keys of a post that was saved before there were any.
WAITING = 0

_BEGINNING_WORDS = 12  # fewer than any feed leaves of a text
_LEAST_WORDS = 6
_BEGINNING_CHARACTERS = 120  # folding them is half of what keys cost
_TITLE_CHARACTERS = 300
# Scheme and www. are left out, and so is what a server adds to the address of a folder.
_ADDRESS = re.compile(r"https?://(?:www\d?\.)?([^/?#]*)([^?#]*)(.*)", re.IGNORECASE | re.DOTALL)
_FOLDER = re.compile(r"/(?:index|default)\.[a-z]{3,5}\Z")


class Address(NamedTuple):
    """An address without what may change while the page stays."""

    host: str
    page: str  # path, query and anchor; empty for the home page


def address_of(url: str) -> Address:
    """Return an address as it is compared: `http://www.x.fr/a/` and `https://x.fr/A` are one."""
    match = _ADDRESS.match(url)
    if match is None:
        return Address("", "")
    host, path, rest = match.groups()
    path = _FOLDER.sub("/", path.lower()).rstrip("/")
    return Address(host.lower(), path + rest.lower())


def folded(text: str) -> str:
    """Return the words of a text as the index knows them, a space between two."""
    return " ".join(words(text))


def folded_title(title: str) -> str:
    """Return a title as it is compared; one without any word stays as it is."""
    return folded(title[:_TITLE_CHARACTERS]) or title


def keys_of(url: str, title: str, text: str) -> tuple[int, ...]:
    """Return the keys of a post: two or three, and never `WAITING`."""
    keys = [_key("t", folded_title(title))]
    if page := address_of(url).page:
        keys.append(of_page(page))
    beginning = words(text[:_BEGINNING_CHARACTERS])[:_BEGINNING_WORDS]
    if len(beginning) >= _LEAST_WORDS:
        keys.append(_key("x", " ".join(beginning)))
    return tuple(keys)


def of_page(page: str) -> int:
    """Return the key of an address, whatever its host."""
    return _key("a", page)


def write(
    connection: sqlite3.Connection, posts: Iterable[tuple[int, int, tuple[int, ...]]]
) -> None:
    """Write source, id and keys of posts that have none yet."""
    connection.executemany(
        "INSERT OR IGNORE INTO post_keys (source_id, key, post_id) VALUES (?, ?, ?)",
        [(source_id, key, post) for source_id, post, several in posts for key in several],
    )


def forget(connection: sqlite3.Connection, posts: Iterable[int]) -> None:
    """Forget the keys of posts whose address, title or text is about to change."""
    connection.executemany("DELETE FROM post_keys WHERE post_id = ?", [(post,) for post in posts])


def fill(connection: sqlite3.Connection, source_id: int) -> None:
    """Work out the keys of posts that were saved before there were any; the newest come first."""
    rows = connection.execute(
        "SELECT p.id, p.url, p.title, substr(p.text, 1, ?)"
        " FROM post_keys AS k JOIN posts AS p ON p.id = k.post_id"
        " WHERE k.source_id = ? AND k.key = ? ORDER BY k.post_id DESC LIMIT ?",
        (_BEGINNING_CHARACTERS, source_id, WAITING, FILLED_AT_ONCE),
    ).fetchall()
    if rows:
        forget(connection, [row[0] for row in rows])
        write(connection, [(source_id, row[0], keys_of(*row[1:])) for row in rows])


def _key(kind: str, value: str) -> int:
    hashed = blake2b(f"{kind}\n{value}".encode(), digest_size=8).digest()
    return int.from_bytes(hashed, signed=True) or 1
