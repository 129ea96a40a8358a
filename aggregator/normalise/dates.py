"""The date of a post: read from a text, or the moment we first saw it; never invented."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from aggregator.model import DateOrigin
from aggregator.normalise.machine_dates import read_machine_date
from aggregator.normalise.plain import without_unseen
from aggregator.normalise.reading import Reading, fold_date_text

if TYPE_CHECKING:
    from dateparser.date import DateDataParser

_TEXT_CHARACTERS = 200  # a date stands at the start, or the text is not a date
_FOREIGN_CHARACTERS = 60
# The web opened in 1991: before it a « date » is an empty field (1970, 0000) or a street's name.
_FIRST_YEAR = 1990
# Agendas announce a season; further ahead is a typing error or a « pinned » post.
_FURTHEST_AHEAD = timedelta(days=366)
_NOON = time(12)
_MIDNIGHT = time(0)
_WORTH_PARSING = re.compile(r"(?=.*[^\W\d_]{3})(?=.*(?<!\d)(?:19|20)\d\d(?!\d))")


class ReadDate(NamedTuple):
    """A moment (aware, UTC, whole seconds) and how sure it is."""

    moment: datetime
    origin: DateOrigin


def post_date(
    published: str | None, updated: str | None, *, seen: datetime, timezone: str
) -> ReadDate:
    """Choose a post's date: as published, else as updated, else `seen` as first seen.

    Where the two disagree, however far, the published one wins: editing an old page does not
    make it news. A text that cannot be read counts as missing.
    """
    for text in (published, updated):
        if text and (found := read_date(text, seen=seen, timezone=timezone)):
            return found
    return ReadDate(moment=seen.astimezone(UTC), origin=DateOrigin.FIRST_SEEN)


def read_date(text: str, *, seen: datetime, timezone: str) -> ReadDate | None:
    """Read the date that a feed or page gives for an item; None when it cannot be read safely.

    A time without a zone is the town's. A bare day becomes noon there. Before 1990, or more than
    a year after `seen`, a date is not believed. Coarse dates (« Février 2026 ») are not read.
    Never raises, whatever the text.

    Args:
        text: As found, markup already removed; only its first 200 characters count.
        seen: The moment of the crawl: what « hier » and a missing year refer to.
        timezone: The town's, as `Europe/Paris`.
    """
    town = _zone(timezone)
    text = without_unseen(text)[:_TEXT_CHARACTERS]
    reading = read_machine_date(text) or next(_human_readings(text, seen.astimezone(town)), None)
    return None if reading is None else _settle(reading, town, seen)


_zone = lru_cache(maxsize=8)(ZoneInfo)


def _human_readings(text: str, local: datetime) -> Iterator[Reading]:
    """Give what the readers of dates for people make of a text, the strictest first."""
    # Feeds state dates for machines: most crawls need neither of these.
    from aggregator.normalise.relative_dates import read_relative_date  # noqa: PLC0415 - start-up
    from aggregator.normalise.written_dates import read_written_date  # noqa: PLC0415 - start-up

    folded = fold_date_text(text)
    if reading := read_written_date(folded, today=local.date()):
        yield reading
    if reading := read_relative_date(folded, seen=local):
        yield reading
    if reading := _read_foreign(text):
        yield reading


def _settle(reading: Reading, town: tzinfo, seen: datetime) -> ReadDate | None:
    """Place a reading in time; None when it is not believable."""
    if not _FIRST_YEAR <= reading.day.year <= seen.year + 2:
        return None
    day, origin = reading.day, DateOrigin.STATED
    if reading.clock is None:
        moment = None
    else:
        moment = datetime.combine(day, reading.clock, reading.zone or town)
        if moment.microsecond:
            moment = moment.replace(microsecond=0)
        # Software that knows only the day writes midnight, in its zone or converted from the
        # town's; the clock times of feeds may be fictitious anyway (bibus.fr: always 00:22).
        if not reading.inferred and reading.clock == _MIDNIGHT:
            moment = None
        # Since 1990 all zones are whole minutes apart: with seconds it is midnight nowhere.
        elif not (reading.inferred or moment.second):
            local = moment.astimezone(town)
            if local.time() == _MIDNIGHT:
                day, moment = local.date(), None
    if moment is None:
        moment, origin = datetime.combine(day, _NOON, town), DateOrigin.DAY_ONLY
    if reading.inferred:
        origin = DateOrigin.INFERRED
    moment = moment.astimezone(UTC)
    return None if moment > seen + _FURTHEST_AHEAD else ReadDate(moment=moment, origin=origin)


@lru_cache(maxsize=1)
def _foreign_parser() -> "DateDataParser":
    """Return dateparser for whole dates in the languages that neighbours and diasporas write."""
    from dateparser.date import DateDataParser  # noqa: PLC0415 - 30 ms, for few texts

    return DateDataParser(
        languages=["fr", "nl", "en", "es", "pt", "it", "de", "pl"],
        try_previous_locales=False,  # what was read before must not matter
        settings={
            "STRICT_PARSING": True,
            "REQUIRE_PARTS": ["day", "month", "year"],
            "PARSERS": ["absolute-time"],
            "DATE_ORDER": "DMY",
            "RETURN_TIME_AS_PERIOD": True,
        },
    )


def _read_foreign(text: str) -> Reading | None:
    text = " ".join(text.split())
    if len(text) > _FOREIGN_CHARACTERS or not _WORTH_PARSING.match(text):
        return None
    data = _foreign_parser().get_date_data(text)
    found = data.date_obj
    if found is None:
        return None
    clock = found.time() if data.period == "time" else None
    return Reading(day=found.date(), clock=clock, zone=found.tzinfo)
