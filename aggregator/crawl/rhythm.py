"""When a source is visited next, and why then; the sentences are French, for all to read.

The bounds: 15 minutes and 24 hours; a source silent for two months drifts to three days, and the
days on which a feed says to publish nothing are passed over, three at most.
"""

import hashlib
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from aggregator.crawl.forecast import DAY, FEW, HOUR, SHORTEST, Past, forecast, wall
from aggregator.crawl.french import manner, next_visit
from aggregator.language.french_dates import each_exactly, lapse
from aggregator.model import Appointment, Habits, Hints, Said, Source

_FIRST_PAUSE = HOUR
_STRETCH = 1.5
_MOST_STRETCHES = 30  # larger exponents only overflow
_SILENT_AFTER = timedelta(days=60)
_LONGEST_SILENT = 3 * DAY
_HOURS, _DAYS = 24, 7
_JITTER = 0.1
# A failure's first pause, and by how much each further one is longer.
_TEMPORARY = (SHORTEST, 1.5)
_SOFT = (HOUR, 2.0)
_HARD = (6 * HOUR, 2.0)
_SPEEDS = {
    "HostUnreachable": _TEMPORARY,
    "RobotsDisallowed": _HARD,
    "PageTooLarge": _HARD,
    "TooManyRedirects": _HARD,
    "ForbiddenAddress": _HARD,
}
_PASSING_STATUSES = frozenset({408, 421, 425, 429})
_GONE = 410


def appoint(
    source: Source,
    *,
    habits: Habits,
    now: datetime,
    said: Said,
    hints: Hints,
    hub_until: datetime | None,
    timezone: str,
) -> Appointment:
    """Say when a source that answered is visited next.

    Args:
        source: The source; when it states `every`, that is its rhythm, whatever else is said.
        habits: Its habits, this visit included.
        now: The moment of this visit.
        said: What the headers of the answer said.
        hints: What its feed says of itself.
        hub_until: Until when a hub tells us its news (WebSub).
        timezone: Of the town.
    """
    zone = ZoneInfo(timezone)
    if source.every is not None:
        how_often = each_exactly(source.every)
        return Appointment(
            at=now + source.every, reason=f"relevé {how_often}, comme le demande la liste"
        )
    pause, why = _own_pause(source, habits, now=now, zone=zone)
    longest = _longest(habits, now)
    if hub_until is not None and hub_until > now:
        # A day at most, for hubs forget; sooner when the lease ends, and nobody renewed it.
        pause = max(
            pause, min(DAY * (1 - _JITTER * _spread(source, now.date())), _s(hub_until - now))
        )
        why = "le site nous prévient de ce qu’il publie"
    asked = max(said.fresh_s or 0, hints.ttl_s or 0)
    if min(asked, DAY) > pause:
        pause = min(asked, DAY) * (1 + _JITTER * _spread(source, now.date()))
        why += f"\u202f; {_asked(asked)}"
    at = now + timedelta(seconds=round(min(max(pause, SHORTEST), longest)))
    bound = _LONGEST_SILENT if hints.skip_days else longest
    open_at = _beyond_skipped(at, hints, latest=now + timedelta(seconds=bound))
    if open_at != at:
        why += "\u202f; le site dit ne rien publier avant"
    return Appointment(at=open_at, reason=next_visit("prochain relevé", open_at, why, now, zone))


