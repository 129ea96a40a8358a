"""The link to the following page of a listing."""

import re
from typing import TYPE_CHECKING

from aggregator.model import Page
from aggregator.readers.addresses import following

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

# Most telling first: what HTML says, Drupal 8 and 7, WordPress, then usual names.
_OPTIONS = (
    *('a[rel~="next"]', 'link[rel~="next"]', "li.pager__item--next a", "li.pager-next a"),
    *("a.next", "a.suivant", "li.next a", "li.suivant a", ".nav-previous a", ".page-next a"),
    *(".pagination .next", ".pagination .suivant", ".pagination-next a", "a.pagination-next"),
    *('a[title*="suivante" i]', 'a[aria-label*="suivant" i]', 'a[aria-label*="next" i]'),
    *("li.active + li a", "li.current + li a", ".current + a", ".on + a", "strong + a"),
    *("span.page-numbers.current + a",),
)
_FOLLOWS = re.compile(
    r"[?&;](?:p|pg|pages?|paged|debut_\w+|start|offset|from|max-results)=\d|/(?:pages?|p)[/-]?\d+(?:/|$)"
    r"|/page/\d",
    re.IGNORECASE,
)
_WORDS = ("Page suivante", "page suivante", "Suivant", "suivant", "Next page", "Next")


def is_pager(address: str, page: Page) -> bool:
    """Tell whether an address is another page of the same listing."""
    return address.partition("?")[0] == page.url.partition("?")[0] and bool(
        _FOLLOWS.search(address)
    )


def next_page(document: "BeautifulSoup", page: Page, base: str) -> str | None:
    """Return the selector of the link to the following page; None where there is none."""
    worded = (f'a:-soup-contains("{word}")' for word in _WORDS)
    for option in (*_OPTIONS, *worded):
        found = document.select_one(option)
        address = following(_href(found), page, base) if found is not None else None
        # « Next » leads to the next article or slide as well.
        if address and (_FOLLOWS.search(address) or "pager" in option):
            return option
    return None


def _href(tag: "Tag") -> str:
    return str(tag.get("href") or "")
