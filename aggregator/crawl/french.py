"""What the crawler says of a source's rhythm, in French."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from aggregator.crawl.forecast import DAY, FEW, Past
from aggregator.language.french_dates import WEEKDAYS, around, each, lapse

_MOST = 2 / 3  # of the posts: « surtout le mardi »
_NEAR = timedelta(hours=6)
_PARTS = ("la nuit", "le matin", "l’après-midi", "le soir")
_PART_OF_HOUR = (0,) * 6 + (1,) * 6 + (2,) * 6 + (3,) * 4 + (0,) * 2


def next_visit(what: str, at: datetime, why: str, now: datetime, zone: ZoneInfo) -> str:
    """Write when and why: « prochain relevé mardi vers 9 h : publie en moyenne tous les jours ».

    Days have their names, not « demain »: the sentence is kept, and read later. No visit but one
    on a rhythm of the list is a week away.
    """
    return f"{what} {around(at.astimezone(zone), to_quarter=at - now < _NEAR)}\u00a0: {why}"


def manner(past: Past, *, waited: timedelta) -> str:
    """Write how a source publishes: « publie en moyenne tous les 6 jours, en général le matin »."""
    if not past.gaps:
        return f"n’a publié qu’une fois, il y a {lapse(waited)}"
    how = f"publie en moyenne {each(usual_gap(past))}"
    seconds = waited.total_seconds()
    if seconds > past.gaps[-1] and seconds > 2 * past.mean_s:
        slower = ", d’où des relevés plus rares" if seconds > 60 * DAY else ""
        return f"{how}, mais rien depuis {lapse(waited)}{slower}"
    return how + _favourite_day(past) + _favourite_hours(past)


def usual_gap(past: Past) -> timedelta:
    """Return the mean pause between two posts."""
    return timedelta(seconds=past.mean_s)


def _favourite_day(past: Past) -> str:
    day = _favourite(past.weekdays) if past.spans_weeks else None
    return "" if day is None else f", surtout le {WEEKDAYS[day]}"


def _favourite_hours(past: Past) -> str:
    # Of a source that states days alone, the hour of a few posts says nothing.
    if past.clocked < max(FEW, len(past.times) / 2):
        return ""
    counts = [0] * len(_PARTS)
    for hour, count in enumerate(past.hours):
        counts[_PART_OF_HOUR[hour]] += count
    part = _favourite(counts)
    return "" if part is None else f", en général {_PARTS[part]}"


def _favourite(counts: Sequence[int]) -> int | None:
    most = max(counts)
    return counts.index(most) if most >= _MOST * sum(counts) else None
