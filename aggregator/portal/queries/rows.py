"""What the pages' SQL gives: frozen values, times as aware datetimes."""

from dataclasses import dataclass, field
from datetime import datetime

from aggregator.model import DateBy, DateOrigin, Display, Event, Outcome, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Something with an address and a name: an instance, a quartier, a kind."""

    slug: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostLine:
    """A post as lists show it."""

    uid: str
    title: str
    language: str
    published: datetime
    date_origin: DateOrigin
    source: Named
    hint: str = ""  # of an undated post, its extract: a page may hold many of one title
    event: Event | None = None  # that it announces
    again: Event | None = None  # the next one of the same title, where only one is shown
    withdrawn: bool = False  # its source has taken it back


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A source on the home page: its health and its newest posts, newest first."""

    source: Named
    state: State
    since: datetime | None
    newest_id: int | None  # of its posts, announced ones last; ids are in date order
    posts: tuple[PostLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What is talked about this week."""

    words: str
    posts: int
    sources: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCard:
    """A source and its health, as /sources shows it."""

    slug: str
    name: str
    url: str
    kind: Named
    instance: Named | None
    quartiers: tuple[Named, ...]
    display: Display
    language: str
    feed_unverified: bool
    note: str
    listed: bool
    state: State
    reason: str  # a French sentence
    since: datetime | None
    last_success: datetime | None = None
    last_post: datetime | None = None  # newest that bears a date, none of them announced
    announced_until: datetime | None = None  # the furthest date announced
    next_fetch: datetime | None = None
    next_reason: str = ""  # why then, in French
    proposed_feed: str | None = None  # found where the listed one fails; not applied
    mining_reserved: bool = False  # text and data mining is reserved (TDMRep)
    unlisted_since: datetime | None = None

    @property
    def next_told(self) -> str:
        """When it is visited next and why, where the reason says both."""
        told = self.next_reason.removeprefix("prochain relevé ")
        says_when = told != self.next_reason or told.startswith("nouvel essai ")
        return told if says_when else ""

    @property
    def shows_unverified(self) -> bool:
        """Whether visitors must know that nobody has seen its feed answer yet."""
        return self.feed_unverified and self.last_success is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """One attempt at a source (« relevé »)."""

    fetched: datetime
    outcome: Outcome
    new: int
    changed: int
    status: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePosts:
    """A source's posts: one page of them, and how many there are by year."""

    total: int
    announced: tuple[PostLine, ...]  # the nearest first; they come before all others
    posts: tuple[PostLine, ...]  # the others, newest first
    years: tuple[tuple[int, int], ...]  # (year, posts), newest year first
    fetches: tuple[Fetch, ...]  # newest first

    @property
    def most_in_a_year(self) -> int:
        """The posts of the busiest year: the longest bar."""
        return max((count for _, count in self.years), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What a post said before it was edited."""

    seen_from: datetime
    seen_until: datetime
    title: str
    text: str  # empty where the source's `display` forbids it


@dataclass(frozen=True, slots=True, kw_only=True)
class PostDocument:
    """A document that a post links to, and what came of reading it."""

    name: str  # what the link says, the document's own title, or the name of its file
    url: str
    kind: str  # a key of DOCUMENT_KINDS, or nothing
    media: str  # pdf, odt, docx; nothing before it was read
    state: str  # of `documents`, as `reason`
    reason: str  # French sentences
    pages: int
    read_pages: int  # the first ones, whose words can be found
    size_bytes: int
    refs: tuple[str, ...]  # numbers of délibérations


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPage:
    """What opening the page of a post gave."""

    is_better: bool  # the text shown is the page's, not the feed's
    reason: str  # why, in French
    dated: DateBy | None  # where on the page the date stands, when it comes from there


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A post, with all that its own page shows; what `display` forbids is empty."""

    line: PostLine
    url: str
    author: str | None
    excerpt: str
    html: str  # sanitised when it was stored
    display: Display
    title_derived: bool
    kind: Named
    instance: Named | None
    quartiers: tuple[Named, ...]
    first_seen: datetime
    changed: datetime | None
    source_listed: bool
    withdrawn: datetime | None  # when we noticed that its source had taken it back
    own_page: OwnPage | None = None  # none: there was no need to open it, or not yet
    documents: tuple[PostDocument, ...] = field(default=())
    versions: tuple[Version, ...] = field(default=())
    similar: tuple[PostLine, ...] = field(default=())  # on the same subject, the nearest first
    neighbours: tuple[PostLine, ...] = field(default=())  # of the same source, newest first
