"""The door of a child process: `python -m aggregator.service.child crawler|portal|data …`.

Only the supervisor calls it. A child ends when its standard input does: a supervisor killed
outright leaves no process behind.
"""

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

from aggregator.errors import AggregatorError
from aggregator.paths import TownFolder


def main(arguments: list[str] | None = None) -> None:
    """Run one role until told to stop."""
    options = _parser().parse_args(arguments)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    town = TownFolder(root=options.town)
    try:
        ROLES[options.role](town, options)
    except AggregatorError as error:
        _complain(str(error))
        sys.exit(1)


# Each role imports its own side only: the crawler needs no Datasette, the portal no feedparser.
def _crawler(town: TownFolder, options: argparse.Namespace) -> None:
    from aggregator.crawl.daemon import run  # noqa: PLC0415

    run(town, options.db, metrics_port=options.metrics_port, hubs=options.hubs)


def _portal(town: TownFolder, options: argparse.Namespace) -> None:
    from aggregator.portal.server import serve  # noqa: PLC0415

    serve(
        options.db,
        town,
        host=options.host,
        port=options.port,
        data_socket=options.socket,
        hubs_socket=options.hubs,
    )


def _data(town: TownFolder, options: argparse.Namespace) -> None:
    from aggregator.data.server import serve  # noqa: PLC0415

    serve(options.db, town, socket=options.socket)


ROLES = {"crawler": _crawler, "portal": _portal, "data": _data}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="aggregator.service.child", description=__doc__)
    parser.add_argument("role", choices=list(ROLES))
    parser.add_argument("--town", type=Path, required=True)
    parser.add_argument("--db", type=Path, required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--socket", type=Path)
    parser.add_argument("--metrics-port", type=int, default=0)
    parser.add_argument("--hubs", type=Path)
    return parser


def _end_with_parent() -> None:
    # Read the descriptor itself: a daemon thread blocked inside sys.stdin's lock would make the
    # interpreter abort at exit.
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _complain(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - a process's complaints


if __name__ == "__main__":
    main()
