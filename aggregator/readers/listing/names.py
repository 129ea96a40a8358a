"""Which names in a page's markup a recipe may rest on, and what they say of a block.

A class such as `views-row` is written by people and stays for years; `css-1x2y3z` is new at every
build, `post-123` is another for each item, and `odd`, `active` or `col-sm-2` say how it looks.
"""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bs4 import Tag

_MOST = 8  # classes of an element that are looked at
_HUMAN = re.compile(r"[a-zA-Z]+(?:[-_]{1,2}[a-zA-Z]+)*\Z")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_BUILT = re.compile(r"(?:css|sc|jss|jsx|svelte|emotion|makeStyles|js|is|has|wp-image)[-_]")
_VOWEL = re.compile(r"[aeiouyAEIOUY]")
_LONGEST = 40
# How a block looks or where it stands in the list, and the grids of the usual style sheets.
_LOOKS = re.compile(
    r"(?:active|current|selected|open|closed|collapsed?|expanded|show|hidden|visible|disabled"
    r"|odd|even|first|last|alt(?:row)?|row[-_](?:odd|even)|on|off|left|right|center|sticky"
    r"|row|col|cols?|column|columns|cell|grid|clearfix|clear|container(?:-fluid)?|inner|outer"
    r"|wrap(?:per)?|d-flex|d-block|text-(?:left|center|right|muted)|border|shadow|rounded"
    r"|published|hentry|(?:status|format|type|category|tag)-[a-z-]+|no-[a-z-]+|align[a-z]+)\Z",
    re.IGNORECASE,
)
# Blocks that lead through a site, whatever stands in them.
_AROUND = {
    *("nav", "navbar", "navigation", "menu", "submenu", "menus", "megamenu", "sidenav", "topnav"),
    *("footer", "pied", "breadcrumb", "breadcrumbs", "fil", "ariane", "sommaire", "toolbar"),
    *("pager", "pagination", "paging", "social", "share", "sharing", "partage", "cookie"),
    *("cookies", "skip", "tagcloud", "login", "language", "languages", "langue", "search"),
    *("recherche", "sponsors", "partenaires", "carousel", "slider", "slideshow", "slick"),
    *("comment", "comments", "commentaires", "modal", "banner", "utility"),
}
_BESIDE = {"sidebar", "aside", "widget", "widgets", "secondary", "related", "complementary"}
_MAIN = {"main", "content", "contenu", "principal", "maincontent"}
AROUND_TAGS = {"nav", "footer"}
AROUND_ROLES = {"navigation", "contentinfo", "search", "menu", "menubar", "tablist", "dialog"}


def classes_of(tag: "Tag") -> list[str]:
    """Return the classes of an element, the first few of them."""
    found: str | list[str] = tag.get("class") or []
    return ([found] if isinstance(found, str) else list(found))[:_MOST]


def is_human(name: str) -> bool:
    """Tell whether a class or id was named by a person, for what it is."""
    if len(name) < 2 or len(name) > _LONGEST or not _HUMAN.match(name) or _BUILT.match(name):
        return False
    parts = _WORD.findall(name)
    readable = all(len(part) < 5 or _VOWEL.search(part) for part in parts)
    return readable and len(parts) <= 7 and not _LOOKS.match(name)


def words_of(name: str) -> set[str]:
    """Return the words a class or id is made of: `siteNav-main` is site, nav and main."""
    return {word.lower() for word in _WORD.findall(name)}


def is_around(words: set[str]) -> bool:
    """Tell whether a block so named is a menu, a footer, a bar of links."""
    return not _AROUND.isdisjoint(words)


def is_beside(words: set[str]) -> bool:
    """Tell whether a block so named stands beside the main column."""
    return not _BESIDE.isdisjoint(words)


def is_main(words: set[str]) -> bool:
    """Tell whether a block so named is the main column."""
    return not _MAIN.isdisjoint(words)
