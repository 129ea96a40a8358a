"""What is known of an archive, and of its reading."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from aggregator.model import ArchiveAsk, ArchivedPage

ArchiveState = Literal["waiting", "running", "done", "stopped", "none"]
StepState = Literal["waiting", "read", "end", "failed", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """How far one source is read back."""

    state: ArchiveState
    method: str | None
    reason: str  # why there is none, in French
    expected: int | None  # posts, as the site says
    found: int
    added: int
    requests: int
    failures: int  # in a row
    missing: Mapping[str, int]  # pages that could not be read, by reason
    next_try: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveStep:
    """What to ask next: an answer with many posts, or the page of one."""

    way: int
    position: int
    method: str
    url: str
    is_page: bool = False
    title: str | None = None  # of a page, as its list has it
    tries: int = 0

    @property
    def ask(self) -> ArchiveAsk:
        """It, as readers take it."""
        return ArchiveAsk(method=self.method, url=self.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveAnswer:
    """What became of a step.

    Attributes:
        state: `waiting`: to be tried again, at `next_try`.
        reason: Why it failed; a key, counted in `archives.missing`.
        asked: Whether the site was asked at all.
        held: How many posts or pages it named.
        added: How many of the posts are new.
        asks: What to ask next on this way.
        ways: Other ways that it shows, the best first.
        pages: Posts to be opened.
        known: Those of them that we have, by address.
        expected: How many posts there are, as it says.
        digest: Of what it held; none where that is nothing.
        silent: The host as a whole did not answer.
    """

    state: StepState
    reason: str = ""
    next_try: datetime | None = None
    asked: bool = True
    held: int = 0
    added: int = 0
    asks: tuple[ArchiveAsk, ...] = ()
    ways: tuple[ArchiveAsk, ...] = ()
    pages: tuple[ArchivedPage, ...] = ()
    known: frozenset[str] = frozenset()
    expected: int | None = None
    digest: str | None = None
    silent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveWay:
    """How the way stands that is being tried.

    Attributes:
        waiting: Something is left to ask.
        next_try: When, where nothing may be asked now.
        found: How many posts or pages its answers held.
        broken: How many answers could not be had.
        refused: How many of them robots.txt closes.
        ended: The site said where it ends.
        in_feed: How many posts the feed itself holds.
        next_way: The one to be tried after it.
    """

    method: str
    waiting: bool
    next_try: datetime | None
    found: int
    broken: int
    refused: int
    ended: bool
    in_feed: int
    next_way: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPost:
    """What tells whether we have a post."""

    guid: str
    url: str
    title: str
