"""An event loop on virtual time with real sockets: a month of crawling takes seconds.

`loop.time()` stands still while anything happens: while bytes are on their way over loopback, while
a thread works. When all that is left is to wait for a timer, the clock jumps to it. Servers that
live in the same loop (`asyncio.start_server`) have virtual delays too. Linux only (tcp(7)).
"""

import asyncio
import fcntl
import selectors
import socket
import struct
import termios
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, TypeVar

# Bytes on their way are waited for in real time, so long at most: longer than the probe of a
# closed window (200 ms, RFC 9293 §3.8.6.1), when both ends wait and yet something is to come.
ARRIVAL_S = 0.3
STEP_S = 0.001
# Nothing could happen, for so long: the test hangs.
STUCK_S = 30.0

# struct tcp_info of linux/tcp.h
_TCP_INFO_SIZE = 216
_BYTES_RECEIVED, _BYTES_SENT = (struct.Struct("@Q"), 128), (struct.Struct("@QQ"), 200)

Ready = list[tuple[selectors.SelectorKey, int]]
Ends = tuple[Any, Any]  # own address, the peer's

_T = TypeVar("_T")


class Stuck(Exception):
    """Every task waits, for nothing that could come."""


class _PatientSelector(selectors.DefaultSelector):
    """Looks at the real sockets; instead of sleeping it lets the virtual clock jump."""

    def __init__(self, advance: Callable[[float], None], is_working: Callable[[], bool]) -> None:
        super().__init__()
        self._advance = advance
        self._is_working = is_working

    def select(self, timeout: float | None = None) -> Ready:
        """Return what is ready now; else what arrives in real time; else jump."""
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        if self._is_working():
            return super().select(STUCK_S)
        ready = self._arriving()
        if ready or timeout is None:
            return ready or self._outside()
        self._advance(timeout)
        return []

    def _arriving(self) -> Ready:
        """Wait, in real time, for bytes that were sent and did not arrive yet."""
        until_s = time.monotonic() + ARRIVAL_S
        while self._in_flight() and time.monotonic() < until_s:
            ready = super().select(STEP_S)
            if ready:
                return ready
        return super().select(0)

    def _outside(self) -> Ready:
        ready = super().select(STUCK_S)
        if not ready:
            raise Stuck("every task waits, and no timer, thread or byte is on its way")
        return ready

    def _in_flight(self) -> bool:
        """Tell whether a connection has something that its other end, in this loop, has to get."""
        connections: dict[Ends, int] = {}
        for key in self.get_map().values():
            ends = _ends(key.fd)
            if ends is not None:
                connections[ends] = key.fd
            elif key.events & selectors.EVENT_WRITE:
                return True  # a connection that comes about
        for (own, peer), fd in connections.items():
            other = connections.get((peer, own))
            # Where the other end is closed, the end of the stream is on its way.
            if other is None or (_unacknowledged(fd) and _received(other) < _sent(fd)):
                return True
        return False


def _borrowed(fd: int) -> socket.socket:
    return socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0, fileno=fd)


def _ends(fd: int) -> Ends | None:
    """Return the addresses of a connection; none for listeners, pipes and what connects yet."""
    borrowed = _borrowed(fd)
    try:
        own, peer = borrowed.getsockname(), borrowed.getpeername()
    except OSError:
        return None
    finally:
        borrowed.detach()
    return (own, peer) if isinstance(own, tuple) else None  # else a Unix socket: asyncio's own


def _unacknowledged(fd: int) -> int:
    with suppress(OSError):
        found = fcntl.ioctl(fd, termios.TIOCOUTQ, b"\0\0\0\0")
        return int(struct.unpack("@i", found)[0])
    return 0


def _tcp_info(fd: int) -> bytes:
    borrowed = _borrowed(fd)
    try:
        return borrowed.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO_SIZE)
    finally:
        borrowed.detach()


def _received(fd: int) -> int:
    layout, at = _BYTES_RECEIVED
    return int(layout.unpack_from(_tcp_info(fd), at)[0])


def _sent(fd: int) -> int:
    """Return the bytes given to the kernel, those it sent again counted once."""
    info = _tcp_info(fd)
    layout, at = _BYTES_SENT
    sent, again = layout.unpack_from(info, at)
    (waiting,) = struct.unpack_from("@I", info, 144)  # not sent yet
    return int(sent - again + waiting)


class VirtualLoop(asyncio.SelectorEventLoop):
    """The loop; `run_virtually` runs one.

    Attributes:
        connected: Every address that something in the loop connected to, or tried to.
    """

    def __init__(self) -> None:
        self._virtual_s = 0.0
        self._jobs = 0
        self.connected: list[Any] = []
        super().__init__(_PatientSelector(self._advance, lambda: self._jobs > 0))

    def time(self) -> float:
        """Return virtual seconds since the loop began."""
        return self._virtual_s

    def _advance(self, seconds: float) -> None:
        self._virtual_s += seconds

    def run_in_executor(  # type: ignore[override]  # typeshed's variadic types, shortened
        self, executor: Any, func: Any, *args: Any
    ) -> Any:
        """Count the work of threads: time stands still until it is done."""
        future = super().run_in_executor(executor, func, *args)
        self._jobs += 1
        future.add_done_callback(self._job_done)
        return future

    def _job_done(self, _: object) -> None:
        self._jobs -= 1

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:
        """Connect, and note where to."""
        self.connected.append(address)
        await super().sock_connect(sock, address)


def run_virtually(main: Coroutine[Any, Any, _T]) -> _T:
    """Run a coroutine to its end on a virtual clock that begins at 0."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)


def wall_clock(start: datetime) -> Callable[[], datetime]:
    """Return a clock of the running loop's time: whole seconds, as `aggregator.clock.now` gives."""
    loop = asyncio.get_running_loop()
    return lambda: start + timedelta(seconds=int(loop.time()))
