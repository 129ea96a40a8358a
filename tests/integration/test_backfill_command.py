"""`aggregator backfill` as people call it, and what visitors see of it."""

import os
import pty
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from archives.server import ArchiveSite, serve
from integration.archiving import archive_of, rows
from integration.commands import environment, get, run, running_up

from aggregator.crawl.completing.claims import Claims
from aggregator.store import Store


@contextmanager
def town_of(kind: str, folder: Path, posts: int) -> Iterator[ArchiveSite]:
    """Serve a site, and write the town that lists it."""
    with serve(kind, posts=posts) as site:
        listed = site.source
        feed = f", feed: '{listed.feed}'" if listed.feed else ""
        (folder / "sources.yaml").write_text(
            "version: 1\ntown: {name: Essai, timezone: Europe/Paris, contact: essai@example.org}\n"
            f"sources:\n  - {{slug: {listed.slug}, name: Nouvelles, url: '{listed.url}',"
            f" kind: blog{feed}}}\n",
            encoding="utf-8",
        )
        yield site


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "db" / "veille.db"


def test_a_dry_run_foretells_and_writes_nothing(tmp_path: Path, database: Path) -> None:
    with town_of("wordpress-both", tmp_path, 40) as site:
        told = run("backfill", site.source.slug, "--dry-run", "--town", tmp_path)
        assert told.returncode == 0, told.stderr
        assert told.stdout == (
            "quartier-wordpress: by wordpress_rest: about 40 posts, 0 of this source are here;"
            " about 1 request (2 requests made to know)\n"
        )
        assert len(site.requests) == 3
        assert not database.parent.exists()


def test_a_dry_run_says_what_is_known_of_a_site_that_says_nothing(tmp_path: Path) -> None:
    with town_of("wordpress-feed", tmp_path, 40) as site:
        told = run("backfill", site.source.slug, "--dry-run", "--town", tmp_path)
    assert told.stdout == (
        "quartier-wordpress: by wordpress_feed: the site does not say how many posts, 0 of this"
        " source are here; at least one request for each 10 posts (3 requests made to know)\n"
    )


def test_a_new_source_is_visited_and_read_back(tmp_path: Path, database: Path) -> None:
    with town_of("wordpress-both", tmp_path, 40) as site:
        first = run("backfill", site.source.slug, "--budget", "1", "--town", tmp_path)
        assert first.returncode == 0, first.stderr
        assert first.stdout == (
            "quartier-wordpress: 0 posts added to the 10 known; not at the end yet: run it again,"
            " or leave it to the crawler's nights\n"
        )
        second = run("backfill", site.source.slug, "--town", tmp_path)
        assert second.stdout == (
            "quartier-wordpress: 30 posts added to the 10 known; the site names about 40 in all\n"
        )
        assert len(rows(database)) == 40
        told = run("status", site.source.slug, "--town", tmp_path)
        assert "archive:       done, 40 of about 40 posts" in told.stdout
        # And by hand once more: nothing is new.
        third = run("backfill", site.source.slug, "--town", tmp_path)
        assert third.stdout == (
            "quartier-wordpress: 0 posts added to the 40 known; the site names about 40 in all\n"
        )


def test_two_never_read_one_archive(tmp_path: Path, database: Path) -> None:
    with town_of("blogger", tmp_path, 40) as site:
        assert run("crawl", "--town", tmp_path).returncode == 0
        with Store.open(database) as store:
            number = store.archive_number(site.source.slug)
        with Claims(database) as claims, claims.claim(number):
            told = run("backfill", site.source.slug, "--town", tmp_path)
        assert told.returncode == 3
        assert "read by another process" in told.stderr


def test_an_unknown_or_paused_source_is_refused(tmp_path: Path) -> None:
    with town_of("blogger", tmp_path, 3) as site:
        assert run("backfill", "nobody", "--town", tmp_path).returncode == 2
        listed = tmp_path / "sources.yaml"
        listed.write_text(listed.read_text().replace("kind: blog", "kind: blog, paused: true"))
        assert run("backfill", site.source.slug, "--town", tmp_path).returncode == 2
        assert site.requests == []


def test_ctrl_c_keeps_what_was_read(tmp_path: Path, database: Path) -> None:
    with town_of("spip", tmp_path, 40) as site:
        master, terminal = pty.openpty()
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "aggregator", "backfill", site.source.slug),
                *("--town", str(tmp_path)),
            ],
            env={**environment(), "TERM": "xterm"},
            stderr=terminal,
            stdout=subprocess.PIPE,
            text=True,
        )
        os.close(terminal)
        shown: list[str] = []
        bar = threading.Event()

        def watch() -> None:
            while True:
                try:
                    shown.append(os.read(master, 4096).decode(errors="replace"))
                except OSError:  # the other end is closed
                    return
                if re.search(r"\d+ requests", "".join(shown)):
                    bar.set()

        watcher = threading.Thread(target=watch)
        watcher.start()
        assert bar.wait(40)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
        watcher.join()
        os.close(master)
        assert process.returncode == 1
        assert "what was read is kept" in "".join(shown)
    assert archive_of(database, site.source.slug).state == "running"


def test_visitors_see_how_complete_it_is(tmp_path: Path, database: Path) -> None:
    with town_of("wordpress-both", tmp_path, 40) as site:
        assert run("backfill", site.source.slug, "--town", tmp_path).returncode == 0
    with Store.open(database) as store, store.transaction():
        store._connection.execute(
            """UPDATE archives SET lacking = 3, missing = '{"robots": 2, "gone": 1}'"""
        )
    with running_up(tmp_path, database, command="serve") as (address, _):
        page = get(f"{address}/source/{site.source.slug}")[1]
        every = get(f"{address}/sources")[1]
    text = re.sub(r"<[^>]+>", "", page)
    assert "40\u00a0publications sur environ\u00a043, de mars 2009 à " in text
    assert "2\u00a0pages refusées par robots.txt" in text
    assert "1\u00a0page introuvable" in text
    assert "lues\u202f; environ 3\u00a0publications manquent" in every
