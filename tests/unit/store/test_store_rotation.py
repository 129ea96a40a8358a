from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from aggregator.store.rotation import DAYS, MONTHS, WEEKS, kept, name_of, superfluous

FIRST = date(2024, 1, 1)


def after_years_of_backups(days: int) -> list[date]:
    """Rotate after each day's backup; return what is there in the end, oldest first."""
    held: set[date] = set()
    for number in range(days):
        held = kept(held | {FIRST + timedelta(days=number)})
    return sorted(held)


def test_a_week_of_days_a_month_of_weeks_a_year_of_months() -> None:
    held = after_years_of_backups(800)
    last = FIRST + timedelta(days=799)
    days = [last - timedelta(days=number) for number in reversed(range(DAYS))]
    assert held[-DAYS:] == days
    weeks = held[-DAYS - WEEKS : -DAYS]
    # Whole weeks end on a Sunday; the youngest one may still be growing.
    assert [day.weekday() for day in weeks[:-1]] == [6] * (WEEKS - 1)
    assert len({day.isocalendar()[:2] for day in weeks}) == WEEKS
    months = held[: -DAYS - WEEKS]
    assert len(months) == MONTHS
    assert len({(day.year, day.month) for day in months}) == MONTHS
    assert 330 < (last - held[0]).days < 430


def test_every_gap_is_as_promised_on_any_day() -> None:
    held: set[date] = set()
    for number in range(500):
        today = FIRST + timedelta(days=number)
        held = kept(held | {today})
        ages = sorted((today - day).days for day in held)
        assert ages[:DAYS] == list(range(min(DAYS, number + 1)))
        gaps = [later - earlier for earlier, later in pairwise(ages)]
        assert all(gap <= 7 for age, gap in zip(ages, gaps, strict=False) if age < DAYS + 14)
        assert all(gap <= 41 for gap in gaps)
        assert len(held) <= DAYS + WEEKS + MONTHS


def test_a_machine_that_was_off_loses_nothing_by_it() -> None:
    week = [date(2026, 3, day) for day in range(1, 7)]
    assert kept([*week, date(2026, 9, 1)]) == {*week, date(2026, 9, 1)}


@pytest.mark.parametrize("count", [0, 1, 7])
def test_few_are_all_kept(count: int) -> None:
    days = {FIRST + timedelta(days=number) for number in range(count)}
    assert kept(days) == days


def test_only_what_it_named_can_go(tmp_path: Path) -> None:
    for number in range(30):
        (tmp_path / name_of(FIRST + timedelta(days=number))).touch()
    others = [
        "veille.db",
        "veille-2024-01-01.db.bak",
        "veille-2024-13-01.db",
        "photo-2024-01-01.db",
    ]
    for name in others:
        (tmp_path / name).touch()
    gone = {file.name for file in superfluous(tmp_path, made=tmp_path / name_of(FIRST))}
    assert gone
    assert all(name.startswith("veille-2024-01-") for name in gone)
    assert not gone & set(others)
