"""Archives of five hundred posts, read back from each kind of site; again, killed on the way."""

import random
import subprocess
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from archives.server import KINDS, ArchiveSite, serve
from conftest import Answer, Site
from integration.archiving import archive_of, by_hand, rows, visit, work
from integration.commands import environment
from integration.crawling import NOW, source

from aggregator.store import Store

pytestmark = pytest.mark.usefixtures("loopback_allowed")

POSTS = 500
MOST = 1.3  # times the fewest requests possible
KILLS = 6


def written(site: ArchiveSite) -> list[tuple[str, str, str]]:
    """Return address, title and date of every post that a site has, by address."""
    return sorted((post.url, post.title, post.published) for post in site.posts)


def read(site: ArchiveSite, database: Path) -> list[tuple[str, str, str]]:
    """Return the same of what we hold; of a site that tells days only, the day."""
    found = rows(database)
    origins = {"day_only"} if site.days_only else {"stated"}
    assert {origin for *_, origin in found} == origins
    length = len("2009-03-02") if site.days_only else None
    return [(url, title, published[:length]) for url, title, published, _ in found]


@pytest.mark.parametrize("kind", KINDS)
def test_the_whole_archive_is_read_back_in_few_requests(
    kind: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    database = tmp_path / "veille.db"
    with serve(kind, posts=POSTS) as site:
        visit(database, site.source)
        begun = len(site.requests)
        by_hand(database, site.source)
        asked = [target for target in site.requests[begun:] if target not in site.beside]
        assert read(site, database) == written(site)
        assert len(asked) <= MOST * site.fewest
        assert len(asked) == len(set(asked))
        # The feed and the home page only show the ways.
        assert len(site.requests) - begun - len(asked) <= 3
    record_property("requests", f"{len(asked)} of {site.fewest}")
    found = archive_of(database, site.source.slug)
    assert (found.state, found.missing) == ("done", {})
    assert found.expected in {None, POSTS}
    with Store.open(database) as store:
        assert store.check_index().sound


# As the command, but without gaps between requests.
READER = textwrap.dedent(
    """
    import asyncio, sys
    from pathlib import Path
    from aggregator import clock
    from aggregator.crawl.completing import Budget
    from aggregator.crawl.completing.by_hand import read_back
    from aggregator.fetch import Web
    from aggregator.model import Source
    from aggregator.readers import load_scrapers

    async def read():
        slug, url, feed = sys.argv[2:5]
        source = Source(slug=slug, name=slug.capitalize(), url=url, kind="blog", feed=feed or None)
        async with Web(contact="essai@example.org", gap_s=0) as web:
            await read_back(
                source, Path(sys.argv[1]), web=web, scrapers=load_scrapers(Path("no-scrapers")),
                timezone="Europe/Paris", budget=Budget(10_000), clock=clock.now,
                told=lambda archive: print(archive.requests, flush=True),
            )

    asyncio.run(read())
    """
)


def read_until(database: Path, site: ArchiveSite, steps: int, chance: random.Random) -> bool:
    """Read back in a process that is killed soon after so many steps; tell whether it ended."""
    listed = (site.source.slug, site.source.url, site.source.feed or "")
    with subprocess.Popen(
        [sys.executable, "-c", READER, str(database), *listed],
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        for _ in range(steps):
            if not child.stdout.readline():
                return child.wait() == 0
        time.sleep(chance.uniform(0, 0.03))
        child.kill()
    return False


@pytest.mark.parametrize("kind", ["wordpress-feed", "wordpress-both", "spip", "sitemap"])
def test_kills_lose_nothing_and_repeat_only_what_was_in_flight(kind: str, tmp_path: Path) -> None:
    chance = random.Random(kind)
    whole, killed = tmp_path / "whole.db", tmp_path / "killed.db"
    with serve(kind, posts=POSTS) as site:
        visit(whole, site.source)
        by_hand(whole, site.source)
        visit(killed, site.source)
        begun, last = len(site.requests), site.fewest // KILLS
        for _ in range(KILLS):
            assert not read_until(killed, site, chance.randint(0, max(last - 1, 1)), chance)
        assert read_until(killed, site, 10_000, chance)
        asked = Counter(site.requests[begun:])
        # Anew in each process; and the request that was in flight at each kill.
        asked.pop("/robots.txt", None)
        again = sum(times - 1 for times in asked.values())
        assert again <= KILLS
    assert rows(killed) == rows(whole)
    with Store.open(killed) as store:
        assert store.check_index().sound
    found = archive_of(killed, site.source.slug)
    assert (found.state, found.missing) == ("done", {})


def test_a_budget_is_kept_and_the_next_reading_goes_on(tmp_path: Path) -> None:
    database = tmp_path / "veille.db"
    with serve("wordpress-feed", posts=60) as site:
        visit(database, site.source)
        asked = 0
        while archive_of_or_none(database, site) != "done":
            before = len(site.requests)
            by_hand(database, site.source, requests=3)
            spent = Counter(site.requests[before:]) - Counter({"/robots.txt": 1})
            assert spent.total() <= 3
            asked += spent.total()
        assert asked == 8  # the feed, the REST in vain, five pages, their end
        assert read(site, database) == written(site)


def archive_of_or_none(database: Path, site: ArchiveSite) -> str | None:
    with Store.open(database) as store:
        found = store.archive(site.source.slug)
    return found and found.state


def test_the_worker_reads_a_share_and_lets_the_site_rest(tmp_path: Path) -> None:
    database = tmp_path / "veille.db"
    with serve("spip", posts=150) as site:
        visit(database, site.source)
        assert work(database, site.source) > 50
        found = archive_of(database, site.source.slug)
        assert (found.state, found.requests) == ("running", 100)
        assert found.next_try == NOW + timedelta(minutes=15)
        assert work(database, site.source, now=NOW + timedelta(minutes=14)) == 0
        assert work(database, site.source, now=NOW + timedelta(minutes=15)) > 0
        assert archive_of(database, site.source.slug).state == "done"
        assert read(site, database) == written(site)


def test_by_day_only_what_is_new_on_the_list_is_begun(tmp_path: Path) -> None:
    database = tmp_path / "veille.db"
    with serve("wordpress-feed", posts=400) as site:
        visit(database, site.source)
        late = NOW + timedelta(days=3)
        assert work(database, site.source, now=late, quiet=False) == 0
        assert work(database, site.source, quiet=False) == 180  # 20 requests, two show the way
        assert work(database, site.source, now=NOW + timedelta(hours=1), quiet=False) == 0
        assert work(database, site.source, now=NOW + timedelta(hours=1)) == 210


def test_a_new_definition_reads_the_archive_afresh(tmp_path: Path) -> None:
    database = tmp_path / "veille.db"
    with serve("wordpress-both", posts=30) as site:
        visit(database, site.source)
        by_hand(database, site.source)
        assert work(database, site.source, now=NOW + timedelta(days=400)) == 0
        moved = replace(site.source, every=timedelta(hours=6))
        before = len(site.requests)
        visit(database, moved)
        assert archive_of(database, moved.slug).state == "waiting"
        assert work(database, moved) == 0
        assert len(site.requests) > before
        assert archive_of(database, moved.slug).state == "done"
        assert len(rows(database)) == 30


def test_a_sitemap_is_looked_at_again_after_a_month(tmp_path: Path) -> None:
    database = tmp_path / "veille.db"
    with serve("sitemap", posts=20) as site:
        visit(database, site.source)
        assert work(database, site.source) == 20
        assert work(database, site.source, now=NOW + timedelta(days=29)) == 0
        before = len(site.requests)
        work(database, site.source, now=NOW + timedelta(days=31))
        # The home page, the sitemaps; no page of a post again.
        assert 0 < len(site.requests) - before <= 4


# --- sites that do not give everything ------------------------------------------------------

SITEMAP = "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{}</urlset>"
ARTICLE = (
    "<html lang=fr><head><title>{title}</title><meta property='article:published_time'"
    " content='2019-05-{day:02d}T10:00:00+02:00'></head><body><article><h1>{title}</h1>"
    "<p>Le comité a voté le budget de la fête, puis parlé du canal et des jardins ce soir-là.</p>"
    "<p>La prochaine réunion aura lieu au local, où chacune et chacun peut venir.</p>"
    "</article></body></html>"
)


def spoil(site: Site, count: int = 9) -> None:
    """Give a site a sitemap of articles."""
    paths = [f"/nouvelles/article-{number}-du-comite" for number in range(1, count + 1)]
    listed = "".join(f"<url><loc>{site.url(path)}</loc></url>" for path in paths)
    site.pages["/"] = Answer(body=b"<html><body><h1>Comit\xc3\xa9</h1></body></html>")
    site.pages["/sitemap.xml"] = Answer(
        body=SITEMAP.format(listed).encode(), content_type="application/xml"
    )
    for day, path in enumerate(paths, 1):
        page = ARTICLE.format(title=f"Réunion du comité, la {day}e", day=day)
        site.pages[path] = Answer(body=page.encode())


def test_what_is_missing_is_counted_by_its_reason(site: Site, tmp_path: Path) -> None:
    database, one = tmp_path / "veille.db", source("comite", site.url("/"))
    spoil(site)
    name = "/nouvelles/article-{}-du-comite".format
    site.pages["/robots.txt"] = Answer(
        body=f"User-agent: *\nDisallow: {name(1)}\nDisallow: {name(2)}\n".encode()
    )
    site.pages[name(3)] = Answer(status=404)
    site.pages[name(4)] = Answer(status=410)
    site.pages[name(5)] = Answer(status=403)
    site.pages[name(6)] = Answer(status=500)
    visit(database, one)
    by_hand(database, one)
    found = archive_of(database, "comite")
    assert found.state == "running"  # the failing page is tried again
    assert found.missing == {"robots": 2, "gone": 2, "closed": 1}
    assert found.next_try == NOW + timedelta(hours=1)
    later = NOW
    while (found := archive_of(database, "comite")).next_try is not None and found.state != "done":
        later = found.next_try
        work(database, one, now=later)
    assert found.missing == {"robots": 2, "gone": 2, "closed": 1, "failing": 1}
    failing = [request for request in site.requests if request.path == name(6)]
    assert len(failing) == 5
    assert not [request for request in site.requests if request.path in {name(1), name(2)}]
    assert len(rows(database)) == 3


def test_a_page_that_comes_back_is_read(site: Site, tmp_path: Path) -> None:
    database, one = tmp_path / "veille.db", source("comite", site.url("/"))
    spoil(site)
    path = "/nouvelles/article-6-du-comite"
    good, site.pages[path] = site.pages[path], Answer(status=502)
    visit(database, one)
    work(database, one)
    site.pages[path] = good
    assert work(database, one, now=NOW + timedelta(minutes=59)) == 0
    assert work(database, one, now=NOW + timedelta(minutes=61)) == 1
    assert archive_of(database, "comite").state == "done"


def test_a_host_that_asks_for_quiet_is_left_alone(site: Site, tmp_path: Path) -> None:
    database, one = tmp_path / "veille.db", source("comite", site.url("/"))
    spoil(site)
    path = "/nouvelles/article-2-du-comite"
    good = site.pages[path]
    site.pages[path] = Answer(status=429, headers={"Retry-After": "7200"})
    visit(database, one)
    assert work(database, one) == 1
    with Store.open(database) as store:
        assert store.hosts(NOW)["127.0.0.1"].until == NOW + timedelta(hours=2)
    site.pages[path] = good
    before = len(site.requests)
    work(database, one, now=NOW + timedelta(minutes=119))
    assert len(site.requests) == before
    assert work(database, one, now=NOW + timedelta(hours=2, seconds=1)) == 8


def test_a_site_without_an_archive_is_told(site: Site, tmp_path: Path) -> None:
    database, one = tmp_path / "veille.db", source("comite", site.url("/"))
    site.pages["/"] = Answer(body=b"<html><body><p>Bienvenue</p></body></html>")
    visit(database, one)
    assert work(database, one) == 0
    found = archive_of(database, "comite")
    assert (found.state, found.reason) == (
        "none",
        "ce site ne donne pas accès à ses anciennes publications",
    )


ITEM = "<item><title>Nouvelle {0}</title><link>/n/{0}</link><guid>n{0}</guid></item>"


def wordpress(*numbers: int) -> Answer:
    items = "".join(map(ITEM.format, numbers))
    return Answer(
        body=f'<rss version="2.0"><channel><title>B</title><generator>https://wordpress.org/?v=6'
        f"</generator>{items}</channel></rss>".encode(),
        content_type="application/rss+xml",
    )


def test_a_feed_that_heeds_no_number_is_not_asked_for_ever(site: Site, tmp_path: Path) -> None:
    database = tmp_path / "veille.db"
    one = source("blog", site.url("/"), feed=site.url("/feed/"))
    for page in range(2, 40):
        site.pages[f"/feed/?paged={page}"] = wordpress(*range(10))
    site.pages["/feed/"] = wordpress(*range(10))
    visit(database, one)
    work(database, one)
    asked = [request.path for request in site.requests if "paged" in request.path]
    assert asked == ["/feed/?paged=2"]
    assert archive_of(database, "blog").state == "none"


def test_a_site_that_repeats_its_last_page_has_ended(site: Site, tmp_path: Path) -> None:
    database = tmp_path / "veille.db"
    one = source("blog", site.url("/"), feed=site.url("/feed/"))
    site.pages["/feed/"] = wordpress(*range(10))
    for page in range(2, 40):
        first = min(page - 1, 3) * 10
        site.pages[f"/feed/?paged={page}"] = wordpress(*range(first, first + 10))
    visit(database, one)
    assert work(database, one) == 30
    found = archive_of(database, "blog")
    assert (found.state, found.missing) == ("done", {})
    # Undated and old, they are no news: none stands among the posts of today.
    with Store.open(database) as store:
        years = store._connection.execute("SELECT DISTINCT year FROM posts").fetchall()
    assert years == [(0,)]


def test_posts_that_the_feed_has_are_not_written_again(tmp_path: Path) -> None:
    database = tmp_path / "veille.db"
    with serve("wordpress-both", posts=40) as served:
        visit(database, served.source)
        with Store.open(database) as store:
            before = store._connection.execute("SELECT uid, digest FROM posts").fetchall()
        by_hand(database, served.source)
        with Store.open(database) as store:
            after = store._connection.execute("SELECT uid, digest FROM posts").fetchall()
            versions = store._connection.execute("SELECT count(*) FROM post_versions").fetchone()
    assert len(after) == 40
    assert set(before) <= set(after)
    assert versions == (0,)
