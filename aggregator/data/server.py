"""Builds and serves the analysts' Datasette on a Unix socket, for the portal's gateway alone."""

import asyncio
import json
import os
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import uvicorn
from datasette import hookimpl
from datasette.app import Datasette
from datasette.plugins import pm

from aggregator.data.database import AnalystsDatabase
from aggregator.data.export import ROUTE, export
from aggregator.data.guard import guard
from aggregator.data.searching import search_function
from aggregator.language import lemma
from aggregator.paths import TownFolder, bundled
from aggregator.store import open_readonly

BASE_URL = "/donnees/"
ROOM = Path(__file__).parent
NAME = "veille"  # of the database, in addresses and in metadata.json
NICE = 10  # citizens' pages come first
SETTINGS = {
    "base_url": BASE_URL,
    "allow_download": False,
    "allow_csv_stream": False,  # export.py says why
    "suggest_facets": False,  # each suggestion is a query over all posts
    "num_sql_threads": 2,
    "sql_time_limit_ms": 1000,
    "facet_time_limit_ms": 500,
    "max_returned_rows": 1000,
    "default_cache_ttl": 60,
}
INNER_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' OR name = 'posts_indexed'"

Scope = dict[str, Any]
Asgi = Callable[[Scope, Any, Any], Awaitable[None]]


class AnalystsPlugin:
    """What this process adds to Datasette: the guard, `recherche()`, and closed side doors."""

    __name__ = "aggregator-data"

    def __init__(self, database: Path) -> None:
        self._database = database

    @hookimpl  # type: ignore[untyped-decorator]  # Datasette has no types
    def prepare_connection(self, conn: sqlite3.Connection, database: str) -> None:
        """Guard each connection to the posts."""
        if database != NAME:
            return
        conn.create_function("recherche", 1, search_function(self._database), deterministic=True)
        guard(conn)

    @hookimpl  # type: ignore[untyped-decorator]  # Datasette has no types
    def register_routes(self) -> list[tuple[str, Callable[..., Any]]]:
        """Add the whole files."""
        return [(ROUTE, export)]

    @hookimpl  # type: ignore[untyped-decorator]  # Datasette has no types
    def asgi_wrapper(self) -> Callable[[Asgi], Asgi]:
        """Close Datasette's pages about itself: they name files and versions."""
        return _close_side_doors


def _close_side_doors(app: Asgi) -> Asgi:
    async def closed(scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        scope = _without_prefix(scope)
        path = str(scope["path"])
        if path.startswith("/-/") and not path.startswith("/-/static/"):
            start = {
                "type": "http.response.start",
                "status": 404,
                "headers": [(b"content-type", b"text/plain; charset=utf-8")],
            }
            await send(start)
            await send({"type": "http.response.body", "body": b"Page introuvable."})
            return
        await app(scope, receive, send)

    return closed


def _without_prefix(scope: Scope) -> Scope:
    # Datasette puts its base_url before the path that was asked, even if it is there already:
    # the links to the next page, to CSV and to facets would have it twice.
    prefix = BASE_URL.rstrip("/")
    raw = scope.get("raw_path") or scope["path"].encode()
    return {
        **scope,
        "path": scope["path"].removeprefix(prefix),
        "raw_path": raw.removeprefix(prefix.encode()),
    }


def build_data(database: Path, town: TownFolder) -> Datasette:
    """Return the analysts' Datasette.

    Raises:
        StoreError: The database is not there, or cannot be read.
    """
    datasette = Datasette(
        metadata=_metadata(database, town),
        settings=SETTINGS,
        template_dir=str(ROOM / "templates"),
        static_mounts=[("style", str(ROOM / "static"))],
    )
    # Datasette adds an empty one where no file is named, which nothing would guard.
    datasette.remove_database("_memory")
    datasette.add_database(AnalystsDatabase(datasette, path=str(database)), name=NAME)
    return datasette


def serve(database: Path, town: TownFolder, *, socket: Path) -> None:
    """Serve on a Unix socket until SIGTERM.

    Raises:
        StoreError: The database is not there.
    """
    os.nice(NICE)
    pm.register(AnalystsPlugin(database))
    datasette = build_data(database, town)
    lemma("dictionnaire")  # loads it: 0.2 s that the first query's limit of time has no room for
    # A daemon's files: the socket is for this user alone.
    os.umask(0o077)
    config = uvicorn.Config(
        datasette.app(), uds=str(socket), log_level="error", lifespan="on", workers=1
    )
    server = uvicorn.Server(config)
    asyncio.run(_serve(server, datasette))


async def _serve(server: uvicorn.Server, datasette: Datasette) -> None:
    await datasette.invoke_startup()
    await server.serve()


def _metadata(database: Path, town: TownFolder) -> dict[str, Any]:
    """Return the town's metadata, with the inner tables out of sight.

    The views, their columns and the ready-made queries are the program's own: a town that gives
    nothing but a title, or not even that, has them all the same. Title and licence are the
    town's alone.
    """
    own = _read(town.metadata) if town.metadata is not None else {}
    metadata = {"title": "Veille citoyenne"} | own
    described = _read(bundled("metadata.json"))["databases"][NAME]
    described |= metadata.get("databases", {}).get(NAME, {})
    metadata["databases"] = {NAME: described}
    for name, table in described["tables"].items():
        # Datasette shows it below the title of the view's page.
        table |= {
            "about": "Toutes les lignes en CSV",
            "about_url": f"{BASE_URL}export/{name}.csv",
        }
    metadata["extra_css_urls"] = ["/style/donnees.css"]
    with closing(open_readonly(database)) as connection:
        names = [name for (name,) in connection.execute(INNER_TABLES)]
    for name in names:
        described["tables"].setdefault(name, {}).setdefault("hidden", True)
    return metadata


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
