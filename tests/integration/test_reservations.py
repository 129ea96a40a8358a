"""What sites say of data mining reaches the public view."""

import asyncio
import json
import logging
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import Answer, Site
from integration.crawling import NOW, crawl_all, source, town_of

from aggregator.crawl import reservations
from aggregator.crawl.reservations import Reservation, ask_site, ask_sites
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


TDMREP = "/.well-known/tdmrep.json"


def rule(**said: object) -> Answer:
    return Answer(body=json.dumps([{"location": "/", "tdm-reservation": 1, **said}]).encode())


def states(database: Path) -> list[tuple[str, int | None, str | None, str | None]]:
    with sqlite3.connect(database) as connection:
        return connection.execute(
            "SELECT s.slug, t.tdm_reserved, t.tdm_policy, t.tdm_checked FROM source_states AS t"
            " JOIN sources AS s ON s.id = t.source_id ORDER BY s.slug"
        ).fetchall()


@pytest.mark.parametrize(
    "silence",
    [
        Answer(status=503),
        Answer(status=404),
        Answer(body=b"<html>"),
        Answer(body=b'[{"location": "/ailleurs", "tdm-reservation": 0}]'),
        rule(**{"tdm-reservation": "?"}),
    ],
    ids=["failed", "gone", "no file", "no rule", "no answer"],
)
def test_only_what_is_said_takes_a_reservation_back(
    site: Site, tmp_path: Path, silence: Answer
) -> None:
    database = tmp_path / "veille.db"
    site.pages |= {"/fil": Answer(body=FEED), TDMREP: rule(**{"tdm-policy": "/conditions"})}
    town = town_of(source("fil", site.url(), feed=site.url("/fil")))

    def visit_and_ask(day: int) -> None:
        with Store.open(database) as store:
            crawl_all(town, store, now=NOW + timedelta(days=day))
        ask(database, days=day)

    visit_and_ask(0)
    held = ("fil", 1, site.url("/conditions"))
    assert states(database) == [(*held, "2026-11-22T08:00:00Z")]
    site.pages[TDMREP] = silence
    visit_and_ask(8)
    assert states(database) == [(*held, "2026-11-30T08:00:00Z")]
    site.pages[TDMREP] = rule(**{"tdm-reservation": 0})
    visit_and_ask(16)
    assert states(database) == [("fil", 0, None, "2026-12-08T08:00:00Z")]


def test_an_answer_that_cannot_be_kept_harms_no_other(
    site: Site,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    database = tmp_path / "veille.db"
    site.pages |= {"/a": Answer(body=FEED), "/b": Answer(body=FEED), "/c": Answer(body=FEED)}
    site.pages[TDMREP] = rule(**{"tdm-policy": "\ud800"})
    town = town_of(*(source(slug, site.url(), feed=site.url(f"/{slug}")) for slug in "abc"))
    with Store.open(database) as store:
        crawl_all(town, store)

    async def faulty(url: str, *, web: Web) -> Reservation:
        if url.endswith("/a"):
            raise ZeroDivisionError
        if url.endswith("/b"):
            return Reservation(reserved=True, policy="\ud800")
        return await ask_site(url, web=web)

    monkeypatch.setattr(reservations, "ask_site", faulty)
    with caplog.at_level(logging.ERROR):
        ask(database)
    checked = "2026-11-22T08:00:00Z"
    assert states(database) == [
        ("a", None, None, checked),
        ("b", None, None, checked),
        ("c", 1, None, checked),
    ]
    assert [record.getMessage()[:2] for record in caplog.records] == ["a:", "b:"]
    assert all(record.exc_info for record in caplog.records)
