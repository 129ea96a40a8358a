"""A newcomer with CONTRIBUTING.md alone: its commands and files, as they are written there.

Convention of that page: a block that is a file names it in its first line; YAML goes to the end of
sources.yaml; a command ends with `# exit status N` where that is not 0.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import REPOSITORY, Answer, Site

FEED = """<rss version="2.0"><channel><title>Les amis du parc</title>
<item><title>Pique-nique du printemps</title><link>/pique-nique</link>
<pubDate>Sat, 14 Mar 2026 12:00:00 +0100</pubDate></item></channel></rss>"""
HOME = '<html><head><link rel="alternate" type="application/rss+xml" href="/feed/"></head></html>'


@dataclass(frozen=True, kw_only=True)
class Block:
    """One fenced block of the page."""

    language: str
    text: str


def section(title: str) -> list[Block]:
    """Return the fenced blocks under a heading whose text begins so."""
    page = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (found,) = (
        part for part in re.split(r"^###? ", page, flags=re.MULTILINE) if part.startswith(title)
    )
    fenced = re.findall(r"^```(\w+)\n(.*?)^```$", found, flags=re.MULTILINE | re.DOTALL)
    return [Block(language=language, text=text) for language, text in fenced]


class Newcomer:
    """Does what the page says, in a copy of what a clone holds."""

    def __init__(self, folder: Path, sites: dict[str, Site]) -> None:
        self.folder = folder
        self._sites = sites

    def here(self, text: str) -> str:
        """Put the loopback sites in the place of the invented ones."""
        for name, site in self._sites.items():
            text = text.replace(f"https://{name}.example", site.root)
        return text

    def append(self, block: Block) -> None:
        """Copy a block to the end of the list."""
        assert block.language == "yaml"
        with (self.folder / "sources.yaml").open("a", encoding="utf-8") as file:
            file.write(self.here(block.text))

    def write(self, block: Block) -> None:
        """Write a file that its block names."""
        name = re.search(r"[\w/]+\.(?:py|html)", block.text.partition("\n")[0])
        assert name, block.text
        (self.folder / name[0]).write_text(block.text, encoding="utf-8")

    def run(self, block: Block) -> list[str]:
        """Run the commands of a block; return what each said, on both outputs."""
        assert block.language == "sh"
        return [self._run(line) for line in block.text.splitlines()]

    def _run(self, line: str) -> str:
        expected = re.search(r"# exit status (\d)", line)
        done = subprocess.run(
            ["sh", "-c", self.here(line)],
            cwd=self.folder,
            env={
                **os.environ,
                "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
                "AGGREGATOR_ALLOW_NETWORKS": "127.0.0.0/8",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == (int(expected[1]) if expected else 0), done.stdout
        return done.stdout


@pytest.fixture
def newcomer(tmp_path: Path) -> Iterator[Newcomer]:
    for name in ("sources.yaml", "metadata.json", "pyproject.toml"):
        shutil.copy(REPOSITORY / name, tmp_path)
    for name in ("scrapers", "tests/scrapers"):
        shutil.copytree(REPOSITORY / name, tmp_path / name)
    shutil.copy(REPOSITORY / "tests" / "conftest.py", tmp_path / "tests")
    sites = {name: Site() for name in ("parc", "maison", "port")}
    sites["parc"].pages |= {
        "/": Answer(body=HOME.encode()),
        "/feed/": Answer(body=FEED.encode(), content_type="application/rss+xml"),
    }
    yield Newcomer(tmp_path, sites)
    for site in sites.values():
        site.close()


def test_a_feed(newcomer: Newcomer) -> None:
    ask, block, follow = section("The site has a feed")
    (proposed,) = newcomer.run(ask)
    assert newcomer.here(block.text) in proposed
    newcomer.append(block)
    _, crawled, found = newcomer.run(follow)
    assert "1 new" in crawled
    assert "Pique-nique du printemps" in found


def test_a_recipe(newcomer: Newcomer) -> None:
    ask, page, block, follow = section("The site has no feed: a recipe")
    newcomer._sites["maison"].pages["/actualites"] = Answer(body=page.text.encode())
    (refusal,) = newcomer.run(ask)
    assert "no feed found" in refusal
    assert "recipe" in refusal
    newcomer._sites["maison"].pages["/actualites?page=2"] = Answer(body=page.text.encode())
    newcomer.append(block)
    tried, _ = newcomer.run(follow)
    assert "2026-10-08  Atelier couture du jeudi" in tried
    assert "/actualites/bourse-aux-jouets" in tried


def test_a_scraper(newcomer: Newcomer) -> None:
    page, code, test, block, follow = section("No recipe fits")
    newcomer._sites["port"].pages["/annonces"] = Answer(body=page.text.encode())
    for file in (page, code, test):
        newcomer.write(file)
    newcomer.append(block)
    tested, tried, _ = newcomer.run(follow)
    assert "1 passed" in tested
    assert "2026-03-14  Assemblée générale du comité" in tried
    assert "2026-05-02  Fête de la passerelle" in tried


def test_what_the_page_has_people_write_is_clean(newcomer: Newcomer) -> None:
    for block in section("No recipe fits"):
        if block.language == "python":
            newcomer.write(block)
    ruff = [sys.executable, "-m", "ruff"]
    files = ["scrapers/comite_du_port.py", "tests/scrapers/test_comite_du_port.py"]
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [*ruff, *command, "--no-cache", *files],
            cwd=newcomer.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
