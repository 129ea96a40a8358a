"""A command imports what it needs, and no more: a crawl may be run every minute."""

import subprocess
import sys
from pathlib import Path

import click
import pytest
from conftest import REPOSITORY

from aggregator import cli

SERVERS = {"datasette", "uvicorn", "jinja2", "apscheduler", "prometheus_client", "structlog"}
READERS = {"bs4", "soupsieve", "feedparser", "dateparser", "dateutil", "protego", "ruamel"}
OTHERS = {"sqlite_utils", "tabulate"}
ROOMS = {f"aggregator.{room}" for room in ("sample", "service", "portal", "data", "search")}


def modules_after(code: str) -> set[str]:
    """Return the modules that a fresh Python has imported once it has run some code."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint(*sys.modules)"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_the_command_alone_imports_no_room() -> None:
    found = modules_after("import aggregator.cli")
    ours = {name for name in found if name.startswith("aggregator.")}
    assert {name for name in ours if not name.startswith("aggregator.model")} == {
        *("aggregator.cli", "aggregator.cli.place", "aggregator.errors", "aggregator.paths"),
    }
    assert not found & (SERVERS | READERS | OTHERS)


def test_a_crawl_imports_no_server_and_a_list_without_fault_no_slow_parser(tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text(
        "version: 1\n"
        "town: {name: A, timezone: Europe/Paris, contact: a@a.example}\n"
        "sources:\n"
        "  - {slug: a, name: A, url: 'https://a.example/', kind: blog, paused: true}\n"
    )
    found = modules_after(
        "import aggregator.cli.crawling\n"
        "from pathlib import Path\n"
        f"aggregator.cli.crawling.load_sources(Path({str(path)!r}))"
    )
    assert not found & (SERVERS | READERS | OTHERS | ROOMS)


@pytest.mark.parametrize("name", cli.group.list_commands(click.Context(cli.group)))
def test_every_command_is_there_with_its_help(name: str) -> None:
    command = cli.group.get_command(click.Context(cli.group), name)
    assert command is not None
    assert command.name == name
    assert command.get_short_help_str()


def test_help_lists_all_commands() -> None:
    context = click.Context(cli.group)
    text = cli.group.get_help(context)
    for name in cli.group.list_commands(context):
        assert f"\n  {name} " in text
    assert cli.group.get_command(context, "chekc") is None
