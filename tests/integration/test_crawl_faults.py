"""What happens to a crawl from outside: kills, locks, clocks that jump, a network that is gone.

After each: the file is sound, nothing that was reported saved is lost, nothing is there twice, and
the next crawl heals by itself. (The store alone against a full disk: test_store_outages.)
"""

import asyncio
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import cycle
from pathlib import Path

import pytest
from conftest import Answer, Request, Site
from hostile.pages import fresh, rss
from hostile.pages import items as hostile_items
from hostile.server import START, HostileServer
from integration.crawling import NOW, crawl_all, source, town_of
from virtual_time import run_virtually, wall_clock

from aggregator import clock
from aggregator.crawl import crawl
from aggregator.errors import StoreError
from aggregator.fetch import Web, address
from aggregator.model import Outcome, State, Town
from aggregator.readers import load_scrapers
from aggregator.store import Store, prepare

pytestmark = pytest.mark.usefixtures("loopback_allowed")

KILLS = 200
FEEDS = 8
SCRAPERS = Path("no-scrapers")


def check(path: Path) -> Counter[str]:
    """Make sure that a database is sound; return how many posts each source has."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        prepare(connection)
        connection.execute("INSERT INTO posts_fts (posts_fts, rank) VALUES ('integrity-check', 1)")
        tables = ("posts", "posts_fts", "post_facets")
        assert (
            len({connection.execute(f"SELECT count(*) FROM {t}").fetchone() for t in tables}) == 1
        )
        doubles = "SELECT guid FROM posts GROUP BY source_id, guid HAVING count(*) > 1"
        assert connection.execute(doubles).fetchall() == []
        per_source = (
            "SELECT s.slug, count(*) FROM posts AS p JOIN sources AS s ON s.id = p.source_id"
            " GROUP BY s.slug"
        )
        return Counter(dict(connection.execute(per_source).fetchall()))


def growing(request: Request, counts: Counter[str]) -> Answer:
    """Answer with a feed that has a new item at each request."""
    counts[request.path] += 1
    newest = hostile_items(
        START, every=timedelta(minutes=1), first=START - timedelta(minutes=counts[request.path])
    )
    return Answer(
        body=rss(newest),
        content_type="application/rss+xml",
        headers={"ETag": f'"{counts[request.path]}"'},
    )


@pytest.fixture
def farm(site: Site) -> Town:
    """Sources on hosts of their own; each has something new at each request."""
    counts: Counter[str] = Counter()
    sources = []
    for number in range(FEEDS):
        site.pages[f"/{number}.xml"] = lambda request: growing(request, counts)
        root = f"http://s{number}.localhost:{site.port}"
        sources.append(source(f"s{number}", root, feed=f"{root}/{number}.xml"))
    return town_of(*sources)


# --- kill -9 ------------------------------------------------------------------------------------

# Forks a child at each line, which crawls again and again, and prints what was reported saved.
# Python and the program are started once: two hundred starts would take minutes.
CRAWLER = textwrap.dedent(
    """
    import asyncio, os, signal, sys
    from pathlib import Path
    import feedparser, lxml.etree, bs4, dateparser
    from aggregator.clock import now
    from aggregator.crawl import crawl
    from aggregator.fetch import Web
    from aggregator.language import lemma
    from aggregator.model import Source, Town
    from aggregator.readers import load_scrapers
    from aggregator.store import Store

    lemma("mots")  # reads the dictionary
    path, port, feeds = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    sources = tuple(
        Source(slug=f"s{n}", name=f"s{n}", url=f"http://s{n}.localhost:{port}", kind="blog",
               feed=f"http://s{n}.localhost:{port}/{n}.xml")
        for n in range(feeds)
    )
    town = Town(name="T", timezone="Europe/Paris", contact="c@example.org", sources=sources)

    def report(result):
        os.write(1, f"{result.source} {result.count.new} {result.outcome}\\n".encode())

    async def passes():
        with Store.open(path) as store:
            async with Web(contact=town.contact, gap_s=0, deadline_s=5, clock=now) as web:
                while True:
                    await crawl(town, store, scrapers=load_scrapers(Path("none")), web=web,
                                clock=now, everything=True, report=report)

    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            asyncio.run(passes())
        os.write(1, f"pid {child}\\n".encode())
        os.waitpid(child, 0)
        os.write(1, b"over\\n")
    """
)


class Killer:
    """Starts crawls and kills them; knows what they reported."""

    def __init__(self, path: Path, port: int) -> None:
        self.reported: Counter[str] = Counter()
        self.failed = 0
        self._process = subprocess.Popen(
            [sys.executable, "-c", CRAWLER, str(path), str(port), str(FEEDS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def crawl_and_kill(self, after_s: float) -> None:
        """Let a crawl run for a while; read all that it reported."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        child = 0
        while not child:
            child = self._take(self._process.stdout.readline())
        time.sleep(after_s)
        os.kill(child, signal.SIGKILL)
        while (line := self._process.stdout.readline()) != "over\n":
            self._take(line)

    def _take(self, line: str) -> int:
        """Count a report; return the number of the child, where the line says it."""
        first, second, *rest = line.split()
        if first == "pid":
            return int(second)
        self.reported[first] += int(second)
        self.failed += rest == [Outcome.FAILED]
        return 0

    def close(self) -> None:
        """End the process that waits for lines."""
        self._process.communicate(timeout=10)


