"""What a page calls itself: address, title, author, language, and whether it reserves mining."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain, combinations
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from aggregator.language import words
from aggregator.readers.article.structured import Stated

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_SEPARATOR = re.compile(r"\s+[|–—·•«»:/-]\s+|\s*[|]\s*")
_MAX_TITLE = 500
_MAX_HEADINGS, _MAX_PARTS = 50, 8
_REGIONS = frozenset(("article", "main"))
_AUTHORS = (
    './/*[@itemprop="author"]//*[@itemprop="name"]',
    './/*[@rel="author"]',
    './/*[contains(concat(" ", @class, " "), " author ")]//*[contains(@class, "fn")]',
    './/*[@itemprop="author"]',
)
_MAX_AUTHOR_WORDS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What a page calls itself.

    Attributes:
        url: Where it was found.
        base: What its links are relative to.
        canonical: What it says is its own address.
        title: Without the name of the site.
        language: As written.
        tdm_reserved: Whether text and data mining is reserved (TDMRep); none: nothing is said.
    """

    url: str
    base: str
    canonical: str | None
    title: str | None
    author: str | None
    language: str | None
    tdm_reserved: bool | None

    @property
    def is_day_first(self) -> bool:
        """Whether 03/04 can only be the 3rd of April."""
        return not (self.language or "").lower().startswith("en")


def read_names(tree: "HtmlElement", stated: Stated, *, url: str) -> Names:
    """Read what a page calls itself."""
    base = _base(tree, url)
    return Names(
        url=url,
        base=base,
        canonical=_canonical(tree, stated.metas, url=url, base=base),
        title=_title(tree, stated),
        author=_author(tree, stated),
        language=_language(tree, stated.metas),
        tdm_reserved={"1": True, "0": False}.get(stated.metas.get("tdm-reservation", "")),
    )


def _base(tree: "HtmlElement", url: str) -> str:
    base = next((one.get("href") for one in tree.iter("base") if one.get("href")), "")
    return _join(url, base) or url


def _join(base: str, href: str) -> str | None:
    try:
        joined = urljoin(base, href.strip())
        return joined if urlsplit(joined).scheme in {"http", "https"} else None
    except ValueError:  # « http://[ »
        return None


def _canonical(tree: "HtmlElement", metas: Mapping[str, str], *, url: str, base: str) -> str | None:
    # Not the home page: templates that name it on every page are common, and would make all
    # posts of a site one.
    links = (
        link.get("href")
        for link in tree.iter("link")
        if "canonical" in (link.get("rel") or "").lower().split() and link.get("href")
    )
    stated = next(links, None) or metas.get("og:url")
    found = _join(base, stated) if stated else None
    if found is None or (not _is_deep(found) and _is_deep(url)):
        return None
    return found


def _is_deep(url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.path.strip("/") or parts.query)


def _title(tree: "HtmlElement", stated: Stated) -> str | None:
    whole = next((_text(title) for title in tree.iter("title")), "")
    metas = stated.metas
    said = [*stated.texts("headline"), metas.get("og:title"), metas.get("twitter:title"), whole]
    longest = next((text for text in said if text), None)
    headings = [one for one in [*tree.iter("h1"), *tree.iter("h2")][:_MAX_HEADINGS] if _text(one)]
    if longest is None:
        return _text(headings[0]) if headings else None
    parts = [words(part) for part in _SEPARATOR.split(longest)[:_MAX_PARTS]]
    named = [
        list(chain.from_iterable(parts[start:end]))
        for start, end in combinations(range(len(parts) + 1), 2)
    ]
    same = [one for one in headings if words(_text(one)) in named]
    # The name of the site may be a heading too: it stands outside, or is shorter.
    if same:
        return _text(max(same, key=lambda one: (_is_inside(one), one.tag == "h1", len(_text(one)))))
    return _without_site(longest, metas.get("og:site_name"))


def _is_inside(heading: "HtmlElement") -> bool:
    return any(one.tag in _REGIONS for one in heading.iterancestors())


def _without_site(title: str, site: str | None) -> str:
    parts = _SEPARATOR.split(title)
    if site and len(parts) > 1 and words(parts[-1]) == words(site):
        return title[: title.rindex(parts[-1])].rstrip(" |–—·•«:/-")
    return title


def _author(tree: "HtmlElement", stated: Stated) -> str | None:
    said = stated.texts("author")
    said += [stated.metas.get(name) for name in ("author", "article:author", "dc.creator")]
    for path in _AUTHORS:
        said += [_text(found) for found in tree.xpath(path)[:1]]
    names = (name for name in said if name and not name.startswith(("http:", "https:")))
    return next(
        (name for name in names if len(words(name)) in range(1, _MAX_AUTHOR_WORDS + 1)), None
    )


def _language(tree: "HtmlElement", metas: Mapping[str, str]) -> str | None:
    stated = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang")
    return (stated or metas.get("og:locale") or metas.get("dc.language") or "").strip() or None


def _text(element: "HtmlElement") -> str:
    return " ".join(element.text_content()[: 2 * _MAX_TITLE].split()).rstrip("¶# ")[:_MAX_TITLE]
