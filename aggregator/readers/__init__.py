"""From bytes to entries: feeds, pages read by a recipe, pages read by a Python scraper.

The doors are `read`, `read_feed`, `find_feeds`, `guess_feeds` and `load_scrapers`, and for a
site's past `archive_starts`, `read_archive` and `is_end`; `propose_recipes` for a page without a
feed, `read_article` for the page of one post. Nothing here touches the network, and every failure
is a `ReadError`.
"""

from aggregator.readers.archives import archive_starts, is_end, read_archive
from aggregator.readers.article import read_article
from aggregator.readers.discovery import find_feeds
from aggregator.readers.documents import read_document
from aggregator.readers.listing import propose_recipes
from aggregator.readers.reading import read, read_feed
from aggregator.readers.scraper import Scrapers, load_scrapers
from aggregator.readers.wellknown import guess_feeds

__all__ = [
    "Scrapers",
    "archive_starts",
    "find_feeds",
    "guess_feeds",
    "is_end",
    "load_scrapers",
    "propose_recipes",
    "read",
    "read_archive",
    "read_article",
    "read_document",
    "read_feed",
]
