"""Feeds made to exhaust whoever reads them: refused, or cut."""

from collections.abc import Callable
from pathlib import Path

import pytest

from aggregator.errors import NotAFeed, ReadError
from aggregator.model import Page
from aggregator.readers import read_feed

PageOf = Callable[..., Page]


def rss(item: str, prolog: str = "") -> str:
    return f"{prolog}<rss version='2.0'><channel><item>{item}</item></channel></rss>"


def test_an_entity_is_a_character_never_a_text_of_texts(page_of: PageOf) -> None:
    prolog = """<!DOCTYPE rss [<!ENTITY ville "Roubaix"><!ENTITY b "&ville;&ville;">
    <!ENTITY long "%s"><!ENTITY file SYSTEM "file:///etc/passwd">]>""" % ("x" * 101)
    (entry,) = read_feed(page_of(rss("<title>&ville; &b; &long; &file;</title>", prolog))).entries

    assert entry.title == "Roubaix &amp;b; &amp;long; &amp;file;"


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ("<a>" * 300_001, "tags"),
        ("<a " + " ".join(f"b{n}=''" for n in range(300_001)) + "/>", "tags"),
        ("".join(f"<a xmlns:n{n}='u'/>" for n in range(101)), "namespaces"),
        ("<title>" + "&" * 200_001, "bare ampersands"),
        ("<![CDATA[]]>" * 100_001, "CDATA"),
    ],
)
def test_masses_are_refused(page_of: PageOf, item: str, message: str) -> None:
    with pytest.raises(NotAFeed, match=message):
        read_feed(page_of(rss(item)))


@pytest.mark.parametrize(
    "item",
    [
        "<author>" + "a" * 500_000 + "</author>",
        "".join(f"<category>{n}</category>" for n in range(50_000)),
        "<media:keywords>" + ",".join(map(str, range(200_000))) + "</media:keywords>",
        "<a " + " ".join(f"b{n}='1'" for n in range(50_000)) + "/>",
        "<item>" * 1_000,
        "<description>" + "&lt;/a" * 500_000 + "</description>",
    ],
)
def test_what_would_take_quadratic_time_is_cut(page_of: PageOf, item: str) -> None:
    # Without the cuts each of these takes minutes.
    entries = read_feed(page_of(rss(f"<title>Titre</title>{item}"))).entries

    assert entries[0].title == "Titre"
    assert len(entries[0].categories) <= 200


def test_entries_beyond_ten_thousand_are_left_out_and_told(page_of: PageOf) -> None:
    extraction = read_feed(page_of("<rss><channel>" + "<item/>" * 10_001 + "</channel></rss>"))

    assert len(extraction.entries) == 10_000
    assert "only the first 10000 entries" in extraction.warnings[0]


def test_the_words_of_a_byline_are_kept_but_not_endless_ones(page_of: PageOf) -> None:
    name = "Comité de quartier de l’Hommelet, " * 4 + "Z" * 100
    (entry,) = read_feed(page_of(rss(f"<dc:creator>{name}</dc:creator>"))).entries

    assert entry.author == "Comité de quartier de l’Hommelet, " * 4 + "Z" * 64


@pytest.mark.corpus
@pytest.mark.parametrize("as_feed", [False, True])
def test_known_attacks_reach_nothing(corpus: Path, page_of: PageOf, *, as_feed: bool) -> None:
    attacks = sorted((corpus / "sanitiser" / "xml-attacks").iterdir())
    for attack in attacks:
        body = attack.read_bytes()
        if as_feed:
            opened, closed = b"<rss><channel><item><title>", b"</title></item></channel></rss>"
            for name in (b"bomb", b"root"):
                body = body.replace(b"<%s>" % name, opened).replace(b"</%s>" % name, closed)
        try:
            extraction = read_feed(page_of(body))
        except ReadError:
            continue
        assert as_feed
        assert all(len(entry.title or "") < 200 for entry in extraction.entries)
    assert len(attacks) == 9
