"""The door: a page in, proposed recipes out, best first."""

from dataclasses import replace

from aggregator.errors import NothingFound
from aggregator.model import Extraction, Page, ProposedRecipe, Recipe
from aggregator.readers.listing.choosing import recipe_of
from aggregator.readers.listing.grouping import LEAST, Group, groups_of
from aggregator.readers.listing.outline import Outline, outline_of
from aggregator.readers.listing.paging import next_page
from aggregator.readers.listing.scoring import score
from aggregator.scraping import base_of, soup

_MAX_BYTES = 2_000_000
_MAX_TAGS = 30_000
_NOTE = "a huge page: only its beginning was looked at, a crawl may find more"
_MOST = 5  # proposals
_TRIED = 40  # groups that are looked at
_WORTH = 0.1  # of a score: below, it is no list
_ALIKE = 0.7  # of the links: two proposals with as many in common are one


def propose_recipes(page: Page) -> tuple[ProposedRecipe, ...]:
    """Find the lists of a page and describe them, best first; none where it holds no list.

    A page of more than 2 MB or 30,000 tags is looked at up to there, and each proposal says so.
    """
    cut = _cut(page)
    document = soup(cut)
    base = base_of(document, cut)
    outline = outline_of(document, base, cut)
    following = next_page(document, cut, base)
    proposals: list[ProposedRecipe] = []
    known: list[set[str]] = []
    for value, group in _ranked(outline):
        links = {link.url for block in group.blocks for link in outline.links_in(block)}
        if any(len(links & others) >= _ALIKE * min(len(links), len(others)) for others in known):
            continue
        recipe = recipe_of(group, base=base, next_page=following)
        if recipe is None:
            continue
        found = _read(cut, recipe)
        if found is None:
            continue
        known.append(links)
        if cut is not page:
            found = replace(found, warnings=(*found.warnings, _NOTE))
        proposals.append(ProposedRecipe(recipe=recipe, extraction=found, score=round(value, 3)))
        if len(proposals) == _MOST:
            break
    return tuple(proposals)


def _ranked(outline: Outline) -> list[tuple[float, Group]]:
    scored = [(score(group, outline), group) for group in groups_of(outline)]
    scored.sort(key=lambda pair: (-pair[0], pair[1].cost))
    return [pair for pair in scored[:_TRIED] if pair[0] >= _WORTH]


def _read(page: Page, recipe: Recipe) -> Extraction | None:
    from aggregator.readers.recipe import read_recipe  # noqa: PLC0415 - slow to import

    try:
        found = read_recipe(page, recipe)
    except NothingFound:
        return None
    return found if len(found.entries) >= LEAST else None


def _cut(page: Page) -> Page:
    """Return the page, or its beginning where it is too large to be compared with itself."""
    body = page.body[:_MAX_BYTES]
    if body.count(b"<") > _MAX_TAGS:
        body = b"<".join(body.split(b"<", _MAX_TAGS)[:_MAX_TAGS])
    return page if len(body) == len(page.body) else replace(page, body=body)
