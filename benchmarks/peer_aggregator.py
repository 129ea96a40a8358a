"""This program as a peer of a feed farm: `peer_aggregator.py init|refresh --db D [--urls F]`.

`init` writes a town of one source an address beside the database; `refresh` is one whole process
of `aggregator crawl --all`, start-up included, as a cron job would run it. The farm is on
loopback, a feed a host, so the gap between two requests to a host never comes into play.
"""

import argparse
import os
import sys
from pathlib import Path

HEAD = """version: 1
town: {name: Ferme, timezone: Europe/Paris, contact: essai@example.org}
sources:
"""


def main() -> None:
    """Write the town, or crawl it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=["init", "refresh"])
    parser.add_argument("--db", type=Path, required=True)
    parser.add_argument("--urls", type=Path)
    options = parser.parse_args()
    town = options.db.parent / "town"
    if options.command == "init":
        _write_town(town, options.urls)
        return
    os.environ["AGGREGATOR_ALLOW_NETWORKS"] = "127.0.0.0/8"
    sys.argv = ["aggregator", "--town", str(town), "--db", str(options.db), "crawl", "--all"]
    from aggregator.cli import main as run  # noqa: PLC0415 - only a refresh pays for it

    run()


def _write_town(town: Path, urls: Path) -> None:
    town.mkdir(exist_ok=True)
    addresses = [line.strip() for line in urls.read_text().splitlines() if line.strip()]
    blocks = [
        f"  - {{slug: s{n}, name: Site {n}, url: '{url}', kind: blog, feed: '{url}'}}"
        for n, url in enumerate(addresses)
    ]
    (town / "sources.yaml").write_text(HEAD + "\n".join(blocks) + "\n")


if __name__ == "__main__":
    main()
