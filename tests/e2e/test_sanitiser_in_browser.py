"""What an enemy publishes, crawled and opened in Chromium: nothing runs, nothing leaves."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from conftest import Answer, Site
from e2e.conftest import served
from e2e.hostile_posts import payloads, serve_hostile_town
from integration.commands import environment, feed, run
from playwright.sync_api import Browser, BrowserContext, Page

# Told by the browser itself, whatever the page's own policy says.
WATCH = """
window.violations = [];
document.addEventListener('securitypolicyviolation', (e) => violations.push(e.violatedDirective));
"""
PROTOCOLS = "all => all.map(one => [one.protocol, one.getAttribute('href')])"
TIME_LIMIT_S = 1.0
MEMORY_LIMIT_BYTES = 100 * 2**20


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, corpus: Path) -> Path:
    """The database of a town after its crawl of an enemy's feeds."""
    folder = tmp_path_factory.mktemp("hostile")
    attacks = payloads(corpus)
    site = Site()
    try:
        serve_hostile_town(folder, site, attacks)
        done = run("--town", folder, "crawl", "--json")
    finally:
        site.close()
    told = json.loads(done.stdout)
    assert (told["failed"], told["new"]) == (0, 2 * len(attacks)), done.stdout
    return folder


@pytest.fixture(scope="module")
def portal(hostile: Path) -> Iterator[str]:
    with served(hostile, hostile / "db" / "veille.db") as address:
        yield address


def rows(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(folder / "db" / "veille.db")) as connection:
        return connection.execute(sql).fetchall()


class Watched:
    """A page that notes whatever a hostile text might achieve."""

    def __init__(self, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self.page.add_init_script(WATCH)
        self.happened: list[str] = []
        self.page.on("dialog", self._dialog)
        self.page.on("pageerror", lambda error: self.happened.append(f"error {error}"))
        self.page.on("console", lambda line: self.happened.append(f"console {line.text}"))
        self.page.on("popup", lambda popup: self.happened.append(f"popup {popup.url}"))

    def _dialog(self, dialog: Any) -> None:
        self.happened.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def look(self, where: str) -> None:
        """Assert that the page only lies there."""
        assert self.page.evaluate("window.pwned") is None, where
        assert self.page.evaluate("window.violations ?? []") == [], where
        assert self.happened == [], (where, self.happened)


@pytest.mark.browser
@pytest.mark.corpus
def test_no_script_runs_and_no_request_leaves(
    opened: Callable[..., BrowserContext], hostile: Path
) -> None:
    # `opened` asserts that nothing was asked of anyone but the portal.
    watched = Watched(opened())
    uids = [uid for (uid,) in rows(hostile, "SELECT uid FROM posts")]
    pages = [f"/publication/{uid}" for uid in uids]
    pages += ["/", "/recherche", "/sources", "/source/rss", "/source/json"]
    pages += [f"/recherche?q=pi%C3%A8ge&page={number}" for number in (1, 2, 3, 4, 5, 6, 7)]
    pages += ["/recherche?q=%3Cscript%3Ealert(1)%3C/script%3E", "/recherche?q=onerror"]
    for address in pages:
        answer = watched.page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        watched.look(address)
        # A link without an address, or with one that no browser reads, has the protocol ":".
        links = watched.page.locator("a[href]").evaluate_all(PROTOCOLS)
        assert {one for one, _ in links} <= {"http:", "https:", "mailto:"}, (address, links)


@pytest.mark.browser
@pytest.mark.corpus
def test_the_sanitiser_alone_suffices(browser: Browser, hostile: Path) -> None:
    """What is stored, opened as it is: no policy, no template between it and the browser."""
    context = browser.new_context()
    asked: list[str] = []

    def refuse(route: Any) -> None:
        asked.append(route.request.url)
        route.abort()

    context.route("**/*", refuse)
    watched = Watched(context)
    stored = rows(hostile, "SELECT html, guid FROM posts")
    assert len(stored) > 100
    for html, guid in stored:
        for wrapped in (html, f"<svg><desc>{html}</desc></svg>", f"<div>{html}"):
            watched.page.set_content(wrapped)
            # Read again, as a script that copies innerHTML would: mutation.
            watched.page.evaluate("document.body.innerHTML = document.body.innerHTML")
            watched.look(guid)
            assert asked == [], guid
    context.close()


CRAWL_EACH = """
import json, resource, sys, time
from pathlib import Path
from aggregator.store import Store
sys.path.insert(0, sys.argv[1])
from integration.crawling import crawl_all, source, town_of

def peak_bytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

told = {}
with Store.open(Path(sys.argv[2])) as store:
    for number, url in enumerate(sys.argv[3:]):
        town = town_of(source(f"s{number}", url, feed=url))
        begun_s = time.perf_counter()
        [result] = crawl_all(town, store).values()
        told[url] = {
            "elapsed_s": time.perf_counter() - begun_s, "peak_bytes": peak_bytes(),
            "outcome": result.outcome, "error": result.error,
        }
print(json.dumps(told))
"""


@pytest.mark.corpus
def test_xml_attacks_take_little_time_and_memory(corpus: Path, site: Site, tmp_path: Path) -> None:
    attacks = sorted((corpus / "sanitiser" / "xml-attacks").iterdir())
    assert len(attacks) == 9
    site.pages["/ordinary.xml"] = feed(*range(50))
    for path in attacks:
        # External entities and DTDs would be asked of this site, if anyone asked.
        body = path.read_bytes().replace(b"http://", site.url("/outside/").encode())
        site.pages[f"/{path.name}"] = Answer(body=body, content_type="application/rss+xml")
    names = ["ordinary.xml", *(path.name for path in attacks)]
    tests = Path(__file__).resolve().parent.parent
    done = subprocess.run(
        [
            *(sys.executable, "-c", CRAWL_EACH, str(tests), str(tmp_path / "veille.db")),
            *(site.url(f"/{name}") for name in names),
        ],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    told = list(json.loads(done.stdout).values())
    assert told[0]["outcome"] == "saved"
    for name, one in zip(names[1:], told[1:], strict=True):
        assert one["elapsed_s"] < TIME_LIMIT_S, (name, one)
        # The peak only ever grows: all nine together stay within the bound of one.
        assert one["peak_bytes"] - told[0]["peak_bytes"] < MEMORY_LIMIT_BYTES, (name, one)
    asked = [request.path for request in site.requests]
    assert not [path for path in asked if "outside" in path], asked
    assert "root:" not in str(told)
