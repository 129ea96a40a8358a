"""The `aggregator` command: words only, no logic.

Results go to standard output; progress and complaints to standard error. Exit status: 0 well,
1 some sources failed, 2 list or usage wrong, 3 database.
"""

import sys

import click

from aggregator import __version__
from aggregator.cli import crawling, curating, searching, serving
from aggregator.cli.place import place_options
from aggregator.errors import AggregatorError, StoreError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="aggregator")
@place_options
def group() -> None:
    """Civic watch: gather a town's sites and blogs, and make them searchable."""


for command in (
    curating.check,
    curating.try_,
    crawling.crawl,
    crawling.schedule,
    crawling.status,
    searching.search,
    serving.serve,
    serving.up,
    serving.demo,
    serving.migrate,
    serving.reindex,
):
    group.add_command(command)


def main() -> None:
    """Run the command; known errors become a sentence and an exit status."""
    try:
        group(standalone_mode=True)
    except StoreError as error:
        _end(error, 3)
    except AggregatorError as error:
        _end(error, 2)


def _end(error: AggregatorError, status: int) -> None:
    click.echo(f"aggregator: {error}", err=True)
    sys.exit(status)
