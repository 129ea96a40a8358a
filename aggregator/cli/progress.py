"""How a crawl tells what it is doing, on standard error."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import click

from aggregator.crawl.report import line
from aggregator.model import Outcome, SourceResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What a crawl calls as it goes on."""

    started: Callable[[int], None]  # with the number of sources to visit
    report: Callable[[SourceResult], None]  # with each result


@contextmanager
def progress() -> Iterator[Progress]:
    """A bar on a terminal, then the failures; a line a source otherwise."""
    if not sys.stderr.isatty():
        yield Progress(
            started=lambda _: None,
            report=lambda result: click.echo(line(result), err=True),
        )
        return
    failures: list[SourceResult] = []

    def start(count: int) -> None:
        bar.length = count
        bar.render_progress()

    def advance(result: SourceResult) -> None:
        bar.update(1, result)
        if result.outcome is Outcome.FAILED:
            failures.append(result)

    with (
        click.progressbar(
            length=0,  # not known yet
            label="Crawling",
            file=sys.stderr,
            show_eta=False,
            show_percent=False,
            show_pos=True,
            width=24,
            # Short enough for one line of an 80-column terminal.
            item_show_func=lambda result: f"{result.source[:24]:<24}" if result else " " * 24,
        ) as bar
    ):
        yield Progress(started=start, report=advance)
    for failure in failures:
        click.echo(line(failure), err=True)
