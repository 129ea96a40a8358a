"""serve, up, demo."""

import os
import socket
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click

from aggregator.cli.crawling import complete_once, crawl_once
from aggregator.cli.place import Place, in_place, metrics_port_option
from aggregator.crawl import summary
from aggregator.crawl.lock import sole_crawler
from aggregator.errors import UsageError
from aggregator.fetch import Web
from aggregator.paths import bundled
from aggregator.sample import SampleTown
from aggregator.service import Child, supervise
from aggregator.sources import load_sources
from aggregator.store import Store, reading

PORT = 8001
SAMPLE_REQUESTS = 2_000  # of each kind: more than the sample town has pages

_host = click.option("--host", default="127.0.0.1", show_default=True, help="Address to serve on.")
_ports = click.IntRange(1, 65535)
_port = click.option(
    "--port", type=_ports, default=PORT, show_default=True, help="Port to serve on."
)


@click.command()
@_host
@_port
@in_place
def serve(place: Place, host: str, port: int) -> None:
    """Serve the portal and the analysts' Datasette, without crawling."""
    with reading(place.database):  # complains before anything starts
        pass
    _run(place, ["portal", "data"], host=host, port=port)


@click.command()
@_host
@_port
@metrics_port_option
@in_place
def up(place: Place, host: str, port: int, metrics_port: int) -> None:
    """Run everything: migrate, then crawler, portal and analysts' Datasette, until stopped."""
    town = load_sources(place.town.sources, scrapers=place.town.scrapers)
    # Complains of contact, address and environment before anything starts.
    Web(contact=town.contact, address=town.address)
    Store.open(place.database).close()
    _run(place, ["crawler", "portal", "data"], host=host, port=port, metrics_port=metrics_port)


@click.command()
@_host
@click.option("--port", type=_ports, help=f"Port to serve on; {PORT} or, if taken, any free one.")
@in_place
def demo(place: Place, host: str, port: int | None) -> None:
    """Run everything on the bundled sample town, whose sites are served on this machine."""
    # The sample sites are on loopback, which the crawler refuses unless the environment says so.
    os.environ["AGGREGATOR_ALLOW_NETWORKS"] = "127.0.0.0/8"
    with (
        SampleTown(bundled("demo")) as sample,
        tempfile.TemporaryDirectory(prefix="veille-") as folder,
    ):
        sample.write_town(Path(folder))
        place.town_option = Path(folder)
        place.db_option = place.db_option or Path(folder) / "veille.db"
        town = load_sources(place.town.sources, scrapers=place.town.scrapers)
        click.echo(f"{town.name}: a sample town of {len(town.sources)} sources.", err=True)
        # The sites are our own, and served for nothing else.
        results = crawl_once(place, town, gap_s=0)
        click.echo(summary(results), err=True)
        click.echo("Reading whole texts, documents and archives…", err=True)
        complete_once(place, town, gap_s=0, budget=SAMPLE_REQUESTS)
        _run(place, ["crawler", "portal", "data"], host=host, port=port or _any_port(host))


def _run(
    place: Place, roles: Sequence[str], *, host: str, port: int, metrics_port: int = 0
) -> None:
    _refuse_taken(host, port)
    if "crawler" in roles:
        # Said here once, rather than by a child that is started again and again.
        with sole_crawler(place.database):
            pass
    with tempfile.TemporaryDirectory(prefix="veille-") as folder:
        # Sockets in a folder only we can enter: no process but the portal has a door of its own.
        arguments = [
            *("--town", str(place.town.root)),
            *("--db", str(place.database)),
            *("--host", host),
            *("--port", str(port)),
            *("--socket", str(Path(folder) / "data.sock")),
            *("--hubs", str(Path(folder) / "hubs.sock")),
            *("--metrics-port", str(metrics_port)),
        ]
        supervise(
            [Child(name=role, arguments=[role, *arguments]) for role in roles],
            complain=lambda text: click.echo(text, err=True),
            ready=lambda: _answers(host, port) and (Path(folder) / "data.sock").exists(),
            announce=lambda: click.echo(f"http://{host}:{port}/"),
        )


def _refuse_taken(host: str, port: int) -> None:
    try:
        with socket.create_server((host, port)):
            pass
    except OSError as error:
        raise UsageError(
            f"cannot serve on {host}:{port} ({error.strerror}); choose another with --port"
        ) from error


def _any_port(host: str) -> int:
    for port in (PORT, 0):
        try:
            with socket.create_server((host, port)) as server:
                return int(server.getsockname()[1])
        except OSError:
            continue
    raise UsageError(f"cannot serve on {host}; choose another with --host")


def _answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False
