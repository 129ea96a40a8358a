"""What a visit means: posts, health, habits, the next appointment; inside a transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from aggregator.crawl.habits import learn
from aggregator.crawl.health import judge
from aggregator.crawl.reservations import stated
from aggregator.crawl.rhythm import appoint, postpone
from aggregator.crawl.visiting import Visit
from aggregator.errors import BadStatus, FetchError, ReadError, SourceError
from aggregator.model import (
    Appointment,
    DateOrigin,
    Habits,
    Memory,
    Move,
    NotModified,
    Outcome,
    Post,
    Saved,
    Source,
    SourceResult,
)
from aggregator.store import Due, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Visited:
    """One visit that is over, to be written."""

    source: Source
    due: Due
    now: datetime
    elapsed_s: float
    asked_new_address: bool = False  # the one a settled redirect leads to
    found: Visit | None = None
    error: SourceError | None = None
    proposed_feed: str | None = None
    saved: Saved = field(
        default_factory=Saved
    )  # of a big visit: what was written in transactions before its last

    @property
    def posts(self) -> int:
        """How many posts are still to be written."""
        return 0 if self.found is None else len(self.found.posts)


class Settler:
    """Writes visits into the store.

    Args:
        store: Has a transaction open whenever `settle` is called.
        timezone: The town's.
        crawl: The number of the pass.
    """

    def __init__(self, store: Store, *, timezone: str, crawl: int) -> None:
        self._store = store
        self._timezone = timezone
        self._crawl = crawl

    def settle(self, visited: Visited) -> SourceResult:
        """Write all of one visit; inside a transaction.

        Raises:
            StoreError: The database cannot be used.
        """
        if visited.found is not None:
            return self._settle_answer(visited, visited.found)
        assert visited.error is not None  # noqa: S101 - one of the two
        return self._settle_failure(visited, visited.error)

    def settle_part(self, visited: Visited, most: int) -> Visited:
        """Write the first posts of a big visit, and nothing else of it; inside a transaction.

        Returns:
            The visit with what is left of it.

        Raises:
            StoreError: The database cannot be used.
        """
        assert visited.found is not None  # noqa: S101 - it has posts
        posts = visited.found.posts
        saved = self._save(visited, posts[:most])
        return replace(visited, found=replace(visited.found, posts=posts[most:]), saved=saved)

    def _save(self, visited: Visited, posts: Sequence[Post]) -> Saved:
        """Write posts and what belongs to them; return all that the visit has written by now."""
        slug, before = visited.source.slug, visited.saved
        saved = self._store.save(slug, posts, seen=visited.now) if posts else Saved()
        if visited.source.service is not None:
            self._store.save_events(slug, posts)
        return Saved(
            count=before.count + saved.count,
            new=(*before.new, *saved.new),
            changed=(*before.changed, *saved.changed),
        )

    def _save_records(self, visited: Visited, found: Visit) -> None:
        """Write the civic data of a file; all of its posts are there."""
        slug = visited.source.slug
        self._store.save_records(slug, found.records)
        self._store.forget_records(slug, {record.guid for record in found.records})
        self._store.save_refused(slug, found.rejections, seen=visited.now)

    def _settle_answer(self, visited: Visited, found: Visit) -> SourceResult:
        source, past, now = visited.source, visited.due.history, visited.now
        saved = self._save(visited, found.posts)
        if found.extractions and source.service is not None:
            self._save_records(visited, found)
        unmodified = isinstance(found.answer, NotModified)
        habits = learn(
            past.habits,
            source=source,
            new=saved.new,
            changed=saved.changed,
            items=found.items,
            previous=past.last_success,
            now=now,
        )
        if found.hints is not None:
            habits = replace(habits, hints=found.hints)
        move = _move(past.move, found, now=now, asked_new_address=visited.asked_new_address)
        result = SourceResult(
            source=source.slug,
            outcome=Outcome.NOT_MODIFIED if unmodified else Outcome.SAVED,
            count=saved.count,
            rejections=found.rejections,
            warnings=found.warnings,
            url=found.answer.url,
            status=found.answer.status,
            size_bytes=found.size_bytes,
            elapsed_s=round(visited.elapsed_s, 3),
            moved_to=None if move is None else move.to,
            fetched=now,
        )
        appointment = appoint(
            source,
            habits=habits,
            now=now,
            said=found.answer.said,
            hints=habits.hints,
            hub_until=past.crawled_hub_until,
            timezone=self._timezone,
        )
        if (reservation := stated(found)) is not None:
            self._store.note_tdm(
                source.slug,
                reserved=reservation.reserved,
                policy=reservation.policy,
                checked=now,
            )
        return self._record(
            visited,
            result,
            habits=habits,
            move=move,
            appointment=appointment,
            saved=saved,
            memories=found.memories,
            discovered_feed=found.discovered_feed,
        )

    def _settle_failure(self, visited: Visited, error: SourceError) -> SourceResult:
        source, past, now = visited.source, visited.due.history, visited.now
        status, retry_after_s = None, None
        if isinstance(error, BadStatus):
            status, retry_after_s = error.status, error.retry_after_s
        result = SourceResult(
            source=source.slug,
            outcome=Outcome.FAILED,
            error=str(error),
            error_kind=type(error).__name__,
            url=error.url if isinstance(error, FetchError | ReadError) else None,
            status=status,
            elapsed_s=round(visited.elapsed_s, 3),
            proposed_feed=visited.proposed_feed or past.proposed_feed,
            fetched=now,
        )
        appointment = postpone(
            source,
            error_kind=type(error).__name__,
            status=status,
            failures=past.failures + 1,
            retry_after_s=retry_after_s,
            now=now,
            timezone=self._timezone,
            habits=past.habits,
        )
        return self._record(
            visited,
            result,
            habits=past.habits,
            # The new address fails: back to the listed one.
            move=None if visited.asked_new_address else past.move,
            appointment=appointment,
            saved=Saved(),
            memories={},
            discovered_feed=None,
        )

    def _record(
        self,
        visited: Visited,
        result: SourceResult,
        *,
        habits: Habits,
        move: Move | None,
        appointment: Appointment,
        saved: Saved,
        memories: Mapping[str, Memory],
        discovered_feed: str | None,
    ) -> SourceResult:
        past = visited.due.history
        health = judge(
            result,
            source=visited.source,
            habits=habits,
            post_count=past.post_count + len(saved.new),
            newest_post=_newest(past.newest_post, saved),
            move=move,
            past=past.state,
            timezone=self._timezone,
        )
        self._store.record(
            result,
            health=health,
            appointment=appointment,
            habits=habits,
            move=move,
            memories=memories,
            discovered_feed=discovered_feed,
            crawl=self._crawl,
        )
        return replace(result, state=health.state, next_fetch=appointment.at)


def _newest(before: datetime | None, saved: Saved) -> datetime | None:
    """Return the date of the newest post, those without a date of their own left out."""
    dates = [
        post.published
        for post in (*saved.new, *saved.changed)
        if post.date_origin is not DateOrigin.FIRST_SEEN
    ]
    return max([*dates, *([] if before is None else [before])], default=None)


def _move(
    past: Move | None, found: Visit, *, now: datetime, asked_new_address: bool
) -> Move | None:
    """Return the permanent redirect as it is known after an answer.

    RFC 9110 §15.4.2 lets us take 301 at its word; hotels and broken servers send it for an hour.
    """
    to = found.answer.moved_to
    if asked_new_address and past is not None:
        # Moved once more: begin again at the listed address, to see where it leads now.
        return None if to is not None else replace(past, fetches=past.fetches + 1)
    if to is None:
        return None
    if past is not None and past.to == to:
        return replace(past, fetches=past.fetches + 1)
    return Move(to=to, since=now, fetches=1)
