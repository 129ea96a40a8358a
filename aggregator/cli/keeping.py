"""backup, migrate, reindex."""

from pathlib import Path

import click

from aggregator import clock
from aggregator.cli.place import Place, in_place
from aggregator.crawl.upkeep import backup_folder
from aggregator.errors import StoreError
from aggregator.store import Store
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


@click.command()
@in_place
def migrate(place: Place) -> None:
    """Bring the database to the current schema."""
    applied = Store.migrate(place.database)
    click.echo("\n".join(applied) if applied else "nothing to do")


@click.command()
@in_place
def reindex(place: Place) -> None:
    """Rebuild the full-text index, and prove that it holds every post."""
    with Store.open(place.existing_database) as store:
        report = store.reindex()
    click.echo(f"{report.posts} posts indexed and verified")
