"""Items that were read before are passed over, and no others."""

import json
import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from aggregator.errors import ReadError
from aggregator.model import Entry, Extraction, Page
from aggregator.readers import read_feed

PageOf = Callable[..., Page]


def split(marks: bytes) -> list[bytes]:
    return [marks[at : at + 8] for at in range(0, len(marks), 8)]


def rss(*items: str, head: str = "") -> str:
    return f"<rss version='2.0'><channel>{head}{''.join(items)}</channel></rss>"


def fresh(page: Page, known: bytes) -> tuple[Entry, ...]:
    return read_feed(page, known=known).entries


ONE = "<item><title>1</title><guid>a</guid></item>"
TWO = (
    "<item><title>2</title><guid>b</guid>"
    "<description><![CDATA[</item><item>]]></description></item>"
)


def test_an_unchanged_feed_holds_nothing_new_and_is_not_empty(page_of: PageOf) -> None:
    whole = read_feed(page_of(rss(ONE, TWO, head="<title>Flux</title>")))
    again = read_feed(page_of(rss(ONE, TWO, head="<title>Flux</title>")), known=whole.marks)

    assert (len(whole.entries), len(whole.marks), whole.known) == (2, 16, 0)
    assert (again.entries, again.marks, again.known) == ((), whole.marks, 2)
    assert (again.title, again.may_be_empty) == ("Flux", True)


def test_what_is_new_or_edited_is_read_in_order(page_of: PageOf) -> None:
    known = read_feed(page_of(rss(ONE, TWO))).marks
    edited = TWO.replace("2", "2b")
    read = read_feed(page_of(rss("<item><title>0</title></item>", ONE, edited)), known=known)

    assert ([entry.title for entry in read.entries], read.known) == (["0", "2b"], 1)


def test_twice_the_same_item_has_twice_the_same_mark(page_of: PageOf) -> None:
    whole = read_feed(page_of(rss(ONE, ONE)))

    assert len(whole.entries) == 2
    assert len(set(split(whole.marks))) == 1
    assert fresh(page_of(rss(ONE, ONE)), whole.marks) == ()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<link>https://a.fr/</link>", "<link>https://b.fr/</link>"),
        ("<language>fr</language>", "<language>nl</language>"),
    ],
)
def test_what_items_inherit_is_a_part_of_their_mark(
    page_of: PageOf, before: str, after: str
) -> None:
    known = read_feed(page_of(rss(ONE, head=before))).marks

    assert len(fresh(page_of(rss(ONE, head=after)), known)) == 1


def test_what_they_do_not_inherit_is_none(page_of: PageOf) -> None:
    known = read_feed(page_of(rss(ONE, head="<lastBuildDate>1</lastBuildDate>"))).marks

    assert fresh(page_of(rss(ONE, head="<lastBuildDate>2</lastBuildDate>")), known) == ()


def test_an_atom_entry_inherits_language_base_and_author(page_of: PageOf) -> None:
    def atom(attributes: str = "", head: str = "") -> Page:
        return page_of(
            f"<a:feed xmlns:a='http://www.w3.org/2005/Atom'{attributes}>{head}"
            "<a:entry><a:title>1</a:title></a:entry></a:feed>"
        )

    known = read_feed(atom()).marks
    assert len(known) == 8
    assert fresh(atom(), known) == ()
    assert len(fresh(atom(" xml:lang='fr'"), known)) == 1
    assert len(fresh(atom(" xml:base='https://b.fr/'"), known)) == 1
    assert len(fresh(atom(head="<a:author><a:name>Ann</a:name></a:author>"), known)) == 1


def test_the_table_of_contents_of_rdf_holds_no_items(page_of: PageOf) -> None:
    page = page_of(
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' "
        "xmlns='http://purl.org/rss/1.0/'><channel><items><rdf:Seq><rdf:li rdf:resource='/1'/>"
        "</rdf:Seq></items></channel><item rdf:about='/1'><title>1</title></item></rdf:RDF>"
    )
    whole = read_feed(page)

    assert (len(whole.entries), len(whole.marks)) == (1, 8)
    assert fresh(page, whole.marks) == ()


def test_items_of_json_have_marks_too(page_of: PageOf) -> None:
    def feed(*ids: int, author: str = "Ann") -> Page:
        items = [{"id": one, "content_text": "x"} for one in ids]
        return page_of(json.dumps({"items": items, "author": {"name": author}}))

    known = read_feed(feed(1, 2)).marks
    read = read_feed(feed(3, 2, 1), known=known)

    assert ([entry.guid for entry in read.entries], read.known) == (["3"], 2)
    assert len(fresh(feed(1, 2, author="Zoé"), known)) == 2


def _read(page: Page, known: bytes = b"") -> Extraction | None:
    try:
        return read_feed(page, known=known)
    except ReadError:
        return None


