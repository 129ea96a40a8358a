"""An analyst opens a ready-made question, downloads its CSV, asks another, and is refused."""

import csv
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import Site
from integration.commands import feed, run, running_up, write_town
from playwright.sync_api import BrowserContext, Page, expect

pytestmark = pytest.mark.browser
Opened = Callable[..., BrowserContext]


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A town of two sources, crawled, with its analysts' process."""
    folder, site = tmp_path_factory.mktemp("analyst"), Site()
    try:
        site.pages |= {"/a.xml": feed(1, 2, 3), "/b.xml": feed(11, 12)}
        write_town(folder, site, "a", "b")
        assert run("--town", folder, "crawl").returncode == 0
    finally:
        site.close()
    with running_up(folder, folder / "db" / "veille.db", command="serve") as (address, _):
        yield address


def rows(page: Page, link: str) -> list[list[str]]:
    with page.expect_download() as waiting:
        page.get_by_role("link", name=link, exact=True).click()
    text = waiting.value.path().read_text(encoding="utf-8")
    return list(csv.reader(text.splitlines()))


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_ready_made_question_gives_its_rows(opened: Opened, scripts: bool) -> None:
    page = opened(scripts=scripts).new_page()
    page.goto("/donnees/")
    expected = [
        ["source", "origine", "publications"],
        ["Source a", "stated", "3"],
        ["Source b", "stated", "2"],
    ]
    title = "D’où viennent les dates, source par source"
    assert rows(page, f"{title}, en CSV") == expected
    page.get_by_role("link", name=title, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    shown = page.locator("table.rows-and-columns tbody tr")
    expect(shown).to_have_count(2)
    assert [one.split() for one in shown.all_inner_texts()] == [
        one[0].split() + one[1:] for one in expected[1:]
    ]
    page.goto("/donnees/")
    told = rows(page, "Publications, en CSV")
    assert len(told) == 6
    assert {row[2] for row in told[1:]} == {f"Publication {n}" for n in (1, 2, 3, 11, 12)}


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_an_own_question_is_answered_and_a_closed_one_refused(
    opened: Opened, scripts: bool
) -> None:
    page = opened(scripts=scripts).new_page()
    page.goto("/donnees/")
    page.get_by_role("link", name="Ouvrir l’éditeur SQL").click()
    ask(page, "SELECT title FROM publications WHERE source = 'b' ORDER BY 1", scripts=scripts)
    expect(page.locator("td.col-title")).to_have_text(["Publication 11", "Publication 12"])
    ask(page, "SELECT text FROM posts", scripts=scripts)
    expect(page.locator(".message-error")).to_contain_text("ne sont pas ouvertes")
    # What was asked is still there, to be put right.
    expect(page.locator("form.sql")).to_contain_text("SELECT text FROM posts")
    ask(page, "SELECT titel FROM publications", scripts=scripts)
    expect(page.locator(".message-error")).to_contain_text("no such column: titel")


def ask(page: Page, sql: str, *, scripts: bool) -> None:
    if scripts:
        page.locator(".CodeMirror").click()
        page.keyboard.press("Control+A")
        page.keyboard.insert_text(sql)
    else:
        page.locator("#sql-editor").fill(sql)
    page.get_by_role("button", name="Run SQL").click()


def test_words_are_asked_for(opened: Opened) -> None:
    page = opened(scripts=False).new_page()
    page.goto("/donnees/")
    page.get_by_role("link", name="Rechercher des mots, comme sur le portail").click()
    page.get_by_label("mots").fill("proprete")
    page.get_by_role("button", name="Run SQL").click()
    expect(page.locator("td.col-title")).to_have_count(5)


@pytest.mark.parametrize("width", [320, 1280])
def test_the_index_is_accessible_and_fits(opened: Opened, width: int) -> None:
    page = opened(width=width).new_page()
    page.goto("/donnees/")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for address in ("/donnees/veille", "/donnees/veille/publications"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
