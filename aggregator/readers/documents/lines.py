"""What the process that reads says to the one that asked, a line of JSON each.

`start` comes first, then each `page` in order; a reading that ended by itself ends with `end`.
"""

import json
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import IO, NamedTuple


class Kind(StrEnum):
    """What a page is."""

    TEXT = "text"
    PICTURE = "picture"  # of a page, with no text
    BROKEN = "broken"


class Ending(StrEnum):
    """How a reading ended."""

    DONE = "done"
    PAGES = "pages"  # there are more than may be read
    CHARACTERS = "characters"
    SIZE = "size"  # of what was decompressed
    MEMORY = "memory"
    LOCKED = "locked"
    DAMAGED = "damaged"
    FOREIGN = "foreign"  # a ZIP that is neither ODT nor DOCX
    # What only the process that asked can see:
    TIME = "time"
    CRASH = "crash"


class PageRead(NamedTuple):
    """One page."""

    text: str
    kind: Kind = Kind.TEXT


class Heard(NamedTuple):
    """What was heard of a reading, maybe cut short."""

    media: str
    page_count: int
    title: str
    pages: tuple[PageRead, ...]
    ending: Ending


def line(kind: str, *values: str | int) -> bytes:
    """Write a line."""
    return json.dumps([kind, *values]).encode() + b"\n"


def hear(said: Iterable[bytes]) -> Heard:
    """Read lines; one that was cut, or is none of ours, ends the reading as a crash does."""
    media, page_count, title, ending = "", 0, "", Ending.CRASH
    pages: list[PageRead] = []
    for written in said:
        try:
            match json.loads(written):
                case ["start", str(media), int(page_count), str(title)]:
                    pass
                case ["page", str(text), str(kind)]:
                    pages.append(PageRead(text, Kind(kind)))
                case ["end", str(how)]:
                    ending = Ending(how)
                case _:
                    break
        except (ValueError, RecursionError):
            break
    return Heard(media, page_count, title, tuple(pages), ending)


def up_to(stream: IO[bytes], most_bytes: int) -> Iterator[bytes]:
    """Give the lines of a stream until it ends or has said too much."""
    while most_bytes > 0 and (written := stream.readline(most_bytes)):
        most_bytes -= len(written)
        yield written
