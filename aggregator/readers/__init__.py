"""From bytes to entries: feeds, pages read by a recipe, pages read by a Python scraper.

The doors are `read`, `read_feed`, `read_article` (the page of one post), `find_feeds`,
`guess_feeds` and `load_scrapers`. Nothing here touches the network, and every failure is a
`ReadError`.
"""

from aggregator.readers.article import read_article
from aggregator.readers.discovery import find_feeds
from aggregator.readers.reading import read, read_feed
from aggregator.readers.scraper import Scrapers, load_scrapers
from aggregator.readers.wellknown import guess_feeds

__all__ = [
    "Scrapers",
    "find_feeds",
    "guess_feeds",
    "load_scrapers",
    "read",
    "read_article",
    "read_feed",
]
