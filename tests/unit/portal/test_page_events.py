"""What a publication's page says of the event that it announces."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import html5lib
import pytest
from e2e.portal_town import SCHOOL_PAGE
from e2e.portal_visitor import Visitor, words

from aggregator.clock import now, to_iso
from aggregator.model import Event
from aggregator.portal.french import Calendar
from aggregator.portal.queries import home
from aggregator.portal.queries.reading import Present


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


PERMANENCE = "Permanence relogement"


def hold(database: Path, *starts: str, title: str = PERMANENCE, all_day: int = 0) -> list[str]:
    """Make the oldest posts of the gazette the dates of one event; return their names."""
    with closing(sqlite3.connect(database)) as connection, connection:
        rows = connection.execute(
            "SELECT p.id, p.uid FROM posts AS p JOIN sources AS s ON s.id = p.source_id"
            " WHERE s.slug = 'gazette' ORDER BY p.id LIMIT ?",
            (len(starts),),
        ).fetchall()
        for (number, _), start in zip(rows, starts, strict=True):
            connection.execute("UPDATE posts SET title = ? WHERE id = ?", (title, number))
            connection.execute(
                "INSERT INTO post_events (post_id, starts, all_day) VALUES (?, ?, ?)",
                (number, start, all_day),
            )
    return [uid for _, uid in rows]


def test_every_list_says_when_an_event_takes_place(own: tuple[Visitor, Path]) -> None:
    visitor, database = own
    uids = hold(database, "2019-12-04T13:00:00Z", "2020-01-08T13:30:00Z")
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(
            "INSERT INTO similar_posts SELECT a.id, b.id, 0.9 FROM posts AS a, posts AS b"
            " WHERE a.uid = ? AND b.uid = ?",
            (SCHOOL_PAGE.rpartition("/")[2], uids[0]),
        )
    for address in ("/recherche?source=gazette&tri=date", "/source/gazette", "/", SCHOOL_PAGE):
        response = visitor.ask(address)
        html5lib.HTMLParser(strict=True).parse(response.text)
        assert "mercredi 4 décembre 2019 à 14 h" in words(response), address
        assert 'datetime="2019-12-04T14:00+01:00"' in response.text
    assert "mercredi 8 janvier 2020 à 14 h 30" in words(visitor.ask("/source/gazette"))


def test_an_event_without_a_date_of_its_post_says_only_its_own(own: tuple[Visitor, Path]) -> None:
    visitor, database = own
    hold(database, "2019-12-04T13:00:00Z")
    found = words(visitor.ask("/recherche?source=gazette"))
    assert "mercredi 4 décembre 2019 à 14 h, " in found
    assert found.count("publiée le") == 1
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE posts SET date_origin = 'first_seen'")
    for address in ("/recherche?source=gazette", "/source/gazette"):
        found = words(visitor.ask(address))
        (line,) = found.split("mercredi 4 décembre 2019 à 14 h")[1:]
        assert not line.lstrip(", ").startswith(("sans date", "date inconnue"))
        assert "publiée" not in found
    feed = visitor.ask("/recherche.atom?source=gazette").text
    assert "<summary>Mercredi 4\u00a0décembre 2019, à 14\u00a0h." in feed


def test_the_home_page_tells_an_event_once_with_its_next_date(own: tuple[Visitor, Path]) -> None:
    visitor, database = own
    at = now().replace(hour=13, minute=0, second=0)
    days = [at + timedelta(days=days) for days in (3, 10)]
    hold(database, *map(to_iso, days))
    calendar = Calendar(zone=ZoneInfo("Europe/Paris"), now=now())
    coming = words(visitor.ask("/")).split("À venir")[1].split("Le fil")[0]
    assert coming.count(PERMANENCE) == 1
    told = f"{calendar.begins(Event(starts=days[0]))}, puis le {calendar.day(days[1])}, "
    assert told.replace("\u00a0", " ") in coming


@pytest.mark.parametrize(
    ("ahead", "all_day", "is_coming"),
    [
        (timedelta(0), 1, True),
        (timedelta(days=-1), 1, False),
        (timedelta(days=-1), 0, False),
        (timedelta(days=1), 0, True),
        (timedelta(days=100), 0, False),
    ],
)
def test_what_is_over_or_far_off_is_not_coming(
    own: tuple[Visitor, Path], ahead: timedelta, all_day: int, is_coming: bool
) -> None:
    visitor, database = own
    zone = ZoneInfo("Europe/Paris")
    midnight = datetime.combine((now() + ahead).astimezone(zone).date(), time(), zone)
    hold(database, to_iso(midnight.astimezone(UTC)), all_day=all_day)
    coming = words(visitor.ask("/")).split("À venir")
    assert (PERMANENCE in coming[1].split("Le fil")[0]) is is_coming


def test_an_event_taken_back_is_not_coming(own: tuple[Visitor, Path]) -> None:
    visitor, database = own
    hold(database, to_iso(now() + timedelta(days=2)))
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("INSERT INTO withdrawn_posts SELECT post_id, starts FROM post_events")
    assert PERMANENCE not in words(visitor.ask("/")).split("À venir")[1].split("Le fil")[0]


def test_events_are_found_in_the_order_of_their_index(own: tuple[Visitor, Path]) -> None:
    _, database = own
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        said: list[str] = []
        connection.set_trace_callback(said.append)
        home.coming(connection, present=Present(now=now(), tomorrow=now() + timedelta(days=1)))
        connection.set_trace_callback(None)
        for statement in said:
            plan = [row["detail"] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
            assert not any("TEMP B-TREE" in step or step.startswith("SCAN") for step in plan), plan
