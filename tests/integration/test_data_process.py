"""The analysts' process as it runs: on its socket, asked over HTTP."""

import csv
import html
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from conftest import REPOSITORY
from integration.commands import wait_until
from unit.data.withheld import build

MEMORY_LIMIT_BYTES = 500 * 2**20
VIEWS = ("publications", "publication_quartiers", "sources_health", "fetches", "revisions")
QUERIES = tuple(
    json.loads((REPOSITORY / "metadata.json").read_text("utf-8"))["databases"]["veille"]["queries"]
)
CLOSED = ("posts", "posts_fts", "posts_fts_data", "posts_indexed", "post_versions")
DOORS = (
    *("/-/versions", "/-/versions.json", "/-/plugins", "/-/settings", "/-/metadata", "/-/threads"),
    *("/-/databases", "/-/databases.json", "/-/config", "/-/allow-debug", "/-/messages", "/-/jump"),
    *("/-/patterns", "/-/permissions", "/-/logout", "/-/auth-token", "/-/"),
    *("/_memory", "/_memory?sql=select+1", "/:memory:", "/_internal", "/_internal/databases"),
    *("/veille.db", "//-/versions", "/veille/-/", "/-/static/../versions", "/%2d/versions"),
)


@dataclass(frozen=True, kw_only=True)
class Analysts:
    """The running process, and a client that speaks to it."""

    process: subprocess.Popen[bytes]
    client: httpx.Client
    folder: Path

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.client.get(f"/donnees{path}", **options)

    def sql(self, text: str) -> httpx.Response:
        return self.get("/veille.json", params={"sql": text, "_shape": "array"})

    @property
    def complaints(self) -> str:
        return (self.folder / "stderr").read_text("utf-8")


def start(database: Path, folder: Path) -> Analysts:
    socket = folder / "data.sock"
    with (folder / "stderr").open("wb") as errors:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "aggregator.service.child", "data"),
                *("--town", str(REPOSITORY), "--db", str(database), "--socket", str(socket)),
            ],
            stdin=subprocess.PIPE,
            stderr=errors,
        )
    client = httpx.Client(
        transport=httpx.HTTPTransport(uds=str(socket)), base_url="http://data", timeout=30
    )
    found = Analysts(process=process, client=client, folder=folder)
    wait_until(lambda: socket.exists() or process.poll() is not None)
    if process.poll() is not None:
        stop(found)
        raise AssertionError(found.complaints)
    return found


def stop(found: Analysts) -> None:
    found.client.close()
    found.process.terminate()
    assert found.process.stdin is not None
    found.process.stdin.close()
    found.process.wait(timeout=10)


@pytest.fixture(scope="module")
def analysts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Analysts]:
    folder = tmp_path_factory.mktemp("analysts")
    found = start(build(folder / "veille.db", many=1_100), folder)
    yield found
    stop(found)


def test_it_is_nice(analysts: Analysts) -> None:
    assert psutil.Process(analysts.process.pid).nice() >= os.nice(0) + 10


def test_the_index_is_french_and_leads_everywhere(analysts: Analysts) -> None:
    text = analysts.get("/").text
    assert '<html lang="fr">' in text
    links = {link for link in re.findall(r'href="(/donnees/[^"]*)"', text) if "static" not in link}
    assert len(links) >= 2 * len(VIEWS) + len(QUERIES)
    for link in links:
        assert analysts.client.get(link).status_code == 200, link


def test_links_of_datasettes_own_pages_lead_somewhere(analysts: Analysts) -> None:
    for page in ("/veille", "/veille/publications?_size=2", "/veille/recherche?mots=apres"):
        text = analysts.get(page).text
        for link in {html.unescape(one) for one in re.findall(r'href="([^"#]+)"', text)}:
            path = link.removeprefix("http://data")
            assert not path.startswith("/donnees/donnees"), link
            if path.startswith("/donnees/"):
                assert analysts.client.get(path).status_code == 200, link


@pytest.mark.parametrize("view", VIEWS)
def test_views_have_a_page_json_and_a_whole_file(analysts: Analysts, view: str) -> None:
    assert "Toutes les lignes en CSV" in analysts.get(f"/veille/{view}").text
    rows = analysts.get(f"/veille/{view}.json?_shape=array&_size=3").json()
    whole = analysts.get(f"/export/{view}.csv")
    assert whole.headers["content-type"] == "text/csv; charset=utf-8"
    assert whole.headers["content-disposition"] == f'attachment; filename="{view}.csv"'
    told = list(csv.DictReader(io.StringIO(whole.text)))
    counted = analysts.sql(f"SELECT count(*) AS n FROM {view}").json()[0]["n"]
    assert len(told) == counted
    if counted:
        assert set(told[0]) == set(rows[0])


def test_a_whole_file_is_whole(analysts: Analysts) -> None:
    told = list(csv.DictReader(io.StringIO(analysts.get("/export/publications.csv").text)))
    assert len(told) == 3_300
    assert {row["text"] + row["excerpt"] for row in told if row["source"] == "presse"} == {""}
    assert len({row["text"] for row in told if row["source"] == "blog"}) == 1_100


