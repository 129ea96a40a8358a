"""Python scrapers: loaded by path, and failing alone."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from aggregator.errors import NothingFound, ScraperFailed
from aggregator.model import Page, Source
from aggregator.readers import Scrapers, load_scrapers, read

PageOf = Callable[..., Page]

GOOD = """
from aggregator.model import Entry
from aggregator.scraping import blocks, pick

def scrape(page):
    for card in blocks(page, ".carte"):
        yield Entry(link=pick(card, "a@href"), title=pick(card, "a"))

def next_page(page):
    return "?page=2"
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Scrapers]:
    def save(**files: str) -> Scrapers:
        for name, code in files.items():
            (tmp_path / f"{name}.py").write_text(dedent(code), encoding="utf-8")
        return load_scrapers(tmp_path)

    return save


def source(name: str) -> Source:
    return Source(slug="s", name="S", url="https://exemple.fr/", kind="blog", scraper=name)


def test_a_scraper_maps_a_page_to_entries(write: Callable[..., Scrapers], page_of: PageOf) -> None:
    page = page_of('<html lang="fr"><base href="/b/"><p class="carte"><a href="1">Un</a></p>')
    extraction = read(page, source("bon"), scrapers=write(bon=GOOD))

    (entry,) = extraction.entries
    assert (entry.link, entry.title, entry.base_url) == ("1", "Un", "https://exemple.fr/b/")
    assert (extraction.next_url, extraction.language) == ("https://exemple.fr/b/?page=2", "fr")


def test_a_broken_scraper_fails_alone(write: Callable[..., Scrapers], page_of: PageOf) -> None:
    scrapers = write(
        bon=GOOD,
        syntaxe="x = 1\ndef scrape(page)\n",
        importe="\nimport nowhere_to_be_found\n",
        sort="raise SystemExit(3)",
        vide="",
        _prive="raise ValueError",
    )
    page = page_of('<p class="carte"><a href="1">Un</a></p>')

    assert list(scrapers.by_name) == ["bon", "importe", "sort", "syntaxe", "vide"]
    assert read(page, source("bon"), scrapers=scrapers).entries
    for name, message in {
        "syntaxe": r"syntaxe\.py:2 cannot be loaded: SyntaxError",
        "importe": r"importe\.py:2 cannot be loaded: ModuleNotFoundError",
        "sort": r"sort\.py:1 cannot be loaded: SystemExit: 3",
        "vide": r"vide\.py cannot be loaded: TypeError: it defines no function scrape",
        "absent": r"no absent\.py in .* \(scrapers: bon, importe",
    }.items():
        with pytest.raises(ScraperFailed, match=message):
            read(page, source(name), scrapers=scrapers)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("def scrape(page):\n    yield from ()\n    raise KeyError('x')", r"s\.py:3 crashed: KeyE"),
        ("def scrape(page):\n    return None", r"s\.py crashed: TypeError"),
        ("def scrape(page):\n    yield {'title': 'x'}", r"must yield Entry, not dict"),
        ("import sys\ndef scrape(page):\n    sys.exit()", r"s\.py:3 crashed: SystemExit"),
    ],
)  # fmt: skip
def test_a_crash_names_its_line(
    write: Callable[..., Scrapers], page_of: PageOf, code: str, message: str
) -> None:
    with pytest.raises(ScraperFailed, match=message) as caught:
        read(page_of(""), source("s"), scrapers=write(s=code))
    assert caught.value.__cause__ is not None
    assert caught.value.url == "https://exemple.fr/"


def test_nothing_found_is_a_failure(write: Callable[..., Scrapers], page_of: PageOf) -> None:
    with pytest.raises(NothingFound, match=r"bon\.py yielded no entry"):
        read(page_of("<p>refait</p>"), source("bon"), scrapers=write(bon=GOOD))


def test_the_digest_tells_when_the_code_changed(write: Callable[..., Scrapers]) -> None:
    before = write(bon=GOOD).digest("bon")

    assert before == hashlib.sha256(dedent(GOOD).encode()).hexdigest()
    assert write(bon=GOOD + "# autre\n").digest("bon") != before


def test_a_scraper_may_define_a_dataclass(write: Callable[..., Scrapers], page_of: PageOf) -> None:
    code = (
        "from __future__ import annotations\nfrom dataclasses import dataclass\n"
        "from aggregator.model import Entry\n@dataclass\nclass Carte:\n    titre: str\n"
        "def scrape(page):\n    yield Entry(title=Carte('Un').titre)\n"
    )

    assert read(page_of(""), source("d"), scrapers=write(d=code)).entries[0].title == "Un"


def test_a_scraper_that_cannot_be_opened_fails_alone(
    tmp_path: Path, write: Callable[..., Scrapers], page_of: PageOf
) -> None:
    (tmp_path / "dossier.py").mkdir()
    scrapers = write(bon=GOOD)
    assert scrapers.digest("dossier") == scrapers.digest("absent") == ""
    with pytest.raises(ScraperFailed, match=r"dossier\.py cannot be loaded: IsADirectoryError"):
        read(page_of(""), source("dossier"), scrapers=scrapers)
