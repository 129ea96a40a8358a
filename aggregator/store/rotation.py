"""Which of many backups are kept: dense for a week, sparse for a year."""

import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date
from pathlib import Path

DAYS = 7
WEEKS = 4
MONTHS = 12

_NAME = re.compile(r"veille-(\d{4}-\d\d-\d\d)\.db", re.ASCII)


def name_of(day: date) -> str:
    """Return the name of a day's backup."""
    return f"veille-{day.isoformat()}.db"


def superfluous(folder: Path, *, made: Path) -> list[Path]:
    """Return the backups of a folder that may go; files of other names are none of ours.

    Args:
        folder: Where they are.
        made: The one just made: it stays, however old a clock that is wrong makes it look.
    """
    files = {day: file for file in folder.iterdir() if (day := _day_of(file.name)) is not None}
    return [files[day] for day in files.keys() - kept(files) if files[day] != made]


def kept(days: Iterable[date]) -> set[date]:
    """Return the days whose backups stay.

    The last seven; of what is older, the last one of each of four weeks; of what is older still,
    the last one of each of twelve months. Days without a backup do not count: a machine that was
    off for a month loses nothing by it.
    """
    rest = sorted(days, reverse=True)
    staying = set(rest[:DAYS])
    rest = rest[DAYS:]
    for period, count in ((_week, WEEKS), (_month, MONTHS)):
        chosen, rest = _last_of_each(rest, period, count)
        staying |= chosen
    return staying


def _last_of_each(
    days: Sequence[date], period: Callable[[date], Hashable], count: int
) -> tuple[set[date], list[date]]:
    """Return the newest day of each of the newest periods, and the days before these periods."""
    chosen: dict[Hashable, date] = {}
    for number, day in enumerate(days):
        if period(day) not in chosen and len(chosen) == count:
            return set(chosen.values()), list(days[number:])
        chosen.setdefault(period(day), day)
    return set(chosen.values()), []


def _week(day: date) -> Hashable:
    return day.isocalendar()[:2]


def _month(day: date) -> Hashable:
    return (day.year, day.month)


def _day_of(name: str) -> date | None:
    found = _NAME.fullmatch(name)
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None
