"""`recherche(mots)`: the portal's search as an SQL function.

    SELECT title FROM publications
    WHERE uid IN (SELECT value FROM json_each(recherche('budget participatif')))

The full-text index itself stays closed: through it, withheld texts could be read word by word.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from aggregator.search import matching_uids
from aggregator.store import open_readonly

if TYPE_CHECKING:
    import sqlite3

MOST_UIDS = 10_000  # the newest; « recherche » says so in db/README.md


def search_function(database: Path) -> Callable[[object], str]:
    """Return the function for one analyst's connection.

    It reads through a connection of its own, which the analyst's limits do not bind.
    """
    connection: sqlite3.Connection | None = None

    def recherche(words: object) -> str:
        nonlocal connection
        if connection is None:
            connection = open_readonly(database)
        return json.dumps(matching_uids(connection, str(words or ""), limit=MOST_UIDS))

    return recherche
