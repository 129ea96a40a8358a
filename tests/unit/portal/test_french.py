from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from aggregator.model import DateOrigin, Event
from aggregator.portal.french import Calendar, bound, counted, cut, number

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
CALENDAR = Calendar(zone=ZoneInfo("Europe/Paris"), now=NOW)
CHRISTMAS = datetime(2026, 12, 24, 17, 30, tzinfo=UTC)
LATE = datetime(2026, 3, 3, 23, 30, tzinfo=UTC)  # past midnight in Paris


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (999, "999"), (1234, "1\u202f234"), (1234567, "1\u202f234\u202f567")],
)
def test_numbers_have_narrow_spaces(value: int, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(("value", "text"), [(0, "0\u00a0an"), (1, "1\u00a0an"), (2, "2\u00a0ans")])
def test_plurals_begin_at_two(value: int, text: str) -> None:
    assert counted(value, "an", "ans") == text


@pytest.mark.parametrize(
    ("text", "cut_text"),
    [
        ("court", "court"),
        ("trois mots ici", "trois mots\u00a0…"),
        ("trois mots, ici", "trois mots\u00a0…"),
        ("anticonstitutionnellement", "anticonstit\u00a0…"),
    ],
)
def test_texts_are_cut_at_words(text: str, cut_text: str) -> None:
    assert cut(text, 11) == cut_text


def test_days_are_the_towns() -> None:
    assert CALENDAR.day(LATE) == "4\u00a0mars 2026"
    assert CALENDAR.full(LATE) == "mercredi 4\u00a0mars 2026 à 0\u00a0h\u00a030"


@pytest.mark.parametrize(
    ("origin", "text", "in_full"),
    [
        (
            DateOrigin.STATED,
            "le 4\u00a0mars 2026",
            "le mercredi 4\u00a0mars 2026 à 0\u00a0h\u00a030",
        ),
        (DateOrigin.DAY_ONLY, "le 4\u00a0mars 2026", "le mercredi 4\u00a0mars 2026"),
        (DateOrigin.INFERRED, "vers le 4\u00a0mars 2026 (date déduite)", None),
        (DateOrigin.FIRST_SEEN, "date inconnue, vue le 4\u00a0mars 2026", None),
    ],
)
def test_a_date_says_where_it_comes_from(
    origin: DateOrigin, text: str, in_full: str | None
) -> None:
    assert CALENDAR.dated(LATE, origin) == text
    assert CALENDAR.dated_in_full(LATE, origin) == (in_full or text)


@pytest.mark.parametrize(
    ("origin", "text"),
    [
        (DateOrigin.STATED, "4\u00a0mars"),
        (DateOrigin.DAY_ONLY, "4\u00a0mars"),
        (DateOrigin.INFERRED, "vers le 4\u00a0mars"),
        (DateOrigin.FIRST_SEEN, "sans date, vue le 4\u00a0mars"),
    ],
)
def test_brief_dates_leave_this_year_out(origin: DateOrigin, text: str) -> None:
    assert CALENDAR.brief(LATE, origin) == text


@pytest.mark.parametrize(
    ("origin", "brief", "dated", "in_full"),
    [
        (
            DateOrigin.STATED,
            "à venir, le 24\u00a0décembre",
            "à venir, le 24\u00a0décembre 2026",
            "à venir, le jeudi 24\u00a0décembre 2026 à 18\u00a0h\u00a030",
        ),
        (
            DateOrigin.DAY_ONLY,
            "à venir, le 24\u00a0décembre",
            "à venir, le 24\u00a0décembre 2026",
            "à venir, le jeudi 24\u00a0décembre 2026",
        ),
        (
            DateOrigin.INFERRED,
            "à venir, vers le 24\u00a0décembre",
            "à venir, vers le 24\u00a0décembre 2026 (date déduite)",
            "à venir, vers le 24\u00a0décembre 2026 (date déduite)",
        ),
    ],
)
def test_dates_announced_are_called_so(
    origin: DateOrigin, brief: str, dated: str, in_full: str
) -> None:
    assert CALENDAR.brief(CHRISTMAS, origin) == brief
    assert CALENDAR.dated(CHRISTMAS, origin) == dated
    assert CALENDAR.dated_in_full(CHRISTMAS, origin) == in_full


def test_an_hour_to_come_is_announced_and_todays_bare_day_is_not() -> None:
    noon = datetime(2026, 11, 22, 11, tzinfo=UTC)
    assert CALENDAR.is_announced(noon, DateOrigin.STATED)
    assert not CALENDAR.is_announced(noon, DateOrigin.DAY_ONLY)
    assert not CALENDAR.is_announced(noon, DateOrigin.INFERRED)
    assert CALENDAR.is_announced(noon + timedelta(days=1), DateOrigin.DAY_ONLY)
    assert not CALENDAR.is_announced(NOW, DateOrigin.STATED)
    assert datetime(2026, 11, 22, 23, tzinfo=UTC) == CALENDAR.tomorrow


def test_brief_dates_name_other_years() -> None:
    assert (
        CALENDAR.brief(datetime(2016, 2, 29, tzinfo=UTC), DateOrigin.STATED)
        == "29\u00a0février 2016"
    )


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 11, 22, 8, tzinfo=UTC), "Aujourd’hui"),
        (datetime(2026, 11, 21, 8, tzinfo=UTC), "Hier"),
        (datetime(2026, 11, 20, 23, 30, tzinfo=UTC), "Hier"),
        (datetime(2026, 11, 16, 8, tzinfo=UTC), "Lundi 16\u00a0novembre"),
        (datetime(2026, 11, 15, 8, tzinfo=UTC), "Novembre 2026"),
        (datetime(2016, 2, 1, 8, tzinfo=UTC), "Février 2016"),
    ],
)
def test_headings_of_the_river(moment: datetime, text: str) -> None:
    assert CALENDAR.heading(moment) == text
    assert CALENDAR.is_recent(moment) is (" 20" not in text)


