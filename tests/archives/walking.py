"""Walks an archive as the crawler does, without its pauses, its pages or its database."""

from collections.abc import Callable
from dataclasses import dataclass, field

from aggregator.errors import BadStatus, ReadError
from aggregator.model import ArchiveAsk, ArchivedPage, Entry, Page, Source
from aggregator.readers import archive_starts, is_end, read_archive


@dataclass(kw_only=True)
class Walked:
    """What a walk brought."""

    asked: dict[ArchiveAsk, None] = field(default_factory=dict)  # in order
    entries: dict[str, Entry] = field(default_factory=dict)  # by link
    pages: dict[str, ArchivedPage] = field(default_factory=dict)
    expected: int | None = None
    method: str | None = None  # of the way that led somewhere


def walk(
    source: Source,
    *,
    fetch: Callable[[str], Page],
    feed: Page | None,
    home: Page | None,
    most: int = 1_000,
) -> Walked:
    """Try each way until one can be read, and follow it to its end."""
    for start in archive_starts(source, feed=feed, home=home):
        walked = follow(start, source, fetch=fetch, most=most)
        if walked.method is not None:
            return walked
    return Walked()


def follow(
    start: ArchiveAsk, source: Source, *, fetch: Callable[[str], Page], most: int = 1_000
) -> Walked:
    """Follow one way; no address is asked twice."""
    walked, waiting = Walked(), [start]
    while waiting and len(walked.asked) < most:
        ask = waiting.pop(0)
        if ask in walked.asked:
            continue
        walked.asked[ask] = None
        try:
            reading = read_archive(ask, fetch(ask.url), source=source)
        except BadStatus as error:
            if is_end(ask, error.status):
                walked.method = start.method
            continue
        except ReadError:
            continue
        walked.method = start.method
        walked.entries |= {entry.link or "": entry for entry in reading.entries}
        walked.pages |= {page.url: page for page in reading.pages}
        walked.expected = reading.expected or walked.expected
        waiting += reading.asks
    return walked
