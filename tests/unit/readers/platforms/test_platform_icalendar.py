"""Calendars: zones, whole days, what repeats, what is cancelled, and what would never end."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from aggregator.errors import NothingFound, ReadError
from aggregator.model import Entry, Extraction, Page, Service, Source
from aggregator.readers.platforms import first_ask, read_answer
from aggregator.readers.platforms import icalendar as calendars

PageOf = Callable[..., Page]  # fetched on 1 May 2024


def calendar(*events: str) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "X-WR-CALNAME:Agenda du quartier"]
    for event in events:
        lines += ["BEGIN:VEVENT", *event.strip().splitlines(), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def read(page_of: PageOf, body: bytes) -> Extraction:
    url = "https://exemple.fr/a.ics"
    service = Service(name="icalendar", options=(("file", url),))
    source = Source(slug="a", name="A", url="https://exemple.fr/", kind="agenda", service=service)
    ask = first_ask(source, now=datetime(2024, 5, 1, tzinfo=UTC))
    return read_answer(page_of(body, url=ask.url), source, ask=ask)


def one(page_of: PageOf, event: str) -> Entry:
    (entry,) = read(page_of, calendar(event)).entries
    return entry


def test_an_event_with_all_it_says(page_of: PageOf) -> None:
    found = read(
        page_of,
        calendar(
            "UID:1@exemple.fr\nDTSTAMP:20240430T000000Z\nCREATED:20240402T080000Z\n"
            "LAST-MODIFIED:20240403T080000Z\nDTSTART;TZID=Europe/Paris:20240312T183000\n"
            "DTEND;TZID=Europe/Paris:20240312T200000\nSUMMARY:Conseil\\, séance publique\n"
            "DESCRIPTION:Ordre du jour :\\n1. Budget\nLOCATION:Hôtel de ville\n"
            "URL:https://exemple.fr/conseil\nCATEGORIES:Réunion,Débat"
        ),
    )
    (entry,) = found.entries
    assert (entry.guid, entry.title) == ("1@exemple.fr", "Conseil, séance publique")
    assert (entry.starts, entry.ends) == ("2024-03-12T18:30:00+01:00", "2024-03-12T20:00:00+01:00")
    assert (entry.place, entry.link) == ("Hôtel de ville", "https://exemple.fr/conseil")
    assert entry.categories == ("Réunion", "Débat")
    # When it was written down, never when it takes place nor when it was exported.
    assert entry.published == "2024-04-02T08:00:00+00:00"
    assert (found.title, found.ages) == ("Agenda du quartier", True)


@pytest.mark.parametrize(
    ("times", "starts", "ends"),
    [
        ("DTSTART:20240312T173000Z", "2024-03-12T17:30:00+00:00", None),
        ("DTSTART:20240312T183000", "2024-03-12T18:30:00", None),  # the town's time
        ("DTSTART;VALUE=DATE:20240312", "2024-03-12", None),
        (
            "DTSTART;VALUE=DATE:20240312\nDTEND;VALUE=DATE:20240315",
            "2024-03-12",
            "2024-03-14",  # DTEND is the day after
        ),
        ("DTSTART:20240312T183000\nDURATION:PT90M", "2024-03-12T18:30:00", "2024-03-12T20:00:00"),
        (
            "DTSTART;TZID=America/New_York:20240312T120000",
            "2024-03-12T12:00:00-04:00",
            None,
        ),
    ],
)
def test_times(times: str, starts: str, ends: str | None, page_of: PageOf) -> None:
    entry = one(page_of, f"UID:1\nSUMMARY:A\n{times}")
    assert (entry.starts, entry.ends) == (starts, ends)


def test_what_is_cancelled_says_so(page_of: PageOf) -> None:
    entry = one(page_of, "UID:1\nSUMMARY:Fête\nSTATUS:CANCELLED\nDTSTART:20240601T140000Z")
    assert entry.title == "Annulé\u00a0: Fête"


def test_what_repeats_is_read_from_a_month_ago_to_a_year_ahead(page_of: PageOf) -> None:
    found = read(
        page_of,
        calendar(
            "UID:1\nSUMMARY:Permanence\nDTSTART;TZID=Europe/Paris:20200106T180000\n"
            "RRULE:FREQ=WEEKLY\nEXDATE;TZID=Europe/Paris:20240506T180000",
            "UID:1\nRECURRENCE-ID;TZID=Europe/Paris:20240513T180000\nSUMMARY:Permanence déplacée\n"
            "DTSTART;TZID=Europe/Paris:20240514T190000",
        ),
    )
    starts = {str(entry.starts) for entry in found.entries}
    assert min(starts) == "2024-04-01T18:00:00+02:00"  # 18 h on both sides of the change of time
    assert max(starts) == "2025-04-28T18:00:00+02:00"
    assert "2025-01-06T18:00:00+01:00" in starts
    assert "2024-05-06T18:00:00+02:00" not in starts
    moved = next(entry for entry in found.entries if entry.title == "Permanence déplacée")
    assert (moved.guid, moved.starts) == (
        "1/2024-05-13T18:00:00+02:00",
        "2024-05-14T19:00:00+02:00",
    )
    assert len({entry.guid for entry in found.entries}) == len(found.entries)


def test_past_events_that_do_not_repeat_are_kept(page_of: PageOf) -> None:
    assert one(page_of, "UID:1\nSUMMARY:A\nDTSTART:20120312T173000Z").starts is not None


def test_copies_of_an_event_are_told_apart(page_of: PageOf) -> None:
    days = [f"UID:1\nSUMMARY:A\nDTSTART:202403{day}T173000Z" for day in (12, 13)]
    found = read(page_of, calendar(*days))
    assert [entry.guid for entry in found.entries] == ["1", "1/2024-03-13T17:30:00+00:00"]


def test_an_event_without_a_beginning_is_told(page_of: PageOf) -> None:
    found = read(page_of, calendar("UID:1\nSUMMARY:A\nDTSTART:demain", "UID:2\nDTSTART:20240312"))
    assert len(found.entries) == 1
    assert [(one.line, one.entry) for one in found.rejections] == [(1, "A")]


def test_an_empty_calendar_is_no_failure(page_of: PageOf) -> None:
    assert read(page_of, calendar()).entries == ()


def test_a_broken_calendar_is_a_failure(page_of: PageOf) -> None:
    with pytest.raises(NothingFound, match="the file is no calendar"):
        read(page_of, b"BEGIN:VCALENDAR\nrien\nEND:VCALENDAR")


@pytest.mark.parametrize(
    "rule",
    ["FREQ=SECONDLY", "FREQ=DAILY;BYSETPOS=2", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"],
)
def test_a_rule_without_end_ends(
    rule: str, page_of: PageOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendars, "WALL_S", 2)
    rules = [
        f"UID:{number}\nSUMMARY:A\nDTSTART:19700101T000000Z\nRRULE:{rule}" for number in range(20)
    ]
    with pytest.raises(ReadError, match="within its limits of time and memory"):
        read(page_of, calendar(*rules))


def test_thousands_of_events_are_cut_with_a_warning(page_of: PageOf) -> None:
    days = [f"UID:{number}\nSUMMARY:A\nDTSTART:20240312T173000Z" for number in range(5_010)]
    found = read(page_of, calendar(*days))
    assert (len(found.entries), found.warnings) == (
        5_000,
        ("only the first 5000 events are read",),
    )
