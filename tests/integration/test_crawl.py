"""One pass over real HTTP: what is stored, what is asked, what is said of failures."""

import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import Answer, Site
from integration.crawling import NOW, crawl_all, source, town_of

from aggregator.clock import from_iso
from aggregator.errors import StoreError
from aggregator.model import Display, Entry, Outcome, Post, Recipe, Rejection, SourceResult
from aggregator.normalise import normalise
from aggregator.store import Store

pytestmark = pytest.mark.usefixtures("loopback_allowed")

FEED = b"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Le quartier</title><link>https://quartier.example/</link>
<item><title>R\xc3\xa9union publique</title><link>/2026/11/reunion</link>
<description>&lt;p&gt;Mardi \xc3\xa0 la salle des f\xc3\xaates.&lt;/p&gt;</description>
<pubDate>Tue, 17 Nov 2026 18:30:00 +0100</pubDate><guid isPermaLink="false">a1</guid></item>
<item><title>Compte rendu</title><link>/2026/10/compte-rendu</link>
<description>Le conseil a d\xc3\xa9lib\xc3\xa9r\xc3\xa9.</description>
<pubDate>Sat, 10 Oct 2026 09:00:00 +0200</pubDate><guid isPermaLink="false">a2</guid></item>
</channel></rss>"""
EMPTY_FEED = b'<rss version="2.0"><channel><title>Vide</title></channel></rss>'
HOME = b"""<html><head><link rel="alternate" type="application/rss+xml" href="/flux"></head>
<body><h1>Accueil</h1></body></html>"""
LISTING = """<html><body>
<article><h2><a href="/a/1">Fête de l’Épeule</a></h2>
<time datetime="2026-11-02">2 nov.</time></article>
<article><h2><a href="/a/2">Propreté</a></h2><span>sans date</span></article>
</body></html>""".encode()


def feed(body: bytes = FEED, **headers: str) -> Answer:
    return Answer(body=body, content_type="text/plain", headers=headers)


def rows(store_path: Path, sql: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(store_path) as connection:
        found = connection.execute(sql).fetchall()
    connection.close()
    return found


def asked(site: Site, path: str) -> int:
    return sum(request.path == path for request in site.requests)


def test_a_feed_becomes_posts_and_a_second_pass_changes_nothing(site: Site, store: Store) -> None:
    site.pages["/feed"] = feed(ETag='W/"odd \\" etag"')
    town = town_of(source("quartier", site.url(), feed=site.url("/feed")))

    first = crawl_all(town, store)["quartier"]
    second = crawl_all(town, store, now=NOW + timedelta(hours=2))["quartier"]

    assert (first.outcome, first.count.new) == (Outcome.SAVED, 2)
    assert second.outcome is Outcome.NOT_MODIFIED
    assert site.requests[-1].headers["if-none-match"] == 'W/"odd \\" etag"'


def test_the_same_bytes_without_validators_are_not_modified(site: Site, store: Store) -> None:
    site.pages["/feed"] = feed()
    town = town_of(source("quartier", site.url(), feed=site.url("/feed")))
    crawl_all(town, store)
    assert crawl_all(town, store)["quartier"].outcome is Outcome.NOT_MODIFIED


def test_an_edited_post_is_changed_and_keeps_its_version(
    site: Site, store: Store, tmp_path: Path
) -> None:
    site.pages["/feed"] = feed()
    town = town_of(source("quartier", site.url(), feed=site.url("/feed"), display=Display.FULL))
    crawl_all(town, store)
    site.pages["/feed"] = feed(FEED.replace(b"salle des f", b"maison des f"))
    result = crawl_all(town, store, now=NOW + timedelta(days=1))["quartier"]

    assert (result.count.new, result.count.changed, result.count.unchanged) == (0, 1, 1)
    (old,) = rows(tmp_path / "veille.db", "SELECT text FROM revisions")
    assert "salle" in str(old[0])


def test_an_empty_feed_is_no_failure(site: Site, store: Store) -> None:
    site.pages["/feed"] = feed(EMPTY_FEED)
    town = town_of(source("vide", site.url(), feed=site.url("/feed")))
    assert crawl_all(town, store)["vide"].outcome is Outcome.SAVED


def test_a_page_where_a_feed_was_is_a_failure_that_proposes_the_announced_feed(
    site: Site, store: Store, tmp_path: Path
) -> None:
    site.pages["/feed"] = Answer(body=HOME, content_type="application/rss+xml")
    site.pages["/flux"] = feed()
    town = town_of(source("quartier", site.url(), feed=site.url("/feed")))

    result = crawl_all(town, store)["quartier"]

    assert result.outcome is Outcome.FAILED
    assert result.proposed_feed == site.url("/flux")
    assert rows(tmp_path / "veille.db", "SELECT count(*) FROM posts") == [(0,)]
    ((state, reason),) = rows(tmp_path / "veille.db", "SELECT state, reason FROM sources_health")
    assert state == "failing"
    assert site.url("/flux") in str(reason)


def test_a_source_without_feed_is_discovered_once(site: Site, store: Store) -> None:
    site.pages["/"] = Answer(body=HOME)
    site.pages["/flux"] = feed()
    town = town_of(source("quartier", site.url()))

    assert crawl_all(town, store)["quartier"].count.new == 2
    site.pages["/flux"] = feed(FEED.replace(b"a2", b"a3"))
    crawl_all(town, store, now=NOW + timedelta(hours=2))

    assert asked(site, "/") == 1
    assert asked(site, "/flux") == 2


def test_a_discovered_feed_that_vanished_is_looked_for_again(site: Site, store: Store) -> None:
    site.pages["/"] = Answer(body=HOME)
    site.pages["/flux"] = feed()
    town = town_of(source("quartier", site.url()))
    crawl_all(town, store)
    del site.pages["/flux"]
    site.pages["/"] = Answer(body=HOME.replace(b"/flux", b"/rss-2"))
    site.pages["/rss-2"] = feed(FEED.replace(b"a2", b"a3").replace(b"Compte rendu", b"Fermeture"))
    # One bad day is no reason: another feed of the site would bring every post anew.
    assert crawl_all(town, store, now=NOW + timedelta(hours=2))["quartier"].status == 404
    result = crawl_all(town, store, now=NOW + timedelta(hours=9))["quartier"]
    assert (result.outcome, result.count.new) == (Outcome.SAVED, 1)


def test_a_pause_asked_for_on_the_way_outlives_the_process(site: Site, store: Store) -> None:
    site.pages["/"] = Answer(body=HOME)
    site.pages["/flux"] = Answer(status=429, headers={"Retry-After": "7200"})
    town = town_of(source("quartier", site.url()))
    assert crawl_all(town, store)["quartier"].outcome is Outcome.FAILED
    (pause,) = store.hosts(NOW).values()
    assert (pause.until, pause.status) == (NOW + timedelta(hours=2), 429)
    site.requests.clear()
    crawl_all(town, store, now=NOW + timedelta(hours=1))  # another process, as it were
    assert site.requests == []


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_discovered_feed_that_fails_for_a_moment_is_kept(
    site: Site, store: Store, status: int
) -> None:
    site.pages["/"] = Answer(body=HOME)
    site.pages["/flux"] = feed()
    town = town_of(source("quartier", site.url()))
    crawl_all(town, store)
    site.pages["/flux"] = Answer(status=status)
    site.requests.clear()
    for hours in (2, 4, 6):
        crawl_all(town, store, now=NOW + timedelta(hours=hours))
    assert asked(site, "/") == 0
    assert store.history("quartier").discovered_feed == site.url("/flux")


def test_a_database_that_stays_locked_is_one_clear_error(
    site: Site, store: Store, tmp_path: Path
) -> None:
    site.pages["/feed"] = feed()
    town = town_of(source("quartier", site.url(), feed=site.url("/feed")))
    crawl_all(town, store)
    store._connection.execute("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(tmp_path / "veille.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked"):
        crawl_all(town, store)
    other.execute("ROLLBACK")
    other.close()
    assert crawl_all(town, store)["quartier"].outcome is Outcome.NOT_MODIFIED


def test_a_site_without_any_feed_says_what_to_do(site: Site, store: Store) -> None:
    site.pages["/"] = Answer(body=b"<html><body>Bonjour</body></html>")
    result = crawl_all(town_of(source("muet", site.url())), store)["muet"]
    assert result.error is not None
    assert "recipe" in result.error


def test_a_recipe_reads_a_page_and_undated_posts_say_so(
    site: Site, store: Store, tmp_path: Path
) -> None:
    site.pages["/liste"] = Answer(body=LISTING)
    recipe = Recipe(items="article", link="h2 a", title="h2 a", date="time@datetime")
    town = town_of(source("liste", site.url("/liste"), recipe=recipe))

    assert crawl_all(town, store)["liste"].count.new == 2
    found = rows(
        tmp_path / "veille.db", "SELECT title, date_origin FROM publications ORDER BY title"
    )
    assert found == [("Fête de l’Épeule", "day_only"), ("Propreté", "first_seen")]


def test_a_next_page_that_fails_keeps_the_first_and_is_asked_again(
    site: Site, store: Store
) -> None:
    more = LISTING.replace(b"</body>", b'<a class="suite" href="/page-2">suite</a></body>')
    site.pages["/liste"] = Answer(body=more, headers={"ETag": '"1"'})
    site.pages["/page-2"] = Answer(status=500)
    recipe = Recipe(items="article", link="h2 a", next="a.suite")
    town = town_of(source("liste", site.url("/liste"), recipe=recipe))

    first = crawl_all(town, store)["liste"]
    assert (first.outcome, first.count.new) == (Outcome.SAVED, 2)
    assert "next page" in first.warnings[0]
    site.pages["/page-2"] = Answer(body=LISTING.replace(b"/a/", b"/b/"))
    assert crawl_all(town, store)["liste"].count.new == 2


def test_a_shorter_rhythm_is_followed_at_once(site: Site, store: Store) -> None:
    site.pages["/feed"] = feed()
    slow = source("s", site.url(), feed=site.url("/feed"), every=timedelta(days=20))
    crawl_all(town_of(slow), store)
    later = NOW + timedelta(hours=2)
    quick = source("s", site.url(), feed=site.url("/feed"), every=timedelta(hours=1))
    assert len(crawl_all(town_of(slow), store, now=later, everything=False)) == 0
    assert len(crawl_all(town_of(quick), store, now=later, everything=False)) == 1


def test_a_changed_recipe_is_applied_though_the_page_is_the_same(site: Site, store: Store) -> None:
    site.pages["/liste"] = Answer(body=LISTING, headers={"ETag": '"1"'})
    wrong = Recipe(items="h2", link="a")
    right = Recipe(items="article", link="h2 a", date="time@datetime")
    crawl_all(town_of(source("liste", site.url("/liste"), recipe=wrong)), store)
    result = crawl_all(town_of(source("liste", site.url("/liste"), recipe=right)), store)["liste"]
    assert result.outcome is Outcome.SAVED
    assert result.count.changed == 1


def test_a_scraper_reads_a_page_and_a_crash_fails_its_source_alone(
    site: Site, store: Store, tmp_path: Path
) -> None:
    (tmp_path / "bon.py").write_text(
        "from aggregator import Entry\n"
        "from aggregator.scraping import blocks, pick\n"
        "def scrape(page):\n"
        "    for card in blocks(page, 'article'):\n"
        "        yield Entry(link=pick(card, 'h2 a@href'), title=pick(card, 'h2'))\n"
    )
    (tmp_path / "mauvais.py").write_text("def scrape(page):\n    return 1 / 0\n")
    site.pages["/liste"] = Answer(body=LISTING)
    town = town_of(
        source("bon", site.url("/liste"), scraper="bon"),
        source("mauvais", site.url("/liste"), scraper="mauvais"),
    )
    results = crawl_all(town, store, scrapers=tmp_path)
    assert results["bon"].count.new == 2
    assert results["mauvais"].error_kind == "ScraperFailed"


def test_a_scraper_whose_file_is_gone_fails_its_source_alone(
    site: Site, store: Store, tmp_path: Path
) -> None:
    site.pages["/liste"] = Answer(body=LISTING)
    site.pages["/feed"] = feed()
    town = town_of(
        source("parti", site.url("/liste"), scraper="parti"),
        source("bon", site.url(), feed=site.url("/feed")),
    )
    results = crawl_all(town, store, scrapers=tmp_path)
    assert results["parti"].error_kind == "ScraperFailed"
    assert results["bon"].count.new == 2


def test_a_fault_of_ours_on_one_page_fails_its_source_alone(
    site: Site, store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def faulty(entry: Entry, **rest: Any) -> Post | Rejection:
        return 1 / 0 if rest["source"].slug == "etrange" else normalise(entry, **rest)  # type: ignore[return-value]

    monkeypatch.setattr("aggregator.normalise.normalise", faulty)
    site.pages["/feed"] = feed()
    town = town_of(
        source("etrange", site.url(), feed=site.url("/feed")),
        source("bon", site.url(), feed=site.url("/feed")),
    )
    results = crawl_all(town, store)
    assert results["etrange"].outcome is Outcome.FAILED
    assert "ZeroDivisionError" in str(results["etrange"].error)
    assert results["bon"].count.new == 2
    assert "1 / 0" in caplog.text  # where the fault is


def test_nothing_found_where_something_was_is_a_failure(site: Site, store: Store) -> None:
    site.pages["/liste"] = Answer(body=LISTING)
    recipe = Recipe(items="article", link="h2 a")
    town = town_of(source("liste", site.url("/liste"), recipe=recipe))
    crawl_all(town, store)
    site.pages["/liste"] = Answer(body=b"<html><body><div>nouveau site</div></body></html>")
    assert crawl_all(town, store)["liste"].error_kind == "NothingFound"


def test_a_list_whose_second_page_is_gone_is_asked_with_its_validator(
    site: Site, store: Store
) -> None:
    site.pages["/liste"] = Answer(
        body=LISTING + b'<a class="suivant" href="/page-2">Suite</a>', headers={"ETag": '"1"'}
    )
    recipe = Recipe(items="article", link="h2 a", next="a.suivant")
    town = town_of(source("liste", site.url("/liste"), recipe=recipe))
    crawl_all(town, store)
    assert crawl_all(town, store)["liste"].outcome is Outcome.NOT_MODIFIED


def test_one_failing_source_does_not_stop_the_others(site: Site, store: Store) -> None:
    site.pages["/feed"] = feed()
    site.pages["/casse"] = Answer(status=500)
    town = town_of(
        source("casse", site.url(), feed=site.url("/casse")),
        source("sourd", "http://127.0.0.1:1/", feed="http://127.0.0.1:1/feed"),
        source("prive", "http://10.0.0.1/", feed="http://10.0.0.1/feed"),
        source("bon", site.url(), feed=site.url("/feed")),
    )
    results = crawl_all(town, store)
    kinds = {slug: result.error_kind for slug, result in results.items()}
    assert kinds == {
        "casse": "BadStatus",
        "sourd": "HostUnreachable",
        "prive": "ForbiddenAddress",
        "bon": None,
    }


def test_a_failing_source_is_asked_less_and_less_but_never_given_up(
    site: Site, store: Store
) -> None:
    site.pages["/casse"] = Answer(status=500)
    town = town_of(source("casse", site.url(), feed=site.url("/casse")))
    now, pauses = NOW, []
    for _ in range(20):
        crawl_all(town, store, now=now)
        (status,) = store.statuses()
        assert status.next_fetch is not None
        upcoming = from_iso(status.next_fetch)
        pauses.append(upcoming - now)
        now = upcoming
    assert pauses == sorted(pauses)
    assert pauses[0] < timedelta(minutes=20)
    assert pauses[-1] == timedelta(days=1)


def test_a_source_taken_off_the_list_keeps_its_posts(
    site: Site, store: Store, tmp_path: Path
) -> None:
    site.pages["/feed"] = feed()
    crawl_all(town_of(source("quartier", site.url(), feed=site.url("/feed"))), store)
    crawl_all(town_of(), store)
    assert rows(tmp_path / "veille.db", "SELECT count(*) FROM publications") == [(2,)]
    assert rows(tmp_path / "veille.db", "SELECT state FROM sources_health") == [("unlisted",)]


def test_two_sources_may_share_one_address(site: Site, store: Store) -> None:
    site.pages["/feed"] = feed(ETag='"1"')
    town = town_of(
        source("un", site.url(), feed=site.url("/feed")),
        source("deux", site.url(), feed=site.url("/feed")),
    )
    results = crawl_all(town, store)
    assert {result.count.new for result in results.values()} == {2}


def test_a_paused_source_is_left_alone(site: Site, store: Store) -> None:
    town = town_of(source("pause", site.url(), feed=site.url("/feed"), paused=True))
    assert crawl_all(town, store) == {}
    assert site.requests == []


def test_only_what_is_due_is_visited(site: Site, store: Store) -> None:
    site.pages["/feed"] = feed()
    town = town_of(source("quartier", site.url(), feed=site.url("/feed")))

    def due(minutes: int) -> dict[str, SourceResult]:
        return crawl_all(town, store, now=NOW + timedelta(minutes=minutes), everything=False)

    assert len(due(0)) == 1
    assert len(due(30)) == 0
    assert len(due(61)) == 1


def test_a_moved_feed_is_read_and_its_new_address_said(
    site: Site, store: Store, tmp_path: Path
) -> None:
    site.pages["/feed"] = Answer(status=301, headers={"Location": "/nouveau"})
    site.pages["/nouveau"] = feed()
    town = town_of(source("quartier", site.url(), feed=site.url("/feed")))

    def state_on(day: int) -> str:
        crawl_all(town, store, now=NOW + timedelta(days=day))
        ((state,),) = rows(tmp_path / "veille.db", "SELECT state FROM sources_health")
        return str(state)

    assert [state_on(day) for day in range(4)] == ["ok", "ok", "ok", "moved"]
    site.requests.clear()
    assert state_on(4) == "moved"
    # Seen for days, a permanent redirect is believed: the new address is asked at once.
    assert [request.path for request in site.requests] == ["/nouveau"]
    ((reason, moved_to),) = rows(
        tmp_path / "veille.db", "SELECT reason, moved_to FROM sources_health"
    )
    assert moved_to == site.url("/nouveau")
    assert moved_to in str(reason)
    site.pages["/nouveau"] = Answer(status=404)
    assert state_on(5) == "failing"
    site.pages["/feed"] = feed()
    assert state_on(6) == "ok"  # back to the listed address, which answers by itself again


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "faux.db").write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreError):
        Store.open(tmp_path / "faux.db")
