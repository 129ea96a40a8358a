"""Helpers of the tests that run the `aggregator` command as people do: as a process."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from conftest import Answer, Site

ALLOWED = "127.0.0.0/8"
ITEM = (
    "<item><title>{title}</title><link>/p/{number}</link><guid>g{number}</guid>"
    "<description>Réunion du conseil de quartier sur la propreté, numéro {number}.</description>"
    "<pubDate>Tue, {day:02d} Nov 2026 18:30:00 +0100</pubDate></item>"
)


def feed(*numbers: int) -> Answer:
    """Return a feed of numbered posts."""
    items = "".join(
        ITEM.format(title=f"Publication {number}", number=number, day=number % 20 + 1)
        for number in numbers
    )
    body = f'<rss version="2.0"><channel><title>Le flux</title>{items}</channel></rss>'
    return Answer(body=body.encode(), content_type="application/rss+xml")


def write_town(folder: Path, site: Site, *slugs: str) -> Path:
    """Write a town folder whose sources are feeds of a loopback site; return the folder."""
    sources = "".join(
        f"  - {{slug: {slug}, name: Source {slug}, url: '{site.root}/', kind: blog,"
        f" feed: '{site.url(f'/{slug}.xml')}', every: 15m}}\n"
        for slug in slugs
    )
    (folder / "sources.yaml").write_text(
        "version: 1\ntown: {name: Essai, timezone: Europe/Paris, contact: essai@example.org}\n"
        "tabs: [{slug: blogs, name: Les blogs, kinds: [blog]}]\n"
        f"sources:\n{sources}",
        encoding="utf-8",
    )
    return folder


def environment() -> dict[str, str]:
    return {**os.environ, "AGGREGATOR_ALLOW_NETWORKS": ALLOWED, "PYTHONWARNINGS": "error"}


def run(*arguments: str | Path, timeout_s: float = 60) -> subprocess.CompletedProcess[str]:
    """Run `aggregator …` to its end."""
    return subprocess.run(
        [sys.executable, "-m", "aggregator", *map(str, arguments)],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def get(url: str) -> tuple[int, str]:
    """Return status and text of an address."""
    try:
        with urllib.request.urlopen(url, timeout=30) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def get_json(url: str) -> Any:
    status, text = get(url)
    assert status == 200, (status, text)
    return json.loads(text)


def wait_until(condition: Any, *, seconds: float = 40) -> None:
    """Wait until a condition holds; fail loudly when it never does."""
    deadline_s = time.monotonic() + seconds
    while time.monotonic() < deadline_s:
        try:
            if condition():
                return
        except (OSError, AssertionError):
            pass
        time.sleep(0.1)
    raise AssertionError(f"never came true within {seconds} s: {condition}")


@contextmanager
def running_up(
    town: Path,
    database: Path,
    *,
    command: str = "up",
    port: int | None = None,
    options: Sequence[str] | None = None,
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run `aggregator up` (or `serve`) until the block ends; gives its address and process."""
    port = port or free_port()
    if options is None:
        # Tests run side by side: none takes the usual port of the metrics.
        options = ("--metrics-port", "0") if command == "up" else ()
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "aggregator",
            command,
            "--port",
            str(port),
            "--town",
            str(town),
            "--db",
            str(database),
            *options,
        ],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address == f"http://127.0.0.1:{port}/", (address, process.poll())
        yield address.rstrip("/"), process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=15)
