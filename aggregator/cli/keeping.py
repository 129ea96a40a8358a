"""backup, check-index, migrate, reindex."""

import sys
from pathlib import Path

import click

from aggregator import clock
from aggregator.cli.place import Place, in_place
from aggregator.crawl.upkeep import backup_folder
from aggregator.errors import StoreError
from aggregator.store import Store, rebuilding
from aggregator.store.backup import back_up, verify


@click.command()
@click.option("--verify", "verified", is_flag=True, help="Restore the copy, and compare it.")
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the backups; backups/ beside the database by default.",
)
@in_place
def backup(place: Place, verified: bool, folder: Path | None) -> None:
    """Copy the database while everything goes on; old copies make room for new ones."""
    live = place.existing_database
    made = back_up(live, folder or backup_folder(live), now=clock.now())
    click.echo(f"{made}: {made.stat().st_size:,} bytes")
    if verified:
        result = verify(made, live)
        if result.faults:
            raise StoreError(str(result))
        click.echo(str(result))


@click.command("check-index")
@in_place
def check_index(place: Place) -> None:
    """Prove that index, words and facets are what the posts make of them; a crawl goes on."""
    with Store.open(place.existing_database, progress=_building) as store:
        found = store.check_index(lambda step: click.echo(f"{step}…", err=True))
    if not found.sound:
        for fault in found.faults:
            click.echo(f"the search index is wrong: {fault}", err=True)
        click.echo("`aggregator reindex` makes it anew", err=True)
        sys.exit(1)
    click.echo(f"the search index holds exactly the {found.posts:,} posts")


@click.command()
@in_place
def migrate(place: Place) -> None:
    """Bring the database to the current schema, and its index to the current rules."""
    applied = Store.migrate(place.database, progress=_building)
    click.echo("\n".join(applied) if applied else "nothing to do")


@click.command()
@in_place
def reindex(place: Place) -> None:
    """Make the index, its words and its facets anew, and prove that they hold every post."""
    with Store.open(place.existing_database, progress=_building) as store:
        report = store.reindex(_building)
    click.echo(f"{report.posts} posts indexed and verified")


def _building(done: int, total: int) -> None:
    """Tell how far the index is: one line on a terminal, one every tenth of the way else."""
    step = max(total // 10, 1)
    is_terminal = sys.stderr.isatty()
    if is_terminal or done == total or done // step > (done - rebuilding.BATCH) // step:
        end = "" if is_terminal and done < total else "\n"
        start = "\r" if is_terminal else ""
        click.echo(f"{start}indexing: {done:,} of {total:,} posts{end}", err=True, nl=False)
