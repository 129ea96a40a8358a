"""The documents an article links to, which no trimming may lose."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aggregator.readers.article.trimming import is_elsewhere

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_ENDING = re.compile(r"(?i)\.(?:pdf|od[tsp]|docx?|xlsx?|pptx?|rtf)(?=\Z|[?#&])")
_HOLDERS = {"a": "href", "iframe": "src", "embed": "src", "object": "data"}
_REGIONS = frozenset(("article", "main"))
_MAX_DOCUMENTS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """A document, and the elements around its link before the page was trimmed."""

    href: str
    name: str
    around: "tuple[HtmlElement, ...]"  # from the inside out


def find_documents(tree: "HtmlElement") -> tuple[Linked, ...]:
    """Return all documents a page links to or shows in a frame."""
    found = []
    for element in tree.iter(*_HOLDERS):
        href = (element.get(_HOLDERS[element.tag]) or "").strip()
        if _is_document(href, element):
            name = " ".join(element.text_content().split())[:200] if element.tag == "a" else ""
            around = tuple(element.iterancestors())
            found.append(Linked(href=href, name=name or _file_name(href), around=around))
        if len(found) == _MAX_DOCUMENTS:
            break
    return tuple(found)


def _is_document(href: str, element: "HtmlElement") -> bool:
    return bool(_ENDING.search(href[-500:])) or (
        bool(href) and element.get("type", "").startswith(("application/pdf", "application/vnd"))
    )


def _file_name(href: str) -> str:
    return re.split(r"[?#]", href)[0].rstrip("/").rpartition("/")[2] or href


def missing_from(chosen: "HtmlElement", documents: Iterable[Linked]) -> Iterator[Linked]:
    """Yield the documents of the same article that the chosen element does not link to."""
    there = {(link.get("href") or "").strip() for link in chosen.iter("a")}
    region = region_of(chosen)
    for document in documents:
        if region in document.around and document.href not in there:
            inside = document.around[: document.around.index(region)]
            if not any(is_elsewhere(element) for element in inside):
                there.add(document.href)
                yield document


def region_of(chosen: "HtmlElement") -> "HtmlElement":
    """Return what surrounds the text of an article: title, date, documents, but no other post."""
    for element in (chosen, *chosen.iterancestors()):
        if element.tag in _REGIONS or element.get("role") == "main":
            return element
    parent = chosen.getparent()
    return chosen if parent is None or chosen.tag == "body" else parent
