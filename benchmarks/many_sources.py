"""A day of many sources in virtual time: is each asked when it is due, each host left its gap?

The sources' server lives in the same loop (tests/virtual_time.py), so its CPU time is in the
figures; it is a bare protocol that keeps one log line a request. Hosts are of unequal size, as in
life: a few platforms hold many sources.

    python benchmarks/many_sources.py 100 1000 10000
"""

import argparse
import asyncio
import os
import re
import sqlite3
import sys
import tempfile
import time
from bisect import bisect
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import accumulate, pairwise
from pathlib import Path
from random import Random
from statistics import quantiles

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from virtual_time import run_virtually, wall_clock

from aggregator.clock import from_iso
from aggregator.crawl import crawl
from aggregator.fetch import Web
from aggregator.model import Source, SourceResult, Town
from aggregator.readers import load_scrapers
from aggregator.store import Store

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
DAY_S = 86_400
GAP_S = 2.0
WAKE_EVERY_S, PASS_LIMIT_S = 60, 120  # crawl/daemon.py
SOURCES_A_HOST = 7.5
# How often sources publish, and how many of a hundred do so.
RHYTHMS = {1: 4, 6: 10, 24: 25, 72: 25, 168: 21, 720: 15}  # hours
ITEMS = 8
_TEXT = "Le conseil de quartier parle de la propreté et du parc, chacun est bienvenu. " * 6
_REQUEST = re.compile(rb"GET /(\d+)\.xml .*?\r\nHost: (\w+)\.localhost", re.DOTALL | re.IGNORECASE)
_ETAG = re.compile(rb"\r\nIf-None-Match: ([^\r]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request, in virtual seconds."""

    source: int
    host: bytes
    begun_s: float
    ended_s: float


@dataclass(slots=True, kw_only=True)
class Day:
    """What a day was like.

    Attributes:
        asks: Every request, in order of their end.
        late_s: How long after its appointment each visit began, the first ones left out.
        cold_s: How long the first visits took, all of them due at once.
        left: Sources that were due and had not been visited when the day ended.
        failed: Visits that failed.
        cold_cpu_s: CPU time until every source had been visited once.
        cpu_s: CPU time of the whole day.
        idle_cpu_s: CPU time of passes over nothing, one a minute.
    """

    sources: int
    hosts: int
    asks: list[Ask] = field(default_factory=list)
    late_s: list[float] = field(default_factory=list)
    cold_s: float = 0.0
    left: int = 0
    failed: int = 0
    cold_cpu_s: float = 0.0
    cpu_s: float = 0.0
    idle_cpu_s: float = 0.0

    def least_gap_s(self) -> float:
        """Return the shortest time between the end of a request and the next, of one host."""
        by_host: dict[bytes, list[Ask]] = defaultdict(list)
        for ask in self.asks:
            by_host[ask.host].append(ask)
        return min(
            (
                later.begun_s - earlier.ended_s
                for asks in by_host.values()
                for earlier, later in pairwise(sorted(asks, key=lambda ask: ask.begun_s))
            ),
            default=GAP_S,
        )

    def line(self) -> str:
        """Return the day as a line of the table."""
        cuts = quantiles(self.late_s, n=100)
        again = max(len(self.asks) - self.sources, 1)
        cold_ms = self.cold_cpu_s / self.sources * 1e3
        later_ms = (self.cpu_s - self.cold_cpu_s - self.idle_cpu_s) / again * 1e3
        return (
            f"{self.sources:7,} {self.hosts:6,} {len(self.asks):8,} {self.failed:6} {self.left:5}"
            f" {self.cold_s:6.0f} {cuts[49]:7.0f} {cuts[94]:7.0f} {max(self.late_s):7.0f}"
            f" {self.least_gap_s():6.2f} {self.cpu_s:8.1f} {cold_ms:8.2f} {later_ms:8.2f}"
            f" {self.idle_cpu_s:8.1f}"
        )


HEADING = (
    "sources  hosts  fetches failed  left first s late: 50 %    95 %     max    gap"
    "    CPU s  cold ms later ms   idle s"
)


class Farm:
    """Many hosts behind one port.

    Attributes:
        due_s: When each source is to be visited next, as its last visit said.
    """

    def __init__(self, sources: int, hosts: int, day: Day) -> None:
        chance = Random(7)
        weights = [1 / (rank + 1) ** 0.5 for rank in range(hosts)]
        bounds = [bound / sum(weights) * sources for bound in accumulate(weights)]
        self.host_of = [min(bisect(bounds, number), hosts - 1) for number in range(sources)]
        hours = chance.choices(list(RHYTHMS), list(RHYTHMS.values()), k=sources)
        self._every = [timedelta(hours=hour) for hour in hours]
        self._first = [START - every * chance.uniform(20, 21) for every in self._every]
        self._latency_s = [chance.uniform(0.05, 1.5) for _ in range(hosts)]
        self._day = day
        self.due_s = [0.0] * sources

    def newest(self, source: int, now_s: float) -> int:
        """Return the number of a source's newest post."""
        return (START + timedelta(seconds=now_s) - self._first[source]) // self._every[source]

    def feed(self, source: int, newest: int) -> bytes:
        """Return a source's feed."""
        first, every = self._first[source], self._every[source]
        items = "".join(
            f"<item><title>Réunion {number} de {source}</title><link>/p/{number}</link>"
            f"<guid>{source}-{number}</guid><description>{_TEXT}{number}</description><pubDate>"
            f"{format_datetime(first + number * every)}</pubDate></item>"
            for number in range(newest, newest - ITEMS, -1)
        )
        return (
            f'<rss version="2.0"><channel><title>Source {source}</title>{items}</channel></rss>'
        ).encode()

    def latency_s(self, source: int) -> float:
        """Return how long a source's host thinks."""
        return self._latency_s[self.host_of[source]]

    def asked(self, source: int, begun_s: float, ended_s: float, host: bytes) -> None:
        """Log a request."""
        self._day.asks.append(Ask(source=source, host=host, begun_s=begun_s, ended_s=ended_s))
        if self.due_s[source]:
            self._day.late_s.append(begun_s - self.due_s[source])
        else:
            self._day.cold_s = ended_s


class _Connection(asyncio.Protocol):
    """Answers one request, and closes."""

    def __init__(self, farm: Farm) -> None:
        self._farm = farm
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        found = _REQUEST.search(data)
        assert found is not None, data
        source, host = int(found[1]), found[2]
        tag = _ETAG.search(data)
        begun_s = self._loop.time()
        self._loop.call_later(
            self._farm.latency_s(source),
            self._answer,
            source,
            host,
            begun_s,
            None if tag is None else tag[1],
        )

    def _answer(self, source: int, host: bytes, begun_s: float, tag: bytes | None) -> None:
        now_s = self._loop.time()
        newest = self._farm.newest(source, begun_s)
        known = tag == b'"%d"' % newest
        body = b"" if known else self._farm.feed(source, newest)
        status = b"304 Not Modified" if known else b"200 OK"
        assert isinstance(self._transport, asyncio.Transport)
        self._transport.write(
            b'HTTP/1.1 %s\r\nETag: "%d"\r\nContent-Length: %d\r\n\r\n%s'
            % (status, newest, len(body), body)
        )
        self._transport.close()
        self._farm.asked(source, begun_s, now_s, host)


async def _live(sources: int, database: Path) -> Day:
    hosts = max(round(sources / SOURCES_A_HOST), 1)
    day = Day(sources=sources, hosts=hosts)
    farm = Farm(sources, hosts, day)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(farm), "127.0.0.1", 0, backlog=4096)
    port = server.sockets[0].getsockname()[1]
    town = Town(
        name="Beaucoup",
        timezone="Europe/Paris",
        contact="veille@example.org",
        sources=tuple(_source(number, farm.host_of[number], port) for number in range(sources)),
    )
    clock = wall_clock(START)

    def report(result: SourceResult) -> None:
        day.failed += result.error is not None
        assert result.next_fetch is not None
        farm.due_s[int(result.source.removeprefix("s"))] = (
            result.next_fetch - START
        ).total_seconds()

    begun_cpu_s = time.process_time()
    scrapers = load_scrapers(Path("no-scrapers"))
    async with server:
        with Store.open(database) as store:
            async with Web(contact=town.contact, gap_s=GAP_S, clock=clock) as web:
                while loop.time() < DAY_S:
                    cpu_s = time.process_time()
                    results = await crawl(
                        town,
                        store,
                        scrapers=scrapers,
                        web=web,
                        clock=clock,
                        limit_s=PASS_LIMIT_S,
                        report=report,
                    )
                    now = time.process_time()
                    if not results:
                        day.idle_cpu_s += now - cpu_s
                    if not day.cold_cpu_s and len({ask.source for ask in day.asks}) == sources:
                        day.cold_cpu_s = now - begun_cpu_s
                    await asyncio.sleep(WAKE_EVERY_S - loop.time() % WAKE_EVERY_S)
    day.cpu_s = time.process_time() - begun_cpu_s
    day.left = _left(database)
    return day


def _source(number: int, host: int, port: int) -> Source:
    root = f"http://h{host}.localhost:{port}"
    return Source(
        slug=f"s{number}",
        name=f"S{number}",
        url=f"{root}/",
        kind="blog",
        feed=f"{root}/{number}.xml",
    )


def _left(database: Path) -> int:
    """Return how many sources were due for longer than two passes take, when the day ended."""
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("SELECT next_fetch FROM source_states").fetchall()
    end = START + timedelta(seconds=DAY_S - 2 * (WAKE_EVERY_S + PASS_LIMIT_S))
    return sum(due is None or from_iso(due) < end for (due,) in rows)


def live(sources: int) -> Day:
    """Let a day of so many sources pass; loopback must be allowed (fetch/address.py)."""
    with tempfile.TemporaryDirectory() as folder:
        return run_virtually(_live(sources, Path(folder) / "veille.db"))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sources", type=int, nargs="*", default=[100, 1_000, 10_000])
    os.environ["AGGREGATOR_ALLOW_NETWORKS"] = "127.0.0.1/32"
    print(HEADING)
    for number in parser.parse_args().sources:
        print(live(number).line(), flush=True)


if __name__ == "__main__":
    main()
