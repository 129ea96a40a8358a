"""The log: a line an event, and strangers' words never make a line."""

import io
import json
import logging
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import structlog

from aggregator.crawl import logs
from aggregator.errors import UsageError
from aggregator.model import Outcome, SaveCount, SourceResult

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
NASTY = "a\nb\r\x1b[2Jc\u2028d\x85e\u202ef\x9bg\ud800h\U000e0001i\x00j"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("AGGREGATOR_LOG", raising=False)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def written(stream: io.StringIO) -> list[str]:
    return stream.getvalue().splitlines(keepends=True)


def result(**facts: object) -> SourceResult:
    values = {"source": "blog", "outcome": Outcome.SAVED, "fetched": NOW} | facts
    return SourceResult(**values)  # type: ignore[arg-type]


def test_a_fetch_is_one_line_of_json() -> None:
    stream = io.StringIO()
    logs.configure(stream)
    found = result(
        count=SaveCount(new=3), url="https://a.example/f", status=200, size_bytes=9, next_fetch=NOW
    )
    logs.fetched(logs.logger(), found)
    (line,) = written(stream)
    event = json.loads(line)
    assert (
        event.items()
        >= {
            "event": "fetch",
            "level": "info",
            "source": "blog",
            "outcome": "saved",
            "url": "https://a.example/f",
            "status": 200,
            "new": 3,
            "changed": 0,
            "bytes": 9,
            "elapsed_s": 0.0,
            "next": "2026-11-22T08:00:00Z",
        }.items()
    )


def test_a_failed_fetch_says_why() -> None:
    stream = io.StringIO()
    logs.configure(stream)
    found = result(outcome=Outcome.FAILED, error_kind="NotAFeed", error="no feed « là »")
    logs.fetched(logs.logger(), found)
    event = json.loads(stream.getvalue())
    assert (event["level"], event["error_kind"], event["error"], event["next"]) == (
        "warning",
        "NotAFeed",
        "no feed « là »",
        None,
    )
    assert "« là »" in stream.getvalue()  # French stays readable in a journal


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()], ids=["json", "text"])
def test_strangers_cannot_forge_a_line(stream: io.StringIO) -> None:
    logs.configure(stream)
    found = result(outcome=Outcome.FAILED, error=NASTY, url=NASTY)
    logs.fetched(logs.logger(), found)
    logging.getLogger("aggregator.somewhere").warning("odd: %s", NASTY)
    first, second = stream.getvalue().removesuffix("\n").split("\n")
    for line in (first, second):
        assert line.isprintable(), line
        assert "a\\nb\\r\\u001b[2Jc\\u2028d" in line.replace("\\\\", "\\")
    if not stream.isatty():
        assert json.loads(first)["error"] == NASTY
        assert json.loads(second)["logger"] == "aggregator.somewhere"


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()], ids=["json", "text"])
def test_an_exception_brings_its_trace(stream: io.StringIO) -> None:
    logs.configure(stream)
    try:
        raise ValueError("first\n2026-11-22T08:00:00Z info all is well\x1b[0m")  # noqa: TRY301 - to be logged
    except ValueError:
        logs.logger().exception("pass failed", number=1)
        logging.getLogger("aggregator.somewhere").exception("it broke")
    lines = written(stream)
    assert "\x1b" not in stream.getvalue()
    assert not any(line.startswith("2026-11-22T08:00:00Z info all") for line in lines)
    if stream.isatty():
        assert any(line.startswith("    | ValueError: first") for line in lines)
    else:
        assert len(lines) == 2
        for line in lines:
            assert "ValueError: first\n" in json.loads(line)["trace"]


def test_a_terminal_reads_text_and_the_environment_decides(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stream = Terminal()
    logs.configure(stream)
    logs.logger().info("pass ended", sources=2, said="deux mots")
    assert stream.getvalue().split(" ", 1)[1] == 'info pass ended sources=2 said="deux mots"\n'
    monkeypatch.setenv("AGGREGATOR_LOG", "json")
    stream = Terminal()
    logs.configure(stream)
    logs.logger().info("pass ended")
    assert json.loads(stream.getvalue())["event"] == "pass ended"
    monkeypatch.setenv("AGGREGATOR_LOG", "xml")
    with pytest.raises(UsageError, match="json or text"):
        logs.configure(stream)


def test_long_words_are_cut_and_noise_is_kept_out() -> None:
    stream = io.StringIO()
    logs.configure(stream)
    logging.getLogger("apscheduler.scheduler").warning("skipped")
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    logging.getLogger("aggregator").info("a detail")
    assert stream.getvalue() == ""
    logs.logger().warning("x" * 5_000)
    assert len(stream.getvalue()) < 2_200


def test_standard_error_is_the_default(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    logs.logger().info("started")
    assert json.loads(capsys.readouterr().err)["event"] == "started"
    assert sys.stderr is not None