@pytest.mark.parametrize("name", ["recherche", "posts", "nope", "posts_fts", "shown_texts"])
def test_files_are_of_views_and_ready_made_questions_only(analysts: Analysts, name: str) -> None:
    assert analysts.get(f"/export/{name}.csv").status_code == 404


@pytest.mark.parametrize("name", QUERIES)
def test_ready_made_questions_answer(analysts: Analysts, name: str) -> None:
    path = f"/veille/{name}"
    params = {"mots": "conseil"} if name == "recherche" else {}
    assert analysts.get(path, params=params).status_code == 200
    found = analysts.get(f"{path}.json", params=params).json()
    assert found["ok"] is True
    table = analysts.get(f"{path}.csv", params=params).text
    assert len(list(csv.reader(io.StringIO(table)))) == len(found["rows"]) + 1


def test_nothing_tells_of_the_machine_and_no_cookie_is_set(analysts: Analysts) -> None:
    addresses = ["/", "/.json", "/veille", "/veille.json", "/nope", "/veille/nope", *DOORS]
    addresses += [f"/veille/{name}{end}" for name in (*VIEWS, *CLOSED) for end in ("", ".json")]
    addresses += [f"/veille{end}?sql={sql}" for end in ("", ".json", ".csv") for sql in BAD_SQL]
    for address in addresses:
        answer = analysts.get(address, headers={"cookie": "ds_actor=x"})
        assert "set-cookie" not in answer.headers, address
        assert answer.status_code < 500, address
        for secret in (str(analysts.folder), str(REPOSITORY), sys.prefix, "Traceback"):
            assert secret not in answer.text, address
    assert analysts.complaints == ""


BAD_SQL = (
    "select+file+from+pragma_database_list",
    "select+nope",
    "select+text+from+posts",
    "select+from",
    "attach+'x'+as+y",
    "pragma+database_list",
    "explain+pragma+database_list",
    "select+*+from+posts_fts",
    "select+load_extension('x')",
    "with+c(file)+as+(select+1)+select+file+from+c+full+join+pragma_database_list+using(file)",
)


@pytest.mark.parametrize("door", DOORS)
def test_side_doors_are_closed(analysts: Analysts, door: str) -> None:
    assert analysts.get(door, follow_redirects=True).status_code in {400, 403, 404}


@pytest.mark.parametrize("name", CLOSED)
def test_closed_tables_are_refused_politely(analysts: Analysts, name: str) -> None:
    answer = analysts.get(f"/veille/{name}")
    assert answer.status_code == 400
    assert "ne sont pas ouvertes" in answer.text


@pytest.mark.parametrize(
    "parameters",
    [
        "_search=secret&_fts_table=posts_fts&_fts_pk=rowid",
        "_where=uid+in+(select+text+from+posts)",
        "_where=exists(select+text+from+fetches+natural+full+join+posts)",
        "_where=1)+union+select+html,2+from+posts--",
    ],
)
def test_filters_open_nothing_either(analysts: Analysts, parameters: str) -> None:
    assert analysts.get(f"/veille/publications?{parameters}").status_code == 400


def test_a_question_has_a_second(analysts: Analysts) -> None:
    loop = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c"
    answer = analysts.sql(loop)
    assert answer.status_code == 400
    assert answer.elapsed.total_seconds() < 3


DOUBLED = (
    "WITH RECURSIVE c(x) AS (SELECT 'aaaaaaaa' UNION ALL SELECT x || x FROM c"
    " WHERE length(x) < 8000000), m(x) AS (SELECT max(x) FROM c),"
    " n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000) "
)
GREEDY = (
    "SELECT x || i FROM m, n",
    "SELECT CAST(x || i AS BLOB) FROM m, n",
    "SELECT json_group_array(x) FROM m, n",
    "SELECT group_concat(x) FROM m, n",
    "SELECT replace(x, 'a', x) FROM m",
)


@pytest.mark.parametrize("sql", GREEDY)
def test_greedy_questions_are_refused_within_bounds(analysts: Analysts, sql: str) -> None:
    answer = analysts.sql(DOUBLED + sql)
    assert answer.status_code == 400
    assert len(answer.content) < 10_000
    peak = Path(f"/proc/{analysts.process.pid}/status")
    if peak.exists():
        (peak_kib,) = re.findall(r"VmHWM:\s+(\d+) kB", peak.read_text())
        assert int(peak_kib) * 1024 < MEMORY_LIMIT_BYTES


def test_it_starts_afresh_when_nothing_else_helps(analysts: Analysts, tmp_path: Path) -> None:
    # One opcode of hours: no limit of SQLite's is looked at before its end.
    own = start(analysts.folder / "veille.db", tmp_path)
    try:
        with pytest.raises(httpx.RemoteProtocolError):
            own.sql(DOUBLED + "SELECT instr(x, substr(x, 1, 4000000) || 'b') FROM m")
        assert own.process.wait(timeout=5) == 1
        assert "starting afresh" in own.complaints
    finally:
        stop(own)


def test_it_needs_a_database(tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        start(tmp_path / "none.db", tmp_path)
    assert "run `aggregator crawl` first" in (tmp_path / "stderr").read_text("utf-8")
