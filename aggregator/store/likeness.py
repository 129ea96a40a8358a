"""Which posts resemble each other."""

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager

Transaction = Callable[[], AbstractContextManager[None]]


def note(connection: sqlite3.Connection, posts: Iterable[int]) -> None:
    """Note posts whose like is to be looked for; in the transaction that wrote them."""
    connection.executemany(
        "INSERT OR IGNORE INTO comparing (post_id) VALUES (?)", [(post,) for post in posts]
    )


def compare(connection: sqlite3.Connection, transaction: Transaction, limit: int) -> int:
    """Look for the like of the newest posts noted; return how many were looked at."""
    return 0
