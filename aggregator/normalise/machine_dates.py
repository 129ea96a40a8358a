"""Dates written by machines: ISO 8601 (RFC 3339, W3CDTF, SQL) and RFC 822 (RSS, e-mail)."""

import re
from datetime import date, time

from aggregator.normalise.reading import Reading, read_zone

_ISO = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d{1,2})-(?P<day>\d{1,2})|(?P<month2>\d\d)(?P<day2>\d\d))"
    r"(?:(?:T|\s+)(?P<hour>\d{1,2}):?(?P<minute>\d\d)(?::?(?P<second>\d\d)(?:[.,]\d{1,12})?)?)?"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?",
    re.IGNORECASE,
)
# As nearly all feeds write it; reading all its other forms takes ten times as long.
_PLAIN_RFC_822 = re.compile(
    r"(?:[A-Z][a-z]{2}, )?(\d{1,2}) ([A-Z][a-z]{2}) ([12]\d{3}) (\d\d):(\d\d):(\d\d) "
    r"([+-]\d{4}|GMT|UTC|Z)",
    re.ASCII,
)
_MONTH_NAMES = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES.split(), 1)}


def read_machine_date(text: str) -> Reading | None:
    """Read a date in one of the forms that feeds prescribe; None for every other text."""
    text = text.strip()
    if text[:4].isdecimal() and (match := _ISO.fullmatch(text)):
        return _read_iso(match)
    if (match := _PLAIN_RFC_822.fullmatch(text)) and match[2] in _MONTHS:
        return _read_plain_rfc_822(match)
    from aggregator.normalise.mail_dates import read_mail_date  # noqa: PLC0415 - start-up

    return read_mail_date(text)


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
