"""Asks the portal's application without a browser or a socket."""

import asyncio
from pathlib import Path

import html5lib
import httpx

from aggregator.paths import TownFolder
from aggregator.portal.server import build_portal


class Visitor:
    """Asks a portal, as a browser without cookies would."""

    def __init__(self, database: Path, town: TownFolder) -> None:
        self._portal = build_portal(database, town)
        self._app = self._portal.app()

    def ask(self, address: str, *, method: str = "GET", **headers: str) -> httpx.Response:
        async def run() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._app)
            root = "http://veille.example"
            async with httpx.AsyncClient(transport=transport, base_url=root) as client:
                return await client.request(method, address, headers=headers)

        return asyncio.run(run())

    def close(self) -> None:
        self._portal.executor.shutdown()
        for database in self._portal.databases.values():
            database.close()


def words(response: httpx.Response) -> str:
    """Return the text of a page, its spaces single."""
    page = html5lib.parse(response.text, namespaceHTMLElements=False)
    return " ".join("".join(page.itertext()).split())
