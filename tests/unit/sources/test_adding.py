"""A source appended to the list: all that people wrote stays, byte for byte."""

from pathlib import Path

import pytest

from aggregator.errors import TownError, UsageError
from aggregator.sources import add_source, load_sources

TOWN = "version: 1\ntown: {name: Essai, timezone: Europe/Paris, contact: a@b.example}\n"
ONE = (
    "- slug: premier   # gardé tel quel\n    name: 'Le premier'\n"
    "    url: https://a.example/\n    kind: blog\n"
)
BLOCK = """  - slug: propose
    name: "Le deuxième"
    url: https://b.example/actus
    kind: blog
    recipe:
      items: article
      link: h2 a"""


def listed(folder: Path, text: str) -> Path:
    path = folder / "sources.yaml"
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize(
    "text",
    [
        f"{TOWN}# mes sources\nsources:\n  {ONE}",
        f"{TOWN}sources:\n  {ONE}".rstrip("\n"),
        f"{TOWN}sources:\n{ONE.replace('    ', '  ')}\n# la fin\n",
        f"{TOWN}sources:\n  {ONE}".replace("\n", "\r\n"),
    ],
    ids=["usual", "no line end", "at the margin", "Windows"],
)
def test_a_source_is_appended(tmp_path: Path, text: str) -> None:
    path = listed(tmp_path, text)
    path.chmod(0o640)
    source = add_source(path, BLOCK, slug="deuxieme")
    assert path.read_bytes().startswith(text.encode())
    assert path.stat().st_mode & 0o777 == 0o640
    first, second = load_sources(path).sources
    assert (first.slug, second.slug, second.name) == ("premier", "deuxieme", "Le deuxième")
    assert second == source
    assert second.recipe is not None
    assert second.recipe.items == "article"
    assert [found.name for found in tmp_path.iterdir()] == ["sources.yaml"]


@pytest.mark.parametrize(
    ("text", "slug", "said"),
    [
        (f"{TOWN}sources:\n  {ONE}", "premier", "is taken"),
        (f"{TOWN}sources:\n  {ONE}", "Pas Un Slug", "is no slug"),
        (f"{TOWN}sources:\n  {ONE}", "a\\1", "is no slug"),
        (f"sources:\n  {ONE}{TOWN}", "deuxieme", "does not fit"),
        (f"{TOWN}sources: []\n", "deuxieme", "does not fit"),
        (
            f"{TOWN}sources:\n  {ONE}instances:\n  - {{slug: c, name: C}}\n",
            "deuxieme",
            "does not fit",
        ),
    ],
)
def test_where_it_does_not_fit_nothing_is_written(
    tmp_path: Path, text: str, slug: str, said: str
) -> None:
    path = listed(tmp_path, text)
    with pytest.raises(UsageError, match=said):
        add_source(path, BLOCK, slug=slug)
    assert path.read_bytes() == text.encode()
    assert [found.name for found in tmp_path.iterdir()] == ["sources.yaml"]


def test_a_broken_list_is_left_alone(tmp_path: Path) -> None:
    text = f"{TOWN}sources:\n  {ONE}    kinde: blog\n"
    path = listed(tmp_path, text)
    with pytest.raises(TownError):
        add_source(path, BLOCK, slug="deuxieme")
    assert path.read_bytes() == text.encode()
