from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import feedparser
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from aggregator.publish import AtomEntry, atom

NOON = datetime(2024, 5, 6, 12, tzinfo=UTC)
ATOM = "{http://www.w3.org/2005/Atom}"


def entry(**changes: Any) -> AtomEntry:
    values: dict[str, Any] = {
        "id": "https://veille.example/publication/p1",
        "title": "Fête de quartier",
        "url": "https://cq.example/fete?a=1&b=2",
        "page_url": "https://veille.example/publication/p1",
        "author": "Comité de l’Hommelet",
        "published": NOON,
    }
    return AtomEntry(**values | changes)


def feed(*entries: AtomEntry, title: str = "Recherche : fête") -> bytes:
    return atom(
        title=title,
        self_url="https://veille.example/recherche.atom?q=f%C3%AAte&annee=2024",
        page_url="https://veille.example/recherche?q=f%C3%AAte&annee=2024",
        entries=entries,
        updated=NOON,
    )


def test_a_feed_reader_reads_it_back() -> None:
    updated = NOON + timedelta(days=1)
    read = feedparser.parse(feed(entry(summary="Dimanche <midi> & après", updated=updated)))
    assert not read.bozo
    assert read.version == "atom10"
    assert read.feed.title == "Recherche : fête"
    assert read.feed.id == "https://veille.example/recherche.atom?q=f%C3%AAte&annee=2024"
    assert read.feed.language == "fr"
    (one,) = read.entries
    assert one.title == "Fête de quartier"
    assert one.link == "https://cq.example/fete?a=1&b=2"
    assert one.author == "Comité de l’Hommelet"
    assert one.summary == "Dimanche <midi> & après"
    assert one.published == "2024-05-06T12:00:00Z"
    assert one.updated == "2024-05-07T12:00:00Z"
    related = [link.href for link in one.links if link.rel == "related"]
    assert related == ["https://veille.example/publication/p1"]


def test_each_element_that_rfc_4287_demands_stands_once() -> None:
    root = etree.fromstring(feed(entry(), entry(id="tag:veille.example,2024:p2")))
    for parent in (root, *root.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(parent.findall(f"{ATOM}{name}")) == 1, (parent.tag, name)
        alternates = parent.findall(f"{ATOM}link[@rel='alternate']")
        assert len(alternates) == 1
    for one in root.iter(f"{ATOM}entry"):
        assert one.findtext(f"{ATOM}author/{ATOM}name")
    assert {element.tag.startswith(ATOM) for element in root.iter()} == {True}


def test_no_entry_is_a_feed_too() -> None:
    read = feedparser.parse(feed())
    assert not read.bozo
    assert read.entries == []


def test_no_summary_where_there_is_none() -> None:
    root = etree.fromstring(feed(entry(summary="")))
    assert root.find(f"{ATOM}entry/{ATOM}summary") is None


def test_an_unknown_change_is_the_publication_in_utc() -> None:
    paris = timezone(timedelta(hours=2))
    root = etree.fromstring(feed(entry(published=datetime(2024, 5, 6, 12, tzinfo=paris))))
    assert root.findtext(f"{ATOM}entry/{ATOM}updated") == "2024-05-06T10:00:00Z"


@given(text=st.text(), url=st.text())
def test_any_text_makes_well_formed_xml(text: str, url: str) -> None:
    written = feed(entry(title=text, summary=text, author=text, url=url), title=text)
    root = etree.fromstring(written)
    # What XML can hold comes back; a parser turns every end of line into one.
    kept = "".join(c for c in text if c >= " " or c in "\t\n\r")
    kept = "".join(c for c in kept if not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff")
    title = root.findtext(f"{ATOM}title") or ""
    assert title.splitlines() == kept.replace("\r\n", "\n").replace("\r", "\n").splitlines()
