"""One query put to one database: what it means there, and what answers it.

Each facet is counted without its own selection, so that another value can be chosen beside one
that is; the others all narrow it.
"""

import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, replace
from datetime import UTC, date, datetime, time
from functools import cached_property
from typing import Self
from zoneinfo import ZoneInfo

from aggregator.language import indexed_text, words
from aggregator.model import first_id, moment_of
from aggregator.search.expansion import Wanted, expand, widen
from aggregator.search.facets import TIMED, Values
from aggregator.search.fields import understand
from aggregator.search.finding import EVER, Found, Span, Wish, count, find, tally
from aggregator.search.match import build_match
from aggregator.search.model import FACETS, MAX_PAGES, PAGE_SIZE, FacetValue, Note, Query, Total
from aggregator.search.names import Names
from aggregator.search.ranking import Ranking
from aggregator.search.terms import Parsed, parse
from aggregator.search.vocabulary import Vocabulary

# Places of words that the index may read for one query: about 0.3 s. Where a query costs more, it
# is asked of the newest posts only.
MAX_COST = 2_000_000
_MANY_WORDINGS = 80
_NTH = "SELECT id FROM post_facets ORDER BY id DESC LIMIT 1 OFFSET ?"
_DATED_FROM = date(1000, 1, 1)  # undated posts of any age are filed in year 1
_LAST_DAY = date(9999, 12, 31)  # of Python's calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the database says."""

    total: Total
    ids: tuple[int, ...]  # of the posts on the page, in order
    facets: Mapping[str, tuple[FacetValue, ...]]
    facets_exact: bool


