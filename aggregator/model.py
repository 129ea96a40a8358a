"""The words of the program: the values that pass from room to room.

All are frozen, and built by keyword. Every `datetime` is aware and in UTC. The same words, on
screen and in the sources list, are explained in docs/architecture.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Literal

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


class DateOrigin(StrEnum):
    """Where a post's date comes from; a date is never invented."""

    STATED = "stated"  # the site states day and time
    DAY_ONLY = "day_only"  # the site states the day; the hour kept is noon, by convention
    INFERRED = "inferred"  # a part was worked out: a missing year, « hier »
    FIRST_SEEN = "first_seen"  # no date at all: the moment we first saw the post


# --- the town, as its moderators describe it ------------------------------------------------


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
class Source:
    """A site, blog or API on the moderators' list.

    At most one of `feed`, `recipe` and `scraper`; none of them means: discover the feed.
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
    every: timedelta = timedelta(hours=1)
    language: str = "fr"
    display: Display = Display.EXCERPT
    paused: bool = False
    note: str = ""
    line: int | None = None  # where it stands in sources.yaml

    @property
    def reader(self) -> Literal["feed", "recipe", "scraper", "discover"]:
        """Which way its pages are read."""
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
    instances: tuple[Instance, ...] = ()
    quartiers: tuple[Quartier, ...] = ()
    tabs: tuple[Tab, ...] = ()
    sources: tuple[Source, ...] = ()


# --- what the network gave ------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What we remember of one URL between two fetches; validators exactly as received."""

    etag: str | None = None
    last_modified: str | None = None
    body_sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The bytes one URL gave.

    `body` is free of transfer and content encoding (gzip), not of its charset.
    """

    requested_url: str
    url: str  # after redirects
    body: bytes
    status: int
    content_type: str = ""  # as sent, parameters included; a hint, never trusted
    memory: Memory = field(default_factory=Memory)  # to be kept for the next fetch of the URL
    moved_to: str | None = None  # where permanent redirects (301, 308) from the start lead
    fetched: datetime
    elapsed_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """The URL has nothing new: a 304, or the very bytes of last time."""

    requested_url: str
    url: str
    status: int
    memory: Memory
    moved_to: str | None = None
    size_bytes: int = 0
    fetched: datetime
    elapsed_s: float


# --- what the bytes say ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item as published: untrusted, raw.

    Every field may be missing: `normalise` decides what to make of it. `published` is the date
    as found; a reader that was handed a whole date by its format (feedparser, JSON Feed) still
    passes the text.
    """

    link: str | None = None  # maybe relative to `base_url`
    guid: str | None = None
    title: str | None = None  # maybe with markup
    html: str = ""  # the longest body offered
    summary: str = ""  # a shorter one beside it, if any
    published: str | None = None
    updated: str | None = None
    author: str | None = None
    language: str | None = None
    categories: tuple[str, ...] = ()
    base_url: str | None = None  # xml:base or the page's own address


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """All that one page held."""

    entries: tuple[Entry, ...]
    warnings: tuple[str, ...] = ()  # « not well-formed », for moderators
    title: str | None = None  # of the feed or page
    language: str | None = None  # declared by the feed or page
    next_url: str | None = None  # absolute; the following page of a listing
    may_be_empty: bool = False  # a well-formed feed may hold nothing; a listing may not


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedCandidate:
    """A feed that a page seems to have, best first."""

    url: str
    title: str = ""
    found_by: Literal["link", "anchor", "well-known"]
    is_comments: bool = False


# --- what we keep ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One item as we keep it: trusted."""

    source: str  # slug
    guid: str  # what identifies it within its source
    url: str  # absolute, canonical; the source's own address where the item has none
    title: str  # plain text, never empty
    title_derived: bool = False  # made from the text: the item had none
    excerpt: str = ""  # plain text, at most about 300 characters, cut at a word
    html: str = ""  # sanitised
    text: str = ""  # plain, what the index sees
    author: str | None = None
    language: str = "fr"
    published: datetime
    date_origin: DateOrigin
    categories: tuple[str, ...] = ()
    instance: str | None = None  # slug
    quartiers: tuple[str, ...] = ()  # slugs
    digest: str  # changes when, and only when, what readers see changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """One entry refused; the rest of its source goes on."""

    entry: str  # its title, link or guid, cut short
    reason: str


# --- what became of a source in a crawl -----------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveCount:
    """What saving one source's posts changed."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0

    def __add__(self, other: "SaveCount") -> "SaveCount":
        return SaveCount(
            new=self.new + other.new,
            changed=self.changed + other.changed,
            unchanged=self.unchanged + other.unchanged,
        )


class Outcome(StrEnum):
    """How the fetch of a source ended."""

    SAVED = "saved"
    NOT_MODIFIED = "not_modified"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceResult:
    """One source's line in a crawl: what `crawl --json` prints and the fetch log keeps."""

    source: str
    outcome: Outcome
    count: SaveCount = field(default_factory=SaveCount)
    rejections: tuple[Rejection, ...] = ()
    warnings: tuple[str, ...] = ()
    error: str | None = None  # a sentence
    error_kind: str | None = None  # the error class's name
    url: str | None = None  # the address that was read in the end
    status: int | None = None
    size_bytes: int = 0
    elapsed_s: float = 0.0
    moved_to: str | None = None
    proposed_feed: str | None = None  # announced where the listed feed was, to be accepted
    fetched: datetime


class State(StrEnum):
    """The health of a source, as everyone sees it."""

    NEW = "new"  # never fetched yet
    OK = "ok"
    SILENT = "silent"  # answers, but its newest post is old
    MOVED = "moved"  # answers elsewhere: a permanent redirect
    FAILING = "failing"
    PAUSED = "paused"  # by a moderator
    UNLISTED = "unlisted"  # taken off the list; its posts stay


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What is said of a source, and why."""

    state: State
    reason: str  # a French sentence
