"""Where a list goes on: what it links to as its next page.

What the page says in markup (`rel=next`) counts before words (« Page suivante »), and numbers
count before arrows, which lead to the last page as well.
"""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from aggregator.model import Page
from aggregator.readers.addresses import absolute, following
from aggregator.readers.archives.numbered import page_numbers
from aggregator.scraping import base_of, pick

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

_MAX_LINKS = 3_000
_WORDS = re.compile(
    r"\W*(?:aller à la )?(?:(?:page|pages)\W{1,3}suivantes?|suivante?s?(?:\W{1,3}page)?"
    r"|(?:articles?|messages?|billets?|publications?|posts?|actualités)\W{1,3}"
    r"(?:plus\W{1,3}anciens?|plus\W{1,3}anciennes?|précédente?s?|suivante?s?)"
    r"|plus\W{1,3}ancien(?:ne)?s?(?:\W{1,3}articles?)?|next(?:\W{1,3}page)?"
    r"|older(?:\W{1,3}(?:posts|entries))?|afficher plus|voir plus|charger plus)\W*",
    re.IGNORECASE,
)
_ARROWS = {"›", "»", ">", ">>", "→", "››", "⟩", "▶"}


def next_page(document: "BeautifulSoup", page: Page) -> str | None:
    """Return the absolute address of the page after this one: same host, another page."""
    base = base_of(document, page)

    def lead(hrefs: Iterable[str | None]) -> str | None:
        return next(filter(None, (following(href, page, base) for href in hrefs)), None)

    links = document.select("a[href]", limit=_MAX_LINKS)
    declared = document.select("link[rel~=next][href], a[rel~=next][href]", limit=10)
    return (
        lead(_href(link) for link in declared)
        or lead([page.said.next_url])
        or lead(_href(link) for link in links if _says_next(link))
        or lead(_numbered(links, page, base))
        or lead(_href(link) for link in links if pick(link, ".") in _ARROWS)
    )


def _href(link: "Tag") -> str | None:
    return pick(link, "@href")


def _says_next(link: "Tag") -> bool:
    texts = (pick(link, "."), pick(link, "@title"), pick(link, "@aria-label"))
    return any(_WORDS.fullmatch(text[:60]) for text in texts if text)


def _numbered(links: "list[Tag]", page: Page, base: str) -> Iterator[str]:
    """Return the page with the smallest number above this one's, in a pager of numbers."""
    own, here = page_numbers(page.url)
    found: list[tuple[int, str]] = []
    for link in links:
        url = (absolute(base, _href(link) or "") or "").partition("#")[0]
        address, numbers = page_numbers(url)
        if address != own or len(numbers.keys() | here.keys()) != 1:
            continue
        (name, number) = next(iter(numbers.items()), ("", 0))
        text = pick(link, ".") or ""
        # On the first page, whose number is not said, « 1 » is the page itself.
        is_first = name not in here and (number == 0 or text == "1")
        if number > here.get(name, -1) and not is_first and re.search(r"\d", text):
            found.append((number, url))
    yield from (url for _, url in sorted(found)[:1])
