"""Servers under load: what is started, what asks it, and what it weighs."""

import json
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import psutil
from corpus import SOURCES
from texts import write

from aggregator.model import DateOrigin, Post
from aggregator.paths import bundled
from aggregator.store import Store

if TYPE_CHECKING:
    from multiprocessing.sharedctypes import Synchronized

_SAMPLED_EVERY_S = 0.25
_BATCH = 20  # posts of a source; five sources a transaction
_SCRIPT = """
local paths = {%s}
local turn = 0
request = function()
  turn = turn %% #paths + 1
  return wrk.format("GET", paths[turn])
end
done = function(summary, latency)
  io.write(string.format("\\nRESULT [%%d, %%d, %%d, %%d, %%d]\\n", summary.requests,
    summary.errors.status + summary.errors.timeout + summary.errors.read + summary.errors.connect,
    latency:percentile(50), latency:percentile(95), latency:percentile(99)))
end
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A process that answers on a port of this machine."""

    port: int
    pid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Milliseconds, over all requests."""

    requests: int
    p50: float
    p95: float
    p99: float


@contextmanager
def portal(database: Path) -> Iterator[Server]:
    """Run the portal, as `aggregator up` does, while the block lasts."""
    port = _free_port()
    arguments = ["--town", str(bundled("demo")), "--db", str(database), "--port", str(port)]
    child = ["-m", "aggregator.service.child", "portal", *arguments]
    with _running([sys.executable, *child], port) as server:
        yield server


@contextmanager
def datasette(database: Path) -> Iterator[Server]:
    """Run Datasette on the same file: it knows the index, and may take all the time it wants."""
    port = _free_port()
    table = {"fts_table": "posts_fts", "fts_pk": "id"}
    metadata = {"databases": {database.stem: {"tables": {"posts": table}}}}
    limits = ("sql_time_limit_ms", "facet_time_limit_ms")
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(metadata, file)
        file.flush()
        command = [sys.executable, "-m", "datasette", "serve", str(database)]
        command += ["--port", str(port), "--metadata", file.name]
        command += ["--setting", "suggest_facets", "off"]
        for limit in limits:
            command += ["--setting", limit, "600000"]
        with _running(command, port, stderr=subprocess.DEVNULL) as server:  # it logs each page
            yield server


def wrk(server: Server, paths: Sequence[str], *, connections: int = 1, seconds: float) -> Latency:
    """Ask for the paths in turn, on connections that are never idle.

    Raises:
        SystemExit: An answer was an error, or there was none.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_SCRIPT % ", ".join(map(json.dumps, paths)))
        script.flush()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s"]
        command += ["--timeout", "60s", "-s", script.name, f"http://127.0.0.1:{server.port}"]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    requests, errors, *microseconds = json.loads(told.partition("RESULT ")[2])
    if errors or not requests:
        raise SystemExit(f"wrk: {errors} errors in {requests} requests\n{told}")
    p50, p95, p99 = (value / 1000 for value in microseconds)
    return Latency(requests=requests, p50=p50, p95=p95, p99=p99)


@contextmanager
def weighed(server: Server) -> Iterator[list[int]]:
    """Weigh a server while the block lasts: a list that gets its bytes of memory of its own."""
    over = threading.Event()
    samples: list[int] = []

    def sample() -> None:
        while not over.wait(_SAMPLED_EVERY_S):
            samples.append(own_bytes(server.pid))

    thread = threading.Thread(target=sample)
    thread.start()
    try:
        yield samples
    finally:
        over.set()
        thread.join()
        samples.append(own_bytes(server.pid))


def own_bytes(pid: int) -> int:
    """Return what a process and its children hold beside pages of files, which anyone may take."""
    process = psutil.Process(pid)
    total = 0
    for one in (process, *process.children(recursive=True)):
        for line in Path(f"/proc/{one.pid}/smaps_rollup").read_text("ascii").splitlines():
            name, _, value = line.partition(":")
            if name in ("Pss_Anon", "Pss_Shmem", "SwapPss"):
                total += int(value.split()[0]) * 1024
    return total


# --- a crawler beside -----------------------------------------------------------------------------


@contextmanager
def writing(database: Path, *, rate: int, seconds: float) -> Iterator["Synchronized[int]"]:
    """Save so many posts a second, as a crawler does, while the block lasts.

    They stay in the database. Gives how many are saved so far.
    """
    context = get_context("spawn")
    ready, over = context.Event(), context.Event()
    saved = context.Value("l", 0)
    process = context.Process(
        target=_write,
        args=(database,),
        kwargs={"rate": rate, "seconds": seconds, "ready": ready, "over": over, "saved": saved},
        daemon=True,
    )
    process.start()
    while not ready.wait(1):
        if not process.is_alive():
            raise SystemExit("the crawler beside could not begin")
    try:
        yield saved
    finally:
        over.set()
        process.join()


def _write(
    database: Path,
    *,
    rate: int,
    seconds: float,
    ready: Event,
    over: Event,
    saved: "Synchronized[int]",
) -> None:
    dice = Random(time.time_ns())
    now = datetime.now(UTC)
    # Written beforehand: inventing texts is no crawler's work.
    batches = [_posts(dice, now) for _ in range(round(rate * seconds) // _BATCH + 1)]
    with Store.open(database) as store:
        ready.set()
        start = time.perf_counter()
        while batches and not over.is_set():
            with store.transaction():
                for posts in batches[-5:]:
                    saved.value += store.save(posts[0].source, posts, seen=now).count.new
            del batches[-5:]
            time.sleep(max(0, start + saved.value / rate - time.perf_counter()))


def _posts(dice: Random, now: datetime) -> list[Post]:
    slug = f"source-{dice.randint(1, SOURCES)}"
    return [_post(dice, slug, now) for _ in range(_BATCH)]


def _post(dice: Random, slug: str, now: datetime) -> Post:
    title, text = write(dice, "fr", dice.randint(1, 200))
    guid = f"{dice.getrandbits(64):x}"
    return Post(
        source=slug,
        guid=guid,
        url=f"https://example.org/{guid}",
        title=title,
        excerpt=text[:280],
        html=f"<p>{text}</p>",
        text=text,
        published=now - timedelta(seconds=dice.randint(0, 86_400)),
        date_origin=DateOrigin.STATED,
        digest=guid,
    )


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


@contextmanager
def _running(command: Sequence[str], port: int, *, stderr: int | None = None) -> Iterator[Server]:
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=stderr
    )
    try:
        while not _answers(port):
            if process.poll() is not None:
                raise SystemExit(f"it ended: {' '.join(command)}")
            time.sleep(0.1)
        yield Server(port=port, pid=process.pid)
    finally:
        process.terminate()
        process.communicate()


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True
