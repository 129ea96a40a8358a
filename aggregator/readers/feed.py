"""RSS, Atom and RDF, from bytes to entries.

Items that were read before are left out first, where that is safe before libxml2 sees them. What
is plain is read by plain.py, the rest by feedparser, and both give the same.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aggregator.model import Extraction, Page
from aggregator.readers.addresses import host, join
from aggregator.readers.entries import Said, author_of, entry_of, html_of_text, said_of
from aggregator.readers.hints import hints_of
from aggregator.readers.layout import Layout, lay_out
from aggregator.readers.marks import bytes_of, marks_of_feed, marks_of_slices, split
from aggregator.readers.plain import read_head, read_item, scope_of
from aggregator.readers.plain_texts import Doubt
from aggregator.readers.reference import Parsed, parse
from aggregator.readers.slices import are_items, lay_out_without, may_be_cut, spans_of
from aggregator.readers.twins import Keys, keys_of_xml, with_twins
from aggregator.readers.wellformed import has_controls, mend, plain_feed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """A feed's head, and those of its items that were to be read."""

    head: Said
    items: Iterable[Said]
    is_atom: bool
    marks: Sequence[bytes]
    known: int = 0
    cut: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A feed's tree, in which items that were read before may stand empty.

    Attributes:
        marks: Of all items.
        fresh: Which of them are to be read.
        problem: What was wrong with its XML.
        has_controls: Whether feedparser would correct characters in it.
    """

    layout: Layout
    marks: list[bytes]
    fresh: list[int]
    problem: str | None
    has_controls: bool


def read_xml(page: Page, *, known: bytes = b"") -> Extraction:
    """Read an XML feed, but for items whose mark is `known` and that are no twins of others.

    Raises:
        NotAFeed: It is an HTML page or something else.
    """
    url, before = page.url, split(known)
    found = (_find_fresh(page, before) if before else None) or _find_all(page, before)
    hints = hints_of(found.layout, url=url)
    read = _read(found, page=page)
    head = read.head
    # RFC 4287, 2: Atom is relative to its own address. In RSS the site is meant, and so it is in
    # practice when a feed is served from another host (FeedBurner).
    site = join(url, (head.link or "").strip())
    base = url if read.is_atom and host(site) == host(url) else site
    author = author_of(head) if read.is_atom else None  # RFC 4287, 4.2.1: entries inherit it
    problem = "; ".join([*([found.problem] if found.problem else []), *read.cut])
    return Extraction(
        entries=tuple(entry_of(item, base=base, author=author) for item in read.items),
        marks=b"".join(read.marks),
        known=read.known,
        hints=hints,
        warnings=(f"not well-formed XML, repaired: {problem}",) if problem else (),
        title=_plain_text(html_of_text(head.title)) or None if head.title else None,
        language=(head.language or "").strip() or None,
        may_be_empty=not problem,
    )


def _find_all(page: Page, known: frozenset[bytes]) -> _Found:
    """Parse a feed whole."""
    mended = mend(page)
    encoded, layout = mended.encoded, lay_out(mended.root, mended.encoded)
    spans = spans_of(encoded) if mended.problem is None else []
    if spans and are_items(encoded, spans, layout):
        marks = marks_of_slices(encoded, spans, layout, url=page.url)
    else:
        marks = marks_of_feed(layout, url=page.url)

    def keys_of(at: int) -> Keys:
        return keys_of_xml(bytes_of(layout.items[at]))

    fresh = [at for at, mark in enumerate(marks) if mark not in known]
    return _Found(
        layout=layout,
        marks=marks,
        fresh=with_twins(fresh, len(marks), keys_of),
        problem=mended.problem,
        has_controls=has_controls(encoded),
    )


def _find_fresh(page: Page, known: frozenset[bytes]) -> _Found | None:
    """Parse a feed but for the items that are known; None where it has to be parsed whole."""
    encoded = plain_feed(page)
    spans = spans_of(encoded) if encoded is not None and may_be_cut(encoded) else []
    if encoded is None or not spans:
        return None
    cut = set(range(len(spans)))
    short = lay_out_without(encoded, spans, cut)
    if short is None:
        return None
    marks = marks_of_slices(encoded, spans, short[0], url=page.url)

    def keys_of(at: int) -> Keys:
        return keys_of_xml(encoded[slice(*spans[at])])

    fresh = [at for at, mark in enumerate(marks) if mark not in known]
    fresh = with_twins(fresh, len(marks), keys_of)
    if fresh:
        short = lay_out_without(encoded, spans, cut.difference(fresh))
        if short is None:
            return None
    layout, left = short
    return _Found(
        layout=layout, marks=marks, fresh=fresh, problem=None, has_controls=has_controls(left)
    )


def _read(found: _Found, *, page: Page) -> _Read:
    url, layout, marks, fresh = page.url, found.layout, found.marks, found.fresh
    read = _read_loose(found, url=url) if layout.is_loose else None
    if read is not None:
        return read
    whole = parse(mend(page).root if layout.is_loose else layout.root, url=url)
    if len(whole.items) != len(marks):  # which mark is whose is not certain
        marks, fresh = [], list(range(len(whole.items)))
    return _Read(
        head=said_of(whole.feed),
        items=[said_of(whole.items[at]) for at in fresh],
        is_atom=whole.is_atom,
        marks=marks,
        known=len(whole.items) - len(fresh),
        cut=whole.cut,
    )


def _read_loose(found: _Found, *, url: str) -> _Read | None:
    """Read some items of a feed, each for itself; None where they prove not to be so loose."""
    layout, fresh = found.layout, found.fresh
    # feedparser corrects these characters.
    head, items = (None, {}) if found.has_controls else _plainly(layout, fresh)
    others = [at for at in fresh if at not in items]
    parsed: Parsed | None = None
    if others or head is None:
        parsed = _parse_only(layout, others, url=url)
        if len(parsed.items) != len(others) or parsed.cut or parsed.is_atom != layout.is_atom:
            return None
        items.update(zip(others, map(said_of, parsed.items), strict=True))
    return _Read(
        head=said_of(parsed.feed) if parsed else head or Said(),
        items=[items[at] for at in fresh],
        is_atom=layout.is_atom,
        marks=found.marks,
        known=len(found.marks) - len(fresh),
    )


def _plainly(layout: Layout, fresh: list[int]) -> tuple[Said | None, dict[int, Said]]:
    """Read the head of a feed, and as many of its items as are plain, without feedparser."""
    root, channel, is_atom = layout.root, layout.channel, layout.is_atom
    try:
        outer = scope_of([root])
        inner = outer if channel is root else scope_of([root, channel])
    except Doubt:
        return None, {}
    head = read_head(layout.head, scope=inner, is_atom=is_atom)
    if head is not None and head.language is None and outer[1] and (is_atom or layout.is_rss):
        head.language = outer[1].replace("_", "-")
    items: dict[int, Said] = {}
    for at in fresh:
        element = layout.items[at]
        scope = outer if element.getparent() is root else inner
        item = read_item(element, scope=scope, is_atom=is_atom)
        if item is not None:
            items[at] = item
    return head, items


def _parse_only(layout: Layout, kept: list[int], *, url: str) -> Parsed:
    """Have feedparser read the head and some items of a feed."""
    wanted = set(kept)
    for at, item in enumerate(layout.items):
        parent = item.getparent()
        if at not in wanted and parent is not None:
            parent.remove(item)
    return parse(layout.root, url=url)


def _plain_text(title: str) -> str:
    if "<" not in title and "&" not in title:
        return title
    from w3lib.html import remove_tags, replace_entities  # noqa: PLC0415 - slow to import

    return str(replace_entities(remove_tags(title)))
