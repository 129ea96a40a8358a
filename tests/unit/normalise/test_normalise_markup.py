import re
from pathlib import Path

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.normalise.markup import TEXT_BYTES, sanitise, to_text
from aggregator.normalise.taming import HTML_BYTES

BASE = "https://example.org/blog/"
ALLOWED_TAGS = {
    *("p", "br", "hr", "div", "blockquote", "pre", "figure", "figcaption", "a", "abbr", "b"),
    *("code", "del", "em", "i", "ins", "strong", "sub", "sup", "ul", "ol", "li", "dl", "dt", "dd"),
    *(
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "table",
        "caption",
        "thead",
        "tbody",
        "tfoot",
        "tr",
        "th",
        "td",
    ),
}
ALLOWED_ATTRIBUTES = {"href", "rel", "title", "colspan", "rowspan"}
ADDRESS = re.compile(r"(?:https?://|mailto:)[^\x00-\x20]*")


def assert_harmless(clean: str) -> None:
    """Parse as a browser does, and find nothing that runs or loads."""
    root = html5lib.parse(f"<body>{clean}", treebuilder="etree", namespaceHTMLElements=False)
    body = root.find("body")
    assert body is not None
    for element in body.iter():
        if element is body:
            continue
        assert element.tag in ALLOWED_TAGS
        assert set(element.attrib) <= ALLOWED_ATTRIBUTES
        if "href" in element.attrib:
            assert ADDRESS.fullmatch(element.attrib["href"])
        if element.tag == "a":
            assert element.attrib["rel"] == "nofollow noopener noreferrer ugc"


def clean(raw: str) -> str:
    return sanitise(raw, base=BASE)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("<p>Un <em>mot</em></p>", "<p>Un <em>mot</em></p>"),
        ("<p>ouvert", "<p>ouvert</p>"),
        ("<h1>Haut</h1>", "<h2>Haut</h2>"),
        ("<section class=x><p>a</p></section>", "<div><p>a</p></div>"),
        ("<ARTICLE>a</ARTICLE>", "<div>a</div>"),
        ("<addressless>a</addressless>", "a"),
        ('<b class="x" id=y>g</b> <font color=red>r</font>', "<b>g</b> r"),
        ("<p onclick=alert(1) style='x'>a</p>", "<p>a</p>"),
        ("a<script>alert(1)</script><style>p{}</style>b", "ab"),
        ("a<svg><text>no</text></svg><iframe src=x>no</iframe>b", "ab"),
        ("<form action=x>lire <input value=1><button>ok</button></form>", "lire"),
        ("<!-- secret -->a", "a"),
        ("<a href='/x'><img src=y.png></a>suite", "suite"),
        ("<p><strong><a href=x> </a></strong>&nbsp;</p><h2></h2>a", "a"),
        ('<img src=x alt="affiche">', ""),
        ("<pre>\n\n a\n  b</pre>", "<pre> a\n  b</pre>"),
        ('<td colspan="2">', ""),
        ('<table><tr><td colspan="2" width=3>a</table>', None),
        ("5 < 6 & 7", "5 &lt; 6 &amp; 7"),
        ("a\u202eb\u200bc\x00d\x07e", "abcde"),
        ("&#x202e;a&#0;", "a\ufffd"),
        ("", ""),
    ],
)
def test_markup_is_reduced_to_what_can_be_read(raw: str, expected: str | None) -> None:
    assert_harmless(clean(raw))
    if expected is not None:
        assert clean(raw) == expected


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("../a?b=1&c", "https://example.org/a?b=1&amp;c"),
        ("//example.com/x", "https://example.com/x"),
        ("#note", "https://example.org/blog/#note"),
        ("mailto:mairie@example.org", "mailto:mairie@example.org"),
        ("https://é.example/é", "https://é.example/é"),
    ],
)
def test_links_become_absolute(href: str, expected: str) -> None:
    rel = "nofollow noopener noreferrer ugc"
    assert clean(f'<a href="{href}" target=_top>x</a>') == f'<a href="{expected}" rel="{rel}">x</a>'


@pytest.mark.parametrize(
    "href",
    [
        *(
            "javascript:alert(1)",
            "JaVaScript:alert(1)",
            "jav&#x0D;ascript:alert(1)",
            "data:text/html,x",
        ),
        *(" javascript:1", "&#1;javascript:1", "vbscript:x", "file:///etc/passwd", "http://[bad"),
        *(
            "ftp://example.org/",
            "blob:https://example.org/x",
            "\u202ejavascript:1",
            "java\tscript:1",
        ),
    ],
)
def test_other_addresses_go_out(href: str) -> None:
    out = clean(f'<a href="{href}">x</a>')
    assert_harmless(out)
    assert "href" not in out or 'href="https://example.org/' in out


def test_relative_links_go_out_where_the_base_is_no_address() -> None:
    assert "href" not in sanitise("<a href=x>y</a>", base="http://1.2.3.999/")


