"""The moderators' workbench: what would be read from an address, without writing anything."""

import asyncio
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, tzinfo
from functools import partial
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from aggregator import clock
from aggregator.clock import to_iso
from aggregator.crawl.blocks import block_of
from aggregator.crawl.reading import normalise_all, reading
from aggregator.crawl.trying_pages import TriedPage, try_page
from aggregator.crawl.visiting import MAX_CANDIDATES, Past, Visit, visit
from aggregator.errors import NothingFound, SourceError, UsageError
from aggregator.fetch import Web, fetch
from aggregator.model import NotModified, Page, Post, ProposedRecipe, Recipe, Rejection, Source
from aggregator.paths import TownFolder
from aggregator.readers import load_scrapers, propose_recipes
from aggregator.readers.platforms import recognise
from aggregator.sources import load_sources

# What a platform is for; on the others anybody publishes, as in a blog.
_KINDS = {
    "opendatasoft": "donnees",
    "arcgis": "donnees",
    "datagouv": "donnees",
    "scdl": "donnees",
    "decidim": "concertation",
    "consul": "concertation",
    "openagenda": "agenda",
    "icalendar": "agenda",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list found in a page, and how to read it."""

    recipe: Recipe
    posts: tuple[Post, ...]  # exactly what the recipe would bring
    rejections: tuple[Rejection, ...]
    warnings: tuple[str, ...]
    next_url: str | None
    proposal: str  # a block for sources.yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What an address would give."""

    url: str  # the address that was read in the end
    feed: str | None  # found by discovery
    posts: tuple[Post, ...]
    rejections: tuple[Rejection, ...]
    warnings: tuple[str, ...]
    proposal: str | None  # a block for sources.yaml, when the address is not on the list
    zone: tzinfo  # the town's
    listings: tuple[Listing, ...] = ()  # lists in the page, best first; with a feed, beside it
    page: TriedPage | None = None  # that of a post whose feed or list does not say all

    def to_json(self) -> dict[str, Any]:
        """Return the trial as `try --json` prints it."""
        return {
            "url": self.url,
            "feed": self.feed,
            "posts": [_post(post, self.zone) for post in self.posts],
            "rejected": [{"entry": r.entry, "reason": r.reason} for r in self.rejections],
            "warnings": list(self.warnings),
            "proposal": self.proposal,
            "page": None if self.page is None else asdict(self.page),
            "listings": [
                {
                    "proposal": listing.proposal,
                    "posts": [_post(post, self.zone) for post in listing.posts],
                    "next": listing.next_url,
                    "warnings": list(listing.warnings),
                }
                for listing in self.listings
            ],
        }


def _post(post: Post, zone: tzinfo) -> dict[str, str | None]:
    event = None if post.event is None else post.event.seen_in(zone)
    return {
        "title": post.title,
        "url": post.url,
        "published": to_iso(post.published),
        "date_origin": post.date_origin.value,
        "excerpt": post.excerpt,
        "event": None if event is None else event.moments()[0],
    }


async def try_source(
    folder: TownFolder, target: str, *, told: Callable[[str], None] = lambda _: None
) -> Trial:
    """Visit a source of the list, or any address, and tell what would be read.

    Of an address, its feed comes first; the lists of the page itself are told as well.

    Args:
        folder: The town folder.
        target: The slug of a source, or an http(s) address.
        told: Called with what is done now: it may take half a minute.

    Raises:
        TownError: The list cannot be read.
        UsageError: The target is neither a slug nor an address.
        SourceError: It cannot be fetched or read.
    """
    town = load_sources(folder.sources, scrapers=folder.scrapers)
    listed = next((source for source in town.sources if source.slug == target), None)
    source = listed or _unlisted(target)
    turn, seen, zone = asyncio.Lock(), clock.now(), ZoneInfo(town.timezone)
    async with Web(contact=town.contact) as web:
        told(_begun(source, is_listed=listed is not None))
        trying = _Trying(
            source=source, web=web, timezone=town.timezone, seen=seen, turn=turn, told=told
        )
        visiting = visit(
            source,
            web=web,
            past=Past(),
            scrapers=load_scrapers(folder.scrapers),
            timezone=town.timezone,
            seen=seen,
            turn=turn,
        )
        if listed is not None:
            found = await visiting
            page = await trying.page_of(found.posts)
            return _told(found, proposal=None, zone=zone, page=page)
        if source.service is not None:
            return _told(await visiting, proposal=block_of(source, None), zone=zone)
        try:
            found = await visiting
        except NothingFound as error:
            return await trying.page_alone(error)
        listings = await trying.beside(found)
        page = await trying.page_of(found.posts)
    title = next((e.title for _, e in found.extractions if e.title), None)
    return _told(
        found,
        proposal=block_of(source, title, feed=found.discovered_feed),
        zone=zone,
        listings=listings,
        page=page,
    )


def _begun(source: Source, *, is_listed: bool) -> str:
    if source.service is not None:
        return f"asking {source.url} by the interface of {source.service.name} …"
    if is_listed and (source.feed is not None or source.reader in {"recipe", "scraper"}):
        return f"reading {source.feed or source.url} …"
    return (
        f"looking for a feed: in {source.url}, then at up to {MAX_CANDIDATES} addresses,"
        " with pauses …"
    )


def _told(
    found: Visit,
    *,
    proposal: str | None,
    zone: tzinfo,
    listings: tuple[Listing, ...] = (),
    page: TriedPage | None = None,
) -> Trial:
    return Trial(
        url=found.answer.url,
        feed=found.discovered_feed,
        posts=found.posts,
        rejections=found.rejections,
        warnings=found.warnings,
        proposal=proposal,
        zone=zone,
        listings=listings,
        page=page,
    )


def _unlisted(target: str) -> Source:
    try:
        parts = urlsplit(target)
    except ValueError:  # « http://[ »
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise UsageError(f"{target}: neither a source of the list nor an http(s) address")
    service = recognise(target)
    kind = "blog" if service is None else _KINDS.get(service.name, "blog")
    return Source(slug="essai", name=parts.hostname, url=target, kind=kind, service=service)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trying:
    """One address that is not on the list, and the lists in its page."""

    source: Source
    web: Web
    timezone: str
    seen: datetime
    turn: asyncio.Lock
    told: Callable[[str], None]

    async def page_of(self, posts: tuple[Post, ...]) -> TriedPage | None:
        """Open the page of a post that lacks something."""
        self.told("reading the page of one post, where it lacks something …")
        return await try_page(
            posts,
            source=self.source,
            web=self.web,
            timezone=self.timezone,
            now=self.seen,
            turn=self.turn,
        )

    async def page_alone(self, error: NothingFound) -> Trial:
        """Tell of a page without a feed; raises `error` where it holds no list either."""
        page, listings = await self._lists()
        if page is None or not listings:
            raise NothingFound(f"{error}; no list was found in the page itself", url=error.url)
        best = listings[0]
        return Trial(
            url=page.url,
            feed=None,
            posts=best.posts,
            rejections=best.rejections,
            warnings=best.warnings,
            proposal=best.proposal,
            zone=ZoneInfo(self.timezone),
            listings=listings,
        )

    async def beside(self, found: Visit) -> tuple[Listing, ...]:
        """Return the lists of a page that has a feed; none where the address is the feed's own."""
        if found.discovered_feed == self.source.url:
            return ()
        try:
            return (await self._lists())[1]
        except SourceError:  # the feed is what counts
            return ()

    async def _lists(self) -> tuple[Page | None, tuple[Listing, ...]]:
        self.told("looking for lists in the page itself …")
        page = await fetch(self.source.url, web=self.web)
        if isinstance(page, NotModified):
            return None, ()
        listings = await reading(page.url, partial(self._read, page), turn=self.turn)
        return page, listings

    def _read(self, page: Page) -> tuple[Listing, ...]:
        found = (self._listing(page, proposed) for proposed in propose_recipes(page))
        return tuple(listing for listing in found if listing is not None)

    def _listing(self, page: Page, proposed: ProposedRecipe) -> Listing | None:
        try:
            posts, rejections = normalise_all(
                [(page, proposed.extraction)],
                source=replace(self.source, recipe=proposed.recipe),
                timezone=self.timezone,
                seen=self.seen,
            )
        except NothingFound:  # nothing in it can be kept
            return None
        title = proposed.extraction.title
        return Listing(
            recipe=proposed.recipe,
            posts=posts,
            rejections=rejections,
            warnings=proposed.extraction.warnings,
            next_url=proposed.extraction.next_url,
            proposal=block_of(self.source, title, recipe=proposed.recipe),
        )
