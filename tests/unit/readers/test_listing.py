"""Recipes proposed for pages that have no feed."""

from collections.abc import Callable

import pytest

from aggregator.model import Page, Recipe
from aggregator.readers import propose_recipes
from aggregator.readers.recipe import read_recipe

PageOf = Callable[..., Page]

AROUND = """<html lang="fr"><head><title>Comité du Sartel</title></head><body class="page-menu">
<header><nav class="main-nav"><ul>{menu}</ul></nav></header>
<ol class="breadcrumb"><li><a href="/">Accueil</a></li><li><a href="/a">Le comité</a></li>
<li><a href="/b">Toutes nos actualités</a></li></ol>
<main id="contenu">{main}</main>
<aside class="sidebar"><ul class="tag-cloud">{tags}</ul></aside>
<footer><ul>{foot}</ul></footer></body></html>"""
WORDS = (
    *("Budget participatif", "Fête des voisins", "Jardin partagé", "Zone trente", "Vide-greniers"),
    *("Conseil citoyen", "Ateliers vélo", "Travaux rue Neuve"),
)


def page_with(main: str) -> str:
    links = [f'<li><a href="/rubrique/{n}">Rubrique numéro {n}</a></li>' for n in range(12)]
    joined = "\n".join(links)
    return AROUND.format(main=main, menu=joined, tags=joined, foot=joined)


def articles(form: str, count: int = 8) -> str:
    return "\n".join(
        form.format(n=n, word=WORDS[n % len(WORDS)], day=n + 10, odd="odd" if n % 2 else "even")
        for n in range(count)
    )


ARTICLE = """<article class="post-{n}4 css-1a2b{n} {odd}">
<a class="thumb" href="/actu/{n}"><img src="/i{n}.jpg" alt=""></a>
<h2><a href="/actu/{n}">{word}</a></h2>
<p class="meta">Publié le <time datetime="2024-03-{day}">{day} mars</time>
par <a href="/qui">Léa</a></p>
<div class="chapo">Une réunion ouverte à tous les habitants du quartier, pour en parler ({n}).</div>
<a class="more" href="/actu/{n}">Lire la suite</a></article>"""
ROW = """<div class="views-row row-{n}">
<div class="field-title"><a href="/node/{n}">{word}</a></div>
<div class="field-date">{day} janvier 2024</div>
<div class="field-body">Le compte rendu de la séance, avec toutes les décisions prises.</div>
</div>"""
MEETING = """<tr class="{odd}"><td>{day}/02/2024</td><td>{word}</td>
<td><a href="/doc/{n}.pdf">Compte rendu</a></td></tr>"""
DOCUMENT = '<a href="/pv/2024-{n}.pdf">Procès-verbal du {day} juin 2024</a><br>'
DAY_CELL = """<td class="day"><span>{day}</span><span class="event">
<a href="/agenda/{n}">{word}, {day} mai 2024</a></span></td>"""
PAGER = """<ul class="pager"><li class="pager__item is-active"><a href="?page=0">1</a></li>
<li class="pager__item"><a href="?page=1">2</a></li>
<li class="pager__item--next"><a href="?page=1">Page suivante</a></li></ul>"""


@pytest.mark.parametrize(
    ("main", "recipe"),
    [
        (
            articles(ARTICLE),
            Recipe(
                items="article",
                link="h2 a",
                title="h2",
                date="time@datetime",
                summary=".chapo",
            ),
        ),
        (
            f'<div class="view-content">{articles(ROW)}</div>{PAGER}',
            Recipe(
                items=".views-row",
                link=".field-title a",
                title=".field-title a",
                date=".field-date",
                summary=".field-body",
                next="li.pager__item--next a",
            ),
        ),
        (
            f"<table><tbody>{articles(MEETING)}</tbody></table>",
            Recipe(items="tr", link="a", title="td + td", date="td"),
        ),
        (
            f'<div class="entry">{articles(DOCUMENT)}</div>',
            Recipe(items="main a", link="@href", title=".", date="."),
        ),
        (
            f"<table>{articles(DAY_CELL)}</table>",
            Recipe(items=".event", link="a", title="a", date="a"),
        ),
    ],
    ids=["articles", "drupal", "table", "documents", "calendar"],
)
def test_the_main_list_is_found_and_described(page_of: PageOf, main: str, recipe: Recipe) -> None:
    page = page_of(page_with(main), "https://sartel.example/actus")
    best = propose_recipes(page)[0]
    assert best.recipe == recipe
    assert len(best.entries) == 8
    assert len({entry.link for entry in best.entries}) == 8


def test_what_is_proposed_is_what_the_recipe_reads(page_of: PageOf) -> None:
    page = page_of(page_with(articles(ARTICLE)))
    for proposed in propose_recipes(page):
        assert proposed.extraction == read_recipe(page, proposed.recipe)
        assert proposed.entries == proposed.extraction.entries


