"""One source, from its address to its posts; writes nothing."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from aggregator.crawl.reading import normalise_all, reading
from aggregator.errors import (
    BadStatus,
    FetchError,
    NotAFeed,
    NothingFound,
    ReadError,
    SourceError,
    TooManyRedirects,
)
from aggregator.fetch import Web, fetch
from aggregator.model import (
    Extraction,
    FeedCandidate,
    Hints,
    Memory,
    NotModified,
    Page,
    Post,
    Record,
    Rejection,
    Source,
)
from aggregator.readers import Scrapers, find_feeds, guess_feeds, read, read_feed

MAX_PAGES = 3  # of a listing read by recipe or scraper, following its « next » link
MAX_CANDIDATES = 8  # feeds tried when a source has none on the list
_PASSING = {401, 407, 408, 425, 429}
QUICK_BYTES = 300_000  # of a feed that is read within some 50 ms
# A changed feed is read from end to end once a day, whatever its marks say: so that we know
# which items are still there, and no fault of ours can hide an entry for longer.
MARKS_TRUSTED = timedelta(days=1)


class FeedMoved(NotAFeed):
    """The listed feed is now a web page, which announces another feed.

    Attributes:
        proposed_feed: The feed it announces, for moderators to accept.
    """

    def __init__(self, message: str, *, url: str, proposed_feed: str) -> None:
        super().__init__(message, url=url)
        self.proposed_feed = proposed_feed


def is_lasting(error: SourceError) -> bool:
    """Tell whether the address itself is wrong, rather than the network or the moment."""
    if isinstance(error, BadStatus):
        return 400 <= error.status < 500 and error.status not in _PASSING
    return isinstance(error, NotAFeed | TooManyRedirects)


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What a visit needs to know of those before.

    Attributes:
        memories: By address, what we remember of it.
        discovered_feed: The feed that an earlier discovery found.
        failures: How many visits in a row failed.
        moved_to: The address to ask instead of the listed one: a redirect settled it.
    """

    memories: Mapping[str, Memory] = field(default_factory=dict)
    discovered_feed: str | None = None
    failures: int = 0
    moved_to: str | None = None

    def address(self, listed: str) -> str:
        """Return the address to ask for a listed one."""
        return self.moved_to or listed

    def memory(self, listed: str) -> Memory:
        """Return what is remembered of it; a new address answered through the old one."""
        return self.memories.get(self.address(listed)) or self.memories.get(listed) or Memory()


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What a visit to a source brought; posts and pages are none where `answer` is NotModified."""

    answer: Page | NotModified
    extractions: tuple[tuple[Page, Extraction], ...] = ()
    posts: tuple[Post, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    memories: Mapping[str, Memory] = field(default_factory=dict)
    discovered_feed: str | None = None

    @property
    def size_bytes(self) -> int:
        """Bytes read, after decompression."""
        if isinstance(self.answer, NotModified):
            return self.answer.size_bytes
        return sum(len(page.body) for page, _ in self.extractions)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the readers found odd."""
        return tuple(text for _, extraction in self.extractions for text in extraction.warnings)

    @property
    def records(self) -> tuple[Record, ...]:
        """Civic data of the national formats, with the posts they became."""
        return tuple(record for _, extraction in self.extractions for record in extraction.records)

    @property
    def items(self) -> int | None:
        """How many items the pages hold, known ones among them; none when nothing was read."""
        if not self.extractions:
            return None
        return sum(len(found.entries) + found.known for _, found in self.extractions)

    @property
    def hints(self) -> Hints | None:
        """What the feed says of itself; none when nothing was read."""
        return self.extractions[0][1].hints if self.extractions else None


