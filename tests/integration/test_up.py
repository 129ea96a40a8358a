"""`aggregator up`: three processes, one address; stopped, killed, and started again."""

import json
import signal
import socket
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from conftest import Answer, Site
from integration.commands import (
    feed,
    free_port,
    get,
    get_json,
    run,
    running_up,
    wait_until,
    write_town,
)
from unit.crawl.hub import Hub

from aggregator.store import prepare


def total(address: str, words: str = "conseil") -> int:
    value: int = get_json(f"{address}/recherche.json?q={words}")["total"]["value"]
    return value


def check_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        prepare(connection)
        connection.execute("INSERT INTO posts_fts (posts_fts, rank) VALUES ('integrity-check', 1)")
        doubles = connection.execute(
            "SELECT guid FROM posts GROUP BY source_id, guid HAVING count(*) > 1"
        ).fetchall()
        assert doubles == []


def test_up_crawls_serves_and_stops_at_once(tmp_path: Path, site: Site) -> None:
    site.pages["/a.xml"] = feed(1, 2, 3)
    database = tmp_path / "veille.db"
    with running_up(write_town(tmp_path, site, "a"), database) as (address, process):
        wait_until(lambda: total(address) == 3)
        assert get(f"{address}/")[0] == 200
        assert get(f"{address}/donnees/")[0] == 200
        # Another town says nothing of Roubaix, whose list and titles come with the program.
        for path in (
            "/",
            "/a-propos",
            "/accessibilite",
            "/sources",
            "/donnees/",
            "/donnees/veille",
        ):
            assert "Roubaix" not in get(address + path)[1], path
        found = get_json(f"{address}/donnees/veille/publications.json?_shape=array")
        assert len(found) == 3
        children = psutil.Process(process.pid).children(recursive=True)
        assert len(children) >= 3
        begun_s = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)
        assert time.monotonic() - begun_s < 5
        assert psutil.wait_procs(children, timeout=0.5)[1] == []
    check_database(database)


def test_a_moderator_adds_a_source_and_sees_it_without_a_restart(
    tmp_path: Path, site: Site
) -> None:
    site.pages["/a.xml"] = feed(1)
    site.pages["/b.xml"] = feed(2, 3)
    town = write_town(tmp_path, site, "a")
    with running_up(town, tmp_path / "veille.db") as (address, _):
        wait_until(lambda: total(address) == 1)
        write_town(tmp_path, site, "a", "b")
        assert run("--town", town, "check").returncode == 0
        # The crawler wakes every 15 s; a moderator in a hurry crawls by hand.
        assert run("--town", town, "--db", tmp_path / "veille.db", "crawl", "b").returncode == 0
        wait_until(lambda: total(address) == 3)
        assert "Source b" in get(f"{address}/sources")[1]
        (tmp_path / "sources.yaml").write_text("version: 1\nsources: [oups", encoding="utf-8")
        assert get(f"{address}/")[0] == 200


@pytest.mark.parametrize("victim", ["crawler", "portal", "data", "supervisor"])
def test_nothing_is_lost_when_a_process_is_killed(victim: str, tmp_path: Path, site: Site) -> None:
    for number in range(6):
        answer = feed(*range(number * 10, number * 10 + 10))
        site.pages[f"/s{number}.xml"] = Answer(
            body=answer.body, content_type=answer.content_type, delay_s=0.05
        )
    town = write_town(tmp_path, site, *(f"s{number}" for number in range(6)))
    database = tmp_path / "veille.db"
    with running_up(town, database) as (_, process):
        wait_until(lambda: saved(database) > 0)
        parent = psutil.Process(process.pid)
        children = parent.children(recursive=True)
        killed = [parent] if victim == "supervisor" else [c for c in children if victim in line(c)]
        assert killed, [line(child) for child in children]
        reported = saved(database)
        for one in killed:
            one.kill()
        if victim == "supervisor":
            # Its children notice that nobody holds their lifeline any more.
            assert psutil.wait_procs(children, timeout=10)[1] == []
        else:
            wait_until(lambda: len(parent.children(recursive=True)) >= len(children))
    assert saved(database) >= reported
    check_database(database)
    with running_up(town, database) as (address, _):
        wait_until(lambda: total(address) == 60, seconds=60)
    check_database(database)


def line(process: psutil.Process) -> str:
    return " ".join(process.cmdline()[2:5])


def saved(database: Path) -> int:
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            number: int = connection.execute("SELECT count(*) FROM posts").fetchone()[0]
            return number
    except sqlite3.OperationalError:
        return 0


