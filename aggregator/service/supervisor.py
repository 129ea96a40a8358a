"""Starts child processes, restarts those that die, and stops all of them on a signal."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

STOP_GRACE_S = 3.5  # between asking and killing; the promise is 5 s for everything
POLL_S = 0.1
FIRST_RESTART_S = 1.0
LONGEST_RESTART_S = 60.0
SETTLED_S = 60.0  # a child that ran this long is well: its next restart is quick again


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """One process to keep running: `python -m aggregator.service.child <arguments>`."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


class _Running:
    """A child and its present process."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self.restart_s = FIRST_RESTART_S
        self.process: subprocess.Popen[bytes] | None = None
        self.started_s = 0.0
        self.due_s = 0.0

    def start(self) -> None:
        # Its standard input is its lifeline: it ends when we do, even killed. A session of its
        # own keeps the terminal's Ctrl-C for us, who stop all of them in order.
        self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "aggregator.service.child", *self.child.arguments],
            stdin=subprocess.PIPE,
            env={**os.environ, **self.child.environment},
            start_new_session=True,
        )
        self.started_s = time.monotonic()

    def tend(self, complain: Callable[[str], None]) -> None:
        """Notice a death, and start again when the pause is over."""
        now_s = time.monotonic()
        if self.process is None:
            if now_s >= self.due_s:
                self.start()
            return
        status = self.process.poll()
        if status is None:
            return
        if now_s - self.started_s > SETTLED_S:
            self.restart_s = FIRST_RESTART_S
        complain(f"{self.child.name} stopped (status {status}); again in {self.restart_s:g} s")
        self._close_lifeline()
        self.process = None
        self.due_s = now_s + self.restart_s
        self.restart_s = min(self.restart_s * 2, LONGEST_RESTART_S)

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def make_stop(self, deadline_s: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(timeout=max(0.0, deadline_s - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._close_lifeline()

    def _close_lifeline(self) -> None:
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.close()


def supervise(
    children: Sequence[Child],
    *,
    complain: Callable[[str], None],
    ready: Callable[[], bool],
    announce: Callable[[], None],
) -> None:
    """Keep the children running until SIGINT or SIGTERM, then stop them within 5 s.

    Args:
        children: What to run.
        complain: Called with a sentence when a child dies.
        ready: Tells whether the whole answers; asked until it does.
        announce: Called once when it does.
    """
    running = [_Running(child) for child in children]
    announced = False
    with _stop_signals() as stopping:
        try:
            for one in running:
                one.start()
            while not stopping():
                for one in running:
                    one.tend(complain)
                if not announced and ready():
                    announced = True
                    announce()
                time.sleep(POLL_S)
        finally:
            _stop(running)


def _stop(running: Sequence[_Running]) -> None:
    for one in running:
        one.ask_to_stop()
    deadline_s = time.monotonic() + STOP_GRACE_S
    for one in running:
        one.make_stop(deadline_s)


@contextmanager
def _stop_signals() -> Iterator[Callable[[], bool]]:
    """Turn SIGINT and SIGTERM into a flag, for as long as the block lasts."""
    asked = False

    def ask(_number: int, _frame: object) -> None:
        nonlocal asked
        asked = True

    previous = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: asked
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