async def visit(
    source: Source,
    *,
    web: Web,
    past: Past,
    scrapers: Scrapers,
    timezone: str,
    seen: datetime,
    turn: asyncio.Lock,
) -> Visit:
    """Fetch and read one source.

    Args:
        source: What to visit.
        web: The network.
        past: What earlier visits left.
        scrapers: The town's scrapers.
        timezone: Where times without a zone are.
        seen: The moment of this visit, for posts without a date.
        turn: Held by whatever is heavy in a crawl (reading.py).

    Raises:
        SourceError: It cannot be fetched or read.
    """
    if source.service is not None:
        from aggregator.crawl.asking import visit_platform  # noqa: PLC0415 - it builds on this

        return await visit_platform(
            source, web=web, past=past, timezone=timezone, seen=seen, turn=turn
        )
    work = _Work(
        source=source,
        web=web,
        past=past,
        scrapers=scrapers,
        timezone=timezone,
        seen=seen,
        turn=turn,
    )
    if source.reader in {"recipe", "scraper"}:
        return await work.visit_listing()
    if source.feed is not None:
        return await work.visit_feed(source.feed)
    return await work.visit_discovered()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """One visit; what its steps share."""

    source: Source
    web: Web
    past: Past
    scrapers: Scrapers
    timezone: str
    seen: datetime
    turn: asyncio.Lock

    async def visit_feed(self, listed: str) -> Visit:
        address, memory = self.past.address(listed), self.past.memory(listed)
        # A feed the moderators listed is an address that its site published for readers; one we
        # discovered by ourselves obeys robots.txt as any page.
        answer = await fetch(
            address, web=self.web, memory=memory, obey_robots=self.source.feed is None
        )
        if isinstance(answer, NotModified):
            return Visit(answer=answer, memories={address: answer.memory})
        fresh = memory.read_whole is not None and (
            timedelta(0) <= self.seen - memory.read_whole < MARKS_TRUSTED
        )
        known = memory.marks if fresh else b""
        work = partial(self._read_feed, answer, known=known)
        quick = len(answer.body) < QUICK_BYTES
        found = await reading(answer.url, work, turn=self.turn, quick=quick)
        extraction = found.extractions[0][1]
        remembered = replace(
            answer.memory,
            marks=extraction.marks,
            read_whole=memory.read_whole if known else self.seen,
        )
        return replace(found, memories={address: remembered})

    def _read_feed(self, answer: Page, *, known: bytes) -> Visit:
        try:
            extraction = read_feed(answer, known=known)
        except NotAFeed as error:
            asked = answer.requested_url
            feeds = (found.url for found in find_feeds(answer) if not found.is_comments)
            proposed = next(feeds, None)
            if proposed is None or proposed == asked:
                raise
            raise FeedMoved(
                f"{error}; the page announces the feed {proposed}",
                url=asked,
                proposed_feed=proposed,
            ) from error
        return self._normalised(Visit(answer=answer, extractions=((answer, extraction),)))

    async def visit_discovered(self) -> Visit:
        feed = self.past.discovered_feed
        if feed is None:
            return await self._discover()
        try:
            return await self.visit_feed(feed)
        except (NotAFeed, BadStatus) as error:
            # No moderator chose that address: what was found once may be found elsewhere. But not
            # because of one bad day: another feed of the site would bring every post anew.
            if self.past.failures and is_lasting(error):
                return await self._discover()
            raise

    async def visit_listing(self) -> Visit:
        start = self.past.address(self.source.url)
        first = await fetch(start, web=self.web, memory=self.past.memory(self.source.url))
        memories = {start: first.memory}
        if isinstance(first, NotModified):
            return Visit(answer=first, memories=memories)
        pages = [(first, await self._read_listing(first))]
        address = pages[0][1].next_url
        while address is not None and address not in memories and len(pages) < MAX_PAGES:
            try:
                memory = self.past.memories.get(address) or Memory()
                answer = await fetch(address, web=self.web, memory=memory)
                memories[address] = answer.memory
                if isinstance(answer, NotModified):
                    break
                extraction = await self._read_listing(answer)
            except (FetchError, ReadError) as error:
                # What the first pages hold is kept. Where the fault may pass nothing is remembered,
                # so that all are asked again.
                page, read_so_far = pages[-1]
                warnings = (*read_so_far.warnings, f"the next page could not be read: {error}")
                pages[-1] = (page, replace(read_so_far, warnings=warnings))
                memories.pop(address, None)
                if not is_lasting(error):
                    memories.clear()
                break
            pages.append((answer, extraction))
            address = extraction.next_url
        found = Visit(answer=first, extractions=tuple(pages), memories=memories)
        return await reading(first.url, partial(self._normalised, found), turn=self.turn)

    async def _read_listing(self, page: Page) -> Extraction:
        return await reading(
            page.url, partial(read, page, self.source, scrapers=self.scrapers), turn=self.turn
        )

    async def _discover(self) -> Visit:
        found = await discover(self.source.url, web=self.web, turn=self.turn)
        return await reading(found.answer.url, partial(self._normalised, found), turn=self.turn)

    def _normalised(self, found: Visit) -> Visit:
        posts, rejections = normalise_all(
            found.extractions, source=self.source, timezone=self.timezone, seen=self.seen
        )
        return replace(found, posts=posts, rejections=rejections)


async def discover(url: str, *, web: Web, turn: asyncio.Lock, but: str | None = None) -> Visit:
    """Find the feed of a site; the answer's extraction is read, its posts are not.

    Args:
        url: A page of the site.
        web: The network.
        turn: Held by whatever is heavy in a crawl (reading.py).
        but: A feed that is known to be no good.

    Raises:
        FetchError: The page cannot be had.
        NothingFound: It has no feed.
    """
    home = await _fetch_page(url, web=web)
    try:
        extraction = await reading(home.url, partial(read_feed, home), turn=turn)
    except NotAFeed:
        pass
    else:
        return _discovered(home, extraction)
    found = await reading(home.url, partial(find_feeds, home), turn=turn)
    announced = [candidate for candidate in found if not candidate.is_comments]
    for address in _addresses([*announced, *guess_feeds(home.url)], but=but):
        try:
            page = await _fetch_page(address, web=web)
            extraction = await reading(page.url, partial(read_feed, page), turn=turn)
        except SourceError:
            continue
        return _discovered(page, extraction)
    raise NothingFound(
        f"no feed found on {url}: name its feed, or describe the page with a recipe", url=url
    )


async def _fetch_page(url: str, *, web: Web) -> Page:
    page = await fetch(url, web=web)
    # Without a memory we sent no validator: a 304 to that is the site's fault.
    if isinstance(page, NotModified):
        raise NothingFound(f"{url} answered « not modified » to a first request", url=url)
    return page


def _discovered(page: Page, extraction: Extraction) -> Visit:
    return Visit(
        answer=page,
        extractions=((page, extraction),),
        memories={page.requested_url: page.memory},
        discovered_feed=page.requested_url,
    )


def _addresses(candidates: list[FeedCandidate], *, but: str | None) -> list[str]:
    addresses = dict.fromkeys(candidate.url for candidate in candidates)
    return [address for address in addresses if address != but][:MAX_CANDIDATES]
