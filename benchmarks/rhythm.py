"""How soon we know, and how often we ask: a virtual year of simulated sources.

Nothing is fetched and no time passes: a visit shows the newest posts, `learn` and `appoint` decide
when the next one is. The first month lets a source become known and is not counted. Beside our
own rhythm stands what most readers do: ask every hour.
"""

import argparse
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import mean, median, quantiles
from zoneinfo import ZoneInfo

from aggregator.crawl.habits import learn
from aggregator.crawl.rhythm import appoint
from aggregator.model import DateOrigin, Habits, Hints, Post, Said, Source

TIMEZONE = "Europe/Paris"
ZONE = ZoneInfo(TIMEZONE)
START = datetime(2026, 1, 1, tzinfo=ZONE)
BEFORE = timedelta(days=60)  # how long it has published when we first see it
WARM_UP = timedelta(days=30)
SHOWN = 20  # posts on the page
# Per new post, of sources that publish more often than every two days: with a visit a day, the
# least there is, slower ones cannot be known at two requests.
MOST_REQUESTS = 2.0
LARGEST_SHARE = 1 / 3  # of the mean gap: the median delay
A_DAY = timedelta(days=1)

Moments = Iterator[datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A way of publishing.

    Attributes:
        moments: Yields when posts appear, from a moment on, in order and without end.
        is_active: Whether the bar holds for it.
        states_dates: Whether its posts carry their date.
    """

    name: str
    moments: Callable[[random.Random, datetime], Moments]
    is_active: bool = True
    states_dates: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What came of a simulated source, its warm-up left out."""

    posts: int
    requests: int
    delays_h: list[float]
    mean_gap_h: float
    median_gap_h: float

    @property
    def requests_per_post(self) -> float:
        """Requests for each new post."""
        return self.requests / max(1, self.posts)

    @property
    def median_delay_h(self) -> float:
        """Hours between publication and our knowing."""
        return median(self.delays_h)

    @property
    def p90_delay_h(self) -> float:
        """Of ten posts nine are known as soon."""
        return quantiles(self.delays_h, n=10)[-1]

    @property
    def share(self) -> float:
        """The median delay, as a share of the mean gap."""
        return self.median_delay_h / self.mean_gap_h


def chance(every_h: float) -> Callable[[random.Random, datetime], Moments]:
    """Posts that come by chance, so often on average (Poisson)."""

    def moments(dice: random.Random, moment: datetime) -> Moments:
        while True:
            moment += timedelta(hours=dice.expovariate(1 / every_h))
            yield moment

    return moments


def by_the_clock(every_h: float, *, off_h: float) -> Callable[[random.Random, datetime], Moments]:
    """Posts at even distances, each a little off."""

    def moments(dice: random.Random, moment: datetime) -> Moments:
        while True:
            moment += timedelta(hours=every_h)
            yield moment + timedelta(hours=dice.uniform(-off_h, off_h))

    return moments


def on_days(
    days: set[int], hour: float, *, off_h: float
) -> Callable[[random.Random, datetime], Moments]:
    """Posts on days of the week, at about an hour on the wall clock."""

    def moments(dice: random.Random, moment: datetime) -> Moments:
        day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        while True:
            day += A_DAY
            if day.weekday() in days:
                yield day + timedelta(hours=hour + dice.uniform(-off_h, off_h))

    return moments


def office_hours(dice: random.Random, moment: datetime) -> Moments:
    """Every hour and a half by chance, on working days from 8 to 19."""
    while True:
        moment += timedelta(hours=dice.expovariate(1 / 1.5))
        if moment.weekday() < 5 and 8 <= moment.hour < 19:
            yield moment


def bursts(dice: random.Random, moment: datetime) -> Moments:
    """Ten posts in two hours, every five days."""
    while True:
        moment += timedelta(days=5)
        yield from sorted(moment + timedelta(hours=dice.uniform(0, 2)) for _ in range(10))


def dying(dice: random.Random, moment: datetime) -> Moments:
    """A post a day, until the end of April."""
    for post in on_days(set(range(7)), 9, off_h=1)(dice, moment):
        if post >= START + timedelta(days=120):
            return
        yield post


WORKING_DAYS = {0, 1, 2, 3, 4}
KINDS = (
    Kind(name="hourly, ± 10 min", moments=by_the_clock(1, off_h=1 / 6)),
    Kind(name="every 3 h, by chance", moments=chance(3)),
    Kind(name="office hours, by chance", moments=office_hours),
    Kind(name="working days, 9 h ± 30 min", moments=on_days(WORKING_DAYS, 9, off_h=0.5)),
    Kind(name="daily, by chance", moments=chance(24)),
    Kind(
        name="daily 9 h, undated", moments=on_days(set(range(7)), 9, off_h=0.5), states_dates=False
    ),
    Kind(name="bursts: 10 in 2 h, every 5 d", moments=bursts),
    Kind(name="every 2 d, ± 2 h", moments=by_the_clock(48, off_h=2), is_active=False),
    Kind(name="every 2 d, by chance", moments=chance(48), is_active=False),
    Kind(name="Tuesday 9 h ± 15 min", moments=on_days({1}, 9, off_h=0.25), is_active=False),
    Kind(name="weekly, by chance", moments=chance(168), is_active=False),
    Kind(name="daily, stops in April", moments=dying, is_active=False),
)


def simulate(
    kind: Kind, *, days: int, seed: int, every: timedelta | None = None
) -> tuple[Figures, Habits]:
    """Visit a source of a kind for so many days after the warm-up.

    Args:
        kind: How it publishes.
        days: How long.
        seed: Of its chance.
        every: A fixed rhythm instead of ours.
    """
    counted, end = START + WARM_UP, START + WARM_UP + timedelta(days=days)
    posts = _posts(kind, random.Random(f"{kind.name} {seed}"), end)
    source = Source(slug=f"s{seed}", name="S", url="https://s.example/", kind="blog", every=every)
    habits, previous, now = Habits(), None, START.astimezone(UTC)
    known, requests = 0, 0
    delays: list[float] = []
    while now < end:
        shown = known
        while shown < len(posts) and posts[shown] <= now:
            shown += 1
        new = posts[known:shown] if previous is not None else posts[max(0, shown - SHOWN) : shown]
        if now >= counted:
            requests += 1
            delays += [(now - post) / timedelta(hours=1) for post in posts[known:shown]]
        habits = learn(
            habits,
            source=source,
            new=[_post(kind, moment, now) for moment in new],
            changed=[],
            items=SHOWN if new else None,
            previous=previous,
            now=now,
        )
        known, previous = shown, now
        appointment = appoint(
            source,
            habits=habits,
            now=now,
            said=Said(),
            hints=Hints(),
            hub_until=None,
            timezone=TIMEZONE,
        )
        assert appointment.at is not None
        now = appointment.at
    gaps = [(b - a) / timedelta(hours=1) for a, b in pairwise(posts)]
    return Figures(
        posts=len(delays),
        requests=requests,
        delays_h=delays,
        mean_gap_h=mean(gaps),
        median_gap_h=median(gaps),
    ), habits


def _posts(kind: Kind, dice: random.Random, end: datetime) -> list[datetime]:
    found: list[datetime] = []
    for moment in kind.moments(dice, START - BEFORE):
        if moment >= end:
            break
        found.append(moment.astimezone(UTC).replace(microsecond=0))
    return sorted(found)


def _post(kind: Kind, moment: datetime, now: datetime) -> Post:
    return Post(
        source="s",
        guid=moment.isoformat(),
        url="https://s.example/",
        title=moment.isoformat(),
        published=moment if kind.states_dates else now,
        date_origin=DateOrigin.STATED if kind.states_dates else DateOrigin.FIRST_SEEN,
        digest="",
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--seeds", type=int, default=5, help="sources of each kind")
    options = parser.parse_args()
    print(
        "| source | rhythm | posts | requests | per post | median h | p90 h"
        " | of mean gap | of median gap |"
    )
    print("|---|---|---:|---:|---:|---:|---:|---:|---:|")
    for kind in KINDS:
        for name, every in (("own", None), ("hourly", timedelta(hours=1))):
            figures = merged(
                [
                    simulate(kind, days=options.days, seed=seed, every=every)[0]
                    for seed in range(options.seeds)
                ]
            )
            print(_row(kind, name, figures))


def merged(many: list[Figures]) -> Figures:
    """Return the figures of several sources of one kind."""
    return Figures(
        posts=sum(one.posts for one in many),
        requests=sum(one.requests for one in many),
        delays_h=[delay for one in many for delay in one.delays_h],
        mean_gap_h=mean(one.mean_gap_h for one in many),
        median_gap_h=mean(one.median_gap_h for one in many),
    )


def _row(kind: Kind, rhythm: str, figures: Figures) -> str:
    of_median = figures.median_delay_h / figures.median_gap_h
    return (
        f"| {kind.name} | {rhythm} | {figures.posts} | {figures.requests} |"
        f" {figures.requests_per_post:.2f} | {figures.median_delay_h:.2f} |"
        f" {figures.p90_delay_h:.2f} | {figures.share:.0%} | {of_median:.0%} |"
    )


if __name__ == "__main__":
    main()
