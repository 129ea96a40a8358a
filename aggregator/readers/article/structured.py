"""What a page says of itself for machines: JSON-LD (schema.org) and the meta elements."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_MAX_SCRIPTS, _MAX_CHARACTERS, _MAX_NODES = 20, 500_000, 5_000
_COMMENTS = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)\s*;?\s*$"
)
_ENDING_COMMA = re.compile(r",(?=\s{0,99}[}\]])")
_POSTS = frozenset(
    (
        "article",
        "blogposting",
        "newsarticle",
        "reportagenewsarticle",
        "socialmediaposting",
        "report",
    )
) | {"techarticle", "scholarlyarticle", "event", "specialannouncement"}
_PAGES = frozenset(("webpage", "itempage", "creativework", "webpageelement"))

Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What a page says for machines.

    Attributes:
        nodes: JSON-LD objects that stand for this page, posts first.
        metas: The contents of meta elements, by lower-case name; the first of a name counts.
    """

    nodes: tuple[Node, ...]
    metas: Mapping[str, str]

    def texts(self, key: str) -> list[str | None]:
        """Return what the JSON-LD objects say under a key."""
        return [text_of(node.get(key)) for node in self.nodes]


def read_stated(tree: "HtmlElement") -> Stated:
    """Read JSON-LD and meta elements."""
    return Stated(nodes=_nodes(tree), metas=_metas(tree))


def _nodes(tree: "HtmlElement") -> tuple[Node, ...]:
    # Where several posts are described the page is a list, and none of them is meant.
    found = [node for data in _scripts(tree) for node in _objects(data)]
    posts = [node for node in found if _types(node) & _POSTS]
    pages = [node for node in found if _types(node) & _PAGES]
    if len({str(node.get("datePublished")) for node in posts}) > 1:
        return ()
    return (*posts, *pages)


def _scripts(tree: "HtmlElement") -> Iterator[Any]:
    for script in tree.xpath('//script[contains(@type, "ld+json")]')[:_MAX_SCRIPTS]:
        text = _COMMENTS.sub("", (script.text or "")[:_MAX_CHARACTERS])
        for attempt in (text, _ENDING_COMMA.sub("", text)):
            try:
                yield json.loads(attempt, strict=False)
            except (ValueError, RecursionError):
                continue
            break


def _objects(data: Any) -> Iterator[Node]:
    """Yield the objects of a graph or list; not those inside of others (a comment, a list)."""
    waiting = [data]
    for _ in range(_MAX_NODES):
        if not waiting:
            return
        value = waiting.pop(0)
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            yield value
            waiting += [value[key] for key in ("@graph", "mainEntity") if key in value]


def _types(node: Node) -> set[str]:
    stated = node.get("@type")
    names = stated if isinstance(stated, list) else [stated]
    return {str(name).rpartition("/")[2].lower() for name in names}


def text_of(value: Any) -> str | None:
    """Return the text of a JSON value: of a person or a list of them the (first) name."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("name") or value.get("@value")
    return value.strip()[:1_000] or None if isinstance(value, str) else None


def _metas(tree: "HtmlElement") -> dict[str, str]:
    said: dict[str, str] = {}
    for meta in tree.iter("meta"):
        names = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        content = (meta.get("content") or "").strip()[:1_000]
        for name in names[:200].lower().split() if content else []:
            said.setdefault(name, content)
    return said
