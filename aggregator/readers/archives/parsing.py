"""Pages of lists, parsed as far as a list may reasonably go."""

from dataclasses import replace
from typing import TYPE_CHECKING

from aggregator.model import Page
from aggregator.scraping import soup

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

_MAX_BYTES = 2_000_000
_MAX_TAGS = 30_000  # a list of a thousand posts has 20,000


def parse(page: Page) -> "BeautifulSoup":
    """Parse the beginning of a page; all of it, if it is no longer than others are."""
    body = page.body[:_MAX_BYTES]
    if body.count(b"<") > _MAX_TAGS:
        body = b"<".join(body.split(b"<", _MAX_TAGS)[:_MAX_TAGS])
    return soup(replace(page, body=body))
