"""What a post's own page has told, on the page of the portal."""

import sqlite3
from pathlib import Path

import html5lib
import pytest
from e2e.portal_town import SCHOOL_PAGE
from e2e.portal_visitor import Visitor, words

UID = SCHOOL_PAGE.rpartition("/")[2]


def tell(database: Path, sql: str) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute(sql.replace("POST", f"(SELECT id FROM posts WHERE uid = '{UID}')"))


def page(visitor: Visitor) -> str:
    response = visitor.ask(SCHOOL_PAGE)
    html5lib.HTMLParser(strict=True).parse(response.text)
    return words(response)


def test_nothing_is_said_before_it_was_opened(own: tuple[Visitor, Path]) -> None:
    visitor, database = own
    tell(database, "INSERT INTO post_pages (post_id) VALUES (POST)")
    text = page(visitor)
    assert "Dépubliée" not in text
    assert "Celui" not in text


def test_a_post_that_was_taken_back_says_so_first(own: tuple[Visitor, Path]) -> None:
    visitor, database = own
    tell(database, "INSERT INTO withdrawn_posts VALUES (POST, '2026-03-03T09:30:00Z')")
    text = page(visitor)
    assert "Dépubliée par la source : sa page n’est plus sur le site" in text
    assert "constaté le 3 mars" in text


def test_a_post_that_was_taken_back_is_marked_wherever_it_is_shown(
    own: tuple[Visitor, Path],
) -> None:
    visitor, database = own
    tell(database, "INSERT INTO withdrawn_posts VALUES (POST, '2026-03-03T09:30:00Z')")
    text = page(visitor)
    assert "L’adresse d’origine, où elle n’est plus : http" in text
    assert "Lire sur" not in text
    results = visitor.ask("/recherche?q=ecole&annee=2019")
    html5lib.HTMLParser(strict=True).parse(results.text)
    assert " (dépubliée)" in words(results)
    assert "Lire sur" not in words(results)
    assert "dépubliée" in words(visitor.ask("/source/conseil-citoyen"))
    feed = visitor.ask("/recherche.atom?q=ecole&annee=2019").text
    assert "Dépubliée par la source." in feed
    assert f'rel="alternate" href="http://veille.example{SCHOOL_PAGE}"' in feed


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("better", "Celui de la page de la publication : parce que."),
        ("reserved", "Celui du flux ou de la liste : parce que."),
    ],
)
def test_where_the_text_comes_from(own: tuple[Visitor, Path], state: str, told: str) -> None:
    visitor, database = own
    tell(
        database,
        f"INSERT INTO post_pages (post_id, state, reason) VALUES (POST, '{state}', 'parce que')",
    )
    assert told in page(visitor)


@pytest.mark.parametrize(
    ("by", "told"),
    [
        ("json-ld", "où le site l’écrit pour les machines."),
        ("time", "Elle vient de la page de la publication."),
        ("text", "de la publication, lue dans le texte."),
    ],
)
def test_where_the_date_comes_from(own: tuple[Visitor, Path], by: str, told: str) -> None:
    visitor, database = own
    tell(
        database,
        "INSERT INTO post_pages (post_id, state, date, date_by)"
        f" SELECT id, 'kept', published, '{by}' FROM posts WHERE id = POST",
    )
    assert told in page(visitor)
    tell(database, "UPDATE post_pages SET date = '2001-01-01T00:00:00Z'")
    assert told not in page(visitor)
