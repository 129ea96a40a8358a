from pathlib import Path

import pytest

from aggregator.crawl.blocks import block_of
from aggregator.crawl.trying import _unlisted
from aggregator.model import Recipe
from aggregator.sources import load_sources

HEAD = "version: 1\ntown: {name: Essai, timezone: Europe/Paris, contact: a@b.example}\nsources:\n"


@pytest.mark.parametrize(
    ("title", "slug", "name"),
    [
        ("Le Chœur  des élus", "le-choeur-des-elus", "Le Chœur des élus"),
        ('Dit « "oui": \\ »', "dit-oui", 'Dit « "oui": \\ »'),
        ("son\x07nette\u2028 # 1", "sonnette-1", "sonnette # 1"),
        ("平和", "nouvelle-source", "平和"),
        ("\x07", "a-example", "a.example"),
        (None, "a-example", "a.example"),
    ],
)
def test_a_proposal_is_a_block_the_list_takes(
    tmp_path: Path, title: str | None, slug: str, name: str
) -> None:
    block = block_of(_unlisted("https://a.example/"), title, feed="https://a.example/feed")
    (tmp_path / "sources.yaml").write_text(f"{HEAD}{block}\n", "utf-8")
    (source,) = load_sources(tmp_path / "sources.yaml").sources
    assert (source.slug, source.name) == (slug, name)
    assert source.feed == "https://a.example/feed"


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(items="article", link="h2 a", title="h2", date="time@datetime", summary=".chapo"),
        Recipe(items=".views-row", link="@href", title=".", date="td + td"),
        Recipe(items="#main > div", link="a", next='a:-soup-contains("Page suivante")'),
        Recipe(items="a.on", link="@href", title="b", next='a[rel~="next"]'),
    ],
)
def test_a_recipe_is_read_back_as_it_was_proposed(tmp_path: Path, recipe: Recipe) -> None:
    block = block_of(_unlisted("https://a.example/"), "Le quartier", recipe=recipe)
    (tmp_path / "sources.yaml").write_text(f"{HEAD}{block}\n", "utf-8")
    (source,) = load_sources(tmp_path / "sources.yaml").sources
    assert source.recipe == recipe


@pytest.mark.parametrize(
    ("url", "service", "kind"),
    [
        ("https://a.example/", None, "blog"),
        ("https://participer.decidim.example/", "decidim", "concertation"),
        ("https://consul.example/", "consul", "concertation"),
        ("https://openagenda.com/agendas/12345678", "openagenda", "agenda"),
        ("https://a.example/fetes.ics", "icalendar", "agenda"),
        ("https://www.youtube.com/channel/UC1234567890123456789012", "youtube", "blog"),
        ("https://mastodon.example/@comite", "mastodon", "blog"),
        ("https://peertube.example/c/conseil/videos", "peertube", "blog"),
        ("https://a.example/deliberations-2026.csv", "scdl", "donnees"),
        ("https://www.data.gouv.fr/fr/organizations/ville-essai/", "datagouv", "donnees"),
        ("https://data.a.example/explore/dataset/fetes/", "opendatasoft", "donnees"),
        ("https://a.example/arcgis/rest/services/b/FeatureServer/0", "arcgis", "donnees"),
    ],
)
def test_a_platform_is_proposed_with_the_kind_of_what_it_holds(
    url: str, service: str | None, kind: str
) -> None:
    source = _unlisted(url)
    assert (source.service and source.service.name, source.kind) == (service, kind)
    assert f"    kind: {kind}\n" in f"{block_of(source, None)}\n"
