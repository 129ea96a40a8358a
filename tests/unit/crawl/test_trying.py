from pathlib import Path

import pytest

from aggregator.crawl.trying import _proposal, _unlisted
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
    block = _proposal(_unlisted("https://a.example/"), title, "https://a.example/feed")
    (tmp_path / "sources.yaml").write_text(f"{HEAD}{block}\n", "utf-8")
    (source,) = load_sources(tmp_path / "sources.yaml").sources
    assert (source.slug, source.name) == (slug, name)
    assert source.feed == "https://a.example/feed"
