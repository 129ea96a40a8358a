"""When a source's next post is to be looked for, from when its last ones appeared.

A visit costs the site something, and a post not yet known costs citizens something. The moment
chosen is the one at which (cost of the visits + expected delay) / chance of success is lowest: of
all policies the best for posts that come by chance (Poisson) as for those that come by the clock
(inspection of what fails unseen: Barlow, Hunter, Proschan 1963, Optimum Checking Procedures).
Times are seconds on the town's wall clock: « mardi à 9 h » stays so when summer time ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from math import ceil
from operator import sub

MINUTE, HOUR, DAY = 60, 3_600, 86_400
SHORTEST = 15 * MINUTE
FEW = 3  # times; with fewer there is no rhythm
_MANY = 12  # times, over three weeks: what never falls on a Sunday hardly will
_HALF_A_DAY = DAY // 2
# Found by benchmarks/rhythm.py. A request is worth this share of the mean gap: chance posts are
# looked for about twice each.
_COST = 0.15
_LONGEST_COSTED = 2 * DAY
_SURPRISE = 0.3  # how many gaps of a kind never seen we reckon with …
_SURPRISE_LATER = 1.3  # … and that it ends when the wait is so many times as long as now
_UNSEEN = 0.2  # how often what was never seen is reckoned to have been seen
_PROMISED = 0.25  # visits that bring something: with fewer, the model is wrong


@dataclass(frozen=True)
class Past:
    """The known times of a source, as seconds on the wall clock, oldest first.

    `forecast` is asked at every visit of every source: plain numbers, each worked out once.
    """

    times: Sequence[int]

    @cached_property
    def gaps(self) -> list[int]:
        """Pauses between posts, shortest first, without those too short for us to follow."""
        gaps = map(sub, self.times[1:], self.times)
        return sorted([gap for gap in gaps if gap >= SHORTEST])

    @cached_property
    def mean_s(self) -> float:
        """Mean pause between two posts, short ones included."""
        return (self.times[-1] - self.times[0]) / max(1, len(self.times) - 1)

    @cached_property
    def weekdays(self) -> list[int]:
        """How many posts fell on each day of the week; Monday first."""
        counts = [0] * 7
        for moment in self.times:
            counts[(moment // DAY - 1) % 7] += 1  # day 1 is a Monday
        return counts

    @cached_property
    def hours(self) -> list[int]:
        """How many posts fell in each hour; midnight and noon stand for « that day »."""
        counts = [0] * 24
        for moment in self.times:
            if moment % _HALF_A_DAY:
                counts[moment % DAY // HOUR] += 1
        return counts

    @cached_property
    def clocked(self) -> int:
        """How many posts have an hour that means something."""
        return sum(self.hours)

    @property
    def spans_weeks(self) -> bool:
        """Whether days of the week can be told apart."""
        return len(self.times) >= FEW and self.times[-1] - self.times[0] >= 21 * DAY

    @property
    def fits(self) -> tuple[list[float], list[float]]:
        """How usual each day of the week, and each hour, is: 1 as any other, nearly 0 if never."""
        days, hours = [1.0] * 7, [1.0] * 24
        if self.spans_weeks and len(self.times) >= _MANY:
            whole = len(self.times) / 7 + _UNSEEN
            days = [min(1.0, (count + _UNSEEN) / whole) for count in self.weekdays]
        if self.clocked >= _MANY and self.times[-1] - self.times[0] >= 3 * DAY:
            whole = self.clocked / 8 + _UNSEEN
            round_the_clock = [*self.hours[-1:], *self.hours, self.hours[0]]
            hours = [
                min(1.0, (sum(round_the_clock[hour : hour + 3]) + _UNSEEN) / whole)
                for hour in range(24)
            ]
        return days, hours


def wall(moment: datetime) -> int:
    """Return seconds on the wall clock of the zone a moment is in."""
    return (moment.toordinal() * 24 + moment.hour) * HOUR + moment.minute * MINUTE + moment.second


def forecast(past: Past, *, now_s: int, share: float, longest_s: int, spread: float) -> float:
    """Return in how many seconds the next post is best looked for; may be beyond `longest_s`.

    Args:
        past: At least `FEW` times.
        now_s: On the wall clock.
        share: Of the last visits, how many brought something.
        longest_s: What a pause may not exceed: a longer way is gone in several visits.
        spread: Between 0 and 1: how long after a usual moment we come; each source its own, or
            all weekly ones would be asked on the hour.
    """
    waited = now_s - past.times[-1]
    ahead = [gap for gap in past.gaps if gap > waited]
    if not ahead:
        return min(longest_s, max(SHORTEST, waited / 4) * (1 + 0.1 * spread))
    mean = min(past.mean_s, _LONGEST_COSTED)
    # Slow sources are visited daily as it is: a visit between is worth less to them.
    cost = _COST * mean * max(1.0, mean / DAY) ** 2 * max(1.0, min(4.0, _PROMISED / share))
    shortest = max(SHORTEST, min(past.mean_s, DAY) / 12) * (1 + 0.1 * spread)
    best, lowest = float(shortest), float("inf")
    mass = delayed = 0.0
    chances = _chances(past, ahead, waited=waited, longest_s=longest_s)
    whole = sum(weight for _, weight in chances)
    late = 0.03 * (0.5 + spread)  # so that who is a little late is met too
    for pause, weight in chances:
        moment = pause
        if weight:
            mass += weight
            delayed += weight * pause
            after = late * (waited + pause)
            moment += min(HOUR, after)
        moment = max(moment, shortest)
        steps = 1 if moment <= longest_s else ceil(moment / longest_s)
        price = cost * steps * whole + mass * moment - delayed
        if price < lowest * mass:
            best, lowest = moment, price / mass
    return best


def _chances(
    past: Past, ahead: Sequence[int], *, waited: int, longest_s: int
) -> list[tuple[float, float]]:
    """Return pauses from now after which a post may come, soonest first, and how likely each is.

    A likelihood of 0 is a moment that fits us: as far as a number of visits reaches.
    """
    days, hours = past.fits
    begin = past.times[-1] - DAY  # day 1 is a Monday
    later = round(max(waited * _SURPRISE_LATER, waited + SHORTEST))
    found = [
        (float(gap - waited), days[(begin + gap) // DAY % 7] * hours[(begin + gap) % DAY // HOUR])
        for gap in (*ahead, later)
    ]
    found[-1] = (found[-1][0], found[-1][1] * _SURPRISE)
    found += [(float(steps * longest_s), 0.0) for steps in (1, 2, 3)]
    return sorted(found)
