"""A moderator adds a source to the file, mistypes, is helped, and sees it on the portal."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import Answer, Site
from integration.commands import feed, run, running_up, write_town
from playwright.sync_api import BrowserContext, expect

pytestmark = pytest.mark.browser


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What a moderator has: the town's folder, a shell; and the site outside."""

    town: Path
    site: Site

    def command(self, *arguments: str) -> tuple[int, str]:
        done = run("--town", self.town, *arguments)
        return done.returncode, done.stdout + done.stderr

    def edit(self, old: str, new: str) -> None:
        path = self.town / "sources.yaml"
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    site = Site()
    site.pages |= {"/a.xml": feed(1, 2), "/jardin.xml": feed(5, 6, 7)}
    found = Desk(town=write_town(tmp_path_factory.mktemp("moderator"), site, "a"), site=site)
    assert found.command("crawl")[0] == 0
    yield found
    site.close()


@pytest.fixture(scope="module")
def portal(desk: Desk) -> Iterator[str]:
    with running_up(desk.town, desk.town / "db" / "veille.db", command="serve") as (address, _):
        yield address


def test_a_moderator_adds_a_source(opened: Callable[..., BrowserContext], desk: Desk) -> None:
    page = opened(scripts=False).new_page()
    page.goto("/sources")
    expect(page.get_by_role("link", name="Source a")).to_be_visible()

    added = (
        f"  - slug: jardin\n    nam: Le Jardin partagé\n    url: '{desk.site.root}/'\n"
        f"    kind: association\n    feed: '{desk.site.url('/jardin.xml')}'\n"
    )
    desk.edit("sources:\n", f"sources:\n{added}")
    status, told = desk.command("check")
    text = (desk.town / "sources.yaml").read_text("utf-8")
    line = text[: text.index("nam:")].count("\n") + 1
    assert status == 2
    assert f"sources.yaml:{line}" in told
    assert "nam" in told
    assert "name" in told
    # A list with a fault in it changes nothing for citizens.
    page.reload()
    expect(page.get_by_role("link", name="Source a")).to_be_visible()

    desk.edit("nam: Le", "name: Le")
    assert desk.command("check")[0] == 0
    status, told = desk.command("crawl", "jardin")
    assert (status, "3 new" in told) == (0, True), told
    # Pages are kept for a minute; whoever waits for something reloads.
    page.reload()
    page.get_by_role("link", name="Le Jardin partagé").first.click()
    page.wait_for_url("**/source/jardin")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Le Jardin partagé")
    expect(page.get_by_role("main")).to_contain_text("Publication 7")
    expect(page.get_by_role("main")).not_to_contain_text("en panne")

    desk.site.pages["/jardin.xml"] = Answer(status=500)
    status, told = desk.command("crawl", "jardin")
    assert (status, "jardin: failed" in told) == (1, True), told
    page.reload()
    expect(page.get_by_role("main")).to_contain_text("en panne")
    expect(page.get_by_role("main")).to_contain_text("500")
    # What it had published stays.
    expect(page.get_by_role("main")).to_contain_text("Publication 7")
    page.goto("/sources")
    page.reload()
    card = page.get_by_role("article").filter(has_text="Le Jardin partagé")
    expect(card).to_contain_text("en panne")