def test_nothing_reported_is_lost_to_two_hundred_kills(
    tmp_path: Path, site: Site, farm: Town
) -> None:
    path = tmp_path / "veille.db"
    Store.migrate(path)
    chance = random.Random(5)
    with closing(Killer(path, site.port)) as killer:
        for _ in range(KILLS):
            killer.crawl_and_kill(chance.uniform(0.0, 0.2))
            saved = check(path)
            assert all(saved[slug] >= count for slug, count in killer.reported.items())
    assert killer.reported.total() > KILLS
    assert killer.failed == 0
    with Store.open(path) as store:
        healed = crawl_all(farm, store, now=clock.now())
        assert {result.outcome for result in healed.values()} == {Outcome.SAVED}
        assert store.check_index().sound
        assert {status.state for status in store.statuses()} <= {State.OK, State.EMPTY}


# --- the file -----------------------------------------------------------------------------------


@contextmanager
def small_disk(path: Path, size: str) -> Iterator[None]:
    """Mount a small file system in memory."""
    path.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(path)]
    if os.geteuid() != 0 or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("mounting a small disk needs root, and the right to mount")
    try:
        yield
    finally:
        subprocess.run(["umount", str(path)], check=True)


def fill(farm: Town, store: Store, saved: Counter[str]) -> None:
    """Crawl until the disk is full; count what is saved."""
    for _ in range(500):
        for result in crawl_all(farm, store).values():
            saved[result.source] += result.count.new


def test_a_full_disk_ends_the_crawl_and_room_heals_it(tmp_path: Path, farm: Town) -> None:
    disk = tmp_path / "disk"
    with small_disk(disk, "1m"):
        path = disk / "veille.db"
        saved: Counter[str] = Counter()
        with Store.open(path) as store:
            with pytest.raises(StoreError, match=r"full|disk"):
                fill(farm, store, saved)
            assert saved.total() > 0
        left = check(path)
        assert all(left[slug] >= count for slug, count in saved.items())
        subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
        with Store.open(path) as store:
            assert {r.outcome for r in crawl_all(farm, store).values()} == {Outcome.SAVED}
        assert check(path).total() > left.total()


