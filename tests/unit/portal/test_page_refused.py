"""Rows of open data that could not be read, on the page of their source."""

import sqlite3
from pathlib import Path

import html5lib
from e2e.portal_visitor import Visitor, words


def refuse(database: Path, rows: int, *, reader: str = "scdl", display: str = "full") -> None:
    """Have some rows of a source refused."""
    with sqlite3.connect(database) as connection:
        connection.execute(
            "UPDATE sources SET reader = ?, display = ? WHERE slug = 'jardins'", (reader, display)
        )
        connection.executemany(
            "INSERT INTO refused_records (source_id, line, record, reason, seen)"
            " SELECT id, ?, ?, 'montant est vide', '2026-03-03T09:30:00Z' FROM sources"
            " WHERE slug = 'jardins'",
            [(line, f"2026;<b>Les Amis {line}</b>;;") for line in range(6, 6 + rows)],
        )


def page(visitor: Visitor) -> str:
    response = visitor.ask("/source/jardins")
    html5lib.HTMLParser(strict=True).parse(response.text)
    return words(response)


def test_a_row_that_was_refused_is_told_with_its_beginning(own: tuple[Visitor, Path]) -> None:
    visitor, database = own
    refuse(database, 1)
    text = page(visitor)
    assert "1 ligne illisible" in text
    assert "Lignes illisibles 1 ligne n’a pas pu être lue quand ces données ont été relues" in text
    assert "la recherche ne la trouve pas. Ligne 6 : montant est vide 2026;<b>Les Amis 6</b>;;" in (
        text
    )


def test_what_may_not_be_shown_is_told_without_it(own: tuple[Visitor, Path]) -> None:
    visitor, database = own
    refuse(database, 1, reader="openagenda", display="excerpt")
    text = page(visitor)
    assert "Entrées illisibles" in text
    assert "Entrée 6 : montant est vide" in text
    assert "Les Amis" not in text


def test_of_many_the_first_twenty_are_named(own: tuple[Visitor, Path]) -> None:
    visitor, database = own
    refuse(database, 1_000)
    text = page(visitor)
    assert "Au moins 1 000 lignes n’ont pas pu être lues" in text
    assert "ne les trouve pas. Voici les 20 premières." in text
    assert "Ligne 25" in text
    assert "Ligne 26" not in text


def test_a_source_whose_rows_were_all_read_says_nothing(visitor: Visitor) -> None:
    assert "illisible" not in page(visitor)
