"""How much of a source's past we hold, in French."""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from e2e.portal_town import Told, _tell
from e2e.portal_visitor import Visitor

from aggregator.portal.archived import MISSING, figure, in_short, notes
from aggregator.portal.french import Calendar
from aggregator.portal.queries.archives import Archive, Held

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CALENDAR = Calendar(zone=ZoneInfo("Europe/Paris"), now=NOW)


def archive(**changes: object) -> Archive:
    values: dict[str, object] = {
        "state": "done",
        "reason": "",
        "expected": None,
        "found": 0,
        "lacking": 0,
        "missing": {},
    }
    return Archive(**{**values, **changes})  # type: ignore[arg-type]


UNKNOWN = "\u202f; le site ne dit pas s’il y en a d’autres"


def held(
    total: int, oldest: str | None = None, newest: str | None = None, **changes: object
) -> Held:
    return Held(
        reader="feed",
        listed=True,
        archive=archive(**changes),
        total=total,
        oldest=None if oldest is None else datetime.fromisoformat(f"{oldest}T12:00:00+00:00"),
        newest=None if newest is None else datetime.fromisoformat(f"{newest}T12:00:00+00:00"),
    )


@pytest.mark.parametrize(
    ("known", "written"),
    [
        (
            held(412, "2009-03-02", "2026-11-20", lacking=18),
            "412\u00a0publications sur environ\u00a0430, de mars 2009 à aujourd’hui",
        ),
        (
            held(1_412, "2009-04-02", "2015-06-20", expected=1_400),
            "1\u202f412\u00a0publications\u00a0: tout est là, d’avril 2009 à juin 2015",
        ),
        (
            held(2, "2015-10-02", "2015-10-20", expected=2),
            "2\u00a0publications\u00a0: tout est là, en octobre 2015",
        ),
        (
            held(1, "2026-11-20", "2026-11-20"),
            f"1\u00a0publication, de novembre 2026 à aujourd’hui{UNKNOWN}",
        ),
        (held(0), f"0\u00a0publication{UNKNOWN}"),
        (held(7), f"7\u00a0publications{UNKNOWN}"),  # none of them dated
        # What is missing is told by reason.
        (held(7, missing={"gone": 2}), "7\u00a0publications"),
        (held(7, expected=7, missing={"gone": 2}), "7\u00a0publications"),
        (held(7, state="none"), "7\u00a0publications"),
        # Posts that came since the reading ended were not expected then: the gap stays told.
        (held(450, lacking=18, expected=430), "450\u00a0publications sur environ\u00a0468"),
        (
            held(20, state="running", expected=430),
            "20\u00a0publications sur environ\u00a0430",
        ),
        (held(440, state="running", expected=430), "440\u00a0publications"),
    ],
)
def test_the_figure(known: Held, written: str) -> None:
    assert figure(known, CALENDAR) == written


def test_what_nobody_looked_for_yet_is_said() -> None:
    known = replace(held(25, "2024-10-02", "2026-11-20"), archive=None)
    span = "25\u00a0publications, d’octobre 2024 à aujourd’hui\u202f; les archives"
    assert figure(known, CALENDAR) == f"{span} n’ont pas encore été cherchées"
    assert figure(replace(known, listed=False), CALENDAR) == f"{span} n’ont pas été cherchées"
    assert notes(None) == ()


@pytest.mark.parametrize(
    ("reader", "giver"),
    [("decidim", "la plateforme"), ("scdl", "le fichier"), ("icalendar", "le calendrier")],
)
def test_a_platform_gives_all_it_has(reader: str, giver: str) -> None:
    known = replace(held(6, "2025-12-11", "2026-05-28"), archive=None, reader=reader)
    told = f"ce que {giver} donne\u00a0: 6\u00a0publications, de décembre 2025 à mai 2026"
    assert figure(known, CALENDAR) == told


def test_a_blog_that_fell_silent_does_not_go_on_until_today() -> None:
    recent = held(2, "2009-03-02", f"{NOW - timedelta(days=30):%Y-%m-%d}", expected=2)
    silent = held(2, "2009-03-02", f"{NOW - timedelta(days=32):%Y-%m-%d}", expected=2)
    assert figure(recent, CALENDAR).endswith("à aujourd’hui")
    assert figure(silent, CALENDAR).endswith("à octobre 2026")


@pytest.mark.parametrize(
    ("last", "until"), [("2018-06-20T10:00:00Z", "juin 2018"), ("", "aujourd’hui")]
)
def test_the_page_of_a_source_names_the_month_it_fell_silent(
    own: tuple[Visitor, Path], last: str, until: str
) -> None:
    visitor, database = own
    posts = (
        Told(source="jardins", title="Premier", text="", published="2009-03-02T10:00:00Z"),
        Told(source="jardins", title="Dernier", text="", published=last),
        # Neither what is to come nor the day on which we saw something is its last post.
        Told(source="jardins", title="Annonce", text="", day=-10),
        Told(source="jardins", title="Sans date", text="", day=1, origin="first_seen"),
    )
    with sqlite3.connect(database) as connection:
        for post in posts:
            _tell(connection, post)
        connection.execute(
            "INSERT INTO archives (source_id, state, lacking, missing)"
            " SELECT id, 'done', 2, '{\"elsewhere\": 2}' FROM sources WHERE slug = 'jardins'"
        )
    shown = visitor.ask("/source/jardins").text
    assert f"4\u00a0publications sur environ\u00a06, de mars 2009 à {until}" in shown
    assert "<li>2\u00a0pages qui mènent à une autre publication</li>" in shown


def test_gaps_are_counted_one_or_many() -> None:
    found = notes(archive(missing={"gone": 6, "robots": 12, "closed": 1, "unknown": 3}))
    assert found == (
        "12\u00a0pages refusées par robots.txt",
        "6\u00a0pages introuvables",
        "1\u00a0page que le site refuse d’ouvrir",
    )
    ones = notes(archive(missing=dict.fromkeys(MISSING, 1)))
    assert not [text for text in ones if "pages" in text]


def test_what_is_under_way_or_cannot_be_is_said() -> None:
    running = archive(state="running", found=1, expected=430)
    assert notes(running) == (
        "les archives sont en cours de lecture\u00a0: 1\u00a0publication retrouvée jusqu’ici",
    )
    assert in_short(running) == (
        "en cours de lecture\u00a0: 1\u00a0publication retrouvée sur environ\u00a0430"
    )
    none = archive(state="none", reason="ce site ne donne pas accès à ses anciennes publications")
    assert notes(none) == (none.reason,)
    assert in_short(none) == none.reason
    stopped = archive(state="stopped", reason="le site ne répond plus")
    assert notes(stopped) == (
        "la lecture des archives s’est arrêtée\u00a0: le site ne répond plus",
    )
    assert in_short(archive()) == "lues"
    assert notes(archive()) == ()
