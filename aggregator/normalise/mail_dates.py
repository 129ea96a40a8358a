"""The many forms of RFC 822 dates, and those of the software around it."""

import re
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_tz

from aggregator.normalise.reading import Reading, read_zone

# parsedate_tz guesses at anything: only what has the shape of RFC 822 goes to it.
_RFC_822 = re.compile(
    r"(?:[a-z]{2,9}\.?,?\s+)?\d{1,2}[\s-][a-z]{3,9}[\s-](?:\d{2}|\d{4})"
    r"(?:\s+\d{1,2}:\d\d(?::\d\d)?(?:\s*(?P<zone>[a-z]{1,5}|(?:UTC|GMT)?[+-]\d\d:?\d\d))?"
    r"(?:\s*\([^)]*\))?)?",
    re.IGNORECASE,
)
_HAS_CLOCK = re.compile(r"\d:\d\d")
# C's asctime, which RFC 850-era software still writes: « Sun Nov  6 08:49:37 1994 ».
_ASCTIME = re.compile(
    r"[a-z]{3},? ([a-z]{3}) +(\d{1,2}) (\d\d:\d\d:\d\d)(?: ([a-z]{3,4}|[+-]\d{4}))? (\d{4})",
    re.IGNORECASE,
)


def read_mail_date(text: str) -> Reading | None:
    """Read a date in any form of RFC 822 or asctime; None for every other text."""
    if match := _ASCTIME.fullmatch(text):
        month, day, clock, zone, year = match.groups()
        text = f"{day} {month} {year} {clock} {zone or ''}".strip()
    if match := _RFC_822.fullmatch(text):
        return _read_rfc_822(text, match["zone"])
    return None


def _read_rfc_822(text: str, written_zone: str | None) -> Reading | None:
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
