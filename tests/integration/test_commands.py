"""The `aggregator` command as people run it: output, exit status, fixed JSON shapes."""

import fcntl
import json
import os
import pty
import sqlite3
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from conftest import Answer, Site
from integration.commands import environment, feed, run, write_town

SHAPE = {"sources", "new", "changed", "unchanged", "failed", "results"}
RESULT = {
    *("source", "outcome", "new", "changed", "unchanged", "rejected", "error", "bytes"),
    "elapsed_s",
}


FAILING = "  - {{slug: cassee, name: Cassée, url: '{root}/', kind: blog, feed: '{root}/rien'}}\n"


def on_a_terminal(*arguments: str | Path, columns: int = 80) -> str:
    """Run `aggregator …` with both outputs on a terminal; return what it shows."""
    near, far = pty.openpty()
    fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "aggregator", *map(str, arguments)],
        env={key: value for key, value in environment().items() if key != "COLUMNS"},
        stdin=far,
        stdout=far,
        stderr=far,
    )
    os.close(far)
    shown = b""
    while True:
        try:
            part = os.read(near, 65536)
        except OSError:  # Linux says so when the other side is closed (EIO)
            break
        shown += part
    os.close(near)
    process.wait(timeout=30)
    return shown.decode()


@pytest.fixture
def town(tmp_path: Path, site: Site) -> Path:
    site.pages["/bon.xml"] = feed(1, 2, 3)
    return write_town(tmp_path, site, "bon")


def test_check_of_a_right_list(town: Path) -> None:
    done = run("--town", town, "check")
    assert done.returncode == 0
    assert "1 source, nothing wrong" in done.stdout


