"""Where a command works: `--town DIR` and `--db FILE`, before or after the command's name."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from aggregator.paths import TownFolder, find_database, find_town

_OPTIONS = (
    click.option(
        "--town",
        type=click.Path(path_type=Path, file_okay=False),
        help="The town folder (sources.yaml, scrapers/, metadata.json). Also AGGREGATOR_TOWN.",
    ),
    click.option(
        "--db",
        type=click.Path(path_type=Path, dir_okay=False),
        help="The database file; db/veille.db of the town folder by default. Also AGGREGATOR_DB.",
    ),
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


def place_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --town and --db to a group, which only remembers them."""

    @click.pass_context
    @wraps(command)
    def remember(context: click.Context, town: Path | None, db: Path | None) -> Any:
        _remember(context.ensure_object(Place), town, db)
        return command()

    return _with_options(remember)


def in_place(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --town and --db to a command, and give it the `Place` they name."""

    @click.pass_context
    @wraps(command)
    def located(context: click.Context, town: Path | None, db: Path | None, **rest: Any) -> Any:
        place = context.ensure_object(Place)
        _remember(place, town, db)
        return command(place, **rest)

    return _with_options(located)


def _remember(place: Place, town: Path | None, db: Path | None) -> None:
    place.town_option = town or place.town_option
    place.db_option = db or place.db_option


def _with_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
