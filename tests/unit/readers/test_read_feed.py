"""Feeds: what is kept, what is repaired, what is refused."""

import json
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregator.errors import NotAFeed, ReadError
from aggregator.model import Extraction, Page
from aggregator.readers import read_feed

PageOf = Callable[..., Page]


def rss(item: str, *, channel: str = "") -> str:
    return f"<rss version='2.0'><channel><title>Flux</title>{channel}{item}</channel></rss>"


def atom(entry: str) -> str:
    return f"<feed xmlns='http://www.w3.org/2005/Atom'><title>Flux</title>{entry}</feed>"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("<title>Tom &amp; Léa</title>", "Tom &amp; Léa"),
        ("<title>Tom &amp;amp; Léa</title>", "Tom &amp; Léa"),
        ("<title>Si a &lt; b</title>", "Si a &lt; b"),
        ("<title type='html'>Un &lt;b&gt;vote&lt;/b&gt;</title>", "Un <b>vote</b>"),
        ("<title type='text'>Écrire &lt;b&gt; en HTML</title>", "Écrire &lt;b&gt; en HTML"),
        (
            "<title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><b>1</b></div></title>",
            "<b>1</b>",
        ),
    ],
)
def test_a_title_is_always_html(page_of: PageOf, title: str, expected: str) -> None:
    document = atom(f"<entry>{title}</entry>") if "type" in title else rss(f"<item>{title}</item>")

    assert read_feed(page_of(document)).entries[0].title == expected


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("<link href='/x' rel='enclosure'/><link href='/a'/>", "/a"),
        ("<link href='/x.mp3' rel='enclosure'/>", "/x.mp3"),
        ("<link href='/self' rel='self'/><id>urn:uuid:1</id>", None),
        ("<id>https://exemple.fr/1</id>", "https://exemple.fr/1"),
    ],
)
def test_the_page_of_an_entry_comes_first(
    page_of: PageOf, entry: str, expected: str | None
) -> None:
    assert read_feed(page_of(atom(f"<entry>{entry}</entry>"))).entries[0].link == expected


def test_a_guid_that_is_no_address_is_no_link(page_of: PageOf) -> None:
    (entry,) = read_feed(page_of(rss("<item><guid>42</guid></item>"))).entries

    assert (entry.guid, entry.link) == ("42", None)


def test_the_longest_body_wins(page_of: PageOf) -> None:
    item = (
        "<item><description>Court</description>"
        "<content:encoded xmlns:content='http://purl.org/rss/1.0/modules/content/'>"
        "<![CDATA[<p>Un texte plus long</p>]]></content:encoded></item>"
    )
    (entry,) = read_feed(page_of(rss(item))).entries

    assert (entry.html, entry.summary) == ("<p>Un texte plus long</p>", "Court")


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("<pubDate>jeudi 5 mars</pubDate>", "jeudi 5 mars"),
        ("<dc:date>2024-03-05T10:00:00Z</dc:date>", "2024-03-05T10:00:00Z"),
        ("<pubDate>  </pubDate>", None),
        ("", None),
    ],
)
def test_dates_are_passed_as_written(page_of: PageOf, field: str, expected: str | None) -> None:
    assert read_feed(page_of(rss(f"<item>{field}</item>"))).entries[0].published == expected


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        ("<author>ann@exemple.fr (Ann Dupont)</author>", "Ann Dupont"),
        ("<author>ann@exemple.fr</author>", None),
        ("<dc:creator>Ann</dc:creator><dc:creator>Zoé</dc:creator>", "Ann, Zoé"),
    ],
)
def test_an_author_is_a_name(page_of: PageOf, author: str, expected: str | None) -> None:
    assert read_feed(page_of(rss(f"<item>{author}</item>"))).entries[0].author == expected


@pytest.mark.parametrize(
    ("document", "url", "expected"),
    [
        (rss("<item/>", channel="<link>https://site.fr/b/</link>"), "https://feeds.fr/x", "https://site.fr/b/"),
        (rss("<item/>"), "https://site.fr/x", "https://site.fr/x"),
        (rss("<item/>", channel="<link>http://[</link>"), "https://site.fr/x", "https://site.fr/x"),
        (atom("<link href='https://site.fr/'/><entry/>"), "https://site.fr/b/f", "https://site.fr/b/f"),
        (atom("<link href='https://site.fr/'/><entry/>"), "https://feeds.fr/x", "https://site.fr/"),
        (
            atom("<entry xml:base='/c/'><title>t</title></entry>"),
            "https://site.fr/x",
            "https://site.fr/c/",
        ),
    ],
)  # fmt: skip
def test_each_entry_knows_what_its_links_are_relative_to(
    page_of: PageOf, document: str, url: str, expected: str
) -> None:
    assert read_feed(page_of(document, url=url)).entries[0].base_url == expected


ACCENTS = rss("<item><title>Été à l’œuvre</title></item>")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (ACCENTS.encode(), "text/html; charset=iso-8859-1"),
        (b"<?xml version='1.0' encoding='iso-8859-1'?>" + ACCENTS.encode(), "text/plain"),
        (b"<?xml version='1.0' encoding='iso-8859-1'?>" + ACCENTS.encode("cp1252"), "text/xml"),
        (b"<?xml version='1.0' encoding='utf-8'?>" + ACCENTS.encode("cp1252"), "text/xml"),
        (ACCENTS.encode("cp1252"), "application/rss+xml; charset=windows-1252"),
        (b"<?xml version='1.0' encoding='utf-16'?>" + ACCENTS.encode(), ""),
        (b"<?xml version='1.0' encoding='nonsense'?>" + ACCENTS.encode(), ""),
        (ACCENTS.encode("utf-16"), ""),
        (ACCENTS.encode("utf-16-le"), ""),
        (("\ufeff\n\n" + ACCENTS).encode(), ""),
        (b"<br />\n<b>Warning</b>: include() failed\n" + ACCENTS.encode(), "text/html"),
        (b"<!-- <rss> --><!DOCTYPE rss>" + ACCENTS.encode() + b"<!-- cache -->\n", ""),
    ],
)
def test_bytes_not_labels_decide(page_of: PageOf, body: bytes, content_type: str) -> None:
    (entry,) = read_feed(page_of(body, content_type=content_type)).entries

    assert entry.title == "Été à l’œuvre"