def test_check_says_every_fault_with_its_line_and_exits_2(town: Path) -> None:
    path = town / "sources.yaml"
    path.write_text(path.read_text().replace("kind: blog", "kid: blog").replace("tabs", "onglets"))
    done = run("check", "--town", town, "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 2
    assert found["ok"] is False
    assert len(found["complaints"]) >= 2
    assert all(c["line"] for c in found["complaints"])
    assert "kind" in done.stderr
    assert not (town / "db").exists()


def test_crawl_json_has_the_fixed_shape(town: Path) -> None:
    done = run("--town", town, "crawl", "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert set(found) == SHAPE
    assert found["new"] == 3
    assert set(found["results"][0]) == RESULT
    assert found["results"][0]["outcome"] == "saved"
    assert (town / "db" / "veille.db").is_file()
    again = json.loads(run("--town", town, "crawl", "--all", "--json").stdout)
    assert (again["new"], again["changed"]) == (0, 0)


def test_a_failing_source_exits_1_and_is_named_on_stderr(town: Path, site: Site) -> None:
    site.pages["/bon.xml"] = Answer(status=404)
    done = run("--town", town, "crawl")
    assert done.returncode == 1
    assert "bon: failed" in done.stderr
    assert "1 failed" in done.stdout


def test_an_unknown_source_exits_2(town: Path) -> None:
    done = run("--town", town, "crawl", "bonn")
    assert done.returncode == 2
    assert "bonn" in done.stderr


def test_a_paused_source_named_by_hand_is_said(town: Path) -> None:
    path = town / "sources.yaml"
    path.write_text(path.read_text().replace("kind: blog,", "kind: blog, paused: true,"))
    done = run("--town", town, "crawl", "bon")
    assert done.returncode == 2
    assert "paused" in done.stderr


def test_a_folder_without_a_list_exits_2(tmp_path: Path) -> None:
    done = run("--town", tmp_path, "check")
    assert done.returncode == 2
    assert "sources.yaml" in done.stderr


def test_a_file_that_is_no_database_exits_3(town: Path) -> None:
    (town / "faux.db").write_bytes(b"pas une base" * 1000)
    done = run("--town", town, "--db", town / "faux.db", "crawl")
    assert done.returncode == 3
    assert "faux.db" in done.stderr
    assert "Traceback" not in done.stderr


def test_search_and_status_and_reindex(town: Path) -> None:
    run("--town", town, "crawl")
    found = json.loads(run("--town", town, "search", "PROPRETE", "conseil", "--json").stdout)
    assert set(found) == {
        *("query", "total", "results", "nearby", "facets", "facets_exact", "reach"),
        *("corrected", "suggestion", "notes", "wider"),
    }
    assert found["total"] == {"value": 3, "exact": True}
    assert set(found["results"][0]) == {
        *("uid", "title", "url", "source", "instance", "published", "date_origin", "extract"),
        *("event", "extract_from", "withdrawn"),
    }
    (status,) = json.loads(run("--town", town, "status", "--json").stdout)
    assert set(status) == {
        *("source", "name", "state", "reason", "since", "last_success", "last_post"),
        *("failures", "next_fetch", "next_reason", "proposed_feed", "moved_to", "tdm_reserved"),
        "rejected",
    }
    assert status["state"] == "ok"
    assert "3 posts" in run("--town", town, "reindex").stdout
    assert run("--town", town, "migrate").stdout.strip() == "nothing to do"


def test_status_is_a_table_or_all_about_one_source(town: Path, site: Site) -> None:
    path = town / "sources.yaml"
    path.write_text(path.read_text() + FAILING.format(root=site.root), encoding="utf-8")
    run("--town", town, "crawl")
    title, head, worst, other = run("--town", town, "status").stdout.splitlines()
    assert title == "2 sources: 1 ok, 1 failing (times: Europe/Paris)"
    assert head.split()[0] == "SOURCE"
    assert worst.split()[:2] == ["cassee", "failing"]
    assert other.split()[:2] == ["bon", "ok"]
    one = run("--town", town, "status", "cassee").stdout
    assert "source:        cassee - Cassée\nstate:         failing, since 20" in one
    assert one.splitlines()[-1].split()[2:4] == ["failed", "404"]
    (found,) = json.loads(run("--town", town, "status", "bon", "--json").stdout)
    assert found["source"] == "bon"
    path.write_text("version: 1", encoding="utf-8")  # what a fault in the list must not hide
    assert "(times: UTC)" in run("--town", town, "status").stdout


def test_status_of_an_unknown_source_exits_2(town: Path) -> None:
    run("--town", town, "migrate")
    done = run("--town", town, "status", "bonn")
    assert done.returncode == 2
    assert "no such source: bonn" in done.stderr


def test_status_fits_the_terminal(town: Path) -> None:
    run("--town", town, "crawl")
    output = on_a_terminal("--town", town, "status", columns=70)
    assert output.startswith("1 source: 1 ok")
    assert max(map(len, output.splitlines())) <= 70


def test_the_bar_counts_the_sources_to_visit(town: Path, site: Site) -> None:
    path = town / "sources.yaml"
    path.write_text(path.read_text() + FAILING.format(root=site.root), encoding="utf-8")
    assert "2/2" in on_a_terminal("--town", town, "crawl")
    output = on_a_terminal("--town", town, "crawl", "cassee")
    assert "1/1" in output
    assert "/2" not in output
    assert "cassee: failed" in output


def test_a_backup_is_made_and_compared(town: Path, tmp_path: Path) -> None:
    run("--town", town, "crawl")
    done = run("--town", town, "backup", "--verify")
    assert done.returncode == 0, done.stderr
    (made,) = (town / "db" / "backups").glob("*.db")
    assert done.stdout.startswith(f"{made}: {made.stat().st_size:,} bytes\n")
    assert "sound; 1 sources, 3 posts" in done.stdout
    with sqlite3.connect(made) as copy:
        assert copy.execute("SELECT count(*) FROM posts").fetchone() == (3,)
    copy.close()
    assert run("--town", town, "backup", "--to", tmp_path / "ailleurs").returncode == 0
    assert len(list((tmp_path / "ailleurs").glob("*.db"))) == 1


def test_a_backup_with_a_fault_exits_3(town: Path) -> None:
    run("--town", town, "crawl")
    with sqlite3.connect(town / "db" / "veille.db") as database:
        database.execute("INSERT INTO posts_fts (posts_fts) VALUES ('delete-all')")
    database.close()
    done = run("--town", town, "backup", "--verify")
    assert done.returncode == 3
    assert "the search index is wrong: it does not hold the posts" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_index_is_proved_or_exits_1(town: Path) -> None:
    run("--town", town, "crawl")
    done = run("--town", town, "check-index")
    assert (done.returncode, done.stdout) == (
        0,
        "the search index holds exactly the 3 posts\n",
    )
    assert "word for word…" in done.stderr
    with sqlite3.connect(town / "db" / "veille.db") as database:
        database.execute("DELETE FROM terms")
    database.close()
    done = run("--town", town, "check-index")
    assert (done.returncode, done.stdout) == (1, "")
    assert "the search index is wrong: words missing from `terms`: " in done.stderr
    assert "`aggregator reindex` makes it anew" in done.stderr
    assert run("--town", town, "reindex").returncode == 0
    assert run("--town", town, "check-index").returncode == 0


def test_a_backup_that_cannot_be_made_exits_3(town: Path) -> None:
    run("--town", town, "crawl")
    (town / "plein").write_text("a file, no folder")
    done = run("--town", town, "backup", "--to", town / "plein" / "dedans")
    assert done.returncode == 3
    assert "plein" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["status", "reindex", "serve", "backup", "check-index"])
def test_a_mistyped_database_is_not_made(town: Path, command: str) -> None:
    done = run("--town", town, "--db", town / "autre.db", command)
    assert done.returncode == 3
    assert "no database there" in done.stderr
    assert not (town / "autre.db").exists()


@pytest.mark.parametrize("port", ["-1", "0", "70000"])
def test_a_port_that_cannot_be_exits_2(town: Path, port: str) -> None:
    done = run("--town", town, "up", "--port", port)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_wrong_environment_stops_up_before_it_starts(
    town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integration.commands.ALLOWED", "abc")
    done = run("--town", town, "up")
    assert done.returncode == 2
    assert "AGGREGATOR_ALLOW_NETWORKS" in done.stderr


def test_a_broken_scraper_is_said_by_check(town: Path) -> None:
    (town / "scrapers").mkdir()
    (town / "scrapers" / "casse.py").write_text("def scrape(page:\n")
    done = run("--town", town, "check")
    assert done.returncode == 2
    assert "casse.py" in done.stderr


def test_search_without_a_database_exits_3(town: Path) -> None:
    done = run("--town", town, "search", "mot")
    assert done.returncode == 3
    assert "Traceback" not in done.stderr


def test_try_shows_what_would_be_read_and_writes_nothing(town: Path, site: Site) -> None:
    site.pages["/"] = Answer(
        body=b'<html><head><link rel="alternate" type="application/rss+xml" href="/bon.xml">'
    )
    done = run("--town", town, "try", site.url("/"), "--json")
    found = json.loads(done.stdout)
    assert [post["title"] for post in found["posts"]] == [f"Publication {n}" for n in (1, 2, 3)]
    assert found["feed"] == site.url("/bon.xml")
    assert "feed: " + site.url("/bon.xml") in found["proposal"]
    assert not (town / "db").exists()
    assert len(json.loads(run("--town", town, "try", "bon", "--json").stdout)["posts"]) == 3


@pytest.mark.parametrize("target", ["bonn", "http://[", "ftp://127.0.0.1/"])
def test_try_of_what_is_neither_source_nor_address_exits_2(town: Path, target: str) -> None:
    done = run("--town", town, "try", target)
    assert done.returncode == 2
    assert f"aggregator: {target}: neither" in done.stderr


def test_what_try_proposes_passes_check(town: Path, site: Site) -> None:
    site.pages["/nouveau.xml"] = feed(8, 9)
    proposal = json.loads(run("--town", town, "try", site.url("/nouveau.xml"), "--json").stdout)[
        "proposal"
    ]
    path = town / "sources.yaml"
    path.write_text(path.read_text() + proposal + "\n", encoding="utf-8")
    assert run("--town", town, "check").returncode == 0


def test_the_environment_names_town_and_database(
    town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGGREGATOR_TOWN", str(town))
    monkeypatch.setenv("AGGREGATOR_DB", str(town / "autre.db"))
    assert run("crawl").returncode == 0
    assert (town / "autre.db").is_file()


def test_a_taken_port_is_said(town: Path, site: Site) -> None:
    done = run("--town", town, "up", "--port", str(site.port))
    assert done.returncode == 2
    assert "--port" in done.stderr
