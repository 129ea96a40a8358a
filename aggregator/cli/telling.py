"""status."""

import json
import shutil
import sys
from zoneinfo import ZoneInfo

import click

from aggregator import clock
from aggregator.cli.place import Place, in_place
from aggregator.cli.tables import Clock, Fetch, Refusal, health_of_all, health_of_one
from aggregator.errors import AggregatorError, UsageError
from aggregator.sources import load_sources
from aggregator.store import SourceStatus, Store, reading

FETCHES = 10
REFUSALS = 20


@click.command()
@click.argument("slug", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@in_place
def status(place: Place, slug: str | None, as_json: bool) -> None:
    """Show the health of each source, the worst first; or all about one of them."""
    with Store.open(place.existing_database) as store:
        rows = store.statuses()
        archive = None if slug is None else store.archive(slug)
    if slug is not None:
        rows = (_named(slug, rows),)
    if as_json:
        click.echo(json.dumps([row.to_json() for row in rows], ensure_ascii=False))
        return
    times = Clock(now=clock.now(), zone=_zone(place))
    if slug is not None:
        click.echo(
            health_of_one(
                rows[0],
                _last_fetches(place, slug),
                times=times,
                archive=archive,
                refused=_refused(place, slug),
            )
        )
        return
    # What is piped to a file or another program is whole.
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    click.echo(health_of_all(rows, times=times, width=width))


def _named(slug: str, rows: tuple[SourceStatus, ...]) -> SourceStatus:
    for row in rows:
        if row.source == slug:
            return row
    raise UsageError(f"no such source: {slug}; see `aggregator status`")


def _last_fetches(place: Place, slug: str) -> list[Fetch]:
    with reading(place.database) as connection:
        found = connection.execute(
            "SELECT fetched, outcome, status, new, changed, size_bytes, elapsed_s, error"
            " FROM fetches WHERE source = ? ORDER BY fetched DESC LIMIT ?",
            (slug, FETCHES),
        )
        return [Fetch(*row) for row in found]


def _refused(place: Place, slug: str) -> list[Refusal]:
    with reading(place.database) as connection:
        found = connection.execute(
            "SELECT line, reason FROM refused_rows WHERE source = ? ORDER BY line LIMIT ?",
            (slug, REFUSALS),
        )
        return [Refusal(*row) for row in found]


def _zone(place: Place) -> ZoneInfo:
    try:
        return ZoneInfo(load_sources(place.town.sources).timezone)
    except AggregatorError:  # a list with a fault must not hide how the sources are
        return ZoneInfo("UTC")
