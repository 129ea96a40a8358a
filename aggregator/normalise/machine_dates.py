"""Dates written by machines: ISO 8601 (RFC 3339, W3CDTF, SQL) and RFC 822 (RSS, e-mail)."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache

from aggregator.normalise.reading import Reading

_ISO = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d{1,2})-(?P<day>\d{1,2})|(?P<month2>\d\d)(?P<day2>\d\d))"
    r"(?:(?:T|\s+)(?P<hour>\d{1,2}):?(?P<minute>\d\d)(?::?(?P<second>\d\d)(?:[.,]\d{1,12})?)?)?"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?",
    re.IGNORECASE,
)
# parsedate_tz guesses at anything: only what has the shape of RFC 822 goes to it.
_RFC_822 = re.compile(
    r"(?:[a-z]{2,9}\.?,?\s+)?\d{1,2}[\s-][a-z]{3,9}[\s-](?:\d{2}|\d{4})"
    r"(?:\s+\d{1,2}:\d\d(?::\d\d)?(?:\s*(?P<zone>[a-z]{1,5}|(?:UTC|GMT)?[+-]\d\d:?\d\d))?"
    r"(?:\s*\([^)]*\))?)?",
    re.IGNORECASE,
)
# As nearly all feeds write it; parsedate_tz, which reads all other forms, takes ten times as long.
_PLAIN_RFC_822 = re.compile(
    r"(?:[A-Z][a-z]{2}, )?(\d{1,2}) ([A-Z][a-z]{2}) ([12]\d{3}) (\d\d):(\d\d):(\d\d) "
    r"([+-]\d{4}|GMT|UTC|Z)",
    re.ASCII,
)
_MONTH_NAMES = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES.split(), 1)}
_HAS_CLOCK = re.compile(r"\d:\d\d")
# C's asctime, which RFC 850-era software still writes: « Sun Nov  6 08:49:37 1994 ».
_ASCTIME = re.compile(
    r"[a-z]{3},? ([a-z]{3}) +(\d{1,2}) (\d\d:\d\d:\d\d)(?: ([a-z]{3,4}|[+-]\d{4}))? (\d{4})",
    re.IGNORECASE,
)
# Names that email.utils does not know, in hours; summer ones as written.
_ZONES = {"wet": 0, "west": 1, "bst": 1, "cet": 1, "cest": 2, "met": 1, "mest": 2, "eet": 2}


def read_machine_date(text: str) -> Reading | None:
    """Read a date in one of the forms that feeds prescribe; None for every other text."""
    text = text.strip()
    if match := _ISO.fullmatch(text):
        return _read_iso(match)
    if (match := _PLAIN_RFC_822.fullmatch(text)) and match[2] in _MONTHS:
        return _read_plain_rfc_822(match)
    if match := _ASCTIME.fullmatch(text):
        month, day, clock, zone, year = match.groups()
        text = f"{day} {month} {year} {clock} {zone or ''}".strip()
    if match := _RFC_822.fullmatch(text):
        return _read_rfc_822(text, match["zone"])
    return None


@lru_cache(maxsize=128)
def read_zone(name: str | None) -> tzinfo | None:
    """Read `Z`, `UTC`, `CET`, `+02:00`, `+0200` or `+02`; None for anything else."""
    if name is None:
        return None
    name = name.lower()
    if name in {"z", "ut", "utc", "gmt"}:
        return UTC
    if name in _ZONES:
        return timezone(timedelta(hours=_ZONES[name]))
    digits = name.lstrip("utcgm").replace(":", "")
    if not re.fullmatch(r"[+-]\d\d(?:\d\d)?", digits):
        return None
    offset = timedelta(hours=int(digits[1:3]), minutes=int(digits[3:] or 0))
    if offset >= timedelta(hours=24):
        return None
    return timezone(-offset if digits[0] == "-" else offset)


def _read_iso(match: re.Match[str]) -> Reading | None:
    year, month, month_day, month2, month_day2, hour, minute, second, zone = match.groups()
    try:
        day = date(int(year), int(month or month2), int(month_day or month_day2))
        if hour is None:
            return Reading(day=day)
        # A leap second is written :60.
        clock = time(int(hour), int(minute), min(int(second or 0), 59))
    except ValueError:  # 0000-00-00, 30 February, 25:61
        return None
    return Reading(day=day, clock=clock, zone=read_zone(zone))


def _read_plain_rfc_822(match: re.Match[str]) -> Reading | None:
    month_day, month, year, hour, minute, second, zone = match.groups()
    try:
        day = date(int(year), _MONTHS[month], int(month_day))
        clock = time(int(hour), int(minute), min(int(second), 59))
    except ValueError:
        return None
    return Reading(day=day, clock=clock, zone=read_zone(zone))


def _read_rfc_822(text: str, written_zone: str | None) -> Reading | None:
    from email.utils import parsedate_tz  # noqa: PLC0415 - start-up

    parsed = parsedate_tz(text)
    if parsed is None:
        return None
    try:
        moment = datetime(*parsed[:5], min(parsed[5], 59))  # noqa: DTZ001 - the zone comes below
    except ValueError:
        return None
    if not _HAS_CLOCK.search(text):
        return Reading(day=moment.date())
    zone = read_zone(written_zone)
    # parsedate_tz knows the American names (EST, PDT …) and gives 0 for all that it does not.
    if zone is None and parsed[9] and abs(parsed[9]) < 86_400:
        zone = timezone(timedelta(seconds=parsed[9]))
    return Reading(day=moment.date(), clock=moment.time(), zone=zone)
