"""The town, as its moderators describe it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from aggregator.model.services import Service

# What a source is, as facets and tabs name it. The order is the order on screen.
KINDS: Mapping[str, str] = {
    "institution": "Institution",
    "instance": "Instance citoyenne",
    "comite-de-quartier": "Comité de quartier",
    "association": "Association",
    "blog": "Blog",
    "presse": "Presse et médias",
    "concertation": "Concertation",
    "agenda": "Agenda",
    "donnees": "Données ouvertes",
    "memoire": "Mémoire",
}


class Display(StrEnum):
    """How much of a source's text may be shown and exported (all of it is searchable)."""

    TITLE = "title"  # title, date and link: the press, by law (CPI L.211-3-1)
    EXCERPT = "excerpt"  # and a short extract (CPI L.122-5 3°)
    FULL = "full"  # the whole text: the source allows it


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """A civic body; bodies change names, so each has aliases and dates of validity."""

    slug: str
    name: str
    aliases: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    became: tuple[str, ...] = ()  # slugs of the instances that took over
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quartier:
    """An area of the town."""

    slug: str
    name: str
    sector: str
    aliases: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    inferred: bool = False  # the sector was worked out, no document states it
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """An « onglet » of the home page: sources of these kinds, instances, quartiers or slugs."""

    slug: str
    name: str
    kinds: tuple[str, ...] = ()
    instances: tuple[str, ...] = ()
    quartiers: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    def holds(self, source: "Source") -> bool:
        """Tell whether a source belongs under this tab."""
        return (
            source.slug in self.sources
            or source.kind in self.kinds
            or source.instance in self.instances
            or not set(self.quartiers).isdisjoint(source.quartiers)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How to read a page that has no feed: `selector@attribute` texts (see aggregator/scraping.py).

    All but `items` and `next` are read inside one item.
    """

    items: str
    link: str
    title: str | None = None
    date: str | None = None
    summary: str | None = None
    author: str | None = None
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """Where a post's own page has its text, title, date: selectors, as in a recipe."""

    text: str | None = None
    title: str | None = None
    date: str | None = None
    author: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A site, blog or API on the moderators' list.

    At most one of `feed`, `recipe`, `scraper` and `service`; none of them means: discover the
    feed.
    """

    slug: str
    name: str
    url: str
    kind: str  # a key of KINDS
    instance: str | None = None
    quartiers: tuple[str, ...] = ()  # empty: the whole town
    feed: str | None = None
    feed_unverified: bool = False  # derived from the platform's habit, never seen to answer
    recipe: Recipe | None = None
    scraper: str | None = None  # scrapers/<scraper>.py
    service: Service | None = None
    article: Article | None = None
    every: timedelta | None = None  # a fixed rhythm; none: the source's own (crawl/rhythm.py)
    language: str = "fr"
    display: Display = Display.EXCERPT
    paused: bool = False
    note: str = ""
    line: int | None = None  # where it stands in sources.yaml

    @property
    def reader(self) -> str:
        """Which way its pages are read: feed, recipe, scraper, discover, or a platform's name."""
        if self.service is not None:
            return self.service.name
        if self.feed is not None:
            return "feed"
        if self.recipe is not None:
            return "recipe"
        return "scraper" if self.scraper is not None else "discover"


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """A whole sources.yaml, checked."""

    name: str
    timezone: str
    contact: str
    address: str | None = None  # of the public portal, without a slash at its end
    instances: tuple[Instance, ...] = ()
    quartiers: tuple[Quartier, ...] = ()
    tabs: tuple[Tab, ...] = ()
    sources: tuple[Source, ...] = ()
    synonyms: tuple[tuple[str, ...], ...] = ()  # groups of words and names that mean the same
