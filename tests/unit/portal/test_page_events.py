"""What a publication's page says of the event that it announces."""

import sqlite3
from contextlib import closing
from pathlib import Path

import html5lib
import pytest
from e2e.portal_town import SCHOOL_PAGE
from e2e.portal_visitor import Visitor, words


@pytest.mark.parametrize("place", ["Salle des fêtes, rue du Port", ""])
def test_the_page_says_when_and_where(place: str, own: tuple[Visitor, Path]) -> None:
    visitor, database = own
    uid = SCHOOL_PAGE.rpartition("/")[2]
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(
            "INSERT INTO post_events (post_id, starts, ends, place)"
            " SELECT id, '2026-03-12T17:30:00Z', '2026-03-12T19:00:00Z', ? FROM posts"
            " WHERE uid = ?",
            (place, uid),
        )
    response = visitor.ask(SCHOOL_PAGE)
    html5lib.HTMLParser(strict=True).parse(response.text)
    text = words(response)
    assert "Quand : jeudi 12 mars 2026, de 18 h 30 à 20 h" in text
    assert (f"Où : {place}" in text) if place else ("Où" not in text)


def test_a_page_without_an_event_says_neither(own: tuple[Visitor, Path]) -> None:
    assert "Quand" not in words(own[0].ask(SCHOOL_PAGE))