def test_our_own_moments_have_minutes() -> None:
    assert CALENDAR.minute(LATE) == "4\u00a0mars à 0\u00a0h\u00a030"


def test_machine_dates_have_no_hour_where_none_is_stated() -> None:
    assert CALENDAR.machine(LATE, DateOrigin.STATED) == "2026-03-04T00:30+01:00"
    assert CALENDAR.machine(LATE, DateOrigin.DAY_ONLY) == "2026-03-04"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Et si on votait ?", "Et si on votait\u00a0?"),
        ("« Le pont » : suite", "«\u00a0Le pont\u00a0»\u00a0: suite"),
        ("à 10 :30", "à 10 :30"),
        ("rien à lier", "rien à lier"),
    ],
)
def test_signs_stay_with_their_word(text: str, kept: str) -> None:
    assert bound(text) == kept


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# In winter a town's hour is one ahead of UTC, in summer two.
EVENTS = [
    ("2026-03-12T17:30", "2026-03-12T19:00", False, "jeudi 12 mars 2026, de 18 h 30 à 20 h"),
    ("2026-07-10T16:00", None, False, "vendredi 10 juillet 2026, à 18 h"),
    ("2026-03-11T23:00", None, True, "jeudi 12 mars 2026"),
    ("2026-03-11T23:00", "2026-03-13T23:00", True, "du jeudi 12 mars 2026 au samedi 14 mars 2026"),
    ("2018-02-02T21:00", "2018-02-03T04:30", False, "vendredi 2 février 2018, de 22 h à 5 h 30"),
    (
        "2018-03-29T05:00",
        "2018-04-01T17:00",
        False,
        "du jeudi 29 mars 2018 à 7 h au dimanche 1er avril 2018 à 19 h",
    ),
]


@pytest.mark.parametrize(("starts", "ends", "all_day", "written"), EVENTS)
def test_events_are_written_in_the_towns_time(
    starts: str, ends: str | None, all_day: bool, written: str
) -> None:
    event = Event(starts=utc(starts), ends=utc(ends) if ends else None, all_day=all_day)
    assert CALENDAR.event(event).replace("\u00a0", " ") == written


@pytest.mark.parametrize(
    ("starts", "ends", "all_day", "told"),
    [
        ("2026-12-02T13:00", None, False, "mercredi 2 décembre 2026 à 14 h"),
        ("2026-12-02T13:30", "2026-12-02T15:00", False, "mercredi 2 décembre 2026 à 14 h 30"),
        ("2026-12-02T20:00", "2026-12-03T01:00", False, "mercredi 2 décembre 2026 à 21 h"),
        ("2026-12-01T23:00", None, True, "mercredi 2 décembre 2026"),
        ("2026-12-01T23:00", "2026-12-03T23:00", True, "du 2 décembre 2026 au 4 décembre 2026"),
    ],
)
def test_lists_say_when_an_event_begins(
    starts: str, ends: str | None, all_day: bool, told: str
) -> None:
    event = Event(starts=utc(starts), ends=utc(ends) if ends else None, all_day=all_day)
    assert CALENDAR.begins(event).replace("\u00a0", " ") == told
