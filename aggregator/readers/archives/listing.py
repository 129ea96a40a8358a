"""Lists of a site in pages: SPIP (`?debut_articles=10`), Drupal (`?page=1`), Overblog (`/page/2`).

With a recipe, each page gives entries; without one, the addresses of its main list, to be opened.
"""

from aggregator.errors import NothingFound
from aggregator.model import ArchiveAsk, ArchiveReading, Page, Recipe, Source

METHOD = "listing"


def start(url: str) -> ArchiveAsk:
    """Return the first question: the first page of the list."""
    return ArchiveAsk(method=METHOD, url=url)


def read(page: Page, source: Source | None) -> ArchiveReading:
    """Read one page of the list.

    Raises:
        NothingFound: Neither a post, nor an item of the recipe.
    """
    if source is not None and source.recipe is not None:
        return _by_recipe(page, source.recipe)
    from aggregator.readers.archives.main_list import listed_pages  # noqa: PLC0415 - slow
    from aggregator.readers.archives.pagers import next_page  # noqa: PLC0415 - slow to import
    from aggregator.readers.archives.parsing import parse  # noqa: PLC0415 - slow to import
    from aggregator.scraping import pick  # noqa: PLC0415 - slow to import

    document = parse(page)
    pages = listed_pages(document, page)
    if not pages:
        raise NothingFound("no list of posts on this page", url=page.url)
    return ArchiveReading(
        pages=pages,
        asks=_asks(next_page(document, page)),
        language=pick(document, "html@lang"),
    )


def _by_recipe(page: Page, recipe: Recipe) -> ArchiveReading:
    from aggregator.readers.archives.pagers import next_page  # noqa: PLC0415 - slow to import
    from aggregator.readers.archives.parsing import parse  # noqa: PLC0415 - slow to import
    from aggregator.readers.recipe import read_recipe  # noqa: PLC0415 - slow to import

    found = read_recipe(page, recipe)
    following = found.next_url if recipe.next else next_page(parse(page), page)
    return ArchiveReading(
        entries=found.entries,
        asks=_asks(following),
        language=found.language,
        warnings=found.warnings,
    )


def _asks(url: str | None) -> tuple[ArchiveAsk, ...]:
    return (ArchiveAsk(method=METHOD, url=url),) if url else ()
