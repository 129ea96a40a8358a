"""What is never the text of a post: menus, banners, share bars, comments, other posts."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aggregator.language import words
from aggregator.readers.article.vocabulary import ELSEWHERE, TOOL_NAMES, TOOLS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.html import HtmlElement

_NEVER = frozenset(
    ("script", "style", "template", "noscript", "nav", "button", "input", "select", "textarea")
) | {
    "dialog",
    "menu",
    "svg",
    "canvas",
    "object",
    "embed",
    "applet",
    "link",
    "meta",
    "label",
    "head",
    "title",
}
_ELSEWHERE = frozenset(("aside", "footer", "nav"))
_LEFT_OUT_ROLES = frozenset(
    ("navigation", "banner", "contentinfo", "search", "dialog", "alertdialog", "menu", "menubar")
) | {"complementary", "toolbar", "tablist", "status", "alert"}
_HIDDEN = re.compile(r"(?i)(?:display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}hidden)")
_FEW = 60
_HEADING_PARTS = 3  # ids of more parts are made of headings: « partage-d-un-jardin-rue-x »
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_KEPT = frozenset(("html", "body", "article", "main", "h1"))
# Shares of the words of a page.
_MOST_BESIDE = 0.5  # what holds more is no menu, whatever its name
_MOST_HIDDEN = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How many words are inside every element, and how many of them in links."""

    all: "dict[HtmlElement, int]"
    linked: "dict[HtmlElement, int]"


def measure(tree: "HtmlElement") -> Sizes:
    """Count the words inside every element of a tree."""
    counts: dict[HtmlElement, int] = {}
    linked: dict[HtmlElement, int] = {}
    for element in reversed(list(tree.iter())):  # children come before their parents
        counts[element] = len(words(element.text or "")) + sum(
            counts[child] + len(words(child.tail or "")) for child in element
        )
        linked[element] = (
            counts[element] if element.tag == "a" else sum(linked[child] for child in element)
        )
    return Sizes(all=counts, linked=linked)


def trim(tree: "HtmlElement") -> None:
    """Take out of a page, in place, what is never the text of its post."""
    drop(tree, tree.iter(*_NEVER))
    sizes = measure(tree)
    hidden = [element for element in tree.iter() if _is_hidden(element)]
    # Some pages are hidden whole until a script shows them.
    if sum(sizes.all[element] for element in hidden) <= _MOST_HIDDEN * sizes.all[tree]:
        drop(tree, hidden)
        sizes = measure(tree)
    most = _MOST_BESIDE * sizes.all[tree]
    drop(
        tree,
        (
            element
            for element in tree.iter()
            if element.tag not in _KEPT
            and sizes.all[element] <= most
            and (is_elsewhere(element) or _is_tool(element, sizes))
        ),
    )


def _is_hidden(element: "HtmlElement") -> bool:
    """Tell whether an element says itself that nobody is to see it."""
    return (
        element.get("hidden") is not None
        or bool(_HIDDEN.search(element.get("style", "")[:500]))
        or (element.get("aria-hidden") == "true" and element.tag != "img")
    )


def is_elsewhere(element: "HtmlElement") -> bool:
    """Tell whether an element is another text than the post's: comments, a footer, other posts."""
    return (
        element.tag in _ELSEWHERE
        or element.get("role", "").lower() in _LEFT_OUT_ROLES
        or not ELSEWHERE.isdisjoint(_parts(_names(element)))
    )


def _is_tool(element: "HtmlElement", sizes: Sizes) -> bool:
    """Tell whether an element is a menu, a share bar or the like: named so, and few words."""
    names = _names(element)
    if not names or sizes.all[element] - sizes.linked[element] > _FEW:
        return False
    return bool(TOOL_NAMES.search(names)) or not TOOLS.isdisjoint(_parts(names))


def _names(element: "HtmlElement") -> str:
    own = element.get("id", "")[:200]
    own = "" if len(_PARTS.findall(own)) > _HEADING_PARTS else own
    return f"{element.get('class', '')[:500]} {own}".strip()


def _parts(names: str) -> set[str]:
    return {part.lower() for part in _PARTS.findall(names)}


def drop(tree: "HtmlElement", elements: "Iterable[HtmlElement]") -> None:
    """Remove elements, and leave the text that follows them."""
    for element in list(elements):
        if element is not tree and element.getparent() is not None:
            element.drop_tree()
