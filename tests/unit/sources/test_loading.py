"""A list without fault becomes a town."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from aggregator.errors import TownError
from aggregator.model import Display, Instance, Quartier, Recipe, Source, Tab, Town
from aggregator.sources import load_sources
from aggregator.sources.synonyms import load_synonyms

WHOLE = """\
version: 1
town: {name: Roubaix, timezone: Europe/Paris, contact: veille@example.org,
       address: 'https://veille.example.org:8443'}
instances:
  - slug: fph
    name: Fonds de participation des habitants
    aliases: [FPH]
    since: 1999-02-01
    until: 2021-12-31
    became: [pic]
    note: Devenu le PIC.
  - {slug: pic, name: Projet d’initiative citoyenne, since: null}
quartiers:
  - slug: hommelet
    name: Hommelet
    sector: nord
    aliases: ["l'Hommelet"]
    places: [place Audenaerde]
    inferred: true
tabs:
  - {slug: ville, name: Ville, kinds: [institution], instances: [pic], quartiers: [hommelet],
     sources: [cmj]}
defaults: {every: 2h, language: fr, display: full}
sources:
  - slug: hommelet
    name: Comité de quartier de l’Hommelet
    url: https://example.org/
    kind: comite-de-quartier
    instance: null
    quartiers: [hommelet]
    feed: https://example.org/feed/
    feed_unverified: true
  - slug: lafabrique
    name: La FABRIQUE
    url: https://example.org/actualites
    kind: institution
    instance: pic
    recipe: {items: article, link: h2 a, title: h2 a, date: time@datetime, summary: .chapo,
             author: .par, next: a.suivant}
    every: 15m
  - slug: cmj
    name: "2020"
    url: http://example.org:8080/?a=b
    kind: instance
    scraper: conseil_municipal_jeunes
    language: pt-BR
    display: excerpt
    paused: true
    note: |
      Site en travaux :
      à revoir.
"""

TOWN = Town(
    name="Roubaix",
    timezone="Europe/Paris",
    contact="veille@example.org",
    address="https://veille.example.org:8443",
    instances=(
        Instance(
            slug="fph",
            name="Fonds de participation des habitants",
            aliases=("FPH",),
            since=date(1999, 2, 1),
            until=date(2021, 12, 31),
            became=("pic",),
            note="Devenu le PIC.",
        ),
        Instance(slug="pic", name="Projet d’initiative citoyenne"),
    ),
    quartiers=(
        Quartier(
            slug="hommelet",
            name="Hommelet",
            sector="nord",
            aliases=("l'Hommelet",),
            places=("place Audenaerde",),
            inferred=True,
        ),
    ),
    tabs=(
        Tab(
            slug="ville",
            name="Ville",
            kinds=("institution",),
            instances=("pic",),
            quartiers=("hommelet",),
            sources=("cmj",),
        ),
    ),
    sources=(
        Source(
            slug="hommelet",
            name="Comité de quartier de l’Hommelet",
            url="https://example.org/",
            kind="comite-de-quartier",
            quartiers=("hommelet",),
            feed="https://example.org/feed/",
            feed_unverified=True,
            every=timedelta(hours=2),
            display=Display.FULL,
            line=25,
        ),
        Source(
            slug="lafabrique",
            name="La FABRIQUE",
            url="https://example.org/actualites",
            kind="institution",
            instance="pic",
            recipe=Recipe(
                items="article",
                link="h2 a",
                title="h2 a",
                date="time@datetime",
                summary=".chapo",
                author=".par",
                next="a.suivant",
            ),
            every=timedelta(minutes=15),
            display=Display.FULL,
            line=33,
        ),
        Source(
            slug="cmj",
            name="2020",
            url="http://example.org:8080/?a=b",
            kind="instance",
            scraper="conseil_municipal_jeunes",
            every=timedelta(hours=2),
            language="pt-BR",
            paused=True,
            note="Site en travaux :\nà revoir.",
            line=41,
        ),
    ),
    synonyms=load_synonyms(Path("no such file")),
)


@pytest.fixture
def town_file(tmp_path: Path) -> Path:
    path = tmp_path / "sources.yaml"
    path.write_text(WHOLE, encoding="utf-8")
    return path


def test_every_key_is_read(town_file: Path) -> None:
    assert load_sources(town_file) == TOWN


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(town_file: Path) -> None:
    text = "\ufeff" + WHOLE.replace("\n", "\r\n")
    town_file.write_bytes(text.encode())
    assert load_sources(town_file) == TOWN


def test_the_scrapers_there_are_may_be_named(town_file: Path, tmp_path: Path) -> None:
    (tmp_path / "conseil_municipal_jeunes.py").write_text("")
    assert load_sources(town_file, scrapers=tmp_path) == TOWN


@pytest.mark.parametrize(
    ("defaults", "stated", "shown"),
    [
        ("", "", Display.TITLE),
        ("defaults: {display: full}", "", Display.TITLE),
        ("defaults: {display: full}", ", display: excerpt", Display.EXCERPT),
    ],
)
def test_the_press_shows_titles_unless_the_source_itself_says_otherwise(
    tmp_path: Path, defaults: str, stated: str, shown: Display
) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text(
        "version: 1\n"
        "town: {name: A, timezone: UTC, contact: https://a.example/contact}\n"
        f"{defaults}\n"
        "sources:\n"
        f"  - {{slug: a, name: A, url: 'https://a.example/', kind: presse{stated}}}\n",
    )
    assert load_sources(path).sources[0].display is shown


def test_without_defaults_a_source_has_its_own_rhythm_and_is_french(tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text(
        "version: 1\n"
        "town: {name: A, timezone: UTC, contact: a@a.example}\n"
        "sources:\n"
        "  - {slug: a, name: A, url: 'https://a.example/', kind: blog}\n"
    )
    (source,) = load_sources(path).sources
    assert (source.every, source.language) == (None, "fr")
    assert (source.display, source.reader) == (Display.EXCERPT, "discover")


def test_a_list_may_start_empty(tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    head = "version: 1\ntown: {name: X, timezone: UTC, contact: a@b.fr}\n"
    path.write_text(head + "sources:\n", encoding="utf-8")
    assert load_sources(path).sources == ()
    path.write_text(head + "tabs:\n  - slug: a\n    name:\nsources: []\n", encoding="utf-8")
    with pytest.raises(TownError, match=r"sources\.yaml:5: .*name is empty"):
        load_sources(path)
