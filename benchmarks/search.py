"""How long a search takes on a town of many posts: `make bench`.

    python benchmarks/search.py --posts 1000000    one size
    python benchmarks/search.py --growth           10,000, 100,000 and 1,000,000

Builds a database, starts the portal on it as `aggregator up` does, and prints one table, the bars
beside it (they are for 1,000,000 posts on 2 quiet cores). Milliseconds are the 50th, 95th and 99th
percentile of whole pages, asked by wrk; « × index » is search() against the bare work of the index
(its newest 20 posts, nothing else): that ratio holds on any machine, milliseconds on this one only.
"""

import argparse
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from random import Random
from urllib.parse import urlencode

from corpus import Built, build
from loading import Latency, Server, datasette, portal, weighed, writing, wrk
from questions import FOR_DATASETTE, Question, Questions, beside, mix

from aggregator.search import query_string, search
from aggregator.store import reading

SIZES = (10_000, 100_000, 1_000_000)
WRITTEN_A_SECOND = 500
BUILT_WITHIN_S, INDEX_TIMES, FASTER_TIMES, MEMORY_MB = 360, 1.3, 5, 400
MIX_MS, MIX_OF_TWO_MS, BESIDE_CRAWLER_MS = 50, 80, 100
OF_KIND_MS = {
    "most frequent word": 100,
    "pertinence, usual word": 120,
    "pertinence, very usual word": 120,
}
MIX_TIMES = 5  # as long as a kind
DATASETTE_ROUNDS = 3  # questions of each kind
_TOP = "SELECT rowid FROM posts_fts WHERE posts_fts MATCH ? ORDER BY rowid DESC LIMIT 20"
_NEWEST = "SELECT id FROM posts ORDER BY id DESC LIMIT 20"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table, for one size."""

    name: str
    cell: str
    bar: str = ""
    missed: bool = False


def measure(database: Path, *, built: Built | None, seconds: float) -> Iterator[Row]:
    """Measure one database; give the rows as they are known."""
    if built:
        yield Row(name="posts written, s", cell=f"{built.rows_s:.0f}")
        yield _bounded("index built, s", built.index_s, BUILT_WITHIN_S)
    with reading(database) as connection:
        yield from sizes(connection)
        asked, others = mix(connection), beside(connection)
        for name, questions in (asked | others).items():
            yield against_index(connection, name, questions)
    if shutil.which("wrk") is None:
        print("wrk is not installed (Debian package wrk): pages are not measured.")
    else:
        yield from under_load(database, asked, others, seconds=seconds)
    yield from against_datasette(database, asked)
    if shutil.which("wrk") is not None:
        yield from beside_crawler(database, asked, seconds=seconds * MIX_TIMES)


def sizes(connection: sqlite3.Connection) -> Iterator[Row]:
    """Weigh index and terms against the plain FTS5 index of the same text."""
    try:
        tables = dict(
            connection.execute(
                "SELECT s.tbl_name, sum(d.pgsize) FROM sqlite_master AS s JOIN dbstat AS d"
                " ON d.name = s.name AND d.aggregate = TRUE WHERE s.rootpage > 0 GROUP BY 1"
            )
        )
    except sqlite3.OperationalError as error:
        print(f"Sizes are not measured: this SQLite cannot tell those of tables ({error}).")
        return
    index = sum(size for name, size in tables.items() if name.startswith("posts_fts_"))
    plain = _plain_index_bytes(connection)
    yield Row(name="database, MB", cell=_mb(sum(tables.values())))
    yield Row(
        name="index · terms · plain FTS5 index, MB",
        cell=" · ".join(_mb(size) for size in (index, tables["terms"], plain)),
    )
    yield _bounded("index, × plain", index / plain, INDEX_TIMES, digits=2)
    yield Row(name="index and terms, × plain", cell=f"{(index + tables['terms']) / plain:.2f}")


def _plain_index_bytes(connection: sqlite3.Connection) -> int:
    with (
        tempfile.NamedTemporaryFile(suffix=".db") as file,
        closing(sqlite3.connect(file.name, isolation_level=None)) as scratch,
    ):
        scratch.execute("PRAGMA synchronous = OFF")
        scratch.execute("BEGIN")
        scratch.execute(
            "CREATE VIRTUAL TABLE plain USING fts5 (title, text, content='',"
            " tokenize = 'unicode61 remove_diacritics 2')"
        )
        scratch.executemany(
            "INSERT INTO plain (rowid, title, text) VALUES (?, ?, ?)",
            connection.execute("SELECT id, title, text FROM posts ORDER BY id"),
        )
        scratch.execute("INSERT INTO plain (plain) VALUES ('optimize')")
        scratch.execute("COMMIT")
        (size,) = scratch.execute(
            "SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'plain_%'"
        ).fetchone()
    return int(size)


def against_index(connection: sqlite3.Connection, name: str, questions: Questions) -> Row:
    """Time search() and what the index alone would take for the same."""
    ours = _p50(lambda question: search(connection, question.query), questions)
    bare = _p50(lambda question: _bare(connection, question), questions)
    return Row(name=f"search(), ms (× index): {name}", cell=f"{ours:.1f} (× {ours / bare:.0f})")


def _bare(connection: sqlite3.Connection, question: Question) -> object:
    if not question.match:
        return connection.execute(_NEWEST).fetchall()
    return connection.execute(_TOP, (question.match,)).fetchall()


def _p50(work: Callable[[Question], object], questions: Questions) -> float:
    samples = []
    for question in questions:
        work(question)
        start = time.perf_counter()
        work(question)
        samples.append((time.perf_counter() - start) * 1000)
    return statistics.median(samples)


def under_load(
    database: Path, asked: dict[str, Questions], others: dict[str, Questions], *, seconds: float
) -> Iterator[Row]:
    """Ask the portal: the mix at one and two connections, then each kind alone."""
    paths = _mixed(asked)
    with portal(database) as server, weighed(server) as bytes_held:
        _asked_in_turn(server, paths)  # what is asked often is in memory
        for connections, bar in ((1, MIX_MS), (2, MIX_OF_TWO_MS)):
            taken = wrk(server, paths, connections=connections, seconds=seconds * MIX_TIMES)
            yield _timed(f"page, ms: mix, {connections} connection(s)", taken, bar)
        for name, questions in (asked | others).items():
            taken = wrk(server, _paths(questions), seconds=seconds)
            yield _timed(f"page, ms: {name}", taken, OF_KIND_MS.get(name))
    yield _bounded("portal’s own memory, MB", max(bytes_held) / 1e6, MEMORY_MB)


def beside_crawler(database: Path, asked: dict[str, Questions], *, seconds: float) -> Iterator[Row]:
    """Ask the mix while another process saves posts."""
    with (
        portal(database) as server,
        writing(database, rate=WRITTEN_A_SECOND, seconds=seconds + 5) as saved,
    ):
        start, before = time.perf_counter(), saved.value
        taken = wrk(server, _mixed(asked), seconds=seconds)
        rate = (saved.value - before) / (time.perf_counter() - start)
    yield _timed("page, ms: mix, a crawler beside", taken, BESIDE_CRAWLER_MS)
    yield Row(
        name="posts that the crawler saved a second",
        cell=f"{rate:.0f}",
        bar=f"{WRITTEN_A_SECOND}",
        missed=rate < WRITTEN_A_SECOND * 0.97,
    )


def against_datasette(database: Path, asked: dict[str, Questions]) -> Iterator[Row]:
    """Ask the portal and Datasette’s table page the same, one request after the other."""
    questions = [q for name in FOR_DATASETTE for q in asked[name][:DATASETTE_ROUNDS]]
    with portal(database) as server:
        ours = _asked_in_turn(server, [_path(question) for question in questions])
    with datasette(database) as server:
        theirs = _asked_in_turn(server, [_datasette_path(database, q) for q in questions])
    yield Row(name="page of the portal · of Datasette, ms, p50", cell=f"{ours:.1f} · {theirs:.0f}")
    times = theirs / ours
    yield Row(
        name="faster than Datasette’s table page, ×",
        cell=f"{times:.1f}",
        bar=f"≥ {FASTER_TIMES}",
        missed=times < FASTER_TIMES,
    )


def _asked_in_turn(server: Server, paths: Sequence[str]) -> float:
    connection = HTTPConnection("127.0.0.1", server.port)
    samples = []
    for path in paths:
        for _ in range(2):  # the first time for nothing
            start = time.perf_counter()
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            elapsed_s = time.perf_counter() - start
            if answer.status != 200:
                raise SystemExit(f"HTTP {answer.status}: {path}")
        samples.append(elapsed_s * 1000)
    connection.close()
    return statistics.median(samples)


def _datasette_path(database: Path, question: Question) -> str:
    """Return the address of the table page: the same words, filters, facets, order and size."""
    facets = ("instance_id", "source_id", "kind_id", "year")
    parameters = [("_search", question.query.text)] if question.query.text else []
    parameters += [(f"{name}__exact", str(value)) for name, value in question.columns.items()]
    parameters += [("_facet", facet) for facet in facets]
    parameters += [("_sort_desc", "id"), ("_size", "20"), ("_nocol", "html"), ("_nocol", "text")]
    return f"/{database.stem}/posts?{urlencode(parameters)}"


def _mixed(asked: dict[str, Questions]) -> list[str]:
    # Each kind as often, however many variants it has.
    most = max(map(len, asked.values()))
    paths = [path for some in asked.values() for path in (_paths(some) * most)[:most]]
    Random(1).shuffle(paths)
    return paths


def _paths(questions: Questions) -> list[str]:
    return [_path(question) for question in questions]


def _path(question: Question) -> str:
    return f"/recherche?{query_string(question.query)}"


def _timed(name: str, taken: Latency, bar_ms: float | None) -> Row:
    cell = " / ".join(f"{value:.1f}" for value in (taken.p50, taken.p95, taken.p99))
    bar = "" if bar_ms is None else f"p95 < {bar_ms}"
    return Row(name=name, cell=cell, bar=bar, missed=bar_ms is not None and taken.p95 >= bar_ms)


def _bounded(name: str, value: float, most: float, *, digits: int = 0) -> Row:
    return Row(name=name, cell=f"{value:.{digits}f}", bar=f"≤ {most}", missed=value > most)


def _mb(size_bytes: float) -> str:
    return f"{size_bytes / 1e6:,.0f}"


def table(columns: dict[int, list[Row]]) -> str:
    """Return the table, a column for each size; ✗ where a bar is missed."""
    lines = [
        f"| posts | {' | '.join(f'{size:,}' for size in columns)} | bar |",
        f"|---|{'---:|' * len(columns)}---|",
    ]
    rows = {row.name: row for some in columns.values() for row in some}
    for name, row in rows.items():
        cells = [
            f"{one.cell}{' ✗' if one.missed else ''}"
            for some in columns.values()
            for one in some
            if one.name == name
        ]
        lines.append(f"| {name} | {' | '.join(cells)} | {row.bar} |")
    return "\n".join(lines)


def main() -> None:
    """Build the databases where there are none, and measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("--folder", type=Path, help="keep the databases here, as <posts>.db")
    parser.add_argument("--seconds", type=float, default=4, help="that each kind is asked")
    options = parser.parse_args()
    columns: dict[int, list[Row]] = {}
    for posts in SIZES if options.growth else (options.posts,):
        with tempfile.TemporaryDirectory() as folder:
            database = (options.folder or Path(folder)) / f"{posts}.db"
            built = None if database.exists() else build(database, posts)
            columns[posts] = []
            for row in measure(database, built=built, seconds=options.seconds):
                print(f"{posts:,}: {row.name}: {row.cell}", file=sys.stderr, flush=True)
                columns[posts].append(row)
    print(table(columns))


if __name__ == "__main__":
    main()
