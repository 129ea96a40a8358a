"""Pages read by the recipes of sources.yaml."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from aggregator.errors import NothingFound
from aggregator.model import Page, Recipe, Source
from aggregator.readers import Scrapers, read

PageOf = Callable[..., Page]

LIST = """<html lang="fr"><head><title> La  Fabrique </title><base href="/actu/"></head><body>
<article><h2><a href="1">Budget &amp; <em>vote</em></a></h2>
<time datetime="2024-03-05">5 mars</time>
<div class="chapo"><p>Un <b>résumé</b></p></div><span class="qui">Léa</span></article>
<article><h2><a href="https://ailleurs.fr/2">Jardins</a></h2><time>hier</time></article>
<article><h2>Sans lien</h2></article>
<a class="suivant" href="?p=2#bas">Suite</a></body></html>"""
RECIPE = Recipe(
    items="article",
    link="h2 a",
    date="time",
    summary=".chapo",
    author=".qui",
    next="a.suivant",
)


def source(recipe: Recipe) -> Source:
    return Source(slug="f", name="F", url="https://exemple.fr/", kind="blog", recipe=recipe)


def test_a_page_is_read_as_its_recipe_says(page_of: PageOf, no_scrapers: Scrapers) -> None:
    extraction = read(page_of(LIST), source(RECIPE), scrapers=no_scrapers)

    first, second = extraction.entries
    assert (first.link, first.title, first.html) == (
        "1",
        "Budget &amp; vote",
        "<p>Un <b>résumé</b></p>",
    )
    assert (first.published, first.author, first.base_url) == (
        "2024-03-05",
        "Léa",
        "https://exemple.fr/actu/",
    )
    assert (second.link, second.title, second.published) == (
        "https://ailleurs.fr/2",
        "Jardins",
        "hier",
    )
    assert extraction.warnings == ("1 items left out: « h2 a » finds no link in them",)
    assert (extraction.title, extraction.language) == ("La Fabrique", "fr")
    assert extraction.next_url == "https://exemple.fr/actu/?p=2"
    assert not extraction.may_be_empty


def test_selectors_that_find_nothing_are_said(page_of: PageOf, no_scrapers: Scrapers) -> None:
    wrong = replace(RECIPE, title="h5", date=".jour", summary=".chapo", author=".nom")
    extraction = read(page_of(LIST), source(wrong), scrapers=no_scrapers)
    said = [text.split(":")[0] for text in extraction.warnings]
    assert said == ["1 items left out", "title", "date", "author"]
    assert "« h5 »" in extraction.warnings[1]


def test_attributes_may_be_named(page_of: PageOf, no_scrapers: Scrapers) -> None:
    body = '<a class="x" href="/1" data-url="/2" title="Titre" data-d="5/3/2024">texte</a>'
    recipe = Recipe(items="a.x", link="@data-url", title="@title", date="@data-d")
    (entry,) = read(page_of(body), source(recipe), scrapers=no_scrapers).entries

    assert (entry.link, entry.title, entry.published) == ("/2", "Titre", "5/3/2024")


def test_without_a_title_the_text_of_the_link_is_it(page_of: PageOf, no_scrapers: Scrapers) -> None:
    recipe = Recipe(items="li", link="a@href")
    (entry,) = read(
        page_of("<li><a href='/1'>Ici</a>"), source(recipe), scrapers=no_scrapers
    ).entries

    assert (entry.link, entry.title, entry.published) == ("/1", "Ici", None)


@pytest.mark.parametrize("href", ["https://ailleurs.fr/2", "", "http://[", "javascript:x()"])
def test_the_next_page_is_another_page_of_the_same_site(
    page_of: PageOf, no_scrapers: Scrapers, href: str
) -> None:
    page = page_of(
        f"<base href='/b/'><li><a href='/1'>Ici</a></li><a class='n' href='{href}'>Suite</a>"
    )
    recipe = Recipe(items="li", link="a", next=".n")

    assert read(page, source(recipe), scrapers=no_scrapers).next_url is None


@pytest.mark.parametrize(
    ("recipe", "selector"),
    [(replace(RECIPE, items=".carte"), "« .carte »"), (replace(RECIPE, link="h3 a"), "« h3 a »")],
)
def test_nothing_found_names_the_selector(
    page_of: PageOf, no_scrapers: Scrapers, recipe: Recipe, selector: str
) -> None:
    with pytest.raises(NothingFound, match=selector):
        read(page_of(LIST), source(recipe), scrapers=no_scrapers)
