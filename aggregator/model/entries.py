"""What the bytes say: untrusted, as published."""

from dataclasses import dataclass
from typing import Literal

from aggregator.model.pages import Ask
from aggregator.model.posts import Rejection
from aggregator.model.records import Record


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
    starts: str | None = None  # of an event: when it begins and ends, as published
    ends: str | None = None
    place: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What a feed says of its own rhythm, and who tells its news (WebSub).

    Attributes:
        ttl_s: Seconds between two updates (`<ttl>`, `sy:updatePeriod` and `sy:updateFrequency`).
        skip_hours: Hours of the day, UTC, at which nothing is published.
        skip_days: Days of the week, Monday 0, UTC, on which nothing is published.
        hub: Absolute address of its hub.
        topic: Absolute address under which the hub knows the feed (`rel=self`).
    """

    ttl_s: int | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    hub: str | None = None
    topic: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """All that one page held.

    Attributes:
        entries: What is to be kept; of a feed, those whose mark was not known before, and items
            that share their identity with one of them.
        marks: Of all items of a feed, in the order of the page, 8 bytes each; of other pages none.
        known: How many items were passed over, because their mark was known.
    """

    entries: tuple[Entry, ...]
    marks: bytes = b""
    known: int = 0
    hints: Hints = Hints()
    tdm_reserved: bool | None = None  # as a page's `meta name=tdm-reservation` says
    warnings: tuple[str, ...] = ()  # « not well-formed », for moderators
    title: str | None = None  # of the feed or page
    language: str | None = None  # declared by the feed or page
    next_url: str | None = None  # absolute; the following page of a listing
    next_ask: Ask | None = None  # of a platform: what to ask for next
    total: int | None = None  # how many entries there are in all, as the site says
    records: tuple[Record, ...] = ()  # civic data of the national formats
    rejections: tuple[Rejection, ...] = ()  # rows that cannot be read; the others are entries
    ages: bool = False  # to be read anew after a day, though it stays the same: a calendar repeats
    may_be_empty: bool = False  # a well-formed feed may hold nothing; a listing may not


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedCandidate:
    """A feed that a page seems to have, best first."""

    url: str
    title: str = ""
    found_by: Literal["link", "anchor", "well-known"]
    is_comments: bool = False
