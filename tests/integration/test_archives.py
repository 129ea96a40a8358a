"""Archives of five hundred posts, read back from each kind of site; again, killed on the way."""

import random
import subprocess
import sys
import textwrap
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from archives.server import KINDS, ArchiveSite, serve
from integration.archiving import archive_of, by_hand, rows, visit, work
from integration.commands import environment
from integration.crawling import NOW

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
def test_the_whole_archive_is_read_back_in_few_requests(kind: str, tmp_path: Path) -> None:
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
    print(f"{kind}: {len(asked)} requests, {site.fewest} at best")  # noqa: T201 - shown by pytest -rP
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
        for _ in range(10):
            if state_of(database, site) == "done":
                break
            before = len(site.requests)
            by_hand(database, site.source, requests=3)
            spent = Counter(site.requests[before:]) - Counter({"/robots.txt": 1})
            assert spent.total() <= 3
            asked += spent.total()
        assert asked == 8  # the feed, the REST in vain, five pages, their end
        assert read(site, database) == written(site)


def state_of(database: Path, site: ArchiveSite) -> str | None:
    with Store.open(database) as store:
        found = store.archive(site.source.slug)
    return None if found is None else found.state


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
