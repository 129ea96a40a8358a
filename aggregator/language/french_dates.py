"""Days and lapses of time as French people write them."""

from datetime import date, datetime, timedelta

MONTHS = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_SPACE = "\u00a0"  # keeps « 9 h » on one line
_MINUTE, _HOUR, _DAY, _MONTH = 60, 3_600, 86_400, 2_629_746
# Each unit, from how many seconds on it is used, and whether it is feminine.
_UNITS = (
    (_MONTH, 60 * _DAY, "mois", "mois", False),
    (_DAY, 20 * _HOUR, "jour", "jours", False),
    (_HOUR, 50 * _MINUTE, "heure", "heures", True),
    (_MINUTE, 0, "minute", "minutes", True),
)


def french_day(day: date) -> str:
    """Write a day: « 1er mars 2016 », « 14 juillet 2020 »."""
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number} {MONTHS[day.month - 1]} {day.year}"


def lapse(time: timedelta) -> str:
    """Write about how long: « 20 minutes », « 1 heure », « 3 jours », « 4 mois »."""
    count, one, many, _ = _in_units(time)
    return f"{count}{_SPACE}{one if count == 1 else many}"


def each(time: timedelta) -> str:
    """Write about how often: « tous les 2 jours », « toutes les semaines »."""
    count, one, many, is_feminine = _in_units(time)
    if (count, one) == (7, "jour"):
        return "toutes les semaines"
    return _each(count, many, is_feminine=is_feminine)


def each_exactly(time: timedelta) -> str:
    """Write how often, to the minute: « toutes les 90 minutes », « tous les 2 jours »."""
    seconds = round(time.total_seconds())
    size, _, _, many, is_feminine = next(
        (unit for unit in _UNITS[1:] if seconds >= unit[0] and seconds % unit[0] == 0), _UNITS[-1]
    )
    return _each(max(1, seconds // size), many, is_feminine=is_feminine)


def around(moment: datetime, *, to_quarter: bool) -> str:
    """Write about when, within a week: « mardi vers 9 h », « lundi vers 14 h 15 ».

    Args:
        moment: In the zone of the readers.
        to_quarter: Round to the quarter of an hour, not to the hour.
    """
    step = 15 * _MINUTE if to_quarter else _HOUR
    seconds = moment.minute * _MINUTE + moment.second
    rounded = moment + timedelta(seconds=round(seconds / step) * step - seconds)
    minutes = f"{_SPACE}{rounded.minute:02d}" if rounded.minute else ""
    return f"{WEEKDAYS[rounded.weekday()]} vers {rounded.hour}{_SPACE}h{minutes}"


def _in_units(time: timedelta) -> tuple[int, str, str, bool]:
    seconds = time.total_seconds()
    size, _, one, many, is_feminine = next(unit for unit in _UNITS if seconds >= unit[1])
    count = max(1, round(seconds / size))
    if size == _MINUTE and count > 5:
        count = 5 * round(count / 5)
    return count, one, many, is_feminine


def _each(count: int, many: str, *, is_feminine: bool) -> str:
    every = "toutes les" if is_feminine else "tous les"
    return f"{every} {many}" if count == 1 else f"{every} {count}{_SPACE}{many}"
