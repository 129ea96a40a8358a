"""The feeds of platforms that have one, with what their media say of themselves."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from aggregator.errors import NotAFeed
from aggregator.model import Extraction, Page
from aggregator.readers.platforms import answers
from aggregator.readers.reading import read_feed

if TYPE_CHECKING:
    from lxml import etree

# Media RSS, https://www.rssboard.org/media-rss ; some write it without the slash at the end.
_DESCRIPTIONS = (
    "{http://search.yahoo.com/mrss/}description",
    "{http://search.yahoo.com/mrss}description",
)
_MOST_CHARS = 100_000  # of one description


def read_platform_feed(page: Page, *, platform: str) -> Extraction:
    """Read the feed of a platform.

    Args:
        page: The feed.
        platform: Its name, for people.

    Raises:
        NothingFound: It is something else.
    """
    try:
        extraction = read_feed(page)
    except NotAFeed:
        answers.changed(page, platform, "the answer is no feed")
    # A hub would tell of the feed by itself, without what this package makes of it.
    hints = replace(extraction.hints, hub=None, topic=None)
    return replace(extraction, hints=hints, marks=b"")


def media_texts(page: Page) -> Mapping[str, tuple[str, ...]]:
    """Return, by guid, the plain texts that describe the media of each item of a feed.

    Of several texts a feed's reader keeps the longest two, and takes them all for HTML.

    Raises:
        NotAFeed: It is no feed.
    """
    from aggregator.readers.wellformed import mend  # noqa: PLC0415 - an unchanged feed needs none

    found: dict[str, tuple[str, ...]] = {}
    for item in mend(page).root.iter("{*}item", "{*}entry"):
        guid = next((_text(one) for one in item.iterchildren("{*}guid", "{*}id")), "")
        texts = [_text(one) for one in item.iter(*_DESCRIPTIONS)]
        if guid and any(texts):
            found[guid] = tuple(text for text in dict.fromkeys(texts) if text)
    return found


def _text(element: "etree._Element") -> str:
    return (element.text or "").strip()[:_MOST_CHARS]
