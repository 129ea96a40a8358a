"""What sites say of data mining reaches the public view."""

import asyncio
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import Answer, Site
from integration.crawling import NOW, crawl_all, source, town_of

from aggregator.crawl.reservations import ask_sites
from aggregator.fetch import Web
from aggregator.store import Store

FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Fil</title>
<item><title>Une fete</title><link>https://s.example/1</link></item></channel></rss>"""

pytestmark = pytest.mark.usefixtures("loopback_allowed")


def ask(database: Path, *, days: int = 0) -> None:
    async def once() -> None:
        async with Web(contact="essai@example.org", gap_s=0) as web:
            await ask_sites(database, web=web, now=NOW + timedelta(days=days))

    asyncio.run(once())


def reserved(database: Path) -> list[tuple[str, int | None]]:
    with sqlite3.connect(database) as connection:
        return connection.execute(
            "SELECT source, tdm_reserved FROM sources_health ORDER BY source"
        ).fetchall()


def test_a_site_is_asked_once_a_week_and_a_header_spares_the_question(
    site: Site, tmp_path: Path
) -> None:
    database = tmp_path / "veille.db"
    site.pages["/fil"] = Answer(body=FEED)
    site.pages["/entete"] = Answer(body=FEED, headers={"tdm-reservation": "1"})
    site.pages["/.well-known/tdmrep.json"] = Answer(
        body=b'[{"location": "/fil", "tdm-reservation": 1}]', content_type="application/json"
    )
    town = town_of(
        source("entete", site.url(), feed=site.url("/entete")),
        source("fil", site.url(), feed=site.url("/fil")),
    )
    with Store.open(database) as store:
        crawl_all(town, store)
    assert reserved(database) == [("entete", 1), ("fil", None)]
    for days in (0, 3, 8):
        ask(database, days=days)
    assert reserved(database) == [("entete", 1), ("fil", 1)]
    asked = [request.path for request in site.requests if "tdmrep" in request.path]
    assert len(asked) == 1  # not on day 3, and on day 8 nothing was visited for a week