def postpone(
    source: Source,
    *,
    error_kind: str,
    status: int | None,
    failures: int,
    retry_after_s: int | None,
    now: datetime,
    timezone: str,
    habits: Habits,
) -> Appointment:
    """Say when a source that failed is tried again: later each time, and for ever.

    Args:
        source: The source; one whose rhythm is slower than a day is not tried more often.
        error_kind: The name of the error class.
        status: The HTTP status, if any came.
        failures: How many visits in a row have failed, this one included.
        retry_after_s: What the site itself asked for (RFC 9110 §10.2.3); a day of it is kept.
        now: The moment of this visit.
        timezone: Of the town.
        habits: Its habits.
    """
    if status == _GONE:
        why = "plus relevée jusqu’à ce qu’un modérateur en décide"
        return Appointment(at=None, reason=f"{why}\u00a0: la page a été supprimée pour de bon")
    first, factor = _speed(error_kind, status)
    longest = max(_longest(habits, now), _s(source.every or timedelta()))
    pause = first * factor ** min(max(failures, 1) - 1, _MOST_STRETCHES)
    pause *= 1 + _JITTER * (2 * _spread(source, now.date()) - 1)
    pause = min(max(pause, SHORTEST), longest)
    why = (
        "1 échec" if failures < 2 else f"{failures} échecs de suite, essais de plus en plus espacés"
    )
    asked = min(retry_after_s or 0, DAY)
    if asked >= pause:
        # Our seconds are whole, and cut: one more keeps us out of the time asked for.
        pause = asked + 1 + _JITTER * min(asked, HOUR) * _spread(source, now.date())
        why = _asked(retry_after_s or 0)
    at = now + timedelta(seconds=round(pause))
    return Appointment(at=at, reason=next_visit("nouvel essai", at, why, now, ZoneInfo(timezone)))


def _own_pause(
    source: Source, habits: Habits, *, now: datetime, zone: ZoneInfo
) -> tuple[float, str]:
    """Return the pause in seconds that a source's own past proposes, and why."""
    longest = _longest(habits, now)
    if len(habits.times) < FEW:
        fruitless = min(habits.visits - habits.fruitful, _MOST_STRETCHES)
        pause = _FIRST_PAUSE * _STRETCH**fruitless
        pause *= 1 + _JITTER * (2 * _spread(source, now.date()) - 1)
        return min(pause, longest), "son rythme n’est pas encore connu"
    past = Past([wall(moment.astimezone(zone)) for moment in habits.times])
    newest = habits.times[-1]
    here = now.astimezone(zone)
    share = max(habits.fruitful, 1) / max(habits.visits, 1)
    goal = forecast(
        past,
        now_s=max(wall(here), past.times[-1]),
        share=share,
        longest_s=longest,
        spread=_spread(source, newest.date()),
    )
    # On the wall clock too: « mardi à 9 h » is an hour sooner or later when summer time changes.
    moment = (here.replace(tzinfo=None) + timedelta(seconds=goal)).replace(tzinfo=zone)
    goal = max(_s(moment - here.astimezone(UTC)), SHORTEST)
    return goal / -(-goal // longest), manner(past, waited=max(now - newest, timedelta()))


def _longest(habits: Habits, now: datetime) -> int:
    """Return the longest pause, in seconds: a day; of a source silent for months up to three."""
    if not habits.times:
        return DAY
    over = (now - habits.times[-1]) / _SILENT_AFTER - 1
    return round(min(max(1, 1 + over), 3) * DAY)


def _speed(error_kind: str, status: int | None) -> tuple[int, float]:
    if status is not None and status >= 400:
        return _TEMPORARY if status >= 500 or status in _PASSING_STATUSES else _HARD
    return _SPEEDS.get(error_kind, _SOFT)


def _beyond_skipped(at: datetime, hints: Hints, *, latest: datetime) -> datetime:
    """Put a moment after the hours and days at which a feed says it rests (RSS 2.0, UTC)."""
    if len(hints.skip_hours) == _HOURS or len(hints.skip_days) == _DAYS:
        return at  # whoever never publishes has no feed: this one is made by mistake
    moment = at
    while moment < latest:
        if moment.weekday() not in hints.skip_days and moment.hour not in hints.skip_hours:
            return moment
        moment = moment.replace(minute=at.minute // 4, second=0) + timedelta(hours=1)
    return min(moment, latest)


def _asked(seconds: int) -> str:
    # A month is often a mistake, and a date in 2038 is always one: timedelta may not hold it.
    if seconds > DAY:
        return "le site demande d’attendre plus d’un jour, nous attendons un jour au plus"
    return f"le site demande d’attendre {lapse(timedelta(seconds=seconds))}"


def _spread(source: Source, day: date) -> float:
    """Return a number from 0 to 1 that is the same for a source all day: no two crawls align."""
    seed = f"{source.slug} {day.toordinal()}".encode()
    return int.from_bytes(hashlib.blake2b(seed, digest_size=4).digest()) / 2**32


def _s(time: timedelta) -> float:
    return time.total_seconds()
