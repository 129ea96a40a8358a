"""From a link in a feed to the page of a document that says a word."""

import asyncio
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import Answer, Site
from documents_made import pdf
from integration.crawling import crawl_all, source, town_of

from aggregator.clock import to_iso
from aggregator.crawl.completing import Budget, reading_documents
from aggregator.crawl.completing.documents import DocumentWorker
from aggregator.crawl.completing.patience import in_passing_thread
from aggregator.fetch import Web
from aggregator.search import Hit, Query, search
from aggregator.store import Store, index, reading

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Fil</title>
<item><title>Conseil du 15 décembre</title><link>{root}/1</link><guid>1</guid>
<description>&lt;p&gt;Lire &lt;a href="{root}/cr.pdf"&gt;le compte rendu du 15 décembre
2010&lt;/a&gt;.&lt;/p&gt;</description></item></channel></rss>"""
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
PAGES = [f"Page {number}. Le conseil a approuvé ce point." for number in range(1, 41)]
PAGES[36] = "Délibération n° 2010-112 : la chaufferie de l’école sera remplacée.".replace("’", "'")

pytestmark = pytest.mark.usefixtures("loopback_allowed")


class Place:
    """A site with one post and its document, and what we know of them."""

    def __init__(self, site: Site, folder: Path) -> None:
        self.site, self.database = site, folder / "veille.db"
        self.now = NOW
        self.budget = Budget(0)
        site.pages["/fil"] = Answer(body=FEED.format(root=site.root).encode())
        site.pages["/cr.pdf"] = Answer(
            body=pdf(PAGES), content_type="application/pdf", headers={"ETag": '"1"'}
        )
        self.town = town_of(source("fil", site.url(), feed=site.url("/fil")))

    def crawl(self) -> None:
        with Store.open(self.database) as store:
            crawl_all(self.town, store, now=self.now)

    def read(self, *, days: float = 0, quiet: bool = True, requests: int = 9) -> int:
        """Let the worker have a turn so many days later."""
        self.now += timedelta(days=days)
        self.budget = Budget(requests)

        async def once() -> int:
            async with Web(contact="essai@example.org", gap_s=0, deadline_s=5) as web:
                worker = DocumentWorker(database=self.database, web=web, clock=lambda: self.now)
                until = self.now + timedelta(minutes=5)
                return await worker.work(self.town, budget=self.budget, until=until, quiet=quiet)

        return asyncio.run(once())

    def find(self, text: str) -> tuple[Hit, ...]:
        with reading(self.database) as connection:
            return search(connection, Query(text=text)).hits

    def row(self, columns: str) -> Any:
        with closing(sqlite3.connect(self.database)) as connection:
            (found,) = connection.execute(f"SELECT {columns} FROM documents").fetchall()
        return found

    @property
    def asked(self) -> int:
        return sum(request.path == "/cr.pdf" for request in self.site.requests)


@pytest.fixture
def place(site: Site, tmp_path: Path) -> Iterator[Place]:
    found = Place(site, tmp_path)
    found.crawl()
    yield found
    with Store.open(found.database) as store:
        assert store.check_index().sound


def test_a_word_on_page_37_is_found_and_the_extract_says_so(place: Place) -> None:
    assert not place.find("chaufferie")
    assert place.read() == 1
    (hit,) = place.find("chaufferie")
    assert hit.title == "Conseil du 15 décembre"
    assert hit.extract_from is not None
    assert hit.extract_from.page == 37
    assert hit.extract_from.label == "le compte rendu du 15 décembre 2010"
    assert hit.extract_from.url == place.site.url("/cr.pdf")
    assert "la chaufferie de l'école sera remplacée" in hit.extract
    assert place.row("state, kind, pages, refs") == (
        "read",
        "compte-rendu",
        40,
        '["2010-112"]',
    )


def test_a_document_is_looked_at_twice_again_and_a_new_one_replaces_it(place: Place) -> None:
    place.read()
    assert place.read(days=29) == 0
    assert place.asked == 1
    place.read(days=1)
    assert (place.asked, place.row("tries, next_try IS NULL")) == (2, (1, 0))
    place.site.pages["/cr.pdf"] = Answer(body=pdf(["La piscine."]), headers={"ETag": '"2"'})
    assert place.read(days=31) == 1
    assert place.find("piscine")
    assert not place.find("chaufferie")
    for _ in range(4):
        place.read(days=31)
    assert place.asked == 5  # unchanged twice: enough


def test_an_edited_post_gets_its_long_document_back_at_the_next_turn(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "SPARED_CHARACTERS", 100)
    place.read()
    feed = FEED.format(root=place.site.root).replace("Lire", "Relire")
    place.site.pages["/fil"] = Answer(body=feed.encode())
    place.now += timedelta(days=1)
    place.crawl()
    assert place.find("relire")
    assert not place.find("chaufferie")
    place.read(quiet=False)
    assert place.find("chaufferie")


def test_by_day_only_new_documents_are_read(place: Place) -> None:
    place.read(quiet=False, requests=0)
    assert place.asked == 0
    place.read(days=3, quiet=False)
    assert place.asked == 0
    assert place.read() == 1


Change = Callable[[Place], None]


def answers(**said: Any) -> Change:
    def change(place: Place) -> None:
        place.site.pages["/cr.pdf"] = Answer(**said)

    return change


def forbid(place: Place) -> None:
    place.site.pages["/robots.txt"] = Answer(body=b"User-agent: *\nDisallow: /cr.pdf")


def reserve(place: Place) -> None:
    with Store.open(place.database) as store:
        store.note_tdm("fil", reserved=True, policy=None, checked=NOW)


@pytest.mark.parametrize(
    ("change", "state", "reason", "requests"),
    [
        (answers(status=404), "gone", "Le document n’est plus sur le site.", 2),
        (answers(status=500), "failed", "Le site répond par une erreur (500).", 4),
        (answers(status=403), "failed", "Le site nous refuse la page.", 4),
        (forbid, "refused", "Le site demande aux robots de ne pas lire cette page.", 0),
        (reserve, "refused", "Le site réserve la fouille de textes.", 0),
        (
            answers(body=pdf(PAGES), headers={"tdm-reservation": "1"}),
            "refused",
            "Le site réserve la fouille de textes.",
            None,
        ),
        (answers(body=b"<html>"), "damaged", "Le lien mène à une page web", None),
    ],
    ids=["404", "500", "403", "robots", "reserved", "header", "damaged"],
)
def test_why_a_document_is_not_read(
    place: Place, change: Change, state: str, reason: str, requests: int | None
) -> None:
    change(place)
    place.read()
    found, told = place.row("state, reason")
    assert found == state
    assert told.startswith(reason)
    for _ in range(7):
        place.read(days=40)
    assert requests in {None, place.asked}
    assert not place.find("chaufferie")


def test_a_file_that_is_too_large_is_not_asked_for_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_documents, "MAX_BYTES", 1_000)
    place.read()
    place.read(days=40)
    assert place.row("state, reason") == ("too_large", reading_documents.TOO_LARGE)
    assert place.asked == 1


def test_what_is_reserved_later_is_forgotten_at_the_next_turn(place: Place) -> None:
    place.read()
    reserve(place)
    place.read(days=3, quiet=False)
    assert place.row("state, reason, characters") == ("refused", reading_documents.RESERVED, 0)
    assert not place.find("chaufferie")
    assert place.asked == 1


def test_a_document_that_is_reserved_by_its_own_answer_is_forgotten(place: Place) -> None:
    place.read()
    change = answers(body=pdf(PAGES), headers={"tdm-reservation": "1"})
    change(place)
    place.read(days=31)
    assert place.row("state, characters") == ("refused", 0)
    assert not place.find("chaufferie")


def test_a_reservation_that_ends_lets_us_read(place: Place) -> None:
    reserve(place)
    place.read()
    with Store.open(place.database) as store:
        store.note_tdm("fil", reserved=False, policy=None, checked=NOW)
    assert place.read(days=31) == 1
    assert place.find("chaufferie")


def test_what_its_site_took_back_can_still_be_found(place: Place) -> None:
    place.read()
    place.site.pages["/cr.pdf"] = Answer(status=410)
    place.read(days=31)
    assert place.row("state") == ("gone",)
    assert place.find("chaufferie")


def test_a_pause_that_the_host_asks_for_is_kept(place: Place) -> None:
    place.site.pages["/cr.pdf"] = Answer(status=503, headers={"Retry-After": "3600"})
    place.read()
    with Store.open(place.database) as store:
        assert list(store.hosts(NOW)) == ["127.0.0.1"]


def test_a_pause_of_the_host_uses_up_no_try_of_the_others(place: Place) -> None:
    quiet = Answer(status=429, headers={"Retry-After": "3600"})
    names = ["b", "c", "d"]
    place.site.pages |= {f"/{name}.pdf": quiet for name in ["cr", *names]}
    links = "".join(f'&lt;a href="{{root}}/{name}.pdf"&gt;x&lt;/a&gt;' for name in names)
    feed = FEED.replace("</description>", f"{links}</description>").format(root=place.site.root)
    place.site.pages["/fil"] = Answer(body=feed.encode())
    place.now += timedelta(days=1)
    place.crawl()
    place.read()
    assert sum(request.path.endswith(".pdf") for request in place.site.requests) == 1
    assert place.budget.left == 8
    with closing(sqlite3.connect(place.database)) as connection:
        found = connection.execute("SELECT state, tries, next_try FROM documents ORDER BY id")
        first, *others = found.fetchall()
    assert first == ("failed", 1, to_iso(place.now + timedelta(days=1)))
    assert {row[:2] for row in others} == {("waiting", 0)}
    assert len(others) == 3
    hour = place.now + timedelta(minutes=59), place.now + timedelta(minutes=60)
    assert all(to_iso(hour[0]) <= row[2] <= to_iso(hour[1]) for row in others)
    place.site.pages |= {f"/{name}.pdf": Answer(body=pdf(["La piscine."])) for name in names}
    assert place.read(days=0.5) == 3


def test_a_fault_of_ours_is_told_and_the_others_go_on(
    place: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(*_: object, **__: object) -> str:
        raise ZeroDivisionError

    monkeypatch.setattr(reading_documents, "document_kind", break_down)
    with caplog.at_level(logging.ERROR):
        assert place.read() == 0
    assert place.row("state, reason, next_try") == (
        "failed",
        "La lecture du document a échoué.",
        None,
    )
    assert "cr.pdf" in caplog.text


def test_nobody_waits_for_a_long_reading_that_is_given_up() -> None:
    never = threading.Event()

    async def give_up() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(in_passing_thread(never.wait), 0.05)

    asyncio.run(give_up())  # would not return
    never.set()
