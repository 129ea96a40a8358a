"""Which row a guid of a source is filed under, by its own name or another it was met under."""

import json
import sqlite3
from collections.abc import Iterable, Mapping

_FILED = """
SELECT wanted.value, coalesce(p.id, a.post_id)
FROM json_each(?1) AS wanted
LEFT JOIN posts AS p ON p.source_id = ?2 AND p.guid = wanted.value
LEFT JOIN post_aliases AS a ON p.id IS NULL AND a.source_id = ?2 AND a.guid = wanted.value
"""


def rows_of(
    connection: sqlite3.Connection, source_id: int, guids: Iterable[str]
) -> Mapping[str, int]:
    """Return the ids of the posts that have these guids; those that have none are left out."""
    wanted = json.dumps(list(dict.fromkeys(guids)))
    found = connection.execute(_FILED, (wanted, source_id))
    return {guid: number for guid, number in found if number is not None}
