"""The facets: which tokens stand for their values, and how they are listed."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from aggregator.language import fold, slugified
from aggregator.language.french_dates import MONTHS
from aggregator.model import DOCUMENTS
from aggregator.search.model import FACETS, FacetValue, Query
from aggregator.search.names import Names

# The beginning of each facet's tokens in the index column `fac` (db/migrations).
_TOKENS: Mapping[str, str] = {
    "instance": "xi",
    "quartier": "xq",
    "source": "xs",
    "genre": "xk",
    "theme": "xt",
    "annee": "xy",
    "mois": "xm",
    "document": "xd",
    "langue": "xl",
}
UNDATED = "0"  # among the years: posts of any age
TIMED = frozenset(("annee", "mois"))
_LANGUAGES: Mapping[str, str] = {
    "fr": "Français",
    "nl": "Néerlandais",
    "en": "Anglais",
    "ar": "Arabe",
    "pt": "Portugais",
    "es": "Espagnol",
    "it": "Italien",
    "pl": "Polonais",
    "de": "Allemand",
}

Counts = Mapping[str, Counter[str]]  # facet → value, as addresses write it → posts


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """The facet values of one database."""

    connection: sqlite3.Connection
    names: Names

    def tokens(self, facet: str, query: Query) -> list[str]:
        """Return the tokens that will do for what is selected; none for unknown values."""
        selected = query.selected(facet)
        start = _TOKENS[facet]
        if facet == "theme":
            return [f"{start}{number}" for number in self._themes(selected)]
        if facet == "mois":
            return [f"{start}{month.replace('-', '')}" for month in selected]
        if facet == "annee":
            return [f"{start}{year}" for year in selected]
        if facet == "document":
            return [f"{start}{name}" for name in selected if name in DOCUMENTS]
        if facet == "langue":
            return [f"{start}{name}" for name in selected if name.isascii() and name.isalpha()]
        known = (self.names.by_slug.get((facet, slug)) for slug in selected)
        return [f"{start}{value.number}" for value in known if value is not None]

    def all_tokens(self, facet: str) -> list[str]:
        """Return the tokens of all values that the list knows."""
        return [f"{_TOKENS[facet]}{value.number}" for value in self.names.values(facet)]

    def _themes(self, slugs: Iterable[str]) -> list[int]:
        rows = self.connection.execute(
            "SELECT id FROM themes WHERE slug IN (SELECT value FROM json_each(?))",
            (json.dumps(list(slugs)),),
        )
        return [number for (number,) in rows]

    def theme(self, name: str) -> str | None:
        """Return the slug of a theme, given that or its name; None where no post has it."""
        slug = slugified(name, longest=60)
        row = self.connection.execute("SELECT slug FROM themes WHERE slug = ?", (slug,)).fetchone()
        return None if row is None else str(row[0])

    def counted(self, facet: str, rows: Counter[str]) -> Counter[str]:
        """Name what was counted, by the database's values, as addresses write it."""
        if facet in {"langue", "theme"}:
            return rows
        if facet == "document":
            return _documents(rows)
        if facet == "annee":
            return rows
        known = {int(value): posts for value, posts in rows.items() if value != "0"}
        if facet == "mois":
            return Counter({_month(month): posts for month, posts in known.items()})
        named = self.names.by_number
        return Counter({named[facet, number].slug: posts for number, posts in known.items()})

    def lines(self, facet: str, counts: Counter[str], query: Query) -> tuple[FacetValue, ...]:
        """Return a facet's lines: years and months from the latest, others from the most frequent.

        What is selected is always among them, even without a post, so that it can be taken back.
        """
        selected = query.selected(facet)
        themes = self._theme_names((*counts, *selected)) if facet == "theme" else {}
        found = [
            FacetValue(
                value=value,
                label=themes.get(value) or self._label(facet, value),
                count=counts[value],
                selected=value in selected,
                group=self._group(facet, value),
            )
            for value in dict.fromkeys((*counts, *selected))
        ]
        return tuple(sorted(found, key=_latest if facet in TIMED else _most_frequent))

    def _theme_names(self, slugs: Iterable[str]) -> dict[str, str]:
        rows = self.connection.execute(
            "SELECT slug, name FROM themes WHERE slug IN (SELECT value FROM json_each(?))",
            (json.dumps(list(slugs)),),
        )
        return dict(rows.fetchall())

    def _label(self, facet: str, value: str) -> str:
        known = self.names.by_slug.get((facet, value))
        if known is not None:
            return known.label
        if (facet, value) == ("annee", UNDATED):
            return "Sans date"
        if facet == "mois":
            year, _, month = value.partition("-")
            return f"{MONTHS[int(month) - 1]} {year}"
        return {"document": DOCUMENTS, "langue": _LANGUAGES}.get(facet, {}).get(value, value)

    def _group(self, facet: str, value: str) -> str:
        known = self.names.by_slug.get((facet, value))
        return "" if known is None else known.group


def no_counts() -> Counts:
    """Return a counter a facet, all at nothing."""
    return {facet: Counter() for facet in FACETS}


def _month(number: int) -> str:
    return f"{number // 100:04d}-{number % 100:02d}"


def _documents(rows: Counter[str]) -> Counter[str]:
    """Take apart the bits of what posts link to: a post may link to several."""
    counts: Counter[str] = Counter()
    for bits, posts in rows.items():
        for place, name in enumerate(DOCUMENTS):
            if int(bits) >> place & 1:
                counts[name] += posts
    return counts


def _latest(line: FacetValue) -> tuple[int, ...]:
    return tuple(-int(part) for part in line.value.split("-"))


def _most_frequent(line: FacetValue) -> tuple[int, str, str]:
    return -line.count, fold(line.label), line.value
