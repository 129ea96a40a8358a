"""Each platform shows the same posts in its own manner, and our readers find them all."""

import html
import http.client
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from aggregator.clock import now
from aggregator.model import Page, Source
from aggregator.readers import load_scrapers, read
from aggregator.sample import SampleTown
from aggregator.sample.platforms import PLATFORMS
from aggregator.sources import load_sources

DEMO = Path(__file__).resolve().parents[3] / "demo"
POSTS = "".join(
    f"""
- slug: billet-{number}
  date: 2024-{number:02}-01T18:30
  title: "L'été & l'œuvre {number} : bilan"
  author: Zoé d'Arc
  categories: [Fêtes & jeux]
  body: |
    Un <strong>premier</strong> paragraphe, avec <a href="{{site}}:billet-1">un lien</a> ; 12 000 €.

    <ul><li>un point</li></ul>
"""
    for number in range(1, 13)
)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleTown]:
    folder = tmp_path_factory.mktemp("town")
    (folder / "sites").mkdir()
    (folder / "web.yaml").write_text(
        "".join(f"{name}: {{title: Site, platform: {name}}}\n" for name in PLATFORMS)
    )
    for name in PLATFORMS:
        (folder / "sites" / f"{name}.yaml").write_text(POSTS.replace("{site}", name))
    with SampleTown(folder) as served:
        yield served


def get(town: SampleTown, site: str, address: str) -> Page:
    url = f"http://{site}.localhost:{town.port}{address}"
    connection = http.client.HTTPConnection("127.0.0.1", town.port, timeout=5)
    try:
        connection.request("GET", address, headers={"Host": f"{site}.localhost:{town.port}"})
        answer = connection.getresponse()
        return Page(
            requested_url=url,
            url=url,
            body=answer.read(),
            status=answer.status,
            content_type=answer.headers["Content-Type"],
            fetched=now(),
            elapsed_s=0.0,
        )
    finally:
        connection.close()


def source_of(platform: str) -> Source:
    """Return how demo/sources.yaml reads the platform."""
    sites = {"drupal": "conseil-citoyen", "cards": "conseil-jeunes", "agenda": "agenda"}
    slug = sites.get(platform, "fonds-initiatives")
    listed = load_sources(DEMO / "sources.yaml", scrapers=DEMO / "scrapers")
    return next(source for source in listed.sources if source.slug == slug)


@pytest.mark.parametrize("name", [name for name in PLATFORMS if PLATFORMS[name].feeds])
def test_feeds_are_read_whole(town: SampleTown, name: str) -> None:
    feed = PLATFORMS[name].feeds[0]
    page = get(town, name, feed.address)
    source = Source(slug=name, name=name, url=page.url, kind="blog", feed=page.url)
    found = read(page, source, scrapers=load_scrapers(DEMO / "scrapers"))
    assert not found.warnings
    posts = town.sites[name].posts
    assert [entry.link for entry in found.entries] == [post.url for post in posts]
    for entry in found.entries:
        assert "œuvre" in (entry.title or "")
        if name != "wordpress-excerpts":
            assert "<strong>premier</strong>" in entry.html
            assert f'href="{posts[-1].url}"' in entry.html
            assert "12\u202f000\u00a0€" in entry.html


@pytest.mark.parametrize("name", ["drupal", "cards", "agenda", "static"])
def test_pages_without_a_feed_are_read_whole(town: SampleTown, name: str) -> None:
    scrapers = load_scrapers(DEMO / "scrapers")
    source = source_of(name)
    page = get(town, name, PLATFORMS[name].listing)
    found = read(page, source, scrapers=scrapers)
    entries = list(found.entries)
    while found.next_url is not None:
        page = get(town, name, found.next_url.partition(f":{town.port}")[2])
        found = read(page, replace(source, url=page.url), scrapers=scrapers)
        entries += found.entries
    assert len(entries) == len(town.sites[name].posts)
    # A recipe gives a title as markup, a scraper as it likes: normalise reads both.
    assert html.unescape(entries[-1].title or "") == "L’été & l’œuvre 1\u00a0: bilan"
    stated = {"drupal": None, "cards": "1 janv. 2024", "static": "01.01.2024"}
    assert entries[-1].published == stated.get(name, "Lundi 1er janvier 2024 à 18h30")


def test_addresses_follow_the_platforms_habits(town: SampleTown) -> None:
    paths = {name: site.posts[-1].url.removeprefix(site.home) for name, site in town.sites.items()}
    assert paths["spip"] == "/spip.php?article1"
    assert paths["wordpress"] == "/2024/01/billet-1/"
    assert paths["blogger"] == "/2024/01/billet-1.html"
    assert paths["joomla"] == "/index.php/recits/1-billet-1"


def test_a_day_without_hour_gets_the_same_hour_at_every_start(tmp_path: Path) -> None:
    (tmp_path / "sites").mkdir()
    (tmp_path / "web.yaml").write_text("s: {title: S, platform: rss}\n")
    (tmp_path / "sites" / "s.yaml").write_text("- {slug: a, date: 2024-01-01, title: A, body: B}\n")

    def moment() -> datetime:
        with SampleTown(tmp_path) as town:
            return town.sites["s"].posts[0].published

    assert moment() == moment()
    assert 8 <= moment().hour < 20
