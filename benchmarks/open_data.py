"""How long a file of civic data takes from its address to the full-text index.

    python benchmarks/open_data.py [--rows 10000]

A file of deliberations (SCDL) is served on loopback and crawled: fetched, read, checked, made
into posts, saved, indexed. Beside it, in the same run, the same rows are put into one table by
sqlite-utils, without checking or indexing anything: the ratio says what all that costs, whatever
the machine. The longest write transaction is told as well: others wait for it.
"""

import argparse
import asyncio
import csv
import io
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from random import Random

import sqlite_utils

from aggregator.crawl import crawl
from aggregator.fetch import Web
from aggregator.model import Service, Source, SourceResult, Town
from aggregator.readers import load_scrapers
from aggregator.store import Store

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
HEADERS = (
    *("COLL_NOM", "COLL_SIRET", "DELIB_ID", "DELIB_DATE", "DELIB_MATIERE_NOM", "DELIB_OBJET"),
    *("BUDGET_ANNEE", "VOTE_REEL", "VOTE_POUR", "VOTE_CONTRE", "VOTE_ABSTENTION", "DELIB_URL"),
)
WORDS = (
    *("rénovation", "école", "quartier", "subvention", "association", "marché", "travaux"),
    *("piscine", "budget", "voirie", "parc", "culture", "jeunesse", "logement", "convention"),
)
BAD_EVERY = 1_000  # rows


def rows(count: int) -> Iterator[tuple[str, ...]]:
    """Give rows of a file, one in a thousand with a day that is not in the calendar."""
    random = Random(1)
    for number in range(count):
        year, month, day = 2010 + number % 16, 1 + number % 12, 1 + number % 28
        stated = "31/02/2024" if number % BAD_EVERY == 7 else f"{year}-{month:02d}-{day:02d}"
        subject = " ".join(random.choice(WORDS) for _ in range(14)).capitalize()
        yield (
            *("Ville de Corvannes", "21590512400019", f"{number:05d}", stated),
            *("Finances locales", f"{subject}, lot {number}", str(year), "50"),
            *(str(40 + number % 10), "3", "1", f"https://corvannes.example/d/{number}.pdf"),
        )


def as_csv(count: int) -> bytes:
    """Return the whole file, as offices write it."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(HEADERS)
    writer.writerows(rows(count))
    return text.getvalue().encode("cp1252")


@contextmanager
def served(body: bytes) -> Iterator[str]:
    """Serve one file on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - theirs
            """Keep quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/deliberations.csv"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class TimedStore(Store):
    """Remembers its longest transaction."""

    longest_s = 0.0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """See `Database.transaction`."""
        began = time.perf_counter()
        with super().transaction():
            yield
        self.longest_s = max(self.longest_s, time.perf_counter() - began)


async def crawl_file(store: Store, url: str) -> SourceResult:
    """Make one pass over a town whose one source is the file."""
    options = (("schema", "deliberations"), ("file", url))
    source = Source(
        slug="deliberations",
        name="Délibérations",
        url=url,
        kind="donnees",
        service=Service(name="scdl", options=options),
    )
    town = Town(
        name="Essai", timezone="Europe/Paris", contact="essai@example.org", sources=(source,)
    )
    async with Web(contact=town.contact, gap_s=0, clock=lambda: NOW) as web:
        (result,) = await crawl(
            town,
            store,
            scrapers=load_scrapers(Path("no-scrapers")),
            web=web,
            clock=lambda: NOW,
        )
    return result


def plain_s(path: Path, count: int) -> float:
    """Return how long sqlite-utils takes to insert the same rows into one table."""
    began = time.perf_counter()
    database = sqlite_utils.Database(path)
    database.table("deliberations").insert_all(
        dict(zip(HEADERS, row, strict=True)) for row in rows(count)
    )
    database.close()
    return time.perf_counter() - began


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000)
    count = parser.parse_args().rows
    os.environ["AGGREGATOR_ALLOW_NETWORKS"] = "127.0.0.0/8"
    with tempfile.TemporaryDirectory() as folder, served(as_csv(count)) as url:
        baseline_s = plain_s(Path(folder, "plain.db"), count)
        with TimedStore.open(Path(folder, "veille.db")) as store:
            began = time.perf_counter()
            result = asyncio.run(crawl_file(store, url))
            whole_s = time.perf_counter() - began
            longest_s = store.longest_s
    if result.error:
        raise SystemExit(result.error)
    print(f"rows            {count}: {result.count.new} kept, {len(result.rejections)} refused")
    print(f"fetch to index  {whole_s:.2f} s, {count / whole_s:.0f} rows a second")
    print(f"transaction     {longest_s:.2f} s at most (the first one loads the dictionary)")
    print(f"sqlite-utils    {baseline_s:.2f} s for a bare insert: ratio {whole_s / baseline_s:.1f}")


if __name__ == "__main__":
    main()
