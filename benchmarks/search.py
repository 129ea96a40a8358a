"""How long a search takes on a town of many posts: `make bench`.

Prints, for each query of a usual mix, the 50th and 95th percentile of `search()`, and how many
times the bare work of the index (its newest 20 posts, nothing else) that is: the ratio holds on
any machine, milliseconds only on this one. The portal is started on the same database and asked
for its page too, one request after the other on one connection.
"""

import argparse
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import unquote_plus

import corpus

from aggregator.paths import bundled
from aggregator.search import Query, query_string, search
from aggregator.search.facets import Names
from aggregator.search.match import build_match
from aggregator.search.terms import parse

LIMIT_MS = 50
# What people ask: a rare and a usual word, the most frequent, several, a phrase, filters, nothing.
QUERIES = (
    Query(text="vélodrome"),
    Query(text="bachorou"),
    Query(text="locataires"),
    Query(text="école"),
    Query(text="quartier"),
    Query(text="de"),
    Query(text="conseil quartier budget"),
    Query(text='"la ville"'),
    Query(text="particip*"),
    Query(text="cœur", instances=("instance-3",)),
    Query(text="logement", quartiers=("quartier-4", "quartier-5"), years=(2024, 2025)),
    Query(text="avec", sources=("source-390",)),
    Query(kinds=("blog",)),
    Query(page=12),
)
_TOP = "SELECT rowid FROM posts_fts WHERE posts_fts MATCH ? ORDER BY rowid DESC LIMIT 20"
_NEWEST = "SELECT id FROM posts ORDER BY id DESC LIMIT 20 OFFSET 220"


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Milliseconds, as measured."""

    samples: list[float]

    @property
    def p50(self) -> float:
        """The usual case."""
        return statistics.median(self.samples)

    @property
    def p95(self) -> float:
        """The bad case."""
        return statistics.quantiles(self.samples, n=20, method="inclusive")[-1]


def measure(work: Callable[[], object], *, rounds: int) -> Times:
    """Time a piece of work, once for nothing and then that often."""
    work()
    samples = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        samples.append((time.perf_counter() - start) * 1000)
    return Times(samples=samples)


def bare_index(connection: sqlite3.Connection, query: Query) -> Callable[[], object]:
    """Return the least that answering takes: the newest 20 out of the index."""
    match = build_match(parse(query.text), Names.read(connection).tokens(query))
    if not match:
        return lambda: connection.execute(_NEWEST).fetchall()
    return lambda: connection.execute(_TOP, (match,)).fetchall()


def ask(server: HTTPConnection, query: Query) -> None:
    """Ask a portal for a page of results, whole."""
    server.request("GET", f"/recherche?{query_string(query)}")
    answer = server.getresponse()
    answer.read()
    if answer.status != 200:
        raise SystemExit(f"{server.host}: HTTP {answer.status} for {query}")


@contextmanager
def portal(database: Path) -> Iterator[HTTPConnection]:
    """Run the portal, as `aggregator up` does, while the block lasts."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    arguments = ["--town", str(bundled("demo")), "--db", str(database), "--port", str(port)]
    process = subprocess.Popen(
        [sys.executable, "-m", "aggregator.service.child", "portal", *arguments],
        stdin=subprocess.PIPE,
    )
    try:
        while process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.1)
        yield HTTPConnection("127.0.0.1", port)
    finally:
        process.terminate()
        process.communicate()


def report(connection: sqlite3.Connection, server: HTTPConnection, *, rounds: int) -> None:
    """Measure every query and print the table."""
    print(f"{'query':<64}{'found':>8}{'p50 ms':>8}{'p95 ms':>8}{'x index':>9}{'page p50':>10}")
    searches: list[float] = []
    pages: list[float] = []
    for query in QUERIES:
        found = search(connection, query).total
        searching = measure(partial(search, connection, query), rounds=rounds)
        bare = measure(bare_index(connection, query), rounds=rounds)
        asked = unquote_plus(query_string(query))
        line = f"{asked[:63]:<64}{found.value:>7}{' ' if found.exact else '+'}"
        line += f"{searching.p50:>8.1f}{searching.p95:>8.1f}{searching.p50 / bare.p50:>9.0f}"
        searches += searching.samples
        page = measure(partial(ask, server, query), rounds=rounds)
        print(line + f"{page.p50:>10.1f}")
        pages += page.samples
    for name, samples in (("search()", searches), ("page", pages)):
        times = Times(samples=samples)
        share = times.p95 / LIMIT_MS
        print(
            f"{name}, all queries: p50 {times.p50:.1f} ms, p95 {times.p95:.1f} ms,"
            f" {share:.2f} of the {LIMIT_MS} ms a page may take"
        )


def main() -> None:
    """Build the database where there is none, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--db", type=Path, help="keep the database here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = options.db or Path(folder) / "bench.db"
        if not path.exists():
            start = time.perf_counter()
            corpus.build(path, options.posts)
            print(f"{options.posts} posts built in {time.perf_counter() - start:.0f} s")
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        with portal(path) as server:
            report(connection, server, rounds=options.rounds)
        connection.close()


if __name__ == "__main__":
    main()
