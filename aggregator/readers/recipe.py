"""Entries of a page that has no feed, by the CSS selectors of a recipe."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from aggregator.errors import NothingFound
from aggregator.model import Entry, Extraction, Page, Recipe
from aggregator.readers.addresses import following
from aggregator.readers.markup import html_of
from aggregator.readers.reservation import is_reserved
from aggregator.scraping import base_of, blocks, parse_selector, pick, pick_html, soup

if TYPE_CHECKING:
    from bs4 import Tag


def read_recipe(page: Page, recipe: Recipe) -> Extraction:
    """Read a listing page.

    Raises:
        NothingFound: No item where some are expected; the message names the selector.
    """
    document = soup(page)
    base = base_of(document, page)
    items = blocks(document, recipe.items)
    if not items:
        raise NothingFound(
            f"no item: the selector « {recipe.items} » matches nothing; the layout changed",
            url=page.url,
        )
    entries = [_entry(item, recipe, base) for item in items]
    linked = tuple(entry for entry in entries if entry.link)
    if not linked:
        raise NothingFound(
            f"{len(items)} items, but « {recipe.link} » finds no link in any of them", url=page.url
        )
    return Extraction(
        entries=linked,
        tdm_reserved=is_reserved(document),
        warnings=tuple(_doubts(entries, recipe)),
        title=pick(document, "title"),
        language=pick(document, "html@lang"),
        next_url=following(_address(document, recipe.next) if recipe.next else None, page, base),
    )


def _doubts(entries: Sequence[Entry], recipe: Recipe) -> Iterator[str]:
    """Say which selectors find nothing, for whoever wrote them."""
    missing = sum(not entry.link for entry in entries)
    if missing:
        yield f"{missing} items left out: « {recipe.link} » finds no link in them"
    found: dict[str, tuple[str | None, list[str | None]]] = {
        "title": (recipe.title, [entry.title for entry in entries]),
        "date": (recipe.date, [entry.published for entry in entries]),
        "summary": (recipe.summary, [entry.html or None for entry in entries]),
        "author": (recipe.author, [entry.author for entry in entries]),
    }
    for key, (selector, values) in found.items():
        if selector and not any(values):
            yield f"{key}: « {selector} » finds nothing in any of the {len(values)} items"


def _entry(item: "Tag", recipe: Recipe, base: str) -> Entry:
    return Entry(
        link=_address(item, recipe.link),
        title=_title(item, recipe.title or recipe.link),
        html=pick_html(item, recipe.summary) if recipe.summary else "",
        published=_date(item, recipe.date),
        author=pick(item, recipe.author) if recipe.author else None,
        base_url=base,
    )


def _address(item: "Tag", text: str) -> str | None:
    """Return the address a selector points to: an attribute it names, else `href`."""
    selector = parse_selector(text)
    return pick(item, replace(selector, attribute=selector.attribute or "href"))


def _title(item: "Tag", text: str) -> str | None:
    """Return a title as HTML; where the link stands in for it, the link's text."""
    selector = parse_selector(text)
    attribute = None if selector.attribute == "href" else selector.attribute
    found = pick(item, replace(selector, attribute=attribute))
    return html_of(found) if found else None


def _date(item: "Tag", text: str | None) -> str | None:
    """Return a date as written; of `<time>` the machine-readable form, where it is there."""
    if text is None:
        return None
    selector = parse_selector(text)
    stated = None if selector.attribute else pick(item, replace(selector, attribute="datetime"))
    return stated or pick(item, selector)
