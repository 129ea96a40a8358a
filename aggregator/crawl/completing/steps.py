"""One step through an archive: what was asked, what it gave, what became of it; writes nothing."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from aggregator.crawl.completing.addresses import is_home, leads_elsewhere, own_address, written
from aggregator.crawl.completing.faults import fault_of
from aggregator.crawl.completing.known import Known
from aggregator.crawl.completing.ways import FEED, HOME, HOME_WAY, SCRAPER, SITEMAPS
from aggregator.crawl.reading import normalise_all, reading
from aggregator.errors import NothingFound, ReadError, SourceError
from aggregator.fetch import Web, fetch
from aggregator.model import (
    ArchiveAsk,
    ArchiveReading,
    Entry,
    Extraction,
    NotModified,
    Page,
    Post,
    Source,
)
from aggregator.readers import Scrapers, read, read_article, read_feed
from aggregator.readers.archives import archive_starts, is_end, read_archive
from aggregator.store import ArchiveAnswer, ArchiveStep


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a step gave.

    Attributes:
        posts: Those that we lack.
        beside: Other steps that were answered besides, mostly by the same page.
    """

    answer: ArchiveAnswer
    posts: tuple[Post, ...] = ()
    beside: tuple[tuple[ArchiveStep, "Taken"], ...] = ()


