"""A refresh of many feeds, side by side with other programs; prints a Markdown table.

    benchmarks/peers.py --bench DIR --reader PYTHON [--newsboat] [--feeds 500 2000] [--rounds 3]

DIR holds `feedfarm.py` (a loopback farm of feeds), `compare.py` (runs a peer through a cold crawl,
an unchanged one, one new entry a feed, the same bodies without validators) and the peers' own
scripts; PYTHON is an interpreter with `reader` installed; newsboat is the Debian package, and is
not given the JSON feeds it cannot read. The rounds are interleaved, since a machine drifts, and
medians are taken. CPU is user and system time of the whole process, start-up included.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
PORT = 8930
PHASES = {
    "cold": "all new",
    "warm": "unchanged (304)",
    "changed": "one new entry (200)",
    "same200": "same body (200)",
}
OURS = "civic-aggregator"


@dataclass(frozen=True, kw_only=True)
class Peer:
    """One program, and the commands that run it; `{db}` and `{urls}` are filled in."""

    name: str
    init: str
    refresh: str
    reads_json: bool = True


def main() -> None:
    """Run all rounds, and print a table for each size."""
    options = _options()
    peers = list(_peers(options))
    for feeds in options.feeds:
        with tempfile.TemporaryDirectory() as folder, _farm(options.bench, feeds):
            lines = Path(folder) / "results.jsonl"
            for number in range(options.rounds):
                for peer in peers:
                    print(f"{feeds} feeds, round {number + 1}: {peer.name}", file=sys.stderr)
                    _compare(options.bench, peer, feeds, lines)
            _print_table(feeds, peers, lines)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bench", type=Path, required=True)
    parser.add_argument("--reader", type=Path)
    parser.add_argument("--newsboat", action="store_true")
    parser.add_argument("--feeds", type=int, nargs="+", default=[500])
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def _peers(options: argparse.Namespace) -> Iterator[Peer]:
    ours = f"{sys.executable} {HERE / 'peer_aggregator.py'}"
    yield Peer(
        name=OURS,
        init=f"{ours} init --db {{db}} --urls {{urls}}",
        refresh=f"{ours} refresh --db {{db}}",
    )
    if options.reader:
        reader = f"{options.reader} {options.bench / 'peer_reader.py'}"
        yield Peer(
            name="reader",
            init=f"{reader} init --db {{db}} --urls {{urls}}",
            refresh=f"{reader} refresh --db {{db}} --workers 10",
        )
    if options.newsboat:
        newsboat = f"sh {options.bench / 'peer_newsboat.sh'}"
        yield Peer(
            name="newsboat",
            init=f"{newsboat} init {{db}} {{urls}}",
            refresh=f"{newsboat} refresh {{db}} {{urls}}",
            reads_json=False,
        )


@contextmanager
def _farm(bench: Path, feeds: int) -> Iterator[None]:
    command = [sys.executable, str(bench / "feedfarm.py"), "serve"]
    command += ["--feeds", str(feeds), "--port", str(PORT)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as farm:
        try:
            assert farm.stdout is not None
            print(farm.stdout.readline().strip(), file=sys.stderr)
            yield
        finally:
            farm.terminate()


def _compare(bench: Path, peer: Peer, feeds: int, lines: Path) -> None:
    listing = [sys.executable, str(bench / "feedfarm.py"), "urls"]
    listing += ["--feeds", str(feeds), "--port", str(PORT)]
    found = subprocess.run(listing, capture_output=True, text=True, check=True).stdout.split()
    urls = lines.with_suffix(".urls")
    urls.write_text("\n".join(u for u in found if peer.reads_json or not u.endswith(".json")))
    command = [sys.executable, str(bench / "compare.py"), "--name", peer.name]
    command += ["--init", peer.init, "--refresh", peer.refresh, "--urls", str(urls)]
    command += ["--port", str(PORT), "--phases", ",".join(PHASES), "--runs", "1"]
    command += ["--out", str(lines)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    time.sleep(1)


def _print_table(feeds: int, peers: list[Peer], lines: Path) -> None:
    figures: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    for line in lines.read_text().splitlines():
        found = json.loads(line)
        key, run = (found["name"], found["phase"]), found["runs"][0]
        if run["rc"]:
            raise SystemExit(f"{found['name']} failed in {found['phase']}")
        figures[(*key, "cpu")].append(1e3 * run["cpu"] / found["feeds"])
        figures[(*key, "wall")].append(1e3 * run["wall"] / found["feeds"])
        figures[(*key, "rss")].append(run["rss"])

    def median(name: str, phase: str, what: str) -> float:
        return statistics.median(figures[(name, phase, what)])

    print(f"\n### {feeds} feeds\n")
    print("| CPU (wall) ms a feed | " + " | ".join(PHASES.values()) + " | peak memory |")
    print("| --- |" + " ---: |" * (len(PHASES) + 1))
    for peer in peers:
        cells = [
            f"{median(peer.name, phase, 'cpu'):.2f} ({median(peer.name, phase, 'wall'):.2f})"
            for phase in PHASES
        ]
        rss = max(max(figures[(peer.name, phase, "rss")]) for phase in PHASES)
        print(f"| {peer.name} | " + " | ".join(cells) + f" | {rss:.0f} MB |")
    for peer in peers[1:]:
        cells = [
            " ".join(
                f"{'1/' if what == 'cpu' else '(1/'}"
                f"{median(peer.name, phase, what) / median(OURS, phase, what):.1f}"
                f"{'' if what == 'cpu' else ')'}"
                for what in ("cpu", "wall")
            )
            for phase in PHASES
        ]
        print(f"| **ours to {peer.name}** | " + " | ".join(cells) + " | |")


if __name__ == "__main__":
    main()