def _edited(body: bytes, chance: random.Random) -> Iterator[bytes]:
    """Yield a feed with an item edited, withdrawn, repeated, and a new one put in."""
    items = list(re.finditer(rb"<(item|entry)\b.*?</\1>", body, re.DOTALL))
    if not items:
        return
    for change in ("edit", "withdraw", "repeat", "insert"):
        item = chance.choice(items)
        new = {
            "edit": re.sub(rb">([^<]+)</", rb">\1 bis</", item[0], count=1),
            "withdraw": b"",
            "repeat": item[0] * 2,
            "insert": b"<%s><title>Un ajout</title><id>ajout</id></%s>%s"
            % (item[1], item[1], item[0]),
        }[change]
        yield body[: item.start()] + new + body[item.end() :]


def _guids(entries: Iterable[Entry]) -> set[str | None]:
    return {entry.guid or entry.link for entry in entries}


@pytest.mark.corpus
def test_of_every_feed_only_what_has_changed_is_read(corpus: Path, page_of: PageOf) -> None:
    chance = random.Random(3)
    marked = known_items = twins = 0
    for path in sorted((corpus / "feeds").rglob("*")):
        if not path.is_file() or path.suffix == ".csv":
            continue
        body = path.read_bytes()
        before = _read(page_of(body))
        if before is None:
            continue
        marked += bool(before.marks)
        for after in (body, *_edited(body, chance)):
            whole, read = _read(page_of(after)), _read(page_of(after), before.marks)
            if whole is None or read is None:
                assert whole is read is None, path
                continue
            assert read.marks == whole.marks
            if not whole.marks:
                assert read.entries == whole.entries
                continue
            pairs = list(zip(whole.entries, split(whole.marks), strict=True))
            known = set(split(before.marks))
            new = [entry for entry, mark in pairs if mark not in known]
            left_out = [entry for entry, _ in pairs if entry not in read.entries]
            assert read.entries == tuple(e for e, _ in pairs if e not in left_out), path
            assert not any(entry in left_out for entry in new), path
            assert not _guids(left_out) & _guids(new), path
            known_items, twins = known_items + len(pairs), twins + len(read.entries) - len(new)
            assert read.known == len(pairs) - len(read.entries)
            assert (read.title, read.language, read.warnings, read.may_be_empty) == (
                *(whole.title, whole.language, whole.warnings, whole.may_be_empty),
            ), path
    assert marked > 1_000
    assert twins < known_items / 100


@pytest.mark.parametrize(
    ("known", "new", "is_read_again"),
    [
        ("<guid>x</guid>", "<guid>y</guid>", False),
        ("<guid>x</guid>", "<guid><![CDATA[ &#x ]]></guid>", False),
        ("<guid>x&#38;y</guid>", "<guid><![CDATA[\nx&y]]></guid>", True),
        ("<guid>x</guid>", "<guid>&#120;<!-- one --></guid>", True),
        ("<GUID>x</GUID>", "<Id> x</Id>", True),
        ("<link>/a</link>", "<link>https://a.fr/a?utm_source=b</link>", True),
        ("<link>/a</link>", "<link>/b</link>", False),
        ("<link>/?p=1</link>", "<link>/?p=2</link>", False),
        ("<link>/s?article1</link>", "<link>/s?article2</link>", False),
        ("<link>/a#1</link>", "<link>/a#2</link>", False),
        ("<link>/a</link><guid>1</guid>", "<link>/a</link><guid>2</guid>", True),
        ("<enclosure url='/a'/>", "<link href='/a'/>", True),
        ("<author>A</author>", "<author>B</author>", True),
        # What only looks like a guid.
        (
            "<description><![CDATA[<guid>x</guid>]]></description><link>/a</link>",
            "<description><![CDATA[<guid>y</guid>]]></description><link>/a</link>",
            True,
        ),
    ],
)
def test_a_new_item_brings_what_might_be_taken_for_it(
    page_of: PageOf, known: str, new: str, *, is_read_again: bool
) -> None:
    other = "<item><title>Autre</title><guid>z</guid></item>"
    before = f"<item><title>Avant</title>{known}</item>"
    marks = read_feed(page_of(rss(before, other))).marks
    read = read_feed(
        page_of(rss(f"<item><title>Neuf</title>{new}</item>", before, other)), known=marks
    )

    titles = ["Neuf", "Avant"] if is_read_again else ["Neuf"]
    assert ([entry.title for entry in read.entries], read.known) == (titles, 3 - len(titles))


def test_items_of_json_bring_their_twins(page_of: PageOf) -> None:
    def read(*items: Mapping[str, object], known: bytes = b"") -> Extraction:
        return read_feed(page_of(json.dumps({"items": items})), known=known)

    first, other = {"id": 1, "title": "Avant"}, {"url": "/1", "title": "Autre"}
    known = read(first, other).marks
    by_id = read({"id": " 1", "title": "Neuf"}, first, other, known=known)
    by_link = read({"url": "https://a.fr/1?xtor=2", "title": "Neuf"}, first, other, known=known)

    assert [entry.title for entry in by_id.entries] == ["Neuf", "Avant"]
    assert [entry.title for entry in by_link.entries] == ["Neuf", "Autre"]


def test_an_item_that_says_too_much_brings_all(page_of: PageOf) -> None:
    known = read_feed(page_of(rss(ONE, TWO))).marks
    links = "<link>/a</link>" * 50
    read = read_feed(page_of(rss(f"<item>{links}</item>", ONE, TWO)), known=known)

    assert (len(read.entries), read.known) == (3, 0)
