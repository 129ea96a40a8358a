"""What is read without feedparser is what feedparser reads."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import feedparser.html
import feedparser.mixin
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from aggregator.errors import NotAFeed, ReadError
from aggregator.model import Extraction, Page
from aggregator.readers import feed, names, plain_elements, read_feed, reference, wellformed
from aggregator.readers.layout import Layout, lay_out

PageOf = Callable[..., Page]


def by_feedparser(page: Page) -> Extraction | tuple[type, str]:
    """Read a page the long way: repaired whether it needs it or not, then all by feedparser."""

    def bound(root: etree._Element, encoded: bytes) -> Layout:
        return replace(lay_out(root, encoded), is_loose=False)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feed, "lay_out", bound)
        patch.setattr(wellformed, "_untouched", lambda _encoded: None)
        return quickly(page)


def quickly(page: Page, known: bytes = b"") -> Extraction | tuple[type, str]:
    try:
        return read_feed(page, known=known)
    except ReadError as error:
        return type(error), str(error)


def without_marks(read: Extraction | tuple[type, str]) -> Extraction | tuple[type, str]:
    return replace(read, marks=b"") if isinstance(read, Extraction) else read


def feeds(corpus: Path) -> Iterator[Path]:
    for path in sorted((corpus / "feeds").rglob("*")):
        if path.is_file() and path.suffix != ".csv":
            yield path
    yield from sorted((corpus / "sanitiser" / "xml-attacks").iterdir())


@pytest.mark.corpus
def test_every_feed_reads_as_feedparser_reads_it(
    corpus: Path, page_of: PageOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def counted(root: etree._Element, *, url: str) -> Any:
        parsed = reference.parse(root, url=url)
        asked.append(len(parsed.items))
        return parsed

    monkeypatch.setattr(feed, "parse", counted)
    plainly, of_towns = [], []
    for path in feeds(corpus):
        page = page_of(path.read_bytes(), url="https://exemple.fr/flux")
        asked.clear()
        read = quickly(page)
        plainly.append(not asked)
        if "fr" in path.parts:
            of_towns.append(not asked)
        assert without_marks(read) == without_marks(by_feedparser(page)), path

    print(f"{sum(plainly)} of {len(plainly)} feeds without feedparser")  # noqa: T201 -- with -rP
    assert sum(plainly) > 0.6 * len(plainly)  # most are feedparser's own oddities
    assert all(of_towns)


_NAMESPACES = (
    "xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:media='http://search.yahoo.com/mrss/' "
    "xmlns:content='http://purl.org/rss/1.0/modules/content/' "
    "xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd' "
    "xmlns:a='http://www.w3.org/2005/Atom' xmlns:x='urn:x' "
    "xmlns:feedburner='http://rssnamespace.org/feedburner/ext/1.0' "
    "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'"
)
_FORMATS = (
    (f"<rss version='2.0' {_NAMESPACES}><channel>", "item", "</channel></rss>"),
    (f"<rss version='0.92' xml:lang='fr_FR' {_NAMESPACES}><channel>", "item", "</channel></rss>"),
    (f"<feed xmlns='http://www.w3.org/2005/Atom' {_NAMESPACES}>", "entry", "</feed>"),
    (
        f"<a:feed xml:base='https://b.fr/c/' xml:lang='fr' {_NAMESPACES}>",
        "a:entry",
        "</a:feed>",
    ),
    (f"<feed version='0.3' xmlns='http://purl.org/atom/ns#' {_NAMESPACES}>", "entry", "</feed>"),
    (
        f"<rdf:RDF xmlns='http://purl.org/rss/1.0/' {_NAMESPACES}><channel>",
        "item",
        "</channel></rdf:RDF>",
    ),
)  # fmt: skip
_TAGS = (
    *("title", "dc:title", "media:title", "a:title", "link", "a:link", "guid", "id", "source"),
    *("description", "summary", "content", "content:encoded", "dc:description", "itunes:summary"),
    *(
        "media:description",
        "pubDate",
        "published",
        "updated",
        "dc:date",
        "created",
        "lastBuildDate",
    ),
    *("author", "dc:creator", "itunes:author", "managingEditor", "category", "dc:subject"),
    *("enclosure", "language", "dc:language", "comments", "x:any", "any", "feedburner:origLink"),
    *("media:content", "media:group", "media:thumbnail", "image", "name", "rights", "textInput"),
    "contributor",
    *("PubDate", "date", "license", "itunes:owner", "dc_creator", "links", "title_detail", "item"),
)
_ATTRIBUTES = (
    *("", "", "", "", " type='html'", " type='text'", " type='xhtml'", " type='text/html'"),
    *(" href='/a?b=1&amp;c=2'", " href=' https://c.fr/d '", " rel='self'", " rel='enclosure'"),
    *(
        " isPermaLink='false'",
        " xml:lang='en_GB'",
        " xml:base='/e/'",
        " url='/f.mp3'",
        " lang='de'",
    ),
    *(" domain='d'", " term='T'", " label='L' term='M'", " mode='escaped'", " x:href='/g'"),
)
_TEXTS = (
    *("", " ", "Un titre", " A &amp; B ", "été à l’œuvre", "été", "Ã©tÃ©", "&amp;lt;b&amp;gt;"),
    *("&lt;b&gt;gras&lt;/b&gt;", "<![CDATA[<p>Un <i>mot</i></p>]]>", "a &lt; b", "&amp;#8217;"),
    *("&amp;nbsp;", "&amp;inconnu;", "&#146;", "https://f.fr/g?h=1&amp;i=2", "/j", "http:////k"),
    *("l#", "ann@f.fr (Ann)", "ann@f.fr", "Ann", "Tue, 05 Mar 2024 10:00:00 GMT", "2024-03-05"),
    *("<name>Zoé</name>", "<name/><email>z@f.fr</email>", "<uri>/z</uri><name> Zoé </name>"),
    *("<media:title>M</media:title>", "<div xmlns='http://www.w3.org/1999/xhtml'>x</div>"),
    *("<media:description>D</media:description>", "<b>nu</b>", "Z" * 70, "a\n\nb", "http://["),
    *("<url>/u</url><title>P</title>", "&nbsp;", "A & B", "<!-- c -->d", "<?p i?>e", "\x0b", "<"),
)
_ELEMENTS = st.builds(
    lambda tag, attributes, text: f"<{tag}{attributes}>{text}</{tag}>",
    st.sampled_from(_TAGS),
    st.sampled_from(_ATTRIBUTES),
    st.sampled_from(_TEXTS),
)


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, list[str], str]:
    start, item, end = draw(st.sampled_from(_FORMATS))
    head = draw(st.lists(_ELEMENTS, max_size=4))
    bodies = draw(st.lists(st.lists(_ELEMENTS, max_size=6), max_size=4))
    items = [
        f"<{item}>{draw(st.sampled_from(['', ' ', 'x']))}{''.join(body)}</{item}>"
        for body in bodies
    ]
    if "rdf:RDF" in start and draw(st.booleans()):
        return f"{start}{''.join(head)}</channel>", items, "</rdf:RDF>"
    return start + "".join(head), items, end


@settings(max_examples=1_500, suppress_health_check=list(HealthCheck))
@given(document=documents())
def test_random_feeds_read_as_feedparser_reads_them(
    document: tuple[str, list[str], str], page_of: PageOf
) -> None:
    start, items, end = document
    page = page_of(start + "\n".join(items) + end, url="https://exemple.fr/flux")

    assert without_marks(quickly(page)) == without_marks(by_feedparser(page))


def test_feedparser_is_what_it_was_when_this_was_written() -> None:
    mixin = feedparser.mixin._FeedParserMixin
    handlers = {
        re.sub(r"^_(start|end)_", "", name).lower()
        for name in dir(mixin)
        if re.match(r"_(start|end)_", name)
    }
    keys = feedparser.FeedParserDict.keymap
    unread = {key for key in keys if key.endswith(("_parsed", "_detail"))}
    prefixes = {name.partition("_")[0] for name in handlers if "_" in name}

    assert handlers <= names.MEANT | names.HARMLESS
    assert set(keys) - unread <= names.MEANT
    assert prefixes <= names._TAKEN
    for uri, prefix in mixin.namespaces.items():
        known = names._NAMESPACES.get(uri.lower())
        assert known == prefix.lower() or (known is None and prefix.lower() not in prefixes), uri
    assert all(0x80 <= code < 0xA0 for code in feedparser.html._cp1252)


def test_what_is_meant_is_read_or_doubted() -> None:
    read = plain_elements.IN_ITEM.of_name.keys() | plain_elements.IN_HEAD.of_name.keys()

    assert read - names.MEANT == {"skiphours", "skipdays"}
    assert names.MEANT.isdisjoint(names.HARMLESS)


@pytest.mark.parametrize(
    "body",
    [
        "<rss><channel><!-- <![CDATA[ --><item/></channel></rss>",
        "<rss><channel><item><title>&#00000039;</title></item></channel></rss>",
        "<!DOCTYPE rss [<!ENTITY a 'b'>]><rss><channel><item><id>&a;</id></item></channel></rss>",
        "<rss><channel><item/></channel></rss>trailing",
        "<!-- \x01--\x01> <rss> --><rss><channel><item/></channel></rss>",
        "<rss xmlns:a='b c'><channel><item><a:d/></item></channel></rss>",
    ],
)  # fmt: skip
def test_a_parse_without_repair_changes_nothing(page_of: PageOf, body: str) -> None:
    assert without_marks(quickly(page_of(body))) == without_marks(by_feedparser(page_of(body)))


_ITEM_OF_TWO = "<item><summary>1</summary><description>2</description></item>"


@pytest.mark.parametrize(
    "items",
    [
        "<title><a:title>M</a:title></title><item><title>x</title></item>",
        "<item><links/></item><title_detail/>",
        "<item><feedburner:origLink lang='fr'>https://a.fr/</feedburner:origLink></item>",
        "<item><author>A</author><author><name>B</name></author></item>",
        "<item><content xml:base='https://a.fr/'>x</content></item><item><link>/z</link></item>",
        "<itunes:summary>s</itunes:summary><description>d</description>" + _ITEM_OF_TWO,
        "<item><content type='html' xml:lang='de'><div>x</div></content></item>" + _ITEM_OF_TWO,
        "<title>a</title><item/><link><title>b</title></link>",
        "<item><media:group lang='de'><media:title>M</media:title></media:group></item>",
        "<Item><title>1</title></Item><item><title>2</title></item>",
        "<item><title>1</title><item><title>2</title></item></item>",
        "<item><description>&lt;b&gt;x&lt;/b&gt; \x93mot\x94 &#146;</description></item>",
    ],
)
def test_oddities_of_feedparser_are_kept(page_of: PageOf, items: str) -> None:
    page = page_of(f"<rss version='2.0' {_NAMESPACES}><channel>{items}</channel></rss>")

    assert without_marks(quickly(page)) == without_marks(by_feedparser(page))


def test_a_page_is_no_feed_however_it_is_read(page_of: PageOf) -> None:
    with pytest.raises(NotAFeed):
        read_feed(page_of("<html><rss></rss></html>"))