# The page that was asked shows a post that has, or is to have, an address of its own.
_ELSEWHERE = Taken(answer=ArchiveAnswer(state="failed", reason="elsewhere"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stepper:
    """Takes the steps of one source.

    Attributes:
        turn: Held by whatever is heavy in a crawl (reading.py).
        reserved: The site reserves text and data mining: titles and links alone are kept of pages.
    """

    source: Source
    web: Web
    scrapers: Scrapers
    timezone: str
    known: Known
    turn: asyncio.Lock
    reserved: bool = False

    async def take(self, step: ArchiveStep, *, now: datetime) -> Taken:
        """Ask and read."""
        # A feed the moderators named is there for programs, whatever robots.txt says.
        is_listed = step.method == FEED and step.url == self.source.feed
        try:
            page = await self._fetch(step.url, obey_robots=not is_listed)
            home = await self._home_beside(page) if step.method == FEED else None
            work = partial(self._read, step, page, home, now)
            return await reading(page.url, work, turn=self.turn)
        except SourceError as error:
            return Taken(answer=fault_of(error, step, now=now, is_end=is_end))

    async def _fetch(self, url: str, *, obey_robots: bool = True) -> Page:
        page = await fetch(url, web=self.web, obey_robots=obey_robots)
        if isinstance(page, NotModified):
            raise NothingFound(f"{url} answered « not modified » to a first request", url=url)
        return page

    async def _home_beside(self, feed: Page) -> Page | None:
        """Fetch the home page, where the feed alone shows no way but a sitemap."""
        judge = partial(archive_starts, self.source, feed=feed, home=None)
        starts = await reading(feed.url, judge, turn=self.turn)
        if not all(ask.method.startswith(SITEMAPS) for ask in starts):
            return None
        try:
            return await self._fetch(self.source.url)
        except SourceError:
            return None  # asked again when its turn comes

    def _read(self, step: ArchiveStep, page: Page, home: Page | None, now: datetime) -> Taken:
        if step.is_page:
            return self._open(step, page, now)
        if step.method == FEED:
            return self._read_feed(step, page, home, now)
        if step.method == HOME:
            return self._ways(step, None, page, now)
        if step.method == SCRAPER:
            return self._read_scraped(page, now)
        return self._taken(read_archive(step.ask, page, source=self.source), page, now)

    def _read_feed(self, step: ArchiveStep, page: Page, home: Page | None, now: datetime) -> Taken:
        found = read_feed(page)
        held = ArchiveReading(entries=found.entries, language=found.language)
        taken, ways = self._taken(held, page, now), self._ways(step, page, home, now)
        answer, beside = replace(taken.answer, ways=ways.answer.ways), ways.beside
        if home is not None:
            looked = ArchiveStep(way=HOME_WAY, position=0, method=HOME, url=self.source.url)
            beside = (*beside, (looked, Taken(answer=ArchiveAnswer(state="read"))))
        return replace(taken, answer=answer, beside=beside)

    def _ways(
        self, step: ArchiveStep, feed: Page | None, home: Page | None, now: datetime
    ) -> Taken:
        """Say which ways there are; the first one may begin at a page that is at hand."""
        starts = archive_starts(self.source, feed=feed, home=home)
        pages = [page for page in (feed, home) if page is not None]
        at_hand = {url: page for page in pages for url in (page.url, page.requested_url)}
        answer = ArchiveAnswer(state="read", ways=starts)
        if not starts or (page := at_hand.get(starts[0].url)) is None:
            return Taken(answer=answer)
        first = ArchiveStep(
            way=step.way + 1, position=0, method=starts[0].method, url=starts[0].url
        )
        try:
            taken = self._taken(read_archive(first.ask, page, source=self.source), page, now)
        except ReadError as error:
            taken = Taken(answer=fault_of(error, first, now=now, is_end=is_end))
        free = replace(taken.answer, asked=False)
        return Taken(answer=answer, beside=((first, replace(taken, answer=free)),))

    def _read_scraped(self, page: Page, now: datetime) -> Taken:
        found = read(page, self.source, scrapers=self.scrapers)
        asks = (ArchiveAsk(method=SCRAPER, url=found.next_url),) if found.next_url else ()
        whole = ArchiveReading(entries=found.entries, asks=asks, language=found.language)
        return self._taken(whole, page, now)

    def _taken(self, found: ArchiveReading, page: Page, now: datetime) -> Taken:
        posts = self._normalised(found.entries, found.language, page, now)
        urls = [one.url for one in found.pages]
        answer = ArchiveAnswer(
            state="read",
            held=len(posts) + len(urls),
            asks=found.asks,
            pages=found.pages,
            known=frozenset(url for url in urls if self.known.has_page(url)),
            expected=found.expected,
            digest=_digest([*(post.guid for post in posts), *urls]),
        )
        return Taken(answer=answer, posts=self._lacking(posts))

    def _open(self, step: ArchiveStep, page: Page, now: datetime) -> Taken:
        if is_home(page.url, self.source.url) and not is_home(step.url, self.source.url):
            return Taken(answer=ArchiveAnswer(state="failed", reason="gone"))
        asked, found = written(step.url), written(page.url)
        if leads_elsewhere(found, asked=asked, known=self.known):
            return _ELSEWHERE
        article = read_article(page, self.source.article, title=step.title)
        stated = article.tdm_reserved
        reserved = self.reserved or (page.said.tdm_reserved if stated is None else stated)
        named = article.canonical and written(article.canonical)
        own = own_address(named, found, asked=asked, known=self.known)
        entry = Entry(
            # Its address is all that tells it from others of its title, where the text is reserved.
            guid=own,
            link=own,
            title=article.title or step.title,
            html="" if reserved else article.html,
            published=article.published,
            author=article.author,
            base_url=page.url,
        )
        posts = self._normalised((entry,), article.language, page, now)
        if not posts:
            raise NothingFound(f"{page.url}: nothing to be kept on this page", url=page.url)
        # It was read from its own page: there is no other to look at.
        posts = self._lacking([replace(post, lack=None) for post in posts])
        if not posts and not self.known.has_page(asked):
            return _ELSEWHERE
        return Taken(answer=ArchiveAnswer(state="read", held=1), posts=posts)

    def _normalised(
        self, entries: Sequence[Entry], language: str | None, page: Page, now: datetime
    ) -> tuple[Post, ...]:
        extraction = Extraction(entries=tuple(entries), language=language, may_be_empty=True)
        return normalise_all(
            [(page, extraction)], source=self.source, timezone=self.timezone, seen=now
        )[0]

    def _lacking(self, posts: Sequence[Post]) -> tuple[Post, ...]:
        return tuple(post for post in posts if self.known.is_new(post))


def _digest(names: Sequence[str]) -> str | None:
    if not names:
        return None
    return hashlib.sha256("\n".join(sorted(names)).encode()).hexdigest()
