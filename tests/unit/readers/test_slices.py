"""Items that are known are not even parsed, and nothing reads otherwise for it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from aggregator.errors import ReadError
from aggregator.model import Extraction, Page
from aggregator.readers import feed, read_feed, slices, wellformed

PageOf = Callable[..., Page]

ONE = "<item><title>1</title><guid>1</guid><x:a lang='fr'/></item>"
TWO = "<item><title>2</title><guid>2</guid><description><![CDATA[<p>]]></description></item>"
NEW = "<item><title>Neuf</title><guid>3</guid></item>"


def rss(*parts: str, names: str = "xmlns:x='urn:x'", end: str = "</channel></rss>") -> str:
    return f"<?xml version='1.0'?><rss {names}><channel><title>T</title>{''.join(parts)}{end}"


def attempt(page: Page, known: bytes = b"") -> Extraction | str:
    try:
        return read_feed(page, known=known)
    except ReadError as error:
        return str(error)


def without(whole: Extraction | str, known: bytes) -> Extraction | str:
    """Return what is left of a whole reading when what is known is left out of it."""
    if isinstance(whole, str) or not whole.marks:
        return whole
    marks = [whole.marks[at : at + 8] for at in range(0, len(whole.marks), 8)]
    before = {known[at : at + 8] for at in range(0, len(known), 8)}
    pairs = zip(whole.entries, marks, strict=True)
    entries = tuple(entry for entry, mark in pairs if mark not in before)
    return replace(whole, entries=entries, known=len(marks) - len(entries))


def test_known_items_are_not_parsed(page_of: PageOf, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[bytes] = []

    def watched(encoded: bytes) -> wellformed.Mended | None:
        parsed.append(encoded)
        return wellformed.parse_strictly(encoded)

    known = read_feed(page_of(rss(ONE, TWO))).marks
    monkeypatch.setattr(slices, "parse_strictly", watched)
    monkeypatch.setattr(feed, "mend", None)
    read = read_feed(page_of(rss(NEW, ONE, TWO)), known=known)

    assert ([entry.title for entry in read.entries], read.known) == (["Neuf"], 2)
    assert [body.count(b"<item/>") for body in parsed] == [3, 2]
    assert not any(b"CDATA" in body for body in parsed)


@pytest.mark.parametrize(
    "after",
    [
        rss(ONE, TWO),
        rss(TWO, NEW, ONE),
        rss(NEW, f"<!-- {ONE} -->", TWO),
        rss(f"<description><![CDATA[{ONE}]]></description>", TWO),
        rss(ONE, TWO, "<item/>"),
        rss(ONE, TWO, NEW.replace("</item>", "")),
        rss(ONE, TWO, end="</channel>"),
        rss(ONE, TWO, "<ttl>A & B</ttl>"),
        rss(ONE, TWO, "<!-- <![CDATA[ -->"),
        rss(ONE, TWO, NEW.replace("Neuf", "&#146;")),
        rss(ONE, TWO, NEW.replace("Neuf", "&eacute;")),
        rss(ONE, TWO, "<item><title>3</title><description><div>x</div></description></item>"),
        rss(ONE, TWO, "<item><title>3</title><x:b xmlns:x='urn:y'>4</x:b></item>"),
        rss(ONE, TWO, f"<item><title>3</title>{NEW}</item>"),
        rss(ONE, f"<item><title>3</title>{TWO}</item>"),
        rss(ONE, TWO, "<Item><title>3</title></Item>"),
        rss(ONE, TWO, "<x:item><title>3</title></x:item>"),
        rss(ONE, TWO, names="xmlns:x='urn:z'"),
        rss(ONE, TWO, names=""),
        rss(ONE, TWO, names="xmlns:x='urn:x' xmlns='http://purl.org/rss/1.0/'"),
        rss(ONE, TWO, "</channel><channel>", NEW),
    ],
)
def test_what_is_left_out_changes_nothing(page_of: PageOf, after: str) -> None:
    known = read_feed(page_of(rss(ONE, TWO))).marks
    page = page_of(after)

    assert attempt(page, known) == without(attempt(page), known)


@pytest.mark.parametrize("wrong", [b"\xff", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf5\x80\x80\x80"])
def test_what_is_no_utf8_is_decoded_as_before(page_of: PageOf, wrong: bytes) -> None:
    known = read_feed(page_of(rss(ONE, TWO))).marks
    body = rss(ONE, NEW, TWO).encode().replace(b"Neuf", b"Neuf \xc3\xa9" + wrong)
    page = page_of(body)

    assert wellformed.parse_strictly(body[body.index(b"<rss") :]) is None
    assert attempt(page, known) == without(attempt(page), known)