def test_one_letter_cut_in_two_does_not_spoil_the_others(page_of: PageOf) -> None:
    body = rss("<item><title>" + "é" * 20 + "X</title></item>").encode().replace(b"X", b"\xc3")

    assert read_feed(page_of(body)).entries[0].title == "é" * 20 + "\ufffd"


@pytest.mark.parametrize(
    ("item", "title"),
    [
        ("<item><title>A & B, &eacute;t&eacute;&nbsp;!</title></item>", "A &amp; B, été\u00a0!"),
        ("<item><title>Coupé", "Coupé"),
        ("<item><media:title>x</media:title><title>Un titre</title></item>", "Un titre"),
        ("<item><title>Mal\x0b formé</title></item>", "Mal formé"),
    ],
)  # fmt: skip
def test_broken_xml_is_read(page_of: PageOf, item: str, title: str) -> None:
    assert read_feed(page_of(rss(item))).entries[0].title == title


def test_a_repair_is_told_and_an_empty_feed_is_not_excused_by_it(page_of: PageOf) -> None:
    broken, empty = read_feed(page_of("<rss><channel>")), read_feed(page_of(rss("")))

    assert broken.warnings[0].startswith("not well-formed XML, repaired: line 1: ")
    assert not broken.may_be_empty
    assert (empty.entries, empty.warnings, empty.may_be_empty) == ((), (), True)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("<!DOCTYPE html><html><body>404</body></html>", "an HTML page where a feed was expected"),
        ("<html><script>x = '<rss>'</script></html>", "an HTML page where a feed was expected"),
        ("<urlset><url/></urlset>", "begins with <urlset>"),
        ("", "neither XML nor JSON"),
        ("%PDF-1.7", "neither XML nor JSON"),
        ("{", "JSON that is broken"),
        ("[]", "without a list of items"),
        ('{"items": {}}', "without a list of items"),
        ('{"version": "https://json-schema.org", "items": []}', "JSON of another kind"),
        ("[" * 100_000, "JSON that is broken"),
        ('{"items":[' + "{}," * 300_001, "more than 300000 objects"),
    ],
)
def test_anything_else_is_no_feed(page_of: PageOf, body: str, message: str) -> None:
    with pytest.raises(NotAFeed, match=message) as caught:
        read_feed(page_of(body))
    assert caught.value.url == "https://exemple.fr/"


def test_an_atom_feed_wrapped_in_a_page_is_read(page_of: PageOf) -> None:
    page = page_of(f"<!DOCTYPE html><html><body>{atom('<entry><id>1</id></entry>')}</body></html>")

    assert len(read_feed(page).entries) == 1


def json_feed(**item: object) -> str:
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [item]})


def test_a_json_field_of_the_wrong_kind_is_a_missing_field(page_of: PageOf) -> None:
    body = json_feed(
        id=7, title=["x"], url=None, tags="x", authors=["A"], attachments=[1, {"url": "/f"}]
    )
    (entry,) = read_feed(page_of(body)).entries

    assert (entry.guid, entry.title, entry.link, entry.categories) == ("7", None, "/f", ())
    assert entry.author == "A"


def test_half_a_letter_in_json_is_no_text(page_of: PageOf) -> None:
    (entry,) = read_feed(page_of('{"items":[{"title":"\\ud83d"}]}')).entries

    assert entry.title == "?"


@pytest.mark.parametrize(
    ("stamp", "expected"), [(1543665600, "2018-12-01T12:00:00Z"), (1e300, None), (True, None)]
)
def test_rss_bridge_counts_in_seconds(page_of: PageOf, stamp: object, expected: str | None) -> None:
    body = json.dumps({"items": [{"timestamp": stamp}]})

    assert read_feed(page_of(body)).entries[0].published == expected


def _read(body: bytes, page_of: PageOf) -> Extraction | ReadError:
    try:
        return read_feed(page_of(body))
    except ReadError as error:
        return error


_PIECES = st.sampled_from(
    [
        *(b"<rss>", b"<feed xmlns='http://www.w3.org/2005/Atom'>", b"<item>", b"</item>"),
        *(b"<entry>", b"</entry>", b"<title>", b"</title>", b"<a:b c:d=''>", b"<guid>"),
        *(b"<![CDATA[", b"]]>", b"&", b"&a;", b"<!--", b"<!DOCTYPE x [", b"?>", b"<?xml"),
        *(b"<link href='http://['/>", b"<author>", b"<content type='base64'>", b"<pubDate>"),
        *(b"<media:content url='x'/>", b"xml:base='http://['", b"<georss:point>1 2"),
        *(b"{", b'"items":[', b'"id":', b"1", b"]", b"}"),
        *(b"\xc3", b"\xa9", b"\0", b" encoding='utf-16'"),
    ]
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.one_of(st.binary(max_size=300), st.lists(_PIECES, max_size=30).map(b"".join)))
def test_any_bytes_are_entries_or_a_read_error(body: bytes, page_of: PageOf) -> None:
    for document in (body, b"<rss><channel>" + body, b"<feed>" + body):
        assert isinstance(_read(document, page_of), Extraction | ReadError)
