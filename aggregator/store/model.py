"""What the store answers with."""

from dataclasses import asdict, dataclass
from datetime import datetime

from aggregator.model import State


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHistory:
    """What is known of one source so far."""

    state: State
    since: datetime  # when it took this state
    failures: int  # fetches failed in a row
    last_success: datetime | None
    last_fetch: datetime | None
    newest_post: datetime | None  # posts without a date of their own left out
    post_count: int
    discovered_feed: str | None
    moved_to: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatus:
    """One row of the view `sources_health`; times are ISO 8601 text."""

    source: str
    name: str
    state: str
    reason: str
    since: str
    last_success: str | None
    last_post: str | None
    failures: int
    next_fetch: str | None

    def to_json(self) -> dict[str, str | int | None]:
        """Return it as `aggregator status --json` prints it."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexReport:
    """What `reindex` did; it raises when the new index does not hold every post."""

    posts: int
