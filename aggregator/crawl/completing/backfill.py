"""One source, read back step by step; what each step gave is saved before the next one."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from aggregator.crawl.completing.addresses import written
from aggregator.crawl.completing.budget import Budget
from aggregator.crawl.completing.keeping import keep
from aggregator.crawl.completing.known import Known
from aggregator.crawl.completing.steps import Stepper, Taken
from aggregator.crawl.completing.ways import FEED, FEED_WAY, HOME, HOME_WAY, SCRAPER
from aggregator.crawl.completing.writing import Desk
from aggregator.errors import StoreError
from aggregator.model import ArchiveAsk, Source
from aggregator.store import Archive, ArchiveAnswer, ArchiveStep, Store

_log = logging.getLogger(__name__)


def first_asks(source: Source, feed: str | None) -> list[tuple[int, ArchiveAsk]]:
    """Return what is asked first of a source, with the number of the way each begins.

    Args:
        source: Whose archive is wanted.
        feed: Its feed, listed or discovered.
    """
    if source.scraper is not None:
        return [(FEED_WAY, ArchiveAsk(method=SCRAPER, url=source.url))]
    home = (HOME_WAY, ArchiveAsk(method=HOME, url=source.url))
    if feed is None or source.recipe is not None:
        return [home]
    return [(FEED_WAY, ArchiveAsk(method=FEED, url=feed)), home]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """Reads one source back.

    Attributes:
        stepper: Takes its steps.
        known: The posts that need no second look; grows.
        told: Called after each step.
    """

    source: Source
    desk: Desk
    stepper: Stepper
    known: Known
    clock: Callable[[], datetime]
    told: Callable[[Archive], None] = lambda _: None

    @classmethod
    async def begin(
        cls,
        source: Source,
        *,
        desk: Desk,
        stepper: Callable[[Known], Stepper],
        clock: Callable[[], datetime],
        told: Callable[[Archive], None] = lambda _: None,
    ) -> "Backfill":
        """Begin, begin again, or go on where the last one stopped."""
        await desk.do(partial(_begin, source=source, now=clock()))
        posts = await desk.do(lambda store: store.known_posts(source.slug))
        reserved = await desk.do(lambda store: store.reserves_mining(source.slug))
        known = Known(posts, home=source.url)
        await desk.do(
            lambda store: known.add_pages(map(written, store.archived_pages(source.slug)))
        )
        return cls(
            source=source,
            desk=desk,
            stepper=replace(stepper(known), reserved=reserved),
            known=known,
            clock=clock,
            told=told,
        )

    async def go_on(self, budget: Budget, *, until: datetime | None = None) -> int:
        """Go on until nothing is left, nothing may be asked now, or the budget is spent.

        Returns:
            How many posts were saved.

        Raises:
            StoreError: The database cannot be used.
        """
        saved = 0
        while budget and (until is None or self.clock() < until):
            step = await self.desk.do(self._next)
            if step is None:
                break
            budget.spend()
            taken = await self.stepper.take(step, now=self.clock())
            for _, other in taken.beside:
                if other.answer.asked:
                    budget.spend()
            count, archive = await self.desk.do(partial(self._keep, step=step, taken=taken))
            saved += count
            self.told(archive)
            if taken.answer.silent or archive.state != "running":
                break
        return saved

    def _next(self, store: Store) -> ArchiveStep | None:
        return store.archive_step(self.source.slug, self.clock())

    def _keep(self, store: Store, *, step: ArchiveStep, taken: Taken) -> tuple[int, Archive]:
        """Write what a step gave; return how many posts were saved."""
        slug, now, pauses = self.source.slug, self.clock(), self.stepper.web.pauses_told()
        try:
            archive = keep(store, slug, step, taken, pauses=pauses, now=now)
            return self._know(taken), archive
        except StoreError:
            raise
        except Exception:  # noqa: BLE001 - see below
            # One answer that brings out a fault of ours must not stop this archive for ever.
            _log.exception("%s: a fault of this program while saving; report it", step.url)
            failed = Taken(answer=ArchiveAnswer(state="failed", reason="unreadable"))
            return 0, keep(store, slug, step, failed, pauses=pauses, now=now)

    def _know(self, kept: Taken) -> int:
        every = (kept, *(one for _, one in kept.beside))
        saved = [post for one in every for post in one.posts]
        self.known.add(saved)
        for one in every:
            self.known.add_pages(written(page.url) for page in one.answer.pages)
        return len(saved)


def _begin(store: Store, *, source: Source, now: datetime) -> None:
    archive = store.archive(source.slug)
    if archive is not None and archive.state in {"running", "stopped"}:
        store.resume_archive(source.slug)
        return
    feed = source.feed or store.history(source.slug).discovered_feed
    store.start_archive(source.slug, first_asks(source, feed), now=now)
