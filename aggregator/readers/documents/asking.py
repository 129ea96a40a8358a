"""Has a document read by a process of its own, which is gone afterwards whatever happens."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass

from aggregator.readers.documents.limits import Limits
from aggregator.readers.documents.lines import Heard, hear

_MOST_BYTES_A_CHARACTER = 6  # « \u2019 »
_SPARE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was heard, and how the process ended."""

    heard: Heard
    timed_out: bool
    crashed: bool


def have_read(body: bytes, limits: Limits) -> Reading:
    """Have a document read within limits; blocks until the process is gone."""
    with tempfile.TemporaryFile() as given:
        given.write(body)
        given.seek(0)
        process = _started(given.fileno(), limits)
        expired = threading.Event()
        timer = threading.Timer(limits.wall_s, _expire, (process, expired))
        timer.start()
        try:
            output = _output(process, limits)
        finally:
            timer.cancel()
            _end(process)
    timed_out = expired.is_set() or process.returncode == -signal.SIGXCPU
    heard = hear(output)
    return Reading(heard=heard, timed_out=timed_out, crashed=not heard.ended and not timed_out)


def _started(given: int, limits: Limits) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [
            *(sys.executable, "-I", "-m", "aggregator.readers.documents.worker"),
            *limits.as_arguments(),
        ],
        stdin=given,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd="/",
        # No secret of ours is within reach of a document.
        env={
            "PATH": os.environ.get("PATH", os.defpath),
            "LC_ALL": "C.UTF-8",
            "OMP_THREAD_LIMIT": "1",
        },
    )


def _output(process: subprocess.Popen[bytes], limits: Limits) -> bytes:
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    return process.stdout.read(limits.characters * _MOST_BYTES_A_CHARACTER + _SPARE_BYTES)


def _expire(process: subprocess.Popen[bytes], expired: threading.Event) -> None:
    expired.set()
    _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.stdout is not None:
        process.stdout.close()
    _kill(process)
    process.wait()
