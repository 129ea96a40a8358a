"""The list of Roubaix that comes with the program, and its charter."""

import re
from collections import Counter
from pathlib import Path

import pytest
from conftest import CORPUS, REPOSITORY
from ruamel.yaml import YAML

from aggregator.model import Display, Town
from aggregator.sources import load_sources

CHARTER = REPOSITORY / "docs" / "charte-editoriale.md"
CANDIDATES = CORPUS.parent / "design" / "roubaix-sources.yaml"
SECTORS = {"nord", "sud", "est", "ouest", "centre"}


@pytest.fixture(scope="module")
def roubaix() -> Town:
    return load_sources(REPOSITORY / "sources.yaml", scrapers=REPOSITORY / "scrapers")


@pytest.fixture(scope="module")
def charter() -> str:
    return CHARTER.read_text(encoding="utf-8")


def test_the_list_loads(roubaix: Town) -> None:
    assert (roubaix.name, roubaix.timezone) == ("Roubaix", "Europe/Paris")
    assert roubaix.sources


def test_the_bodies_of_the_founding_texts_are_followed_to_today(roubaix: Town) -> None:
    became = {instance.slug: instance.became for instance in roubaix.instances}
    assert became["conseils-de-quartiers"] == ("conseil-citoyen",)
    assert became["fph"] == ("pic",)
    assert became["conseil-municipal-des-jeunes"] == (
        "conseil-municipal-des-enfants",
        "conseil-consultatif-de-la-jeunesse",
    )
    assert {"cric", "naturaroubaix", "budget-participatif", "ftu", "assemblee-des-aines"} <= set(
        became
    )


def test_every_quartier_stands_in_a_sector_and_says_when_that_is_inferred(roubaix: Town) -> None:
    assert {quartier.sector for quartier in roubaix.quartiers} == SECTORS
    assert {f"secteur-{sector}" for sector in SECTORS} <= {q.slug for q in roubaix.quartiers}
    assert [q.slug for q in roubaix.quartiers if q.inferred and not q.note] == []


def test_north_alone_names_the_departement_not_a_sector(roubaix: Town) -> None:
    aliases = {alias.lower() for quartier in roubaix.quartiers for alias in quartier.aliases}
    assert aliases.isdisjoint(SECTORS)


def test_no_word_names_a_quartier_twice(roubaix: Town) -> None:
    words = Counter(
        word.lower() for q in roubaix.quartiers for word in (q.name, *q.aliases, *q.places)
    )
    assert [word for word, times in words.items() if times > 1] == []


def test_the_press_shows_titles_only(roubaix: Town) -> None:
    press = {source.display for source in roubaix.sources if source.kind == "presse"}
    assert press == {Display.TITLE}


def test_every_source_stands_under_a_tab_of_readable_size(roubaix: Town) -> None:
    held = {tab.slug: [s.slug for s in roubaix.sources if tab.holds(s)] for tab in roubaix.tabs}
    assert {source.slug for source in roubaix.sources} == set().union(*held.values())
    assert all(3 <= len(slugs) <= 12 for slugs in held.values()), held


def test_what_is_unsure_or_paused_says_why(roubaix: Town) -> None:
    unsure = [s for s in roubaix.sources if s.feed_unverified or s.paused or s.feed is None]
    assert [source.slug for source in unsure if not source.note] == []
    assert all("jamais vérifié" in s.note for s in unsure if s.feed_unverified or s.recipe)


def test_no_telephone_number_was_copied() -> None:
    text = (REPOSITORY / "sources.yaml").read_text(encoding="utf-8")
    assert not re.search(r"(?:\+33|\b0)\s?[1-9](?:[ .-]?\d\d){4}\b", text)


def test_every_candidate_is_listed_or_named_as_left_out(roubaix: Town, charter: str) -> None:
    if not CANDIDATES.is_file():
        pytest.skip(f"the research list is not here ({CANDIDATES})")
    candidates = {entry["id"] for entry in YAML(typ="safe").load(CANDIDATES)["sources"]}
    listed = {source.slug for source in roubaix.sources}
    left_out = set(re.findall(r"^- `([a-z0-9-]+)`", charter, re.MULTILINE))
    assert listed | left_out == candidates
    assert not listed & left_out


def test_nothing_the_charter_leaves_out_is_listed(roubaix: Town, charter: str) -> None:
    hosts = ["pourroubaix.fr", "printempsroubaisien2026.fr", "unidivers.fr", "actulocale365"]
    hosts += ["alvinet", "inte-std-roubaix-rdv-ete", "nordactu.fr"]
    for host in hosts:
        assert host in charter
        assert not [s.slug for s in roubaix.sources if host in s.url or host in (s.feed or "")]


def test_the_charter_stays_readable(charter: str) -> None:
    assert len(charter.splitlines()) <= 120


@pytest.mark.parametrize("path", [CHARTER, REPOSITORY / "sources.yaml"], ids=lambda p: p.name)
def test_french_typography(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.findall(r".* [;!?»](?:\s|$)|.*\w :\s|.*« .*", text)
    prose = re.sub(r"`[^`]*`|https?://\S+", "", text)
    assert not re.findall(r"\w+'\w+", prose)
