"""One source, from its address to its posts; writes nothing."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from aggregator.enrich import enrich
from aggregator.errors import BadStatus, FetchError, NotAFeed, NothingFound, ReadError, SourceError
from aggregator.fetch import Web, fetch
from aggregator.model import (
    Extraction,
    FeedCandidate,
    Memory,
    NotModified,
    Page,
    Post,
    Rejection,
    Source,
)
from aggregator.normalise import normalise
from aggregator.readers import Scrapers, find_feeds, guess_feeds, read, read_feed

MAX_PAGES = 3  # of a listing read by recipe or scraper, following its « next » link
MAX_CANDIDATES = 8  # feeds tried when a source has none on the list

Recall = Callable[[str], Memory]

_T = TypeVar("_T")
_log = logging.getLogger(__name__)


class FeedMoved(NotAFeed):
    """The listed feed is now a web page, which announces another feed.

    Attributes:
        proposed_feed: The feed it announces, for moderators to accept.
    """

    def __init__(self, message: str, *, url: str, proposed_feed: str) -> None:
        super().__init__(message, url=url)
        self.proposed_feed = proposed_feed


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What a visit to a source brought; posts and pages are none where `answer` is NotModified."""

    answer: Page | NotModified
    extractions: tuple[tuple[Page, Extraction], ...] = ()
    posts: tuple[Post, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    memories: dict[str, Memory] = field(default_factory=dict)
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


async def visit(
    source: Source,
    *,
    web: Web,
    recall: Recall,
    discovered_feed: str | None,
    scrapers: Scrapers,
    timezone: str,
    seen: datetime,
) -> Visit:
    """Fetch and read one source.

    Args:
        source: What to visit.
        web: The network.
        recall: Gives what we remember of a URL of this source.
        discovered_feed: The feed that an earlier discovery found.
        scrapers: The town's scrapers.
        timezone: Where times without a zone are.
        seen: The moment of this visit, for posts without a date.

    Raises:
        SourceError: It cannot be fetched or read.
    """
    if source.reader in {"recipe", "scraper"}:
        found = await _visit_listing(source, web=web, recall=recall, scrapers=scrapers)
    elif source.feed is not None:
        found = await _visit_feed(source, source.feed, web=web, recall=recall)
    else:
        found = await _visit_discovered(source, discovered_feed, web=web, recall=recall)
    if isinstance(found.answer, NotModified):
        return found
    work = partial(_normalise_all, found, source, timezone, seen)
    return await _reading(found.answer.url, work)


async def _reading(url: str, work: Callable[[], _T]) -> _T:
    """Make something of strangers' bytes, in a thread: the clocks of other exchanges go on.

    Raises:
        SourceError: What the work raised; a ReadError too where we have a fault that this page
            brings out, or the page would stop every crawl of all sources, for ever.
    """
    try:
        return await asyncio.to_thread(work)
    except SourceError:
        raise
    except Exception as error:
        _log.exception("%s: a fault of this program", url)
        raise ReadError(
            f"{url}: this program has a fault that the page brings out ({error!r:.200}); report it"
            " with a copy of the page",
            url=url,
        ) from error


async def _visit_feed(source: Source, address: str, *, web: Web, recall: Recall) -> Visit:
    # A feed the moderators listed is an address that its site published for readers; one we
    # discovered by ourselves obeys robots.txt as any page.
    answer = await fetch(address, web=web, memory=recall(address), obey_robots=source.feed is None)
    memories = {address: answer.memory}
    if isinstance(answer, NotModified):
        return Visit(answer=answer, memories=memories)
    try:
        extraction = await _reading(answer.url, partial(read_feed, answer))
    except NotAFeed as error:
        found = await _reading(answer.url, partial(find_feeds, answer))
        proposed = next((c.url for c in found if not c.is_comments), None)
        if proposed is None or proposed == address:
            raise
        raise FeedMoved(
            f"{error}; the page announces the feed {proposed}", url=address, proposed_feed=proposed
        ) from error
    return Visit(answer=answer, extractions=((answer, extraction),), memories=memories)


async def _visit_discovered(
    source: Source, address: str | None, *, web: Web, recall: Recall
) -> Visit:
    if address is None:
        return await _discover(source, web=web)
    try:
        return await _visit_feed(source, address, web=web, recall=recall)
    except (NotAFeed, BadStatus):
        # No moderator chose that address: what was found once may be found elsewhere.
        return await _discover(source, web=web)


async def _visit_listing(source: Source, *, web: Web, recall: Recall, scrapers: Scrapers) -> Visit:
    first = await fetch(source.url, web=web, memory=recall(source.url))
    memories = {source.url: first.memory}
    if isinstance(first, NotModified):
        return Visit(answer=first, memories=memories)
    pages = [(first, await _read_listing(first, source, scrapers))]
    address = pages[0][1].next_url
    while address is not None and address not in memories and len(pages) < MAX_PAGES:
        try:
            answer = await fetch(address, web=web, memory=recall(address))
            if isinstance(answer, NotModified):
                break
            extraction = await _read_listing(answer, source, scrapers)
        except (FetchError, ReadError) as error:
            # What the first pages hold is kept; nothing is remembered, so that all are asked again.
            page, read_so_far = pages[-1]
            warnings = (*read_so_far.warnings, f"the next page could not be read: {error}")
            pages[-1] = (page, replace(read_so_far, warnings=warnings))
            memories.clear()
            break
        memories[address] = answer.memory
        pages.append((answer, extraction))
        address = extraction.next_url
    return Visit(answer=first, extractions=tuple(pages), memories=memories)


async def _read_listing(page: Page, source: Source, scrapers: Scrapers) -> Extraction:
    return await _reading(page.url, partial(read, page, source, scrapers=scrapers))


async def _discover(source: Source, *, web: Web) -> Visit:
    home = await _fetch_page(source.url, web=web)
    try:
        extraction = await _reading(home.url, partial(read_feed, home))
    except NotAFeed:
        pass
    else:
        return _discovered(home, extraction)
    found = await _reading(home.url, partial(find_feeds, home))
    announced = [candidate for candidate in found if not candidate.is_comments]
    for candidate in _first_of_each([*announced, *guess_feeds(home.url)])[:MAX_CANDIDATES]:
        try:
            page = await _fetch_page(candidate.url, web=web)
            extraction = await _reading(page.url, partial(read_feed, page))
        except (FetchError, NotAFeed):
            continue
        return _discovered(page, extraction)
    raise NothingFound(
        f"no feed found on {source.url}: name its feed, or describe the page with a recipe",
        url=source.url,
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


def _first_of_each(candidates: Iterable[FeedCandidate]) -> list[FeedCandidate]:
    unique: dict[str, FeedCandidate] = {}
    for candidate in candidates:
        unique.setdefault(candidate.url, candidate)
    return list(unique.values())


def _normalise_all(found: Visit, source: Source, timezone: str, seen: datetime) -> Visit:
    posts: list[Post] = []
    rejections: list[Rejection] = []
    for page, extraction in found.extractions:
        for entry in extraction.entries:
            result = normalise(
                entry,
                source=source,
                page_url=page.url,
                language=extraction.language,
                seen=seen,
                timezone=timezone,
            )
            if isinstance(result, Rejection):
                rejections.append(result)
            else:
                posts.append(enrich(result, source=source))
    # A feed that is well-formed may hold nothing worth keeping; anything else may not.
    if not posts and not all(extraction.may_be_empty for _, extraction in found.extractions):
        reasons = "; ".join(dict.fromkeys(rejection.reason for rejection in rejections))
        raise NothingFound(
            f"nothing could be kept of {found.answer.url} ({reasons or 'it holds no item'})",
            url=found.answer.url,
        )
    return replace(found, posts=tuple(posts), rejections=tuple(rejections))
