"""When and where an event takes place, from what a reader found."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from aggregator.model import Entry, Event
from aggregator.normalise.machine_dates import read_machine_date
from aggregator.normalise.plain import without_unseen
from aggregator.normalise.reading import Reading, fold_date_text
from aggregator.normalise.titles import plain_line

_FIRST_YEAR = 1990
_YEARS_AHEAD = 10  # an announced year may be far; further ahead it is a typing error
_PLACE_CHARACTERS = 300
_RAW_CHARACTERS = 2_400  # of a place, which may hold markup
_TEXT_CHARACTERS = 200
_MIDNIGHT = time(0)


def event_of(entry: Entry, *, seen: datetime, timezone: str) -> Event | None:
    """Return the event that an entry announces; None where it has no beginning we can read.

    A time without a zone is the town's. An end before the beginning is left out.

    Args:
        entry: What a reader found.
        seen: The moment of the crawl, aware.
        timezone: The town's, as `Europe/Paris`.
    """
    town = _zone(timezone)
    starts = _read(entry.starts, seen.astimezone(town))
    if starts is None:
        return None
    ends = _read(entry.ends, seen.astimezone(town))
    # Software that knows only the day writes midnight, and mostly nothing for the end.
    all_day = starts.clock is None or (
        _is_day(starts, town) and (ends is None or _is_day(ends, town))
    )
    began = _settle(starts, town, all_day=all_day)
    ended = None if ends is None else _settle(ends, town, all_day=all_day)
    if ends is not None and ends.clock is None and not all_day:
        ended = None  # « the 12th at 18:30 to the 14th »: the hour it ends at is not stated
    return Event(
        starts=began,
        ends=ended if ended is not None and ended > began else None,
        all_day=all_day,
        place=plain_line((entry.place or "")[:_RAW_CHARACTERS], limit=_PLACE_CHARACTERS),
    )


_zone = lru_cache(maxsize=8)(ZoneInfo)


def _read(text: str | None, local: datetime) -> Reading | None:
    if not text:
        return None
    text = without_unseen(text)[:_TEXT_CHARACTERS]
    reading = read_machine_date(text) or next(_written(text, local), None)
    if reading is None or not _FIRST_YEAR <= reading.day.year <= local.year + _YEARS_AHEAD:
        return None
    return reading


def _written(text: str, local: datetime) -> Iterator[Reading]:
    from aggregator.normalise.written_dates import read_written_date  # noqa: PLC0415 - start-up

    if reading := read_written_date(fold_date_text(text), today=local.date()):
        yield reading


def _is_day(reading: Reading, town: tzinfo) -> bool:
    if reading.clock is None:
        return True
    moment = datetime.combine(reading.day, reading.clock, reading.zone or town)
    return moment.astimezone(town).time() == _MIDNIGHT


def _settle(reading: Reading, town: tzinfo, *, all_day: bool) -> datetime:
    moment = datetime.combine(reading.day, reading.clock or _MIDNIGHT, reading.zone or town)
    if all_day:
        moment = datetime.combine(moment.astimezone(town).date(), _MIDNIGHT, town)
    return moment.replace(microsecond=0).astimezone(UTC)


def told(event: Event | None) -> tuple[str, ...]:
    """Return an event as the texts of a digest."""
    if event is None:
        return ()
    ends = "" if event.ends is None else event.ends.isoformat()
    return (event.starts.isoformat(), ends, "1" if event.all_day else "", event.place)
