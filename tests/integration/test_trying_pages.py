"""`aggregator try` on pages without a feed, over loopback."""

import json
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from conftest import Answer, Site
from integration.commands import feed, write_town

from aggregator.cli import group
from aggregator.crawl import trying
from aggregator.errors import UsageError
from aggregator.fetch import Web
from aggregator.sources import load_sources

pytestmark = pytest.mark.usefixtures("loopback_allowed", "no_gaps")

PAGE = """<html lang="fr"><head><title>Comité du Sartel</title>{head}</head><body>
<nav><ul><li><a href="/a">Accueil</a></li><li><a href="/b">Le quartier</a></li>
<li><a href="/c">Nous écrire</a></li></ul></nav><main>{articles}{documents}</main></body></html>"""
ARTICLE = """<article><h2><a href="/actu/{n}">Réunion publique numéro {n}</a></h2>
<time datetime="2024-03-{n:02d}">le {n} mars</time>
<p class="chapo">Tous les habitants du quartier sont invités à venir en parler.</p></article>"""
DOCUMENTS = "".join(f'<li><a href="/d/{n}.pdf">Affiche de la fête {n}</a></li>' for n in range(4))


def page(head: str = "") -> Answer:
    articles = "".join(ARTICLE.format(n=n) for n in range(1, 8))
    text = PAGE.format(head=head, articles=articles, documents=f"<ul>{DOCUMENTS}</ul>")
    return Answer(body=text.encode())


@pytest.fixture
def no_gaps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trying, "Web", partial(Web, gap_s=0))


def tried(town: Path, *arguments: str) -> Result:
    return CliRunner().invoke(group, ["--town", str(town), "try", *arguments])


@pytest.fixture
def town(tmp_path: Path, site: Site) -> Path:
    site.pages["/bon.xml"] = feed(1, 2, 3)
    return write_town(tmp_path, site, "bon")


def test_a_recipe_is_proposed_with_what_it_gives(town: Path, site: Site) -> None:
    site.pages["/actus"] = page()
    done = tried(town, site.url("/actus"))
    assert done.exit_code == 0, done.stderr
    best, _, others = done.stdout.partition("Other lists in the page:")
    head, block, *posts = best.split("\n\n")
    assert head == "To follow it, add to sources.yaml:"
    assert posts[0].splitlines()[:2] == [
        "2024-03-01  Réunion publique numéro 1",
        f"            {site.url('/actu/1')}",
    ]
    assert "Affiche de la fête 0" in others
    assert "items:" in others

    path = town / "sources.yaml"
    path.write_text(f"{path.read_text('utf-8')}{block}\n", "utf-8")
    source = load_sources(path).sources[-1]
    assert (source.slug, source.name) == ("comite-du-sartel", "Comité du Sartel")
    assert source.recipe is not None
    listed = json.loads(tried(town, source.slug, "--json").stdout)["posts"]
    assert [post["title"] for post in listed] == [
        f"Réunion publique numéro {n}" for n in range(1, 8)
    ]


def test_as_json(town: Path, site: Site) -> None:
    site.pages["/actus"] = page()
    found = json.loads(tried(town, site.url("/actus"), "--json").stdout)
    assert found["feed"] is None
    assert found["proposal"] == found["listings"][0]["proposal"]
    assert found["posts"] == found["listings"][0]["posts"]
    assert [len(listing["posts"]) for listing in found["listings"]] == [7, 4]


def test_a_feed_comes_first_and_the_list_is_told(town: Path, site: Site) -> None:
    site.pages["/actus"] = page('<link rel="alternate" type="application/rss+xml" href="/bon.xml">')
    done = tried(town, site.url("/actus"))
    first, _, second = done.stdout.partition("The page itself holds lists too")
    assert f"feed: {site.url('/bon.xml')}" in first
    assert "recipe:" not in first
    assert "# 7 posts, the first « Réunion publique numéro 1 »" in second


def test_a_page_with_neither_is_said(town: Path, site: Site) -> None:
    site.pages["/vide"] = Answer(body=b"<html><body><p>Bient\xc3\xb4t</p></body></html>")
    done = tried(town, site.url("/vide"))
    assert done.exit_code == 1
    assert "no feed found" in done.stderr
    assert "no list was found in the page itself" in done.stderr


def test_what_is_proposed_is_added_when_asked(town: Path, site: Site) -> None:
    site.pages["/actus"] = page()
    before = (town / "sources.yaml").read_bytes()
    done = tried(town, site.url("/actus"), "--add", "sartel")
    assert done.exit_code == 0, done.stderr
    assert f"looking for a feed: in {site.url('/actus')}" in done.stderr
    assert "looking for lists in the page itself" in done.stderr
    assert "- slug: sartel\n" in done.stdout
    assert "comite-du-sartel" not in done.stdout.partition("Other lists")[0]
    assert "aggregator crawl sartel" in done.stderr
    assert (town / "sources.yaml").read_bytes().startswith(before)
    assert load_sources(town / "sources.yaml").sources[-1].slug == "sartel"
    listed = tried(town, "sartel")
    assert f"reading {site.url('/actus')} …" in listed.stderr
    assert "7 posts" in listed.stderr

    again = tried(town, site.url("/actus"), "--add", "sartel")
    assert isinstance(again.exception, UsageError)
    assert "the slug sartel is taken" in str(again.exception)
    listed = tried(town, "sartel", "--add", "autre")
    assert isinstance(listed.exception, UsageError)
    assert "on the list already" in str(listed.exception)
