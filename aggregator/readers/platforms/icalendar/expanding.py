"""The process that reads one calendar, `python -m` this module.

Its arguments are the first and the last moment of what repeats. The calendar is its standard
input; what it says is JSON on its standard output. It binds itself before it looks at a byte.
"""

import json
import os
import resource
import signal
import sys
import warnings
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from aggregator.readers.platforms.icalendar.limits import (
    CPU_S,
    MEMORY_BYTES,
    MOST_CHARACTERS,
    MOST_EVENTS,
    WALL_S,
)


def main(begin: str, end: str) -> None:
    """Read what stands on the standard input, and say what it holds."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    signal.alarm(WALL_S)  # whoever asked may have been killed
    os.nice(5)
    warnings.simplefilter("ignore")
    body = sys.stdin.buffer.read()
    told = read(body, datetime.fromisoformat(begin), datetime.fromisoformat(end))
    sys.stdout.write(json.dumps(told))


def read(body: bytes, begin: datetime, end: datetime) -> dict[str, Any]:
    """Return all single events of a calendar, and those that repeat between two moments."""
    from icalendar import Calendar  # noqa: PLC0415 - after the limits

    try:
        calendars = Calendar.from_ical(body, multiple=True)
    except (ValueError, KeyError, IndexError, RecursionError) as error:
        return {"fault": str(error)[:200]}
    if not calendars:
        return {"fault": "it holds no calendar"}
    found = list(islice(_events(calendars, begin, end), MOST_EVENTS + 1))
    too_many = f"only the first {MOST_EVENTS} events are read"
    return {
        "name": _text(calendars[0].get("X-WR-CALNAME")),
        "events": [{**event, "rank": rank} for rank, event in enumerate(found[:MOST_EVENTS], 1)],
        "warnings": [too_many] if len(found) > MOST_EVENTS else [],
    }


def _events(calendars: list[Any], begin: datetime, end: datetime) -> Iterator[dict[str, Any]]:
    # After the limits; it has no types.
    import recurring_ical_events  # type: ignore[import-untyped]  # noqa: PLC0415

    for calendar in calendars:
        events = calendar.walk("VEVENT")
        series = {_text(event.get("UID")) for event in events if event.keys() & {"RRULE", "RDATE"}}
        seen: set[str] = set()
        for event in events:
            if (name := _text(event.get("UID"))) not in series:
                again = f"{name}/{_moment(event.get('DTSTART'))}"  # one that was copied, no doubt
                yield _told(event, guid=again if name in seen else name)
                seen.add(name)
        if series:
            for event in recurring_ical_events.of(calendar, skip_bad_series=True).between(
                begin.astimezone(UTC), end.astimezone(UTC)
            ):
                if (name := _text(event.get("UID"))) in series:
                    # A date of the series that is moved keeps its place in it.
                    place = _moment(event.get("RECURRENCE-ID")) or _moment(event.get("DTSTART"))
                    yield _told(event, guid=f"{name}/{place}")


def _told(event: Any, *, guid: str) -> dict[str, Any]:
    starts = _value(event.get("DTSTART"))
    ends = _value(event.get("DTEND"))
    length = _value(event.get("DURATION"))
    if ends is None and isinstance(length, timedelta) and isinstance(starts, date):
        ends = starts + length
    if isinstance(ends, date) and not isinstance(ends, datetime):
        ends -= timedelta(days=1)  # RFC 5545 §3.6.1: the day after the last one
    return {
        "guid": guid,
        "title": _text(event.get("SUMMARY")),
        "text": _text(event.get("DESCRIPTION")),
        "place": _text(event.get("LOCATION")),
        "url": _text(event.get("URL")),
        "status": _text(event.get("STATUS")).upper(),
        "categories": _categories(event.get("CATEGORIES")),
        "created": _moment(event.get("CREATED")),
        "modified": _moment(event.get("LAST-MODIFIED")),
        "starts": _written(starts),
        "ends": _written(ends),
    }


def _value(found: Any) -> Any:
    """Return what a property holds: a day, a moment, a length; none where it cannot be read."""
    from icalendar.error import BrokenCalendarProperty  # noqa: PLC0415 - after the limits

    try:
        value = getattr(found[0] if isinstance(found, list) else found, "dt", None)
    except BrokenCalendarProperty:
        return None
    return value if isinstance(value, date | timedelta) else None


def _moment(found: Any) -> str:
    return _written(_value(found))


def _written(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else ""


def _text(found: Any) -> str:
    one = found[0] if isinstance(found, list) and found else found
    return "" if one is None else str(one)[:MOST_CHARACTERS]


def _categories(found: Any) -> list[str]:
    each = found if isinstance(found, list) else [found]
    return [str(name)[:200] for one in each for name in getattr(one, "cats", ())][:30]


if __name__ == "__main__":
    main(*sys.argv[1:])
