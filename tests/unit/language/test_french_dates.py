from datetime import UTC, datetime, timedelta

import pytest

from aggregator.language.french_dates import around, each, each_exactly, lapse


@pytest.mark.parametrize(
    ("hours", "how_often", "how_long"),
    [
        (0.01, "toutes les minutes", "1 minute"),
        (0.36, "toutes les 20 minutes", "20 minutes"),
        (0.9, "toutes les heures", "1 heure"),
        (3.2, "toutes les 3 heures", "3 heures"),
        (22, "tous les jours", "1 jour"),
        (150, "tous les 6 jours", "6 jours"),
        (170, "toutes les semaines", "7 jours"),
        (24 * 90, "tous les 3 mois", "3 mois"),
    ],
)
def test_times_are_written_as_people_say_them(hours: float, how_often: str, how_long: str) -> None:
    time = timedelta(hours=hours)
    assert each(time).replace("\u00a0", " ") == how_often
    assert lapse(time).replace("\u00a0", " ") == how_long


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (30, "toutes les 30 minutes"),
        (60, "toutes les heures"),
        (90, "toutes les 90 minutes"),
        (1_440, "tous les jours"),
        (2_160, "toutes les 36 heures"),
        (10_080, "tous les 7 jours"),
    ],
)
def test_a_rhythm_that_was_asked_for_is_not_rounded(minutes: int, text: str) -> None:
    assert each_exactly(timedelta(minutes=minutes)).replace("\u00a0", " ") == text


@pytest.mark.parametrize(
    ("hour", "minute", "to_quarter", "text"),
    [
        (9, 10, False, "mardi vers 9 h"),
        (9, 10, True, "mardi vers 9 h 15"),
        (9, 5, True, "mardi vers 9 h"),
        (23, 55, True, "mercredi vers 0 h"),
        (13, 40, False, "mardi vers 14 h"),
    ],
)
def test_a_moment_is_rounded(hour: int, minute: int, *, to_quarter: bool, text: str) -> None:
    moment = datetime(2026, 11, 24, hour, minute, tzinfo=UTC)
    assert around(moment, to_quarter=to_quarter).replace("\u00a0", " ") == text
