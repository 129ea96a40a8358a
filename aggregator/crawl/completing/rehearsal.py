"""What reading a source back would take; asks as little as possible, and writes nothing."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from aggregator.crawl.completing.backfill import first_asks
from aggregator.crawl.completing.known import Known
from aggregator.crawl.completing.steps import Stepper, Taken
from aggregator.crawl.completing.ways import SCRAPER
from aggregator.fetch import Web
from aggregator.model import ArchiveAsk, Source
from aggregator.readers import Scrapers
from aggregator.store import ArchiveAnswer, ArchiveStep, KnownPost


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What would be done.

    Attributes:
        method: The way; none: there is none.
        posts: How many there are, about; none: nobody says.
        requests: How many it takes, about; none: nobody says.
        a_request: How many posts one request gives.
        asked: How many were made to know that, besides robots.txt.
    """

    method: str | None
    posts: int | None = None
    requests: int | None = None
    a_request: int = 1
    asked: int = 0


async def rehearse(
    source: Source,
    *,
    feed: str | None,
    known: tuple[KnownPost, ...],
    web: Web,
    scrapers: Scrapers,
    timezone: str,
    now: datetime,
) -> Rehearsal:
    """Find the way that would be taken, and how long it is.

    Args:
        source: What would be read back.
        feed: Its feed, listed or discovered.
        known: The posts that we have.
        web: The network.
        scrapers: The town's scrapers.
        timezone: The town's.
        now: The present moment.
    """
    stepper = Stepper(
        source=source,
        web=web,
        scrapers=scrapers,
        timezone=timezone,
        known=Known(known, home=source.url),
        turn=asyncio.Lock(),
    )
    return await _Rehearsal(stepper=stepper, now=now).run(source, feed)


class _Rehearsal:
    """Takes the first steps of each way until one gives something."""

    def __init__(self, *, stepper: Stepper, now: datetime) -> None:
        self._stepper = stepper
        self._now = now
        self._asked = 0

    async def run(self, source: Source, feed: str | None) -> Rehearsal:
        for _, ask in first_asks(source, feed):
            taken = await self._take(ask)
            at_hand = {step.ask: one for step, one in taken.beside}
            ways = taken.answer.ways
            if ask.method == SCRAPER:
                ways, at_hand = (ask,), {ask: taken}
            for way in ways:
                found = at_hand.get(way) or await self._take(way)
                if length := await self._length(way, found.answer):
                    return length
        return Rehearsal(method=None, asked=self._asked)

    async def _take(self, ask: ArchiveAsk) -> Taken:
        self._asked += 1
        step = ArchiveStep(way=0, position=0, method=ask.method, url=ask.url)
        return await self._stepper.take(step, now=self._now)

    async def _length(self, way: ArchiveAsk, answer: ArchiveAnswer) -> Rehearsal | None:
        """Say how long a way is; nothing where it leads nowhere."""
        posts, requests = answer.expected, None
        if answer.asks and not answer.held:  # a list of lists: the first stands for all
            part = (await self._take(answer.asks[0])).answer
            lists = len(answer.asks)
            posts, lacking = lists * part.held, lists * (part.held - len(part.known))
            requests = 1 + lists + (lacking if part.pages else 0)
            answer = part
        elif answer.pages and not answer.asks:
            posts = len(answer.pages)
            requests = 1 + posts - len(answer.known)
        elif posts is not None and answer.held and not answer.pages:
            requests = ceil(posts / answer.held)
        if not answer.held:
            return None
        return Rehearsal(
            method=way.method,
            posts=posts,
            requests=requests,
            a_request=1 if answer.pages else answer.held,
            asked=self._asked,
        )
