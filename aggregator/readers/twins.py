"""Items that share what identifies them: where one of them is new, all have to be read.

Some sites give one guid, or one link without a guid, to several items. The store tells them apart
when it sees them side by side; a new one that came alone would pass for an edit of another. Nor may
one be taken for another that is still there, under a new guid: those of one address or title too
are read together.

What is found here is coarser than what identifies a post in the end: two items that would be one
post always share it. Others that happen to share it are read again for nothing, no more.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from html import unescape
from typing import Any
from unicodedata import normalize
from urllib.parse import unquote

from aggregator.language import fold

_SAID = re.compile(
    rb"<(?:[\w.-]{1,40}:)?(guid|id|link|origlink|enclosure)(?=[\s/>])([^<>]*)>", re.IGNORECASE
)
_ABOUT = re.compile(rb"<[^>]*\babout\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_TARGET = re.compile(rb"\b(?:href|url|uri)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_TITLE = re.compile(rb"<(?:[\w.-]{1,40}:)?title(?=[\s/>])[^<>]*>", re.IGNORECASE)
_CDATA = b"<![CDATA["
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_SITE = re.compile(r"(?:https?:)?//[^/?#]*", re.IGNORECASE)
# Of a query, only what never says how a reader came (`TRACKING` of the normaliser).
_TELLING = re.compile(
    r"(?:^|&)(?:id|p|n|a|nid|item|post|page|page_id|article|event|news|actu|num|numero)=([^&#]*)"
    r"|\A([^=&]*)\Z"
)

# What bounds the work that a hostile item makes.
_MAX_SAID = 40  # elements of one item
_MAX_RAW = 2_000  # bytes of one text
_MAX_CHARACTERS = 400  # what differs only later counts as the same

Keys = frozenset[str]
_NO_KEYS: Keys = frozenset({""})  # they may all be one
_ANY = "*"  # the key of an item of which too much is said


def with_twins(fresh: Sequence[int], count: int, keys_of: Callable[[int], Keys]) -> list[int]:
    """Return which of `count` items are to be read: those that are `fresh`, and their twins."""
    if not 0 < len(fresh) < count:
        return list(fresh)
    chosen = set(fresh)
    wanted = frozenset().union(*map(keys_of, fresh))
    if _ANY in wanted:
        return list(range(count))
    wanted |= {_ANY}
    return [at for at in range(count) if at in chosen or not wanted.isdisjoint(keys_of(at))]


def keys_of_json(item: Mapping[str, Any]) -> Keys:
    """Return what may identify an item of a JSON Feed."""
    guid, title = _folded(_string(item.get("id"))), _title(_string(item.get("title")))
    files = item.get("attachments")
    attached = [one for one in files if isinstance(one, dict)] if isinstance(files, list) else []
    holders = [(item, key) for key in ("url", "external_url", "uri")]
    links = [holder.get(key) for holder, key in [*holders, *((file, "url") for file in attached)]]
    keys = _keys_of_links([_string(link) for link in links])
    return title | (frozenset({guid}) | (keys - _NO_KEYS) if guid else keys)


def keys_of_xml(item: bytes) -> Keys:
    """Return what may identify an item of RSS, RDF or Atom, given as well-formed XML in UTF-8."""
    guids, links = set(), []
    named = _TITLE.search(item)
    title = _title(_decoded(_text_after(item, named.end()))) if named else frozenset()
    about = _ABOUT.match(item)
    if about is not None:
        guids.add(_folded(_decoded(about[1] or about[2] or b"")))
    for number, found in enumerate(_SAID.finditer(item)):
        if number == _MAX_SAID:
            return frozenset({_ANY})
        text = b"" if found[2].endswith(b"/") else _text_after(item, found.end())
        if found[1].lower() in {b"guid", b"id"}:
            guids.add(_folded(_decoded(text)))
        else:
            targets = (one or other for one, other in _TARGET.findall(found[2]))
            links += [_decoded(link) for link in (text, *targets)]
    guids.discard("")
    keys = _keys_of_links(links)
    return title | (frozenset(guids) | (keys - _NO_KEYS) if guids else keys)


def _text_after(item: bytes, start: int) -> bytes:
    """Return the text from `start` on; whatever element it ends with."""
    item = item[start : start + _MAX_RAW]
    first = item.find(b"<")
    if first >= 0 and item.startswith((_CDATA, b"<!--"), first):
        first = item.find(b"</", max(item.find(b"]]>", first), first))
        return _COMMENT.sub(b"", item[:first]).replace(_CDATA, b"").replace(b"]]>", b"")
    return item[:first]


def _title(text: str) -> Keys:
    """Return what items of one title share; nothing of one without."""
    folded = "".join(filter(str.isalnum, fold(text[:_MAX_RAW])))[:_MAX_CHARACTERS]
    return frozenset({f"#{folded}"}) if folded else frozenset()


def _string(value: object) -> str:
    return str(value) if isinstance(value, str | int | float) else ""


def _decoded(text: bytes) -> str:
    # Twice: links are often escaped twice, which is mended later.
    decoded = text.decode("utf-8", "replace")
    return unescape(unescape(decoded)) if "&" in decoded else decoded


def _folded(text: str) -> str:
    """Return the beginning of a text without spaces and what nobody sees."""
    text = text[:_MAX_RAW]
    if not text.isprintable():
        text = "".join([one for one in text if one.isprintable()])
    return normalize("NFC", text.replace(" ", ""))[:_MAX_CHARACTERS]


def _keys_of_links(links: Sequence[str]) -> Keys:
    """Return what identifies an item without a guid, by any of its links."""
    keys = {key for link in links if (text := _folded(link)) for key in (text, _address(text))}
    return frozenset(keys) or _NO_KEYS


def _address(link: str) -> str:
    """Return an address but for what may be written in more than one way."""
    rest, _, fragment = unquote(_SITE.sub("", link, count=1)).casefold().partition("#")
    page, _, query = rest.partition("?")
    telling = "&".join(one or other for one, other in _TELLING.findall(query))
    return f"@{page.partition(';')[0].strip('./')}?{telling}#{fragment}"
