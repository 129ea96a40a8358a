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
