"""Has a document read by a process of its own, which is gone afterwards whatever happens."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import IO

from aggregator.readers.documents.limits import Limits
from aggregator.readers.documents.lines import Ending, Heard, hear, up_to

_WORKER = "aggregator.readers.documents.worker"
_BYTES_A_CHARACTER = 6  # « \u2019 »
_SPARE_BYTES = 1 << 20
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "TESSDATA_PREFIX")
_SIGNALS: Mapping[int, Ending] = {
    signal.SIGXCPU: Ending.TIME,
    signal.SIGALRM: Ending.TIME,
    signal.SIGABRT: Ending.MEMORY,  # what PDFium does without memory
}


def have_read(body: bytes, limits: Limits, *, scanned: Iterable[int] = ()) -> Heard:
    """Have a document read within limits; blocks until the process that reads is gone.

    Args:
        body: The document.
        limits: What may be spent.
        scanned: The pages to recognise, from 0; none: its text is read.
    """
    with tempfile.TemporaryFile() as given:
        given.write(body)
        given.seek(0)
        process = _start([*limits.as_words(), *map(str, scanned)], given)
    expired = threading.Event()
    timer = threading.Timer(limits.wall_s, _expire, (process, expired))
    timer.daemon = True
    timer.start()
    try:
        heard = _listen(process, limits)
    finally:
        _end(process, timer)
    if heard.ending is not Ending.CRASH:
        return heard
    return heard._replace(ending=Ending.TIME if expired.is_set() else _ending(process.returncode))


def _ending(returned: int) -> Ending:
    """Tell how a process ended that did not say so itself."""
    return _SIGNALS.get(-returned, Ending.CRASH)


def _start(arguments: list[str], given: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-I", "-m", _WORKER, *arguments],
        stdin=given,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        # None of our secrets is within a document's reach. Recognising uses one core.
        env={
            **{name: os.environ[name] for name in _PASSED_ON if name in os.environ},
            "OMP_THREAD_LIMIT": "1",
        },
    )


def _listen(process: subprocess.Popen[bytes], limits: Limits) -> Heard:
    if process.stdout is None:
        raise AssertionError("the process was started with a pipe")
    most_bytes = limits.characters * _BYTES_A_CHARACTER + _SPARE_BYTES
    return hear(up_to(process.stdout, most_bytes))


def _expire(process: subprocess.Popen[bytes], expired: threading.Event) -> None:
    expired.set()
    _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and what it started: it leads a group of its own, and is not reaped yet."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _end(process: subprocess.Popen[bytes], timer: threading.Timer) -> None:
    timer.cancel()
    timer.join()
    if process.stdout is not None:
        process.stdout.close()
    _kill(process)
    process.wait()
