"""The guide of scrapers/README.md works as it is written."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from aggregator.model import Entry
from aggregator.readers import load_scrapers

ReadSaved = Callable[..., tuple[Entry, ...]]
SCRAPERS = Path(__file__).parents[2] / "scrapers"


@pytest.fixture
def blocks_of() -> dict[str, list[str]]:
    text = (SCRAPERS / "README.md").read_text(encoding="utf-8")
    found: dict[str, list[str]] = {}
    for language, block in re.findall(r"```(\w+)\n(.*?)```", text, re.DOTALL):
        found.setdefault(language, []).append(block)
    return found


def test_the_example_reads_its_page(
    tmp_path: Path, blocks_of: dict[str, list[str]], read_saved: ReadSaved
) -> None:
    (tmp_path / "comite_des_fetes.html").write_text(blocks_of["html"][0], encoding="utf-8")
    (tmp_path / "comite_des_fetes.py").write_text(blocks_of["python"][0], encoding="utf-8")

    def from_here(name: str, saved: str) -> tuple[Entry, ...]:
        return read_saved(name, saved, folder=tmp_path, scrapers=tmp_path)

    names: dict[str, object] = {}
    exec(blocks_of["python"][1], names)
    test = names["test_the_saved_page_is_read"]
    assert callable(test)
    test(from_here)

    (entry,) = from_here("comite_des_fetes", "comite_des_fetes.html")
    assert entry.published == "le 2 mai 2024"
    assert entry.html == "Place de la mairie, à la nuit tombée."


def test_every_scraper_of_the_town_loads() -> None:
    scrapers = load_scrapers(SCRAPERS)

    assert [scraper.failure for scraper in scrapers.by_name.values() if scraper.failure] == []
