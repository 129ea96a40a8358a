"""Where a command works: `--town DIR` and `--db FILE`, before or after the command's name."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from aggregator.errors import StoreError
from aggregator.paths import TownFolder, find_database, find_town

_OPTIONS = (
    click.option(
        "--town",
        type=click.Path(path_type=Path, file_okay=False),
        help="The town folder (sources.yaml, synonyms.yaml, scrapers/, metadata.json)."
        " Also AGGREGATOR_TOWN.",
    ),
    click.option(
        "--db",
        type=click.Path(path_type=Path, dir_okay=False),
        help="The database file; db/veille.db of the town folder by default. Also AGGREGATOR_DB.",
    ),
)


metrics_port_option = click.option(
    "--metrics-port",
    type=click.IntRange(0, 65535),
    default=9108,
    show_default=True,
    help="Port of the crawler's /metrics, on 127.0.0.1; 0 for none.",
)


class Place:
    """The town folder and the database that the options name; looked up when first needed."""

    def __init__(self) -> None:
        self.town_option: Path | None = None
        self.db_option: Path | None = None

    @property
    def town(self) -> TownFolder:
        """The town folder.

        Raises:
            UsageError: There is none where the option points.
        """
        return find_town(self.town_option)

    @property
    def database(self) -> Path:
        """The database file, which may not exist yet."""
        return find_database(self.db_option, self.town)

    @property
    def existing_database(self) -> Path:
        """The database file.

        Raises:
            StoreError: It is not there; a mistyped name must not make a new one.
        """
        if not self.database.is_file():
            raise StoreError(f"{self.database}: no database there; run `aggregator crawl` first")
        return self.database


def place_options(command: Callable[[], None]) -> Callable[..., Any]:
    """Add --town and --db to a group, which only remembers them."""

    def remember(town: Path | None, db: Path | None) -> None:
        _place_with(town, db)
        command()

    return _with_options(wraps(command)(remember))


def in_place(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --town and --db to a command, and give it the `Place` they name."""

    def located(town: Path | None, db: Path | None, **rest: Any) -> Any:
        return command(_place_with(town, db), **rest)

    return _with_options(wraps(command)(located))


def _place_with(town: Path | None, db: Path | None) -> Place:
    place = click.get_current_context().ensure_object(Place)
    place.town_option = town or place.town_option
    place.db_option = db or place.db_option
    return place


def _with_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
