"""What a step gave, written in one transaction: its posts, where to go on, how the archive stands.

A kill before it repeats that step; a kill after it repeats nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from aggregator.crawl.completing.faults import silence
from aggregator.crawl.completing.steps import Taken
from aggregator.crawl.completing.ways import AGAIN_AFTER, FEED, HOME, judge, next_look
from aggregator.store import Archive, ArchiveAnswer, ArchiveStep, Store

Pauses = Mapping[str, tuple[datetime, int]]

# In a row, over a week: the site may be gone.
MOST_SILENCES = 10
SILENT = "le site ne répond plus"


def keep(
    store: Store, slug: str, step: ArchiveStep, taken: Taken, *, pauses: Pauses, now: datetime
) -> Archive:
    """Write what a step of a source gave; return how its archive stands then.

    Raises:
        StoreError: The file cannot be written.
    """

    def write() -> Archive:
        for host, (until, status) in pauses.items():
            store.pause_host(host, until=until, status=status)
        writer = _Writer(store=store, slug=slug, now=now)
        writer.write(step, _unlooped(taken, store.digests(slug, step.way)))
        for other, beside in taken.beside:
            writer.write(other, beside)
        writer.settle(taken.answer)
        return writer.archive()

    return store.write(write)


def _unlooped(taken: Taken, before: frozenset[str]) -> Taken:
    """See through an answer that came before: some sites answer any page with one of theirs.

    After several pages it is how they say that there are no more; at once it says that they heed
    no number of a page at all.
    """
    answer = taken.answer
    if answer.digest not in before or not answer.asks:
        return taken
    looped = ArchiveAnswer(state="end", expected=answer.expected)
    if len(before) == 1:
        looped = replace(looped, state="failed", reason="repeats")
    return replace(taken, answer=looped)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writer:
    """Writes about one source; inside a transaction."""

    store: Store
    slug: str
    now: datetime

    def archive(self) -> Archive:
        found = self.store.archive(self.slug)
        if found is None:
            raise RuntimeError(f"{self.slug}: its archive was never begun")
        return found

    def write(self, step: ArchiveStep, taken: Taken) -> None:
        added = 0
        if taken.posts:
            saved = self.store.save(self.slug, taken.posts, seen=self.now, is_old=True)
            added = saved.count.new
        answer = replace(taken.answer, added=added)
        self.store.keep_answer(
            self.slug, step, answer, now=self.now, counts=step.method not in {FEED, HOME}
        )

    def settle(self, answer: ArchiveAnswer) -> None:
        """Say how it goes on, or that it ended."""
        store, slug, archive = self.store, self.slug, self.archive()
        if answer.silent:
            self._put_off(answer, archive)
            return
        if store.archive_step(slug, self.now) is not None:  # nearly always
            store.rest_archive(slug, None)
            return
        verdict = judge(store.archive_way(slug), archive)
        while verdict.way is not None:
            store.take_way(slug, verdict.way)
            verdict = judge(store.archive_way(slug), archive)
        if verdict.go_on:
            store.rest_archive(slug, verdict.at)
            return
        store.end_archive(
            slug,
            state="done" if verdict.is_done else "none",
            reason=verdict.reason,
            whole=verdict.whole,
            now=self.now,
        )
        if verdict.is_done:
            has_feed = store.history(slug).last_success is not None
            again = next_look(self.archive().method, has_feed=has_feed, now=self.now)
            store.rest_archive(slug, again)

    def _put_off(self, answer: ArchiveAnswer, archive: Archive) -> None:
        until = max(answer.next_try or self.now, self.now + silence(archive.failures))
        if archive.failures >= MOST_SILENCES:
            until = self.now + AGAIN_AFTER
            self.store.end_archive(
                self.slug, state="stopped", reason=SILENT, whole=False, now=self.now
            )
        self.store.rest_archive(self.slug, until)
