"""The one door from a page to its entries: the source says which reader."""

from typing import TYPE_CHECKING

from aggregator.model import Extraction, Page, Source
from aggregator.readers.charset import decode

if TYPE_CHECKING:
    from aggregator.readers.scraper import Scrapers


def read(page: Page, source: Source, *, scrapers: "Scrapers", known: bytes = b"") -> Extraction:
    """Read a page the way its source asks for; of a feed, items whose mark is `known` are left out.

    Raises:
        NotAFeed: A feed was expected, and this is something else.
        NothingFound: A recipe or scraper found no entry.
        ScraperFailed: The scraper is missing, cannot be imported, or crashed.
    """
    if source.recipe is not None:
        from aggregator.readers.recipe import read_recipe  # noqa: PLC0415 - slow to import

        return read_recipe(page, source.recipe)
    if source.scraper is not None:
        return scrapers.read(page, source.scraper)
    return read_feed(page, known=known)


def read_feed(page: Page, *, known: bytes = b"") -> Extraction:
    """Read RSS, Atom, RDF or JSON Feed; the content type does not decide which, the bytes do.

    `known` are the marks of an earlier reading (`Extraction.marks`): what has not changed since is
    counted, and left out of the entries.

    Raises:
        NotAFeed: It is none of them; an HTML page is named as such.
    """
    if not page.body.lstrip().startswith(b"<"):
        text = decode(page).lstrip("\ufeff \t\r\n\0")
        if text.startswith(("{", "[")):
            from aggregator.readers.jsonfeed import read_json  # noqa: PLC0415 - where one is read

            return read_json(text, url=page.url, known=known)
    from aggregator.readers.feed import read_xml  # noqa: PLC0415 - an unchanged feed needs no lxml

    return read_xml(page, known=known)
