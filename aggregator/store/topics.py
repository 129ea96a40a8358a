"""What is talked about: words and names that rise this week against the year before."""

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

Transaction = Callable[[], AbstractContextManager[None]]


def count(connection: sqlite3.Connection, transaction: Transaction, now: datetime) -> int:
    """Work out the topics anew; return how many there are."""
    return 0