def test_the_best_list_comes_first_and_each_list_once(page_of: PageOf) -> None:
    both = f'{articles(ARTICLE)}<ul class="documents">' + "".join(
        f'<li><a href="/d/{n}.pdf">Affiche {n}</a></li>' for n in range(4)
    )
    found = propose_recipes(page_of(page_with(both + "</ul>")))
    assert [proposed.score for proposed in found] == sorted(
        (proposed.score for proposed in found), reverse=True
    )
    links = [frozenset(entry.link for entry in proposed.entries) for proposed in found]
    assert len(set(links)) == len(links) >= 2
    assert "/actu/1" in links[0]
    assert "/d/1.pdf" in links[1]


@pytest.mark.parametrize(
    "main",
    [
        "",
        "<h1>Le quartier</h1>" + "<p>Une histoire longue, sans lien, sur plusieurs pages.</p>" * 9,
        '<div class="share">'
        + "".join(f'<a href="https://reseau{n}.example/p?u=x">Partager ici</a>' for n in range(6))
        + "</div>",
        '<ul class="pagination">'
        + "".join(f'<li><a href="?page={n}">{n}</a></li>' for n in range(9)),
    ],
    ids=["nothing", "prose", "sharing", "pager"],
)
def test_menus_and_bars_of_links_are_no_list(page_of: PageOf, main: str) -> None:
    found = propose_recipes(page_of(page_with(main), "https://sartel.example/"))
    assert not [one for one in found if one.score >= 0.3]


@pytest.mark.parametrize("body", [b"", b"[1, 2]", bytes(range(256)) * 50, b"\xff\xfe<\0a\0"])
def test_what_is_no_page_gives_nothing(page_of: PageOf, body: bytes) -> None:
    assert propose_recipes(page_of(body)) == ()


@pytest.mark.parametrize(
    "pager",
    [
        '<a rel="next" href="/actus?page=2">Suite</a>',
        '<div class="pagination"><a href="/actus/page/2/">Page suivante</a></div>',
        '<ol><li class="active"><a href="/actus">1</a></li><li><a href="?pg=2">2</a></li></ol>',
        '<p class="pagination"><span class="on">1</span><a href="?debut_articles=10">2</a></p>',
        '<a class="suivant" href="?p=2">»</a>',
    ],
)
def test_the_next_page_is_found(page_of: PageOf, pager: str) -> None:
    page = page_of(page_with(articles(ARTICLE) + pager), "https://sartel.example/actus")
    best = propose_recipes(page)[0]
    assert best.recipe.next
    assert best.extraction.next_url in {
        f"https://sartel.example/actus{end}"
        for end in ("?page=2", "/page/2/", "?pg=2", "?debut_articles=10", "?p=2")
    }


def test_the_next_article_or_another_site_is_no_next_page(page_of: PageOf) -> None:
    bad = (
        '<a rel="next" href="/actu/9">Article suivant</a><a class="next" href="https://x.fr/?p=2">'
    )
    assert propose_recipes(page_of(page_with(articles(ARTICLE) + bad)))[0].recipe.next is None


def test_names_made_by_programs_are_not_used(page_of: PageOf) -> None:
    form = ARTICLE.replace("<article", "<div").replace("</article", "</div").replace("h2", "b")
    main = f'<div class="sc-bdVaJa liste-actus">{articles(form)}</div>'
    best = propose_recipes(page_of(page_with(main)))[0]
    used = " ".join(filter(None, (best.recipe.items, best.recipe.link, best.recipe.title)))
    assert not [name for name in ("css-", "post-", "sc-", "odd", "nth") if name in used]
    assert len(best.entries) == 8


@pytest.mark.parametrize(
    "body",
    [
        b"<div>" * 200_000 + b"<a href=/x>x</a>",
        b"<p>" * 3_400_000,
        b"<p>" + b"janvier 3 " * 1_000_000 + b"<a href=/x>y</a>",
        b'<li class="' + b"a" * 5_000_000 + b'"><a href=x>y</a>',
        b'<li class="' + b" abc" * 300_000 + b'"><a href=x>y</a>',
    ],
    ids=["deep", "paragraphs", "dates", "class", "classes"],
)
def test_a_hostile_page_ends(page_of: PageOf, body: bytes) -> None:
    assert propose_recipes(page_of(body)) == ()


def test_of_a_huge_page_the_beginning_is_read_and_that_is_said(page_of: PageOf) -> None:
    body = "".join(
        f'<li><a href="/x{n}">Une nouvelle du 3 mai 2024, {n}</a></li>' for n in range(100_000)
    )
    best = propose_recipes(page_of(body))[0]
    assert 5_000 < len(best.entries) < 10_000
    assert "only its beginning" in best.extraction.warnings[-1]