@dataclass(frozen=True, kw_only=True)
class Asking:
    """A query, understood."""

    connection: sqlite3.Connection
    values: Values
    query: Query  # without the fields that its text held
    parsed: Parsed
    wanted: Wanted
    notes: tuple[Note, ...]
    is_wordless: bool

    @classmethod
    def of(cls, connection: sqlite3.Connection, query: Query) -> Self:
        """Understand a query in a database."""
        names = Names.read(connection)
        values = Values(connection=connection, names=names)
        understood = understand(query, names, values.theme)
        parsed = parse(understood.words)
        return cls(
            connection=connection,
            values=values,
            query=understood.query,
            parsed=parsed,
            wanted=expand(parsed, names, Vocabulary(connection)),
            notes=understood.notes,
            is_wordless=bool(understood.words.strip()) and not parsed.required,
        )

    def instead(self, query: Query) -> "Asking":
        """Ask another query of the same database."""
        return Asking.of(self.connection, query)

    def count(self, *, limit: int = 10_000) -> Total:
        """Count what is found, up to a limit."""
        wish = self.wish()
        if wish is None:
            return Total(value=0, exact=True)
        return count(self.connection, wish, limit=limit)

    def wish(self, *, but: frozenset[str] = frozenset(), any_of: bool = False) -> Wish | None:
        """Return what to ask of the index; None where no post can answer.

        Args:
            but: Facets whose selection is left out.
            any_of: One of the things wanted is enough.
        """
        facets = [facet for facet in FACETS if self.query.selected(facet) and facet not in but]
        tokens = [self.values.tokens(facet, self.query) for facet in facets]
        author = words(indexed_text(self.query.author))
        if (self.is_wordless and not self.wanted.excluded) or not all(tokens):
            return None
        if self.query.author and not author:
            return None
        match = build_match(self.wanted, tokens, author, any_of=any_of)
        if self.is_wordless and not match:
            return None
        return Wish(match=match, span=self._span)

    def answer(self) -> Answer:
        """Find the page's posts, and count what can narrow them."""
        counting = {facet: self._wish_apart(facet) for facet in FACETS}
        wish = self.wish()
        together = [facet for facet in FACETS if counting[facet] == wish]
        found = Found() if wish is None else self._find(wish, together)
        counts = {facet: _Counted(found.counts[facet], is_whole=found.is_whole) for facet in FACETS}
        for facet in FACETS:
            apart = counting[facet]
            if facet not in together:
                counts[facet] = self._count(facet, apart)
            if facet in TIMED and not counts[facet].is_whole and apart is not None:
                counts[facet] = self._by_time(facet, apart, counts[facet])
        return Answer(
            total=self._total(wish, found, counts),
            ids=found.ids,
            facets={facet: self._lines(facet, counts[facet]) for facet in FACETS},
            facets_exact=all(counts[facet].is_whole for facet in FACETS if facet not in TIMED),
        )

    def _wish_apart(self, facet: str) -> Wish | None:
        """Return what a facet is counted over; months are counted within chosen years only."""
        if facet == "annee":
            return self.wish(but=TIMED)
        if facet == "mois":
            query = replace(self.query, years=self._chosen_years)
            return replace(self, query=query).wish(but=frozenset((facet,))) if query.years else None
        return self.wish(but=frozenset((facet,)))

    def _find(self, wish: Wish, facets: list[str]) -> Found:
        is_there = self.query.page <= MAX_PAGES
        size = PAGE_SIZE if is_there else 0
        offset = (min(max(self.query.page, 1), MAX_PAGES) - 1) * PAGE_SIZE
        found = find(self.connection, wish, self.values, facets=facets, size=size, offset=offset)
        if self.query.order == "date" or not self.wanted.required or found.oldest is None:
            return found
        ids = self._ranking.page(wish, found.oldest, size=size, offset=offset)
        return replace(found, ids=ids)

    def nearby(self, answer: Answer, *, size: int) -> tuple[int, ...]:
        """Return the ids of posts that hold most of what is wanted, not all; best first."""
        wider = replace(self, wanted=widen(self.wanted, Vocabulary(self.connection)))
        wish = wider.wish(any_of=True)
        if wish is None or not self.wanted.required:
            return ()
        found = find(self.connection, wish, self.values, facets=())
        if found.oldest is None:
            return ()
        return wider._ranking.nearby(wish, found.oldest, size=size, but=frozenset(answer.ids))  # noqa: SLF001 - its own class

    @cached_property
    def _ranking(self) -> Ranking:
        return Ranking(
            connection=self.connection,
            concepts=self.wanted.concepts,
            newest=self._newest,
            posts=self._posts,
            is_usual=self.reach is not None,
        )

    def _count(self, facet: str, wish: Wish | None) -> "_Counted":
        if wish is None:
            return _Counted(Counter(), is_whole=True)
        kept = self.query.selected(facet)
        found = find(self.connection, wish, self.values, facets=[facet], kept=kept)
        return _Counted(found.counts[facet], is_whole=found.is_whole)

    def _by_time(self, facet: str, wish: Wish, counted: "_Counted") -> "_Counted":
        spans = self._years if facet == "annee" else self._months
        if not self._is_quick:
            return replace(counted, floors=frozenset(value for value, _ in spans))
        found = tally(self.connection, wish, spans)
        return _Counted(found.counts, is_whole=not found.floors, floors=found.floors)

    def _total(self, wish: Wish | None, found: Found, counts: Mapping[str, "_Counted"]) -> Total:
        if wish is None or found.is_whole:
            return Total(value=found.read, exact=True)
        years = counts["annee"]
        if wish.match and self._is_quick and self._wish_apart("annee") == wish:
            return Total(value=sum(years.counts.values()), exact=not years.floors)
        return count(self.connection, wish)

    def _lines(self, facet: str, counted: "_Counted") -> tuple[FacetValue, ...]:
        known = Counter({value: posts for value, posts in counted.counts.items() if value})
        known.update(dict.fromkeys(counted.floors - {""}, 0))
        lines = self.values.lines(facet, known, self.query)
        if not counted.floors:
            return lines
        return tuple(replace(line, exact=line.value not in counted.floors) for line in lines)

    @cached_property
    def _zone(self) -> ZoneInfo:
        row = self.connection.execute("SELECT timezone FROM town").fetchone()
        return ZoneInfo(row[0] if row else "UTC")

    @cached_property
    def _posts(self) -> int:
        (posts,) = self.connection.execute("SELECT count(*) FROM post_facets").fetchone()
        return int(posts)

    @cached_property
    def _newest(self) -> datetime:
        (newest,) = self.connection.execute("SELECT max(id) FROM post_facets").fetchone()
        return moment_of(newest or 0)

    def _from(self, day: date) -> int:
        # Midnight of the calendar's first day may be out of it in another time zone.
        day = max(day, _DATED_FROM)
        return first_id(datetime.combine(day, time(), self._zone).astimezone(UTC))

    @cached_property
    def _span(self) -> Span:
        reach = Span(low=None if self.reach is None else self._from(self.reach))
        if self.query.since is None and self.query.until is None:
            return reach
        since, until = self.query.since or _DATED_FROM, self.query.until
        asked = Span(low=self._from(since), high=None if until is None else self._from(until))
        return asked.cut(reach)

    @property
    def _is_quick(self) -> bool:
        """Whether it may be asked once a year: with many words each asking costs 10 ms."""
        return self.wanted.wordings <= _MANY_WORDINGS

    @cached_property
    def reach(self) -> date | None:
        """From which day on posts are read: all, unless words in most of them are asked for."""
        if self.wanted.cost <= MAX_COST:
            return None
        read = self._posts * MAX_COST // self.wanted.cost
        row = self.connection.execute(_NTH, (read,)).fetchone()
        return None if row is None else moment_of(row[0]).astimezone(self._zone).date()

    @cached_property
    def _years(self) -> list[tuple[str, Span]]:
        """The years that hold posts, from the latest; what has no date stands last, unnamed."""
        (oldest,) = self.connection.execute(
            "SELECT min(id) FROM post_facets WHERE id >= ?", (self._from(_DATED_FROM),)
        ).fetchone()
        if oldest is None:
            return [("", EVER)]
        last = self._newest.astimezone(self._zone).year
        first = moment_of(oldest).astimezone(self._zone).year
        years = range(max(last, first), first - 1, -1)
        edges = {year: self._from(_first_of(year)) for year in (*years, years[0] + 1)}
        spans = [(str(year), Span(low=edges[year], high=edges[year + 1])) for year in years]
        return [*spans, ("", Span(high=edges[first]))]

    @property
    def _chosen_years(self) -> tuple[int, ...]:
        """The years selected, else those of the months selected."""
        of_months = (_year_and_month(month)[0] for month in self.query.months)
        return self.query.years or tuple(dict.fromkeys(of_months))

    @cached_property
    def _months(self) -> list[tuple[str, Span]]:
        """The months of the chosen years, and those selected, from the latest."""
        months = {(year, month) for year in self._chosen_years for month in range(1, 13)}
        months |= {_year_and_month(month) for month in self.query.months}
        return [
            (
                f"{year:04d}-{month:02d}",
                Span(
                    low=self._from(_first_of(year, month)),
                    high=self._from(_first_of(year + month // 12, month % 12 + 1)),
                ),
            )
            for year, month in sorted(months, reverse=True)
        ]


@dataclass(frozen=True, slots=True)
class _Counted:
    counts: Counter[str]
    _: KW_ONLY
    is_whole: bool
    floors: frozenset[str] = frozenset()


def _first_of(year: int, month: int = 1) -> date:
    """Return the first day of a month; of any number, for addresses hold what people write."""
    if year < _DATED_FROM.year:
        return _DATED_FROM
    return date(year, month, 1) if year <= _LAST_DAY.year else _LAST_DAY


def _year_and_month(month: str) -> tuple[int, int]:
    year, _, number = month.partition("-")
    return int(year), int(number)
