"""What the process that reads says to the one that asked, a line of JSON each.

`start` comes first, then a `page` each, in order; a reading that ended by itself ends with `end`.
"""

import json
from dataclasses import dataclass, field

from aggregator.model import DocumentState

# Reasons of states that only the process that reads can know; the other writes the sentence.
LOCKED = "locked"
TOO_MUCH_XML = "too much xml"
TOO_MUCH_MEMORY = "too much memory"
TOO_MANY_CHARACTERS = "too many characters"
TOO_MANY_PAGES = "too many pages"


@dataclass(slots=True, kw_only=True)
class Heard:
    """What was heard of a reading, maybe cut short."""

    media: str = ""
    page_count: int = 0
    title: str = ""
    pages: list[str] = field(default_factory=list)
    pictures: int = 0  # pages that are but a picture
    ended: bool = False
    state: DocumentState = DocumentState.READ
    why: str = ""


def line(kind: str, *values: str | int) -> bytes:
    """Write a line."""
    return json.dumps([kind, *values], ensure_ascii=True).encode() + b"\n"


def hear(output: bytes) -> Heard:
    """Read lines; a last one that was cut, and whatever is none of ours, ends the reading."""
    heard = Heard()
    for written in output.split(b"\n"):
        try:
            _take(heard, json.loads(written))
        except (ValueError, TypeError, IndexError, RecursionError):
            break
    return heard


def _take(heard: Heard, said: list[object]) -> None:
    match said:
        case ["start", str(media), int(count), str(title)]:
            heard.media, heard.page_count, heard.title = media, count, title
        case ["page", str(text), int(is_picture)]:
            heard.pages.append(text)
            heard.pictures += is_picture
        case ["end", str(state), str(why)]:
            heard.state, heard.why, heard.ended = DocumentState(state), why, True
        case _:
            raise ValueError
