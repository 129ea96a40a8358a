"""What a step that failed means for the archive: an end, a gap, or another try."""

from collections.abc import Callable
from datetime import datetime, timedelta

from aggregator.errors import BadStatus, HostUnreachable, RobotsDisallowed, SourceError
from aggregator.model import ArchiveAsk
from aggregator.store import ArchiveAnswer, ArchiveStep

# After each failure that may pass: with the last, what was asked counts as missing.
RETRIES = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=2))
# How long a host is left alone that did not answer, by how often in a row.
SILENCES = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1))

_GONE = {404, 410}
_CLOSED = {401, 403, 407, 451}
_PASSING = {408, 425}


def fault_of(
    error: SourceError,
    step: ArchiveStep,
    *,
    now: datetime,
    is_end: Callable[[ArchiveAsk, int], bool],
) -> ArchiveAnswer:
    """Say what becomes of a step that failed.

    Args:
        error: Why.
        step: What was asked.
        now: The present moment.
        is_end: Tells whether a status only says that there is no further page.
    """
    if isinstance(error, RobotsDisallowed):
        if error.passing:
            return _later(step, now, silent=True, asked=False)
        return ArchiveAnswer(state="refused", reason="robots", asked=False)
    if isinstance(error, BadStatus):
        if not step.is_page and is_end(step.ask, error.status):
            return ArchiveAnswer(state="end")
        return _bad_status(error, step, now)
    if isinstance(error, HostUnreachable):
        return _later(step, now, silent=True)
    return ArchiveAnswer(state="failed", reason="unreadable")


def silence(failures: int) -> timedelta:
    """Return how long a host is left alone that did not answer so often in a row."""
    return SILENCES[min(failures, len(SILENCES)) - 1]


def _bad_status(error: BadStatus, step: ArchiveStep, now: datetime) -> ArchiveAnswer:
    status, wait_s = error.status, error.retry_after_s
    if status == 429 or (status == 503 and wait_s is not None):
        return _asked_to_wait(now, wait_s)
    if status >= 500 or status in _PASSING:
        return _later(step, now, silent=False)
    reason = "gone" if status in _GONE else "closed" if status in _CLOSED else "unreadable"
    return ArchiveAnswer(state="failed", reason=reason)


def _asked_to_wait(now: datetime, wait_s: int | None) -> ArchiveAnswer:
    wait = SILENCES[0] if wait_s is None else timedelta(seconds=max(wait_s, 60))
    return ArchiveAnswer(state="waiting", next_try=now + wait, silent=True)


def _later(step: ArchiveStep, now: datetime, *, silent: bool, asked: bool = True) -> ArchiveAnswer:
    if step.tries >= len(RETRIES):
        return ArchiveAnswer(state="failed", reason="failing", asked=asked, silent=silent)
    next_try = now + RETRIES[step.tries]
    return ArchiveAnswer(state="waiting", next_try=next_try, asked=asked, silent=silent)
