"""What we keep."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import Literal

# What a post may link to, as the facet names it. The order is that of the bits in the database.
DOCUMENTS: Mapping[str, str] = {
    "pdf": "PDF",
    "texte": "Texte",
    "tableur": "Tableur",
    "presentation": "Présentation",
}


class DateOrigin(StrEnum):
    """Where a post's date comes from; a date is never invented."""

    STATED = "stated"  # the site states day and time
    DAY_ONLY = "day_only"  # the site states the day; the hour kept is noon, by convention
    INFERRED = "inferred"  # a part was worked out: a missing year, « hier »
    FIRST_SEEN = "first_seen"  # no date at all: the moment we first saw the post


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """When and where something takes place; moments are aware, in UTC but for `seen_in`."""

    starts: datetime
    ends: datetime | None = None
    all_day: bool = False  # no hour is stated; `starts` is midnight in the town
    place: str = ""

    def seen_in(self, zone: tzinfo) -> "Event":
        """Return the same event, its moments those of a town's clock."""
        ends = None if self.ends is None else self.ends.astimezone(zone)
        return replace(self, starts=self.starts.astimezone(zone), ends=ends)

    def moments(self) -> tuple[str, str | None]:
        """Return beginning and end in ISO 8601, with the clock's offset; a day where no hour is."""
        return self._moment(self.starts), None if self.ends is None else self._moment(self.ends)

    @property
    def begins(self) -> str:
        """When it begins, for terminals: 2026-12-02 14:00, or the day."""
        return self._moment(self.starts)[:16].replace("T", " ")

    def _moment(self, moment: datetime) -> str:
        return moment.date().isoformat() if self.all_day else moment.isoformat(timespec="minutes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A document that a post links to."""

    url: str  # absolute, canonical
    label: str = ""  # what the link says, plain text


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
    documents: tuple[str, ...] = ()  # keys of DOCUMENTS: what its text links to
    attached: tuple[Attached, ...] = ()  # those of them whose text we can read
    event: Event | None = None
    lack: Literal["text", "date"] | None = None  # what its own page is to be opened for
    digest: str  # changes when, and only when, what readers see changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """One entry refused; the rest of its source goes on."""

    entry: str  # its title, link or guid, cut short
    reason: str  # of a record of open data in French: its source's page shows it
    line: int | None = None  # of a file where it stands, or its rank among records, from 1
