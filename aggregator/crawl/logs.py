"""The crawler's log: one line an event on standard error, JSON for machines, text for people.

What strangers send (addresses, errors that quote their pages) is in it: whatever could begin a
line, move a cursor or turn the reading direction is escaped (CWE-117), so a line is always ours.
structlog is imported when a crawler process starts: `aggregator crawl` has no use for it.
"""

import json
import logging
import os
import re
import sys
import traceback
from typing import TYPE_CHECKING, Any, TextIO

from aggregator.clock import now, to_iso
from aggregator.errors import UsageError
from aggregator.model import Outcome, SourceResult

if TYPE_CHECKING:
    from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

FORMAT_VARIABLE = "AGGREGATOR_LOG"
FORMATS = ("json", "text")
LONGEST_VALUE = 2_000  # characters of one value; a site's error page is no log

# Control characters (C0, DEL, C1), soft hyphen, separators of lines and paragraphs, marks of
# direction, invisible characters, tags and lone surrogates: what a terminal obeys or hides.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)
_FIRST = ("at", "level", "event")
# Libraries that tell what they do all the time, or what strangers did to them.
_QUIET = ("apscheduler", "uvicorn", "asyncio", "tzlocal")


def configure(stream: TextIO | None = None) -> None:
    """Send the program's and its libraries' logs to a stream, one event a line.

    Args:
        stream: Standard error when not given. A terminal is written text, anything else JSON,
            unless AGGREGATOR_LOG says `json` or `text`.

    Raises:
        UsageError: AGGREGATOR_LOG is neither.
    """
    import structlog  # noqa: PLC0415 - see above

    stream = stream or sys.stderr
    render = _as_text if _format(stream) == "text" else _as_json
    shared: list[Processor] = [_stamp, structlog.processors.add_log_level]
    structlog.configure(
        processors=[*shared, _with_trace, render],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    # What rooms of the path and libraries say by the standard `logging` comes out the same way.
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, _with_logger],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _with_trace,
                render,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)


def logger() -> "FilteringBoundLogger":
    """Return where the crawler's events go, once `configure` was called."""
    import structlog  # noqa: PLC0415 - see above

    log: FilteringBoundLogger = structlog.get_logger()
    return log


def fetched(log: "FilteringBoundLogger", result: SourceResult) -> None:
    """Write the line of one fetch."""
    fields: dict[str, Any] = {
        "source": result.source,
        "outcome": result.outcome.value,
        "url": result.url,
        "status": result.status,
        "new": result.count.new,
        "changed": result.count.changed,
        "unchanged": result.count.unchanged,
        "rejected": len(result.rejections),
        "bytes": result.size_bytes,
        "elapsed_s": result.elapsed_s,
        "state": result.state.value if result.state else None,
        "next": to_iso(result.next_fetch) if result.next_fetch else None,
    }
    if result.outcome is Outcome.FAILED:
        # A source that fails is no fault of ours, but someone may have to act.
        log.warning("fetch", **fields, error_kind=result.error_kind, error=result.error)
    else:
        log.info("fetch", **fields)


def escaped(text: str) -> str:
    """Return a text in which nothing can begin a line or command a terminal."""
    return _UNSAFE.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    # As JSON writes it, so that a rendered JSON line stays JSON.
    return json.dumps(found[0])[1:-1]


def _format(stream: TextIO) -> str:
    wanted = os.environ.get(FORMAT_VARIABLE, "").strip() or None
    if wanted is None:
        return "text" if stream.isatty() else "json"
    if wanted not in FORMATS:
        raise UsageError(
            f"{FORMAT_VARIABLE}: {wanted!r} is no format; write {' or '.join(FORMATS)}"
        )
    return wanted


def _stamp(_logger: "WrappedLogger", _method: str, event: "EventDict") -> "EventDict":
    return {"at": to_iso(now()), **event}


def _with_logger(_logger: "WrappedLogger", _method: str, event: "EventDict") -> "EventDict":
    record: logging.LogRecord | None = event.get("_record")
    return event if record is None else {**event, "logger": record.name}


def _with_trace(_logger: "WrappedLogger", _method: str, event: "EventDict") -> "EventDict":
    info = event.pop("exc_info", None)
    if isinstance(info, BaseException):
        event["trace"] = "".join(traceback.format_exception(info))
    elif isinstance(info, tuple) and info[0] is not None:
        event["trace"] = "".join(traceback.format_exception(*info))
    elif info is True and sys.exc_info()[0] is not None:
        event["trace"] = traceback.format_exc()
    return event


def _as_json(_logger: "WrappedLogger", _method: str, event: "EventDict") -> str:
    first = {name: event.pop(name, "") for name in _FIRST}
    shown = {name: _shortened(value) for name, value in {**first, **event}.items()}
    return escaped(json.dumps(shown, ensure_ascii=False, default=str))


def _as_text(_logger: "WrappedLogger", _method: str, event: "EventDict") -> str:
    """Return « 2026-11-22T08:00:00Z info fetch source=a new=3 »; a trace stands indented below."""
    trace = event.pop("trace", None)
    head = [event.pop(name, "") for name in _FIRST]
    pairs = [f"{name}={_value(value)}" for name, value in event.items() if value is not None]
    line = escaped(" ".join([*(str(_shortened(part)) for part in head), *pairs]))
    if trace is None:
        return line
    # Its last lines may quote a stranger: none of it can look like a line of its own.
    return "\n".join([line, *(f"    | {escaped(part)}" for part in str(trace).split("\n") if part)])


def _value(value: object) -> str:
    text = str(_shortened(value))
    plain = text and not any(letter in text for letter in ' "=')
    return text if plain else json.dumps(text, ensure_ascii=False)


def _shortened(value: object) -> object:
    if isinstance(value, str) and len(value) > LONGEST_VALUE and not value.startswith("Traceback"):
        return f"{value[:LONGEST_VALUE]}…"
    return value
