"""The one door from a page to its entries: the source says which reader."""

from aggregator.model import Extraction, Page, Source
from aggregator.readers.charset import decode
from aggregator.readers.feed import read_xml
from aggregator.readers.jsonfeed import read_json
from aggregator.readers.recipe import read_recipe
from aggregator.readers.scraper import Scrapers


def read(page: Page, source: Source, *, scrapers: Scrapers) -> Extraction:
    """Read a page the way its source asks for.

    Raises:
        NotAFeed: A feed was expected, and this is something else.
        NothingFound: A recipe or scraper found no entry.
        ScraperFailed: The scraper is missing, cannot be imported, or crashed.
    """
    if source.recipe is not None:
        return read_recipe(page, source.recipe)
    if source.scraper is not None:
        return scrapers.read(page, source.scraper)
    return read_feed(page)


def read_feed(page: Page) -> Extraction:
    """Read RSS, Atom, RDF or JSON Feed; the content type does not decide which, the bytes do.

    Raises:
        NotAFeed: It is none of them; an HTML page is named as such.
    """
    text = decode(page).lstrip("\ufeff \t\r\n\0")
    if text.startswith(("{", "[")):
        return read_json(text, url=page.url)
    return read_xml(text, url=page.url)
