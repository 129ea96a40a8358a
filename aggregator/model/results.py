"""What became of a source in a crawl."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from aggregator.model.entries import Hints
from aggregator.model.posts import Post, Rejection


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What saving one source's posts did."""

    count: SaveCount = field(default_factory=SaveCount)
    new: tuple[Post, ...] = ()
    changed: tuple[Post, ...] = ()


class Outcome(StrEnum):
    """How the fetch of a source ended."""

    SAVED = "saved"
    NOT_MODIFIED = "not_modified"
    FAILED = "failed"


class State(StrEnum):
    """The health of a source, as everyone sees it."""

    NEW = "new"  # never fetched yet
    OK = "ok"
    LATE = "late"  # answers, but publishes nothing when it usually does
    SILENT = "silent"  # answers, but its newest post is old
    EMPTY = "empty"  # a well-formed feed that holds nothing
    DRIFTED = "drifted"  # answers, but what it holds has changed in kind: a page rebuilt
    MOVED = "moved"  # answers elsewhere: a permanent redirect, seen for days
    FAILING = "failing"
    GONE = "gone"  # 410: not asked again until a moderator says so
    PAUSED = "paused"  # by a moderator
    UNLISTED = "unlisted"  # taken off the list; its posts stay


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
    proposed_feed: str | None = None  # found where the listed feed fails, to be accepted
    fetched: datetime
    state: State | None = None  # what is said of the source now
    next_fetch: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What is said of a source, and why."""

    state: State
    reason: str  # a French sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """When a source is visited next, and why then."""

    at: datetime | None  # none: not before a moderator says so
    reason: str  # French: « publie en moyenne tous les 6 jours, en général le matin »


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A permanent redirect, and for how long it has been seen."""

    to: str
    since: datetime
    fetches: int  # how many fetches in a row led there


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What a source has accustomed us to, from its own past; the newest come last.

    Attributes:
        times: When its last posts appeared, at most 40.
        lengths: Characters of the texts of its last posts, new or edited, at most 20.
        titles: A short hash of the titles of the same posts.
        ahead: Whether each of the same posts was dated in the future.
        items: How many items its page usually holds.
        visits: Of the last visits that were answered, at most 40: how many brought something.
        fruitful: See `visits`.
        hints: What its feed said of itself when it was last read.
    """

    times: tuple[datetime, ...] = ()
    lengths: tuple[int, ...] = ()
    titles: tuple[str, ...] = ()
    ahead: tuple[bool, ...] = ()
    items: int = 0
    visits: int = 0
    fruitful: int = 0
    hints: Hints = field(default_factory=Hints)