def test_up_says_when_the_machine_is_cut_off(tmp_path: Path, site: Site) -> None:
    town = write_town(tmp_path, site, "a")
    path = town / "sources.yaml"
    path.write_text(path.read_text().replace(f":{site.port}", ":1"), encoding="utf-8")
    with running_up(town, tmp_path / "veille.db") as (address, process):
        wait_until(lambda: "en panne" in get(f"{address}/sources")[1])
        process.send_signal(signal.SIGTERM)
        _, complaints = process.communicate(timeout=15)
    assert "make demo" in complaints


def measured(port: int) -> str:
    status, text = get(f"http://127.0.0.1:{port}/metrics")
    assert status == 200
    return text


def test_the_crawler_is_measured_and_logged_and_alone(tmp_path: Path, site: Site) -> None:
    site.pages["/a.xml"] = feed(1, 2, 3)
    town, database, port = write_town(tmp_path, site, "a", "b"), tmp_path / "veille.db", free_port()
    options = ("--metrics-port", str(port))
    with running_up(town, database, options=options) as (address, process):
        wait_until(lambda: 'aggregator_fetches_total{error="BadStatus"' in measured(port))
        assert 'aggregator_posts_total{change="new"} 3.0' in measured(port)
        assert 'aggregator_sources{state="failing"} 1.0' in measured(port)
        assert get(f"{address}/metrics")[0] == 404
        for command in (("schedule",), ("up", "--port", str(free_port()))):
            second = run("--town", town, "--db", database, *command)
            assert second.returncode == 3
            assert "another crawler (process" in second.stderr
        assert run("--town", town, "--db", database, "crawl", "a").returncode == 0
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=15)
    events = [json.loads(one) for one in log.splitlines() if one.startswith("{")]
    fetches = {one["source"]: one for one in events if one["event"] == "fetch"}
    assert (fetches["a"]["outcome"], fetches["a"]["new"]) == ("saved", 3)
    assert (fetches["b"]["outcome"], fetches["b"]["status"]) == ("failed", 404)
    assert fetches["b"]["next"] > fetches["b"]["at"]
    names = [one["event"] for one in events]
    assert names[0] == "crawler started"
    assert {"pass started", "pass ended"} <= set(names)


def test_a_port_that_is_taken_costs_the_metrics_alone(tmp_path: Path, site: Site) -> None:
    site.pages["/a.xml"] = feed(1)
    town = write_town(tmp_path, site, "a")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        options = ("--metrics-port", str(taken.getsockname()[1]))
        with running_up(town, tmp_path / "veille.db", options=options) as (address, process):
            wait_until(lambda: total(address) == 1)
            process.send_signal(signal.SIGTERM)
            _, log = process.communicate(timeout=15)
    assert "choose another with --metrics-port" in log


def test_a_hub_tells_the_crawler_through_the_portal(tmp_path: Path, site: Site) -> None:
    hub, port = Hub(), free_port()
    named = {"hub": hub.url, "self": site.url("/a.xml")}
    links = "".join(f'<atom:link rel="{rel}" href="{url}"/>' for rel, url in named.items())

    def told(*numbers: int) -> Answer:
        answer = feed(*numbers)
        head = f'<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>{links}'
        answer.body = answer.body.replace(b'<rss version="2.0"><channel>', head.encode())
        return answer

    site.pages["/a.xml"] = told(1)
    town = write_town(tmp_path, site, "a")
    path = town / "sources.yaml"
    text = path.read_text().replace("town: {", f"town: {{address: 'http://127.0.0.1:{port}', ")
    path.write_text(text, encoding="utf-8")
    with running_up(town, tmp_path / "veille.db", port=port) as (address, _):
        wait_until(lambda: hub.answers == [(200, "défi <b>")], seconds=90)
        site.pages["/a.xml"] = told(1, 2)
        assert hub.tell(hub.asked[0], secret="guessed") == 202
        assert hub.tell(hub.asked[0]) == 202
        wait_until(lambda: total(address) == 2, seconds=90)
    hub.close()


def test_json_shapes_agree_between_portal_and_command(tmp_path: Path, site: Site) -> None:
    site.pages["/a.xml"] = feed(1, 2)
    database = tmp_path / "veille.db"
    town = write_town(tmp_path, site, "a")
    with running_up(town, database) as (address, _):
        wait_until(lambda: total(address) == 2)
        by_portal = get_json(f"{address}/recherche.json?q=conseil")
    by_command = json.loads(
        run("--town", town, "--db", database, "search", "conseil", "--json").stdout
    )
    assert by_portal == by_command
