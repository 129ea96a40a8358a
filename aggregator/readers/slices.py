"""The items of a feed as slices of its bytes, so that those known before need not be parsed.

Where items are sure to stand is known from the tree: there are as many start tags in the bytes as
items in the tree, so none is in a comment or in CDATA; and one end tag follows each.
"""

from collections.abc import Collection, Sequence
from itertools import pairwise

from aggregator.readers.layout import MAX_BYTES, Layout, lay_out
from aggregator.readers.names import name_of
from aggregator.readers.wellformed import is_massive, is_open, is_sound, parse_strictly

Span = tuple[int, int]

_ENDS_NAME = b" \t\r\n/>"


def spans_of(encoded: bytes) -> list[Span]:
    """Return where the items seem to stand in a feed's bytes; empty where that is not certain."""
    name = _name(encoded)
    starts, opening, closing = [], b"<" + name, b"</" + name + b">"
    at = encoded.find(opening)
    while at >= 0:
        after = at + len(opening)
        if encoded[after : after + 1] in _ENDS_NAME:
            starts.append(at)
        at = encoded.find(opening, after)
    spans = []
    for start, following in pairwise([*starts, len(encoded)]):
        end = encoded.find(closing, start, following)
        if end < 0 or encoded.find(closing, end + 1, following) >= 0:
            return []
        spans.append((start, end + len(closing)))
    return spans


def _name(encoded: bytes) -> bytes:
    return b"entry" if encoded.startswith(b"<feed") else b"item"


def are_items(encoded: bytes, spans: Sequence[Span], layout: Layout) -> bool:
    """Tell whether spans are the items of a tree, each of which can be read for itself."""
    return not _declares(encoded, spans[0][0]) and _are_items(spans, layout)


def _are_items(spans: Sequence[Span], layout: Layout, *, cut: Collection[int] = ()) -> bool:
    """Tell the same where those that were `cut` are known to be such."""
    name = "entry" if layout.is_atom else "item"
    return (
        layout.is_loose
        and not layout.is_divided
        and len(spans) == len(layout.items)
        and all(
            item.prefix is None and name_of(item.tag) == name and (len(item) > 0 or at in cut)
            for at, item in enumerate(layout.items)
        )
    )


def _declares(encoded: bytes, start: int) -> bool:
    """Tell whether a prefix is declared where the items are: it might mean another elsewhere."""
    return encoded.find(b"xmlns:", start) >= 0


def lay_out_without(
    encoded: bytes, spans: Sequence[Span], cut: Collection[int]
) -> tuple[Layout, bytes] | None:
    """Lay out a feed, some of whose items are left empty; None where it has to be read whole.

    Returned are its layout, and what is left of its bytes.

    An item that was read from such a slice before is well-formed, and spoils nothing of others:
    what is left out need not be looked at again.
    """
    short = _without(encoded, spans, cut)
    if _declares(short, spans[0][0]) or not is_sound(short):
        return None
    mended = parse_strictly(short)
    if mended is None:
        return None
    layout = lay_out(mended.root, short)
    return (layout, short) if _are_items(spans, layout, cut=cut) else None


def _without(encoded: bytes, spans: Sequence[Span], cut: Collection[int]) -> bytes:
    empty = b"<" + _name(encoded) + b"/>"
    parts, position = [], 0
    for at in sorted(cut):
        start, end = spans[at]
        parts += [encoded[position:start], empty]
        position = end
    return b"".join([*parts, encoded[position:]])


def may_be_cut(encoded: bytes) -> bool:
    """Tell whether a feed is small enough to be read in part, and its CDATA is closed."""
    return len(encoded) <= MAX_BYTES and not is_massive(encoded) and not is_open(encoded)
