"""crawl, schedule."""

import asyncio
import json
import sys
from datetime import timedelta

import click

from aggregator import clock
from aggregator import crawl as crawling
from aggregator.cli.place import Place, in_place, metrics_port_option
from aggregator.cli.progress import Progress, progress
from aggregator.errors import UsageError
from aggregator.fetch import Web
from aggregator.model import Outcome, SourceResult, Town
from aggregator.readers import load_scrapers
from aggregator.sources import load_sources
from aggregator.store import Store


@click.command()
@click.argument("slugs", nargs=-1)
@click.option(
    "--all", "everything", is_flag=True, help="Every source but those paused or gone, due or not."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@in_place
def crawl(place: Place, slugs: tuple[str, ...], everything: bool, as_json: bool) -> None:
    """Visit the sources that are due, or those named, once."""
    town = load_sources(place.town.sources, scrapers=place.town.scrapers)
    refuse_unfit(slugs, town)
    results = crawl_once(place, town, slugs=slugs or None, everything=everything)
    if as_json:
        click.echo(json.dumps(crawling.to_json(results), ensure_ascii=False))
    else:
        click.echo(crawling.summary(results))
    if any(result.outcome is Outcome.FAILED for result in results):
        sys.exit(1)


def crawl_once(
    place: Place,
    town: Town,
    *,
    slugs: tuple[str, ...] | None = None,
    everything: bool = False,
    gap_s: float = 2.0,
) -> tuple[SourceResult, ...]:
    """Make one pass, with progress on standard error, and relate what it brought.

    `gap_s`: seconds between two requests to a host; less than usual for our own sample sites alone.
    """

    async def one_pass(store: Store, shown: Progress) -> tuple[SourceResult, ...]:
        async with Web(contact=town.contact, address=town.address, gap_s=gap_s) as web:
            return await crawling.crawl(
                town,
                store,
                scrapers=load_scrapers(place.town.scrapers),
                web=web,
                clock=clock.now,
                slugs=slugs,
                everything=everything,
                started=shown.started,
                report=shown.report,
            )

    with Store.open(place.database) as store, progress() as shown:
        results = asyncio.run(one_pass(store, shown))
        if any(result.count.new or result.count.changed for result in results):
            crawling.relate(store, now=clock.now())
        return results


def complete_once(place: Place, town: Town, *, gap_s: float, budget: int) -> None:
    """Open posts' own pages, documents and archives, without waiting for the night."""
    # One crawl needs none of it.
    from aggregator.crawl.completing import Budget  # noqa: PLC0415 - as said above
    from aggregator.crawl.completing.workers import workers  # noqa: PLC0415 - as said above

    scrapers = load_scrapers(place.town.scrapers)

    async def complete() -> None:
        async with Web(contact=town.contact, address=town.address, gap_s=gap_s) as web:
            until = clock.now() + timedelta(hours=1)
            for worker in workers(
                place.database, web=web, scrapers=lambda: scrapers, clock=clock.now
            ):
                await worker.work(town, budget=Budget(budget), until=until, quiet=True)

    asyncio.run(complete())


@click.command()
@metrics_port_option
@in_place
def schedule(place: Place, metrics_port: int) -> None:
    """Crawl what is due, four times a minute, until stopped."""
    from aggregator.crawl.daemon import run  # noqa: PLC0415 - one crawl needs no scheduler

    run(place.town, place.database, metrics_port=metrics_port)


def refuse_unfit(slugs: tuple[str, ...], town: Town) -> None:
    """Refuse slugs that are not on the list, or paused there.

    Raises:
        UsageError: One of them is.
    """
    known = {source.slug for source in town.sources}
    unknown = [slug for slug in slugs if slug not in known]
    if unknown:
        raise UsageError(f"no such source: {', '.join(unknown)}; see `aggregator check`")
    paused = [source.slug for source in town.sources if source.paused and source.slug in slugs]
    if paused:
        raise UsageError(f"paused in the list: {', '.join(paused)}; take `paused` out to crawl it")
