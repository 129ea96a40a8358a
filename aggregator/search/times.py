"""Days of the town as ranges of ids: the years and months to count, and how far a query reaches."""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cached_property
from zoneinfo import ZoneInfo

from aggregator.model import first_id, moment_of
from aggregator.search.facets import UNDATED
from aggregator.search.finding import EVER, Span
from aggregator.search.model import Query

_DATED_FROM = date(1000, 1, 1)  # undated posts of any age are filed in year 1
_LAST_DAY = date(9999, 12, 31)  # of Python's calendar
_NTH = "SELECT id FROM post_facets WHERE id < ? ORDER BY id DESC LIMIT 1 OFFSET ?"
_AFTER_ALL = 2**62


@dataclass(frozen=True, kw_only=True)
class Times:
    """The posts of one database in time."""

    connection: sqlite3.Connection

    @cached_property
    def zone(self) -> ZoneInfo:
        """The town's time zone."""
        row = self.connection.execute("SELECT timezone FROM town").fetchone()
        return ZoneInfo(row[0] if row else "UTC")

    @cached_property
    def posts(self) -> int:
        """How many posts there are."""
        (posts,) = self.connection.execute("SELECT count(*) FROM post_facets").fetchone()
        return int(posts)

    @cached_property
    def newest(self) -> datetime:
        """When the newest post appeared, or will."""
        (newest,) = self.connection.execute("SELECT max(id) FROM post_facets").fetchone()
        return moment_of(newest or 0)

    def asked(self, query: Query, *, but: frozenset[str]) -> Span:
        """Return the stretch of time that a query asks for.

        Args:
            query: Its bounds, and the years and months selected.
            but: Facets whose selection is left out.
        """
        span = EVER
        if query.since is not None or query.until is not None:
            since, until = query.since or _DATED_FROM, query.until
            span = Span(low=self._from(since), high=None if until is None else self._from(until))
        if query.years and 0 not in query.years and "annee" not in but:
            last = _first_of(max(query.years) + 1)
            span = span.cut(
                Span(low=self._from(_first_of(min(query.years))), high=self._from(last))
            )
        if query.months and "mois" not in but:
            months = sorted(map(_year_and_month, query.months))
            span = span.cut(
                Span(low=self._month(*months[0]).low, high=self._month(*months[-1]).high)
            )
        return span

    def reached(self, span: Span, share: float) -> Span:
        """Return the newest part of a stretch that holds at most a share of all posts."""
        high = _AFTER_ALL if span.high is None else span.high
        row = self.connection.execute(_NTH, (high, int(self.posts * share))).fetchone()
        if row is None or row[0] < self._from(_DATED_FROM):
            return span
        return span.cut(Span(low=self._from(self.day(row[0]))))

    def day(self, number: int) -> date:
        """Return the town's day of an id."""
        return moment_of(number).astimezone(self.zone).date()

    @cached_property
    def years(self) -> list[tuple[str, Span]]:
        """The years that hold posts, from the latest; what has no date stands last."""
        (oldest,) = self.connection.execute(
            "SELECT min(id) FROM post_facets WHERE id >= ?", (self._from(_DATED_FROM),)
        ).fetchone()
        if oldest is None:
            return [(UNDATED, EVER)]
        last, first = self.newest.astimezone(self.zone).year, self.day(oldest).year
        years = range(max(last, first), first - 1, -1)
        edges = {year: self._from(_first_of(year)) for year in (*years, years[0] + 1)}
        spans = [(str(year), Span(low=edges[year], high=edges[year + 1])) for year in years]
        return [*spans, (UNDATED, Span(high=edges[first]))]

    def months(self, query: Query) -> list[tuple[str, Span]]:
        """Return the months of the chosen years, and those selected, from the latest."""
        months = {(year, month) for year in chosen_years(query) for month in range(1, 13)}
        months |= set(map(_year_and_month, query.months))
        return [
            (f"{year:04d}-{month:02d}", self._month(year, month))
            for year, month in sorted(months, reverse=True)
        ]

    def _month(self, year: int, month: int) -> Span:
        return Span(
            low=self._from(_first_of(year, month)),
            high=self._from(_first_of(year + month // 12, month % 12 + 1)),
        )

    def _from(self, day: date) -> int:
        # Midnight of the calendar's first day may be out of it in another time zone.
        day = max(day, _DATED_FROM)
        return first_id(datetime.combine(day, time(), self.zone).astimezone(UTC))


def chosen_years(query: Query) -> tuple[int, ...]:
    """Return the years selected, else those of the months selected."""
    of_months = (_year_and_month(month)[0] for month in query.months)
    return query.years or tuple(dict.fromkeys(of_months))


def _year_and_month(month: str) -> tuple[int, int]:
    year, _, number = month.partition("-")
    return int(year), int(number)


def _first_of(year: int, month: int = 1) -> date:
    """Return the first day of a month; of any number, for addresses hold what people write."""
    if year < _DATED_FROM.year:
        return _DATED_FROM
    return date(year, month, 1) if year <= _LAST_DAY.year else _LAST_DAY
