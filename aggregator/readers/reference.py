"""feedparser: what it says of a feed is what counts. It reads a tree, and never sees an address."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from aggregator.errors import NotAFeed
from aggregator.readers.pruning import prune

# What libxml2 left is UTF-8, whatever the server said: labels were weighed before.
_HEADERS = {"content-type": "application/xml; charset=utf-8"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A feed in feedparser's own dictionaries, and what was cut out of it before, as sentences."""

    feed: Mapping[str, Any]
    items: list[Mapping[str, Any]]
    is_atom: bool
    cut: list[str]


def parse(root: etree._Element, *, url: str) -> Parsed:
    """Read a feed's tree with feedparser; the tree is pruned in place.

    Raises:
        NotAFeed: feedparser crashed.
    """
    import feedparser  # noqa: PLC0415 - slow to import, and few feeds need it

    cut = prune(root)
    try:
        # A stream: feedparser opens strings and bytes that name a file or an address.
        parsed = feedparser.parse(
            io.BytesIO(etree.tostring(root, encoding="utf-8", with_tail=False)),
            response_headers=_HEADERS,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as error:  # whatever its many parsers raise: this source alone fails
        raise NotAFeed(f"feedparser cannot read it ({error!r})", url=url) from error
    is_atom = parsed["version"].startswith("atom")
    return Parsed(feed=parsed["feed"], items=parsed["entries"], is_atom=is_atom, cut=cut)
