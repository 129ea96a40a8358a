"""The Datasette plugin: hooks only, and only those that Datasette 1.0 keeps."""

import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any

from datasette import hookimpl
from datasette.app import Datasette

from aggregator.portal.guard import App, guarded
from aggregator.portal.routes import routes
from aggregator.portal.site import portals

MMAP_BYTES = 2**31  # SQLite takes two bytes less at most
CACHE_KIB = 112 * 1024  # a thread: what of the index lies beyond the map


@hookimpl  # type: ignore[untyped-decorator]
def register_routes(datasette: Datasette) -> list[tuple[str, Callable[..., Awaitable[Any]]]]:
    """Answer every address ourselves."""
    return routes() if datasette in portals else []


@hookimpl  # type: ignore[untyped-decorator]
def asgi_wrapper(datasette: Datasette) -> Callable[[App], App]:
    """Stand before everything."""
    return guarded if datasette in portals else lambda app: app


@hookimpl  # type: ignore[untyped-decorator]
def prepare_connection(conn: sqlite3.Connection, datasette: Datasette) -> None:
    """Read fast, and never write."""
    if datasette not in portals:
        return
    conn.execute("PRAGMA query_only = ON")
    conn.execute(f"PRAGMA mmap_size = {MMAP_BYTES}")
    conn.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
