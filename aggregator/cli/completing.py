"""backfill."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import click

from aggregator import clock
from aggregator.cli.crawling import crawl_once, refuse_unfit
from aggregator.cli.place import Place, in_place
from aggregator.crawl import relate
from aggregator.crawl.completing import Budget
from aggregator.crawl.completing.by_hand import ReadBack, read_back
from aggregator.crawl.completing.rehearsal import Rehearsal, rehearse
from aggregator.crawl.passing import bring_in_line
from aggregator.errors import UsageError
from aggregator.fetch import Web
from aggregator.model import Source, Town
from aggregator.readers import load_scrapers
from aggregator.sources import load_sources
from aggregator.store import Archive, KnownPost, Store, reading
from aggregator.store.archives import discovered_feed, known_posts

BUDGET = 1_000


@click.command()
@click.argument("slug")
@click.option(
    "--budget",
    type=click.IntRange(min=1),
    default=BUDGET,
    show_default=True,
    help="Requests that may be made; what is left goes on next time.",
)
@click.option(
    "--dry-run", is_flag=True, help="Say what it would take; ask next to nothing, write nothing."
)
@in_place
def backfill(place: Place, slug: str, budget: int, dry_run: bool) -> None:
    """Read back the whole archive of a source, or go on where the last reading stopped."""
    town = load_sources(place.town.sources, scrapers=place.town.scrapers)
    refuse_unfit((slug,), town)
    source = next(one for one in town.sources if one.slug == slug)
    if source.service is not None:
        raise UsageError(f"{slug}: a platform has no archive besides; `aggregator crawl {slug}`")
    if dry_run:
        click.echo(_foretold(slug, *asyncio.run(_rehearse(place, town, source))))
        return
    _visit_first(place, town, slug)
    try:
        found = _read(place, town, source, budget)
    except KeyboardInterrupt:
        click.echo(f"{slug}: stopped; what was read is kept, the next backfill goes on", err=True)
        sys.exit(1)
    click.echo(_summary(slug, found))


def _visit_first(place: Place, town: Town, slug: str) -> None:
    """Make sure that the database knows the source as it is listed, and its feed."""
    scrapers = load_scrapers(place.town.scrapers)
    with Store.open(place.database) as store:
        bring_in_line(town, store, scrapers=scrapers, now=clock.now())
        visited = store.history(slug).last_fetch
    if visited is None:
        crawl_once(place, town, slugs=(slug,))


def _read(place: Place, town: Town, source: Source, budget: int) -> ReadBack:
    async def read(told: Callable[[Archive], None]) -> ReadBack:
        async with Web(contact=town.contact, address=town.address) as web:
            return await read_back(
                source,
                place.database,
                web=web,
                scrapers=load_scrapers(place.town.scrapers),
                timezone=town.timezone,
                budget=Budget(budget),
                clock=clock.now,
                told=told,
            )

    with _bar(source.slug) as told:
        found = asyncio.run(read(told))
    if found.saved:
        with Store.open(place.database) as store:
            relate(store, now=clock.now())
    return found


async def _rehearse(
    place: Place, town: Town, source: Source
) -> tuple[Rehearsal, tuple[KnownPost, ...]]:
    feed = source.feed
    known: tuple[KnownPost, ...] = ()
    if place.database.is_file():
        with reading(place.database) as connection:
            known = tuple(known_posts(connection, source.slug))
            feed = feed or discovered_feed(connection, source.slug)
    async with Web(contact=town.contact, address=town.address) as web:
        told = await rehearse(
            source,
            feed=feed,
            known=known,
            web=web,
            scrapers=load_scrapers(place.town.scrapers),
            timezone=town.timezone,
            now=clock.now(),
        )
    return told, known


@contextmanager
def _bar(slug: str) -> Iterator[Callable[[Archive], None]]:
    """A bar on a terminal, of the posts that the site says it has; nothing otherwise."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with (
        click.progressbar(
            length=0,  # not known yet
            label=slug[:28],
            file=sys.stderr,
            show_eta=False,
            show_percent=False,
            show_pos=True,
            width=24,
            item_show_func=lambda archive: f"{archive.requests} requests" if archive else "",
        ) as bar
    ):

        def tell(archive: Archive) -> None:
            bar.length = max(archive.expected or 0, archive.found)
            bar.update(archive.found - bar.pos, archive)

        yield tell


def _summary(slug: str, found: ReadBack) -> str:
    archive = found.archive
    text = f"{slug}: {_posts(found.saved)} added to the {found.known} known"
    of_about = f"; the site names about {archive.expected} in all" if archive.expected else ""
    said = "".join(f"; {count} {_MISSING[why]}" for why, count in archive.missing.items())
    match archive.state:
        case "done":
            return f"{text}{of_about}{said}"
        case "running":
            return f"{text}{of_about}{said}; {_later(archive.next_try)}"
    return f"{text}; {archive.reason}{said}"


def _posts(count: int) -> str:
    return "1 post" if count == 1 else f"{count} posts"


_MISSING = {
    "robots": "pages closed by robots.txt",
    "gone": "pages that no longer exist",
    "closed": "pages that the site refuses",
    "failing": "pages on which the site fails",
    "unreadable": "pages that cannot be read",
    "elsewhere": "pages that lead to another post",
    "repeats": "pages that repeat others",
}


def _later(next_try: datetime | None) -> str:
    if next_try is None:
        return "not at the end yet: run it again, or leave it to the crawler's nights"
    return f"the rest is tried again after {next_try:%Y-%m-%d %H:%M} UTC"


def _foretold(slug: str, told: Rehearsal, known: tuple[KnownPost, ...]) -> str:
    asked = f"{_requests(told.asked)} made to know"
    if told.method is None:
        return f"{slug}: no archive that can be read ({asked})"
    posts = (
        "the site does not say how many posts"
        if told.posts is None
        else f"about {_posts(told.posts)}"
    )
    if told.requests is not None:
        requests = f"about {_requests(told.requests)}"
    else:
        each = "post" if told.a_request == 1 else f"{told.a_request} posts"
        requests = f"at least one request for each {each}"
    return (
        f"{slug}: by {told.method}: {posts}, {len(known)} of this source are here;"
        f" {requests} ({asked})"
    )


def _requests(count: int) -> str:
    return "1 request" if count == 1 else f"{count} requests"
