"""The `aggregator` command: words only, no logic.

Results go to standard output; progress and complaints to standard error. Exit status: 0 well,
1 some sources failed or the index is wrong, 2 list or usage wrong, 3 database.
"""

import gc
import sys
from importlib import import_module

import click

from aggregator import __version__
from aggregator.cli.place import place_options
from aggregator.errors import AggregatorError, StoreError

# The command's name → its module here, and its function. Reading a list or crawling unchanged
# feeds takes less time than importing what the other commands need.
_COMMANDS = {
    "backfill": ("completing", "backfill"),
    "backup": ("keeping", "backup"),
    "check": ("curating", "check"),
    "check-index": ("keeping", "check_index"),
    "crawl": ("crawling", "crawl"),
    "demo": ("serving", "demo"),
    "migrate": ("keeping", "migrate"),
    "reindex": ("keeping", "reindex"),
    "schedule": ("crawling", "schedule"),
    "search": ("searching", "search"),
    "serve": ("serving", "serve"),
    "status": ("telling", "status"),
    "try": ("curating", "try_"),
    "up": ("serving", "up"),
}


class _Commands(click.Group):
    """Imports the module of a command when it is asked for, by its name or for its help.

    https://click.palletsprojects.com/en/stable/complex/#lazily-loading-subcommands
    """

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"aggregator.cli.{module}"), name)
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="aggregator")
@place_options
def group() -> None:
    """Civic watch: gather a town's sites and blogs, and make them searchable."""


def main() -> None:
    """Run the command; known errors become a sentence and an exit status."""
    # Imports and a long list make many objects and no garbage: looking for some after every 700,
    # as Python does, costs a tenth of the start.
    gc.set_threshold(20_000, 20, 20)
    try:
        group(standalone_mode=True)
    except StoreError as error:
        _end(error, 3)
    except AggregatorError as error:
        _end(error, 2)


def _end(error: AggregatorError, status: int) -> None:
    click.echo(f"aggregator: {error}", err=True)
    sys.exit(status)