def test_a_database_locked_for_eight_seconds_is_waited_for(store: Store, farm: Town) -> None:
    crawl_all(farm, store)
    before = check(store.path)
    other = sqlite3.connect(store.path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(8.0, other.execute, ["ROLLBACK"])
    release.start()
    try:
        results = crawl_all(farm, store)
    finally:
        release.join()
        other.close()
    assert {result.outcome for result in results.values()} == {Outcome.SAVED}
    assert check(store.path).total() == before.total() + FEEDS


# --- the clock ----------------------------------------------------------------------------------

DAY = timedelta(days=1)


def test_a_clock_that_jumps_during_a_crawl_harms_nothing(store: Store, farm: Town) -> None:
    jumps = cycle([NOW, NOW + DAY, NOW - DAY])

    async def main() -> set[Outcome]:
        outcomes: set[Outcome] = set()
        async with Web(contact=farm.contact, gap_s=0, clock=lambda: next(jumps)) as web:
            for _ in range(20):
                results = await crawl(
                    farm,
                    store,
                    scrapers=load_scrapers(SCRAPERS),
                    web=web,
                    clock=lambda: next(jumps),
                    everything=True,
                )
                assert len(results) == FEEDS
                outcomes |= {result.outcome for result in results}
        return outcomes

    assert asyncio.run(main()) == {Outcome.SAVED}
    check(store.path)


@pytest.mark.parametrize("jump", [DAY, -DAY])
def test_a_clock_that_was_wrong_for_an_hour_is_forgotten_in_days(
    jump: timedelta, store: Store, farm: Town
) -> None:
    visited: Counter[str] = Counter()
    for now in (NOW - timedelta(hours=1), NOW, NOW + jump):
        results = crawl_all(farm, store, now=now)
        assert {result.outcome for result in results.values()} == {Outcome.SAVED}, results
    for hour in range(1, 60):
        now = NOW + timedelta(hours=hour)
        results = crawl_all(farm, store, now=now, everything=False)
        assert {result.outcome for result in results.values()} <= {Outcome.SAVED}, results
        visited.update(list(results))
    assert set(visited) == {source.slug for source in farm.sources}
    for status in store.statuses():
        assert status.next_fetch is not None
        assert datetime.fromisoformat(status.next_fetch) < NOW + timedelta(hours=60) + DAY
    check(store.path)


def test_a_clock_set_back_finds_posts_that_are_not_written_yet(site: Site, store: Store) -> None:
    at_once = [replace(item, at=NOW) for item in hostile_items(START)]
    site.pages["/feed.xml"] = Answer(body=rss(at_once), content_type="application/rss+xml")
    town = town_of(source("une-fois", site.url(), feed=site.url("/feed.xml")))
    for now in (NOW, NOW - DAY):
        (result,) = crawl_all(town, store, now=now).values()
        assert result.outcome is not Outcome.FAILED, result.error


# --- the network --------------------------------------------------------------------------------

SITES = 30
OUTAGE_S = 9 * 3600
DAY_S = 86_400


def sites(port: int) -> Town:
    """Return a town of hosts that are found by DNS."""
    roots = [f"http://s{number}.town.test:{port}" for number in range(SITES)]
    return town_of(
        *(source(f"s{n}", root, feed=f"{root}/feed.xml") for n, root in enumerate(roots))
    )


class Network:
    """Names and hosts, which may be gone."""

    def __init__(self) -> None:
        self.has_names = True
        self.asked = 0

    async def resolve(self, host: str, port: int) -> list[str]:
        """Answer as a resolver."""
        self.asked += 1
        if not self.has_names:
            raise socket.gaierror(socket.EAI_AGAIN, f"{host}:{port}: try again")
        return ["127.0.0.1"]


async def crawl_until(until_s: float, town: Town, store: Store, web: Web) -> list[Outcome]:
    """Crawl what is due every minute."""
    loop = asyncio.get_running_loop()
    outcomes = []
    while loop.time() < until_s:
        results = await crawl(
            town, store, scrapers=load_scrapers(SCRAPERS), web=web, clock=wall_clock(START)
        )
        outcomes += [result.outcome for result in results]
        await asyncio.sleep(60)
    return outcomes


@pytest.mark.parametrize("gone", ["names", "hosts"])
def test_a_network_that_was_gone_for_hours_is_back_at_once(
    gone: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = Network()
    monkeypatch.setattr(address, "resolve", network.resolve)

    async def main() -> tuple[list[Outcome], list[Outcome], Counter[str]]:
        async with HostileServer(fresh, {}) as server:
            port = server.port
            town = sites(port)
            async with Web(contact=town.contact, clock=wall_clock(START)) as web:
                await crawl_until(DAY_S, town, store, web)
                if gone == "names":
                    network.has_names = False
                    out = await crawl_until(DAY_S + OUTAGE_S, town, store, web)
                    network.has_names = True
        async with Web(contact=town.contact, clock=wall_clock(START)) as web:
            if gone == "hosts":
                out = await crawl_until(DAY_S + OUTAGE_S, town, store, web)
            async with HostileServer(fresh, {}, port=port):
                back = await crawl_until(3 * DAY_S, town, store, web)
        return out, back, Counter(status.state for status in store.statuses())

    out, back, states = run_virtually(main())
    assert set(out) == {Outcome.FAILED}
    assert SITES <= len(out) <= SITES * 20
    assert Outcome.FAILED not in back
    assert states == {State.OK: SITES}
    assert check(store.path).total() == SITES * len(hostile_items(START)) + SITES
