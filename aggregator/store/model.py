"""What the store takes and answers with."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

from aggregator.model import DocumentText, Habits, Memory, Move, State


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHistory:
    """What is known of one source so far."""

    state: State
    since: datetime  # when it took this state
    failures: int  # fetches failed in a row
    last_success: datetime | None
    last_fetch: datetime | None
    next_fetch: datetime | None  # none: not before a moderator says so
    newest_post: datetime | None  # posts without a date of their own left out
    post_count: int
    discovered_feed: str | None
    proposed_feed: str | None
    habits: Habits
    move: Move | None
    crawled_hub_until: datetime | None  # until then a hub tells us its news (WebSub)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A source to visit, and all that its visit needs to know."""

    slug: str
    history: SourceHistory
    memories: Mapping[str, Memory]  # by URL


@dataclass(frozen=True, slots=True, kw_only=True)
class HostPause:
    """A host that asked to be left alone."""

    until: datetime
    status: int  # with which it did (429, 503)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """What we agreed with a hub about one source (WebSub); token and secret are never shown."""

    source: str  # slug
    hub: str
    topic: str
    token: str  # in the address the hub calls
    secret: str  # with which it signs
    lease_until: datetime | None
    asked: datetime
    state: Literal["asked", "verified", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatus:
    """One row of the view `sources_health`; times are ISO 8601 text.

    Attributes:
        rejected: How many rows of its open data could not be read; MOST_REFUSED at most are kept.
    """

    source: str
    name: str
    state: str
    reason: str
    since: str
    last_success: str | None
    last_post: str | None
    failures: int
    next_fetch: str | None
    next_reason: str
    proposed_feed: str | None
    moved_to: str | None
    tdm_reserved: bool | None
    rejected: int = 0

    def to_json(self) -> dict[str, str | int | bool | None]:
        """Return it as `aggregator status --json` prints it."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDocument:
    """A document to ask for, and what is known of it."""

    url: str
    label: str  # what a link to it says
    is_read: bool  # its text is known; has it changed?
    is_reserved: bool  # a site that links to it reserves text and data mining (TDMRep)
    tries: int  # since it was found, or read for the last time
    memory: Memory


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDocument:
    """A document that was had, and what came of reading it."""

    url: str
    text: DocumentText
    kind: str = ""  # a key of DOCUMENT_KINDS, or nothing
    refs: tuple[str, ...] = ()  # numbers of délibérations
    size_bytes: int = 0
    memory: Memory
    asked: datetime
    next_try: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexReport:
    """What `reindex` did; it raises when the new index does not hold every post."""

    posts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexCheck:
    """What is wrong with the index and with what else search relies on; mostly nothing."""

    posts: int
    has_stale_rules: bool = False  # made by another version's rules: nothing else was looked at
    is_sound: bool = True  # the full-text index holds the posts, word for word
    missing_terms: tuple[str, ...] = ()  # words of the index that `terms` lacks, the first ones
    misfiled: tuple[str, ...] = ()  # posts, by uid, whose facets or themes are wrong, likewise

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong, in words."""
        found = {
            "it was made by another version's rules": self.has_stale_rules,
            "it does not hold the posts, word for word": not self.is_sound,
            f"words missing from `terms`: {', '.join(self.missing_terms)}": self.missing_terms,
            f"posts filed wrongly: {', '.join(self.misfiled)}": self.misfiled,
        }
        return tuple(fault for fault, is_there in found.items() if is_there)
