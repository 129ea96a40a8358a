"""crawl, schedule, status."""

import asyncio
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from aggregator import clock
from aggregator import crawl as crawling
from aggregator.cli.place import Place, in_place
from aggregator.crawl.daemon import run
from aggregator.crawl.report import line
from aggregator.errors import UsageError
from aggregator.fetch import Web
from aggregator.model import Outcome, SourceResult, Town
from aggregator.readers import load_scrapers
from aggregator.sources import load_sources
from aggregator.store import Store


@click.command()
@click.argument("slugs", nargs=-1)
@click.option(
    "--all", "everything", is_flag=True, help="Every source but the paused ones, due or not."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@in_place
def crawl(place: Place, slugs: tuple[str, ...], everything: bool, as_json: bool) -> None:
    """Visit the sources that are due, or those named, once."""
    town = load_sources(place.town.sources, scrapers=place.town.scrapers)
    _refuse_unfit(slugs, town)
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
) -> tuple[SourceResult, ...]:
    """Make one pass, with progress on standard error."""

    async def one_pass(
        store: Store, report: Callable[[SourceResult], None]
    ) -> tuple[SourceResult, ...]:
        async with Web(contact=town.contact) as web:
            return await crawling.crawl(
                town,
                store,
                scrapers=load_scrapers(place.town.scrapers),
                web=web,
                clock=clock.now,
                slugs=slugs,
                everything=everything,
                report=report,
            )

    with Store.open(place.database) as store, _progress(len(slugs or town.sources)) as report:
        return asyncio.run(one_pass(store, report))


@click.command()
@in_place
def schedule(place: Place) -> None:
    """Crawl what is due, every minute, until stopped."""
    asyncio.run(run(place.town, place.database, complain=lambda text: click.echo(text, err=True)))


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@in_place
def status(place: Place, as_json: bool) -> None:
    """Show the health of each source: its state, since when, and why."""
    with Store.open(place.existing_database) as store:
        rows = store.statuses()
    if as_json:
        click.echo(json.dumps([row.to_json() for row in rows], ensure_ascii=False))
        return
    width = max((len(row.source) for row in rows), default=0)
    for row in rows:
        since = row.since[:10]
        click.echo(f"{row.source:<{width}}  {row.state:<8}  {since}  {row.reason}")


def _refuse_unfit(slugs: tuple[str, ...], town: Town) -> None:
    known = {source.slug for source in town.sources}
    unknown = [slug for slug in slugs if slug not in known]
    if unknown:
        raise UsageError(f"no such source: {', '.join(unknown)}; see `aggregator check`")
    paused = [source.slug for source in town.sources if source.paused and source.slug in slugs]
    if paused:
        raise UsageError(f"paused in the list: {', '.join(paused)}; take `paused` out to crawl it")


@contextmanager
def _progress(length: int) -> Iterator[Callable[[SourceResult], None]]:
    """A bar on a terminal, then the failures; a line a source otherwise."""
    if not sys.stderr.isatty():
        yield lambda result: click.echo(line(result), err=True)
        return
    failures: list[SourceResult] = []

    def advance(result: SourceResult) -> None:
        bar.update(1, result)
        if result.outcome is Outcome.FAILED:
            failures.append(result)

    with click.progressbar(
        length=length,
        label="Crawling",
        file=sys.stderr,
        show_eta=False,
        width=24,
        # Short enough for one line of an 80-column terminal.
        item_show_func=lambda result: f"{result.source[:24]:<24}" if result else " " * 24,
    ) as bar:
        yield advance
    for failure in failures:
        click.echo(line(failure), err=True)