def test_text_keeps_words_apart_and_holds_no_markup() -> None:
    raw = (
        "<h1>Un</h1><p>deux<br>trois</p><ul><li>qua<b>tre</b></li></ul>&eacute;t&eacute;&nbsp;&lt;"
    )
    assert to_text(clean(raw)) == "Un deux trois quatre été <"
    assert to_text(clean("<div>a</div><div>b</div><table><tr><td>c<td>d</table>")) == "a b c d"
    assert to_text(clean("e\u0301te\u0301 soft\u00adhyphen")) == "\u00e9t\u00e9 softhyphen"


def test_sizes_are_bounded() -> None:
    long = clean("<p>éà &amp; mot</p>" * 60_000)
    assert len(long.encode()) <= HTML_BYTES
    assert_harmless(long)
    assert len(to_text(long).encode()) <= TEXT_BYTES
    assert len(to_text("é " * 150_000).encode()) <= TEXT_BYTES


def test_images_written_into_the_page_do_not_crowd_out_the_text() -> None:
    image = '<img src="data:image/png;base64,' + "iVBORw0KGgo" * 60_000 + '">'
    assert clean(image + "<p>après</p>") == "<p>après</p>"


# Each of these took seconds or gigabytes before it was bounded (see taming.py).
@pytest.mark.parametrize(
    "raw",
    [
        "<p>" + "".join(f"<b id={i}>" for i in range(3_000)) + "</p>" + "<p>x</p>" * 30_000,
        "<p>" + "".join(f"<B/id={i}>" for i in range(3_000)) + "</p>" + "<p>x" * 30_000,
        "<p>" + "".join(f"<<font>font id={i}>" for i in range(3_000)) + "</p>" + "<p>x" * 30_000,
        "<div>" * 80_000,
        "<ul><li>" * 50_000,
        "&" * 400_000,
        "<b " * 130_000,
        "<p><a href=x> " * 20_000,
    ],
    ids=["formatting", "slash", "nested", "deep", "lists", "references", "unclosed", "links"],
)
def test_hostile_markup_does_not_grow(raw: str) -> None:
    out = clean(raw)
    assert len(out.encode()) <= HTML_BYTES
    assert_harmless(out[:20_000])


TAGS = [
    *("<p>", "</p>", "<b>", "</b>", "<a href=x>", "</a>", "<a href='javascript:1'>", "<div>"),
    *(
        "</div>",
        "<table>",
        "<td>",
        "</table>",
        "<script>",
        "</script>",
        "<svg>",
        "</svg>",
        "<math>",
    ),
    *("<style>", "<title>", "<textarea>", "<template>", "<noscript>", "<iframe>", "<img src=x>"),
    *("<!--", "-->", "<![CDATA[", "]]>", "<mtext>", "<mglyph>", "<foreignObject>", "<select>"),
    *(
        "<p onclick='x'>",
        '"',
        "'",
        "<",
        ">",
        "&lt;",
        "&",
        "mot",
        " ",
        "\n",
        "<pre>",
        "</pre>",
        "<li>",
    ),
    *(
        "<ul>",
        "</ul>",
        "<h1>",
        "<font x=1>",
        "<br>",
        "\u0338",
        "&#8238;",
        "</",
        "<plaintext>",
        "\r",
    ),
]
SOUP = st.one_of(st.text(), st.lists(st.sampled_from(TAGS), max_size=25).map("".join))


@given(SOUP)
def test_no_soup_yields_anything_harmful(raw: str) -> None:
    assert_harmless(clean(raw))


@given(SOUP)
def test_text_has_no_unseen_characters_and_single_spaces(raw: str) -> None:
    text = to_text(clean(raw))
    assert text == " ".join(text.split())
    assert not re.search("[\x00-\x1f\x7f\u200b\u202a-\u202e\u2066-\u2069]", text)


@given(SOUP)
def test_sanitising_twice_is_sanitising_once(raw: str) -> None:
    once = clean(raw)
    assert clean(once) == once


@pytest.mark.corpus
def test_known_attacks_come_out_harmless(corpus: Path) -> None:
    attacks = sorted((corpus / "sanitiser" / "bleach").glob("*.test.txt"))
    assert len(attacks) == 20
    for attack in attacks:
        payload = attack.read_text().split("\n--\n")[0]
        assert_harmless(clean(payload))
        assert_harmless(clean(f"<p>{payload}</p>"))


@pytest.mark.corpus
@pytest.mark.parametrize("name", ["miniflux_github.html", "miniflux_wikipedia.html"])
def test_large_real_pages_come_out_harmless_and_readable(corpus: Path, name: str) -> None:
    out = clean((corpus / "sanitiser" / "miniflux" / name).read_text())
    assert_harmless(out)
    assert "Miniflux" in to_text(out)
