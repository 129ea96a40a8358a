"""Whole views and ready-made questions as CSV: `/donnees/export/<name>.csv`.

Datasette's own stream asks for a view page by page, each an OFFSET further: of 100,000 posts it
gave 18,600 in three minutes, then wrote its error into the file. Here one query is read to its
end, a block at a time, from one state of the data.
"""

import asyncio
import csv
import io
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from datasette.app import Datasette
from datasette.utils.asgi import AsgiStream, AsgiWriter, NotFound, Request

from aggregator.data.database import AnalystsDatabase
from aggregator.data.guard import guard

ROUTE = r"^/export/(?P<name>[a-z_-]+)\.csv$"
BLOCK_ROWS = 500
# A reader who stops reading keeps the write-ahead log from being folded in.
LONGEST_S = 600.0


async def export(datasette: Datasette, request: Request) -> AsgiStream:
    """Answer with one file, which ends early only together with its connection."""
    name = request.url_vars["name"]
    [(database, described)] = datasette.metadata("databases").items()
    sql = _sql(described, name)

    async def stream(writer: AsgiWriter) -> None:
        with closing(_connected(datasette.get_database(database))) as connection:
            blocks = _blocks(connection, sql)
            while block := await asyncio.to_thread(next, blocks, ""):
                await writer.write(block)

    headers = {"content-disposition": f'attachment; filename="{name}.csv"'}
    return AsgiStream(stream, headers=headers, content_type="text/csv; charset=utf-8")


def _sql(described: dict[str, Any], name: str) -> str:
    if described["tables"].get(name, {}).get("title"):
        return f"SELECT * FROM [{name}]"  # noqa: S608 - one of our own names
    query = described["queries"].get(name)
    if query is None or query.get("params"):
        raise NotFound(f"Aucun fichier {name}.csv")
    return str(query["sql"])


def _connected(database: AnalystsDatabase) -> sqlite3.Connection:
    # Not Datasette's own, which it would keep; each block is read in whatever thread is free.
    uri = f"{Path(database.path).resolve().as_uri()}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
    guard(connection)
    deadline_s = time.monotonic() + LONGEST_S
    connection.set_progress_handler(lambda: time.monotonic() > deadline_s, 10_000)
    return connection


def _blocks(connection: sqlite3.Connection, sql: str) -> Iterator[str]:
    cursor = connection.execute(sql)
    yield _csv([[column for column, *_ in cursor.description]])
    while rows := cursor.fetchmany(BLOCK_ROWS):
        yield _csv(rows)


def _csv(rows: list[Any]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
