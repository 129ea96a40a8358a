"""The posts that a page lists."""

from collections import defaultdict
from collections.abc import Iterator
from html import unescape
from typing import TYPE_CHECKING, NamedTuple

from aggregator.model import ArchivedPage, Page
from aggregator.readers.addresses import absolute
from aggregator.readers.archives.addresses import may_be_post, site_of
from aggregator.readers.listing import propose_recipes
from aggregator.scraping import base_of, pick

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

_MAX_LINKS = 3_000
_ENOUGH = 4  # letters of a title
_AROUND = ("nav", "header", "footer", "aside", "form")
_AROUND_NAMES = (
    "menu",
    "nav",
    "sidebar",
    "footer",
    "breadcrumb",
    "ariane",
    "pagin",
    "pager",
    "widget",
)
_MORE = ("lire la suite", "en savoir plus", "lire plus", "read more", "la suite", "voir l")


class _Link(NamedTuple):
    url: str
    text: str
    place: tuple[str, ...]
    in_heading: bool


def listed_pages(document: "BeautifulSoup", page: Page) -> tuple[ArchivedPage, ...]:
    """Return the pages of the main list, each once, in order; none where there is no list.

    What a proposed recipe finds counts first, without what stands in menus and margins. The last
    page of a list may hold fewer items than make a proposal: then what stands alike is a list.
    """
    links = list(_links(document, page))
    inside = {link.url for link in links}
    found = tuple(one for one in _proposed(page) if one.url in inside)
    return found or _alike(links)


def _proposed(page: Page) -> Iterator[ArchivedPage]:
    proposals = propose_recipes(page)
    entries = proposals[0].entries if proposals else ()
    titles: dict[str, str] = {}
    for entry in entries:
        url = absolute(entry.base_url or page.url, entry.link or "") or ""
        titles.setdefault(url.partition("#")[0], unescape(entry.title or ""))
    for url, title in titles.items():
        yield ArchivedPage(url=url, title=title or None)


def _alike(links: list[_Link]) -> tuple[ArchivedPage, ...]:
    """Return the pages of the weightiest group of links that stand in like places."""
    groups: dict[tuple[str, ...], list[_Link]] = defaultdict(list)
    for link in links:
        if len(link.text) >= _ENOUGH and not link.text.lower().startswith(_MORE):
            groups[link.place].append(link)
    titles: dict[str, str] = {}
    for link in max(groups.values(), key=_weight, default=[]):
        titles.setdefault(link.url, link.text)
    return tuple(ArchivedPage(url=url, title=title) for url, title in titles.items())


def _weight(links: list[_Link]) -> float:
    """Rate a group: many different pages, with titles that are read, in headings."""
    different = {link.url: link for link in links}.values()
    letters = sum(min(len(link.text), 60) for link in different)
    return letters * (2.5 if sum(link.in_heading for link in different) * 2 > len(different) else 1)


def _links(document: "BeautifulSoup", page: Page) -> Iterator[_Link]:
    """Return the links to what may be posts, but for those in menus and margins."""
    site, base = site_of(page.url), base_of(document, page)
    own = {page.url.partition("#")[0], page.requested_url.partition("#")[0]}
    around: dict[int, bool] = {}
    for tag in document.select("a[href]", limit=_MAX_LINKS):
        url = (absolute(base, pick(tag, "@href") or "") or "").partition("#")[0]
        if url in own or not may_be_post(url, site=site):
            continue
        above = list(tag.parents)[:-1]
        for parent in above[:-2]:  # below `body`
            if id(parent) not in around:
                around[id(parent)] = _is_around(parent)
        if not any(around[id(parent)] for parent in above[:-2]):
            heading = any(parent.name in {"h1", "h2", "h3", "h4"} for parent in above[:3])
            text = pick(tag, ".") or pick(tag, "@title") or ""
            yield _Link(url, text, tuple(map(_sign, above[:4])), heading)


def _is_around(tag: "Tag") -> bool:
    """Tell whether an element stands around the content: menus, margins, pagers."""
    if tag.name in _AROUND:
        # The header of an article holds its title.
        return not (tag.name == "header" and tag.find_parent("article") is not None)
    names = f"{pick(tag, '@class') or ''} {pick(tag, '@id') or ''}".lower().split()
    # Whole pages stand in « sidebar-left » too.
    is_called = any(name.startswith(_AROUND_NAMES) for name in names)
    return is_called and tag.find(["main", "article", "h1"]) is None


def _sign(tag: "Tag") -> str:
    """Return what elements of one list have in common: name and first class, without numbers."""
    names = [
        name for name in (pick(tag, "@class") or "").split() if not any(map(str.isdigit, name))
    ]
    return f"{tag.name}.{names[0]}" if names else tag.name
