"""One query put to one database: what it means there, and what answers it.

Each facet is counted without its own selection, so that another value can be chosen beside one
that is; the others all narrow it.
"""

import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, replace
from datetime import date
from functools import cached_property
from typing import Self

from aggregator.language import indexed_text, words
from aggregator.search.expansion import Wanted, expand, widen
from aggregator.search.facets import TIMED, UNDATED, Values
from aggregator.search.fields import understand
from aggregator.search.finding import COUNTED_POSTS, Found, Span, Wish, count, find, tally
from aggregator.search.match import build_match
from aggregator.search.model import FACETS, MAX_PAGES, PAGE_SIZE, FacetValue, Note, Query, Total
from aggregator.search.names import Names
from aggregator.search.ranking import Ranking
from aggregator.search.terms import Parsed, parse
from aggregator.search.times import Times, chosen_years
from aggregator.search.vocabulary import Vocabulary

# Places of words that the index may read for one query: about 30 ms for single words, more for
# phrases. Where a query costs more, it is asked of the newest posts only.
MAX_COST = 1_200_000
_MANY_WORDINGS = 60


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
            is_wordless=bool(understood.words.strip()) and parsed.is_empty,
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
        if self.is_wordless or not all(tokens):
            return None
        if self.query.author and not author:
            return None
        match = build_match(self.wanted, tokens, author, any_of=any_of)
        if not match and self.wanted.excluded:  # taken away from all posts
            match = build_match(self.wanted, [self.values.all_tokens("genre")], author)
        return Wish(match=match, span=self._span(but) if but else self._whole_span)

    def answer(self) -> Answer:
        """Find the page's posts, and count what can narrow them."""
        wish = self.wish()
        counting = {facet: self._wish_apart(facet, wish) for facet in FACETS}
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
            total=self._total(wish, found, counts["annee"] if "annee" in together else None),
            ids=found.ids,
            facets={facet: self._lines(facet, counts[facet]) for facet in FACETS},
            facets_exact=all(counts[facet].is_whole for facet in FACETS if facet not in TIMED),
        )

    def _wish_apart(self, facet: str, wish: Wish | None) -> Wish | None:
        """Return what a facet is counted over; months are counted within chosen years only."""
        if facet == "mois" and not self.query.years:
            query = replace(self.query, years=chosen_years(self.query))
            return replace(self, query=query).wish(but=frozenset((facet,))) if query.years else None
        left_out = TIMED if facet == "annee" else frozenset((facet,))
        # Mostly nothing is selected: what is asked is then the same, and not worked out again.
        if not any(self.query.selected(one) for one in left_out):
            return wish
        return self.wish(but=left_out)

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
            newest=self.times.newest,
            posts=self.times.posts,
            is_usual=self.reach is not None,
        )

    def _count(self, facet: str, wish: Wish | None) -> "_Counted":
        if wish is None:
            return _Counted(Counter(), is_whole=True)
        kept = self.query.selected(facet)
        found = find(self.connection, wish, self.values, facets=[facet], kept=kept)
        return _Counted(found.counts[facet], is_whole=found.is_whole)

    def _by_time(self, facet: str, wish: Wish, counted: "_Counted") -> "_Counted":
        spans = self.times.years if facet == "annee" else self.times.months(self.query)
        if not self._is_quick:
            return replace(counted, floors=frozenset(value for value, _ in spans))
        found = tally(self.connection, wish, spans)
        return _Counted(found.counts, is_whole=not found.floors, floors=found.floors)

    def _total(self, wish: Wish | None, found: Found, years: "_Counted | None") -> Total:
        """Return how many there are.

        Args:
            wish: What was asked.
            found: What the index said.
            years: The same posts counted by year, if the years were counted over them.
        """
        if wish is None or found.is_whole:
            return Total(value=found.read, exact=True)
        if not self._is_quick:
            return Total(value=COUNTED_POSTS, exact=False)
        if wish.match and years is not None:
            return Total(value=sum(years.counts.values()), exact=not years.floors)
        return count(self.connection, wish)

    def _lines(self, facet: str, counted: "_Counted") -> tuple[FacetValue, ...]:
        known = counted.counts.copy()
        known.update(dict.fromkeys(counted.floors - {UNDATED}, 0))
        lines = self.values.lines(facet, known, self.query)
        if not counted.floors:
            return lines
        return tuple(replace(line, exact=line.value not in counted.floors) for line in lines)

    @property
    def _is_quick(self) -> bool:
        """Whether it may be asked again and again: with many words each time costs 10 ms."""
        return self.wanted.wordings <= _MANY_WORDINGS

    @cached_property
    def reach(self) -> date | None:
        """From which day on posts are read: all, unless words in most of them are asked for."""
        span = self._whole_span
        if span == self.times.asked(self.query, but=frozenset()) or span.low is None:
            return None
        return self.times.day(span.low)

    @cached_property
    def _whole_span(self) -> Span:
        return self._span(frozenset())

    def _span(self, but: frozenset[str]) -> Span:
        asked = self.times.asked(self.query, but=but)
        if self.wanted.cost <= MAX_COST:
            return asked
        return self.times.reached(asked, MAX_COST / self.wanted.cost)

    @cached_property
    def times(self) -> Times:
        """The days of the town, in this database."""
        return Times(connection=self.connection)


@dataclass(frozen=True, slots=True)
class _Counted:
    counts: Counter[str]
    _: KW_ONLY
    is_whole: bool
    floors: frozenset[str] = frozenset()
