"""What a feed cuts, a list leaves undated and a site takes back, found on the posts' own pages."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from conftest import Answer, Site
from integration.crawling import NOW, crawl_all, source, town_of

from aggregator import cli
from aggregator.crawl.completing import Budget
from aggregator.crawl.completing.pages import PageWorker
from aggregator.fetch import Web
from aggregator.model import Article, Recipe, Town
from aggregator.store import PageRead, Store

pytestmark = pytest.mark.usefixtures("loopback_allowed")

LONG = (
    "Le conseil citoyen de la rue Jules-Guesde se réunit ce jeudi à la salle Watremez pour préparer"
    " la fête des voisins et parler du stationnement devant l’école. "
)
SENTENCES = " ".join(f"<p>{LONG} Point numéro {n} de l’ordre du jour.</p>" for n in range(1, 9))
MENU = "<nav><a href='/'>Accueil</a> <a href='/contact'>Nous contacter</a></nav>"


def article(text: str = SENTENCES, head: str = "") -> Answer:
    body = f"<!doctype html><html lang=fr><head><title>Page</title>{head}</head><body>{MENU}"
    body += f"<main><article><h1>Réunion</h1>{text}</article></main>"
    body += "<footer>Nous utilisons des cookies</footer></body></html>"
    return Answer(body=body.encode(), content_type="text/html; charset=utf-8")


def feed(site: Site, *paths: str) -> Answer:
    items = "".join(
        f"<item><title>Réunion {path}</title><link>{site.url(path)}</link><guid>{path}</guid>"
        f"<pubDate>Mon, 02 Nov 2026 10:0{n}:00 +0100</pubDate>"
        f"<description>{LONG[:80]}…</description></item>"
        for n, path in enumerate(paths)
    )
    body = (
        f"<?xml version='1.0'?><rss version='2.0'><channel><title>F</title>{items}</channel></rss>"
    )
    return Answer(body=body.encode(), content_type="application/rss+xml")


def open_pages(
    town: Town, store: Store, *, now: datetime = NOW, requests: int = 50, quiet: bool = True
) -> int:
    async def once() -> int:
        async with Web(contact=town.contact, gap_s=0, deadline_s=5, clock=lambda: now) as web:
            worker = PageWorker(
                database=store.path, web=web, turn=asyncio.Lock(), clock=lambda: now
            )
            return await worker.work(
                town, budget=Budget(requests), until=now + timedelta(minutes=5), quiet=quiet
            )

    return asyncio.run(once())


def rows(store: Store, sql: str) -> list[Any]:
    return [tuple(row) for row in store._connection.execute(sql)]


STATES = (
    "SELECT p.guid, g.state FROM post_pages AS g JOIN posts AS p ON p.id = g.post_id ORDER BY 1"
)


def test_what_the_feed_cuts_is_read_whole_once(site: Site, store: Store) -> None:
    site.pages["/feed"] = feed(site, "/1", "/2", "/3")
    site.pages["/1"] = article()
    site.pages["/2"] = article("<p>Connectez-vous pour lire la suite de nos articles.</p>" * 9)
    site.pages["/3"] = Answer(status=404)
    town = town_of(source("blog", site.url("/"), feed=site.url("/feed")))
    crawl_all(town, store)
    assert open_pages(town, store) == 1
    assert rows(store, STATES) == [("/1", "better"), ("/2", "kept"), ("/3", "gone")]
    ((text, other),) = rows(
        store,
        "SELECT p.text, g.text FROM posts AS p JOIN post_pages AS g ON g.post_id = p.id"
        " WHERE guid = '/1'",
    )
    assert "Point numéro 8" in text
    assert "cookies" not in text
    assert "Nous contacter" not in text
    assert other.endswith("…")
    asked = len(site.requests)
    assert open_pages(town, store, now=NOW + timedelta(hours=3)) == 0
    assert len(site.requests) == asked
    crawl_all(town, store, now=NOW + timedelta(hours=4))
    assert "Point numéro 8" in rows(store, "SELECT text FROM posts WHERE guid = '/1'")[0][0]
    # A day later the page that was missing is looked for again, and was taken back.
    assert rows(store, "SELECT count(*) FROM withdrawn_posts") == [(0,)]
    open_pages(town, store, now=NOW + timedelta(days=1, hours=1))
    assert rows(store, "SELECT count(*) FROM withdrawn_posts") == [(1,)]
    assert rows(store, "SELECT count(*) FROM posts") == [(3,)]


def test_moderators_selectors_come_first(site: Site, store: Store) -> None:
    site.pages["/feed"] = feed(site, "/1")
    site.pages["/1"] = article("<div class=vrai><p>Le texte court.</p></div>" + SENTENCES)
    town = town_of(
        source("blog", site.url("/"), feed=site.url("/feed"), article=Article(text=".vrai"))
    )
    crawl_all(town, store)
    open_pages(town, store)
    assert rows(store, "SELECT text FROM posts") == [("Le texte court.",)]


def test_what_robots_and_reservations_forbid_is_left(site: Site, store: Store) -> None:
    site.pages["/feed"] = feed(site, "/prive/1", "/2", "/3", "/4")
    site.pages["/robots.txt"] = Answer(body=b"User-agent: *\nDisallow: /prive/\n")
    site.pages["/2"] = replace(article(), headers={"tdm-reservation": "1"})
    site.pages["/3"] = article(head="<meta name='tdm-reservation' content='1'>")
    site.pages["/4"] = Answer(status=500)
    town = town_of(source("blog", site.url("/"), feed=site.url("/feed")))
    crawl_all(town, store)
    assert open_pages(town, store) == 0
    assert rows(store, STATES) == [
        ("/2", "reserved"),
        ("/3", "reserved"),
        ("/4", "failed"),
        ("/prive/1", "refused"),
    ]
    assert "/prive/1" not in [request.path for request in site.requests]
    # What may pass is tried again, five times in all.
    for days in (1, 2, 5, 20, 60, 200):
        open_pages(town, store, now=NOW + timedelta(days=days, hours=1))
    assert [request.path for request in site.requests].count("/4") == 5
    assert "Point numéro" not in str(rows(store, "SELECT text FROM posts"))


def test_a_source_that_reserves_mining_is_not_asked(site: Site, store: Store) -> None:
    site.pages["/feed"] = feed(site, "/1")
    site.pages["/1"] = article()
    town = town_of(source("blog", site.url("/"), feed=site.url("/feed")))
    crawl_all(town, store)
    store.note_tdm("blog", reserved=True, policy=None, checked=NOW)
    assert open_pages(town, store) == 0
    assert rows(store, STATES) == [("/1", "reserved")]
    assert "/1" not in [request.path for request in site.requests]


DATED = {
    "/a": '<script type=\'application/ld+json\'>{"@type": "NewsArticle", "datePublished":'
    ' "2024-07-01T09:30:00+02:00"}</script>',
    "/b": "<meta property='article:published_time' content='2023-01-05T18:00:00+01:00'>",
}


def test_undated_lists_get_their_dates_from_the_pages(site: Site, store: Store) -> None:
    paths = ["/a", "/b", "/c", "/d"]
    links = "".join(f"<li><a href='{path}'>Nouvelle {path}</a></li>" for path in paths)
    site.pages["/"] = Answer(body=f"<ul>{links}</ul>".encode(), content_type="text/html")
    for path in ("/a", "/b"):
        site.pages[path] = article(head=DATED[path])
    site.pages["/c"] = article("<p>Publié le 3 mai 2023</p>" + SENTENCES)
    site.pages["/d"] = article()
    town = town_of(source("liste", site.url("/"), recipe=Recipe(items="li", link="a")))
    crawl_all(town, store)
    open_pages(town, store)
    found = {
        title: (published, origin, by)
        for title, published, origin, by in rows(
            store,
            "SELECT p.title, p.published, p.date_origin, g.date_by FROM posts AS p"
            " JOIN post_pages AS g ON g.post_id = p.id",
        )
    }
    noon = datetime(2023, 5, 3, 12, tzinfo=ZoneInfo("Europe/Paris")).astimezone(UTC)
    assert found["Nouvelle /a"] == ("2024-07-01T07:30:00Z", "stated", "json-ld")
    assert found["Nouvelle /b"] == ("2023-01-05T17:00:00Z", "stated", "meta")
    assert found["Nouvelle /c"] == (f"{noon:%Y-%m-%dT%H:%M:%SZ}", "day_only", "text")
    assert found["Nouvelle /d"][1:] == ("first_seen", None)
    again = crawl_all(town, store, now=NOW + timedelta(days=1))["liste"]
    assert (again.count.new, again.count.changed) == (0, 0)


def test_by_day_only_new_posts_have_their_pages_opened(site: Site, store: Store) -> None:
    site.pages["/feed"] = feed(site, "/1")
    site.pages["/1"] = article()
    town = town_of(source("blog", site.url("/"), feed=site.url("/feed")))
    crawl_all(town, store)
    later = NOW + timedelta(days=3)
    assert open_pages(town, store, now=later, quiet=False) == 0
    assert open_pages(town, store, now=later, requests=0) == 0
    assert open_pages(town, store, now=later) == 1


def test_a_post_that_left_its_list_is_looked_for_and_kept(site: Site, store: Store) -> None:
    def listing(*paths: str) -> Answer:
        items = "".join(
            f"<li><a href='{path}'>Titre {path}</a><time>2026-11-0{n}</time></li>"
            for n, path in enumerate(paths, start=1)
        )
        return Answer(body=f"<ul>{items}</ul>".encode(), content_type="text/html")

    recipe = Recipe(items="li", link="a", date="time")
    town = town_of(source("fabrique", site.url("/"), recipe=recipe))
    site.pages["/"] = listing("/1", "/2", "/3")
    for path in ("/1", "/2", "/3"):
        site.pages[path] = article()
    crawl_all(town, store)
    open_pages(town, store)
    site.pages["/"] = listing("/1")
    site.pages["/2"] = Answer(status=410)
    for days in (3, 4, 5):
        now = NOW + timedelta(days=days)
        crawl_all(town, store, now=now)
        store.look_for_missed(now, limit=50)
        open_pages(town, store, now=now)
    assert rows(store, "SELECT p.url FROM withdrawn_posts JOIN posts AS p ON p.id = post_id") == [
        (site.url("/2"),)
    ]
    ((text,),) = rows(store, f"SELECT text FROM posts WHERE url = '{site.url('/2')}'")
    assert "Point numéro 8" in text


@pytest.mark.parametrize("notice", ["redirect", "maintenance"])
def test_what_was_read_outlives_its_page(site: Site, store: Store, notice: str) -> None:
    site.pages["/"] = article("<p>Bienvenue sur notre site.</p>" * 40)
    site.pages["/feed"] = feed(site, "/1")
    site.pages["/1"] = article()
    town = town_of(source("blog", site.url("/"), feed=site.url("/feed")))
    crawl_all(town, store)
    open_pages(town, store)
    ((whole,),) = rows(store, "SELECT text FROM posts")
    site.pages["/1"] = {
        "redirect": Answer(status=302, headers={"Location": "/"}),
        "maintenance": article("<p>Le site est en maintenance, revenez plus tard.</p>" * 40),
    }[notice]
    for days in (3, 5):
        now = NOW + timedelta(days=days)
        store._connection.execute("UPDATE post_pages SET next_try = '2026-11-23T00:00:00Z'")
        open_pages(town, store, now=now)
        assert rows(store, "SELECT p.text, g.state FROM posts AS p, post_pages AS g") == [
            (whole, "better")
        ]
    withdrawn = rows(store, "SELECT count(*) FROM withdrawn_posts")
    assert withdrawn == [(1 if notice == "redirect" else 0,)]


def test_a_robots_file_that_cannot_be_had_forbids_for_the_moment_only(
    site: Site, store: Store
) -> None:
    site.pages["/feed"] = feed(site, "/1", "/2")
    site.pages["/robots.txt"] = Answer(status=503)
    for path in ("/1", "/2"):
        site.pages[path] = article()
    town = town_of(source("blog", site.url("/"), feed=site.url("/feed")))
    crawl_all(town, store)
    open_pages(town, store)
    assert {state for _, state in rows(store, STATES)} == {"failed"}
    site.pages["/robots.txt"] = Answer(status=404)
    assert open_pages(town, store, now=NOW + timedelta(days=2)) == 2


def test_a_host_that_wants_to_be_left_alone_costs_its_pages_no_try(
    site: Site, store: Store
) -> None:
    paths = ["/1", "/2", "/3"]
    site.pages["/feed"] = feed(site, *paths)
    for path in paths:
        site.pages[path] = Answer(status=429, headers={"Retry-After": "7200"})
    town = town_of(source("blog", site.url("/"), feed=site.url("/feed")))
    crawl_all(town, store)
    open_pages(town, store)
    assert rows(store, "SELECT DISTINCT state, tries FROM post_pages") == [("waiting", 0)]
    assert sum(request.path in paths for request in site.requests) == 1
    for path in paths:
        site.pages[path] = article()
    assert open_pages(town, store, now=NOW + timedelta(hours=3)) == 3


def test_a_fault_of_ours_in_one_page_is_met_once(
    site: Site, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.pages["/feed"] = feed(site, "/1", "/2")
    for path in ("/1", "/2"):
        site.pages[path] = article()
    town = town_of(source("blog", site.url("/"), feed=site.url("/feed")))
    crawl_all(town, store)
    save = Store.save_page

    def faulty(self: Store, uid: str, read: PageRead, *, now: datetime) -> None:
        if read.post is not None and read.post.url.endswith("/1"):
            raise KeyError(uid)
        save(self, uid, read, now=now)

    monkeypatch.setattr(Store, "save_page", faulty)

    async def twice() -> list[int]:
        async with Web(contact=town.contact, gap_s=0, clock=lambda: NOW) as web:
            worker = PageWorker(
                database=store.path, web=web, turn=asyncio.Lock(), clock=lambda: NOW
            )
            until = NOW + timedelta(minutes=5)
            return [
                await worker.work(town, budget=Budget(9), until=until, quiet=True) for _ in range(2)
            ]

    assert asyncio.run(twice()) == [1, 0]
    assert [request.path for request in site.requests].count("/1") == 1


def test_new_selectors_have_the_pages_opened_again_by_day_too(site: Site, store: Store) -> None:
    site.pages["/feed"] = feed(site, "/1")
    site.pages["/1"] = article("<div class=vrai><p>Le texte court.</p></div>" + SENTENCES)
    plain = source("blog", site.url("/"), feed=site.url("/feed"))
    crawl_all(town_of(plain), store)
    open_pages(town_of(plain), store)
    later = NOW + timedelta(days=9)
    for selector, text, reason in (
        (".vrai", "Le texte court.", "le texte est là où la fiche"),
        (".faux", None, "n’est pas sur la page\u202f; la source n’en donne que le début"),
    ):
        told = town_of(replace(plain, article=Article(text=selector)))
        crawl_all(told, store, now=later)
        assert open_pages(told, store, now=later, quiet=False) == 1
        ((found, why),) = rows(store, "SELECT p.text, g.reason FROM posts AS p, post_pages AS g")
        assert reason in why
        assert found == text if text else "Point numéro 8" in found
        assert open_pages(told, store, now=later, quiet=False) == 0
    assert rows(store, "SELECT count(*) FROM post_versions") == [(0,)]


def test_the_workbench_shows_which_text_would_be_kept(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site.pages["/feed"] = feed(site, "/1")
    site.pages["/1"] = article("<div class=vrai><p>Le texte court.</p></div>" + SENTENCES)
    listed = (
        "version: 1\ntown: {name: V, timezone: Europe/Paris, contact: v@example.org}\nsources:\n"
        f"  - {{slug: b, name: B, url: '{site.url()}', kind: blog, feed: '{site.url('/feed')}',"
    )
    for article_key, told in (
        ("", "would be kept: la source n’en donne que le début"),
        (" article: {text: .vrai},", "15 characters: « Le texte court. »"),
        (" article: {text: .faux},", "n’est pas sur la page"),
    ):
        (tmp_path / "sources.yaml").write_text(f"{listed}{article_key} note: essai}}\n", "utf-8")
        arguments = ["--town", str(tmp_path), "try", "b"]
        cli.group(arguments, standalone_mode=False)
        assert told in capsys.readouterr().out
