"""HTML that is not parsed a second time would have come out of the parser unchanged."""

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.normalise import markup
from aggregator.normalise.markup import sanitise
from aggregator.normalise.steady import is_steady
from aggregator.normalise.taming import tamed

BASE = "https://example.org/blog/"
REL = 'rel="nofollow noopener noreferrer ugc"'
PLAIN = (
    *("p", "div", "blockquote", "figure", "figcaption", "h1", "h2", "h3", "ul", "ol", "li"),
    *("a href=x", "a", "b", "strong", "em", "i", "code", "sub", "ins", "br", "hr", "span", "font"),
)
# What parsers treat otherwise: barriers, foster parents, raw texts, foreign content.
ODD = (
    *("table", "tbody", "tr", "td", "caption", "pre", "dl", "dt", "dd", "abbr title='<a>'"),
    *("button", "marquee", "object", "applet", "template", "select", "option", "form", "nobr"),
    *("svg", "math", "mtext", "foreignObject", "annotation-xml encoding=text/html", "mglyph"),
    *("title", "textarea", "style", "script", "noscript", "iframe", "xmp", "plaintext"),
    *("section", "center", "dir", "rt", "ruby", "body", "html", "frameset", "img", "input"),
)
TEXTS = ("mot", " ", "\n", "&nbsp;", "&lt;p&gt;", "<", ">", "&", "\u200b", "&#13;", "<!--", "-->")


def pieces(names: tuple[str, ...]) -> st.SearchStrategy[str]:
    starts = st.sampled_from(names).map(lambda name: f"<{name}>")
    ends = st.sampled_from(names).map(lambda name: f"</{name.split()[0]}>")
    return st.one_of(starts, starts, ends, st.sampled_from(TEXTS))


PLAIN_SOUP = st.lists(pieces(PLAIN), max_size=60).map("".join)
ODD_SOUP = st.lists(st.one_of(pieces(PLAIN), pieces(ODD)), max_size=40).map("".join)


def nested(names: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Trees written out as serialisers write them, whether or not a parser could make them."""

    def element(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        content = st.lists(inner, max_size=4).map("".join)
        return st.builds(_written, st.sampled_from(names), content)

    return st.recursive(st.sampled_from(("mot", " ", "<br>", "<hr>")), element, max_leaves=25)


def _written(name: str, content: str) -> str:
    return f"<{name}>{content}</{name.split(maxsplit=1)[0]}>"


TREES = nested(
    (
        *("p", "div", "blockquote", "figure", "h2", "h3", "ul", "ol", "li", "b", "em", "sub"),
        *(f'a href="https://example.org/" {REL}', "table", "tr", "td", "pre", "dd"),
    )
)


class _AsWritten(HTMLParser):
    """The tree that the tags say, without any of the parser's rules."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[list[Any]] = [["body"]]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the library's
        element = [tag]
        self.open[-1].append(element)
        if tag not in {"br", "hr"}:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        self.open[-1].append(data)


def as_written(serialised: str) -> list[Any]:
    parser = _AsWritten()
    parser.feed(serialised)
    parser.close()
    [tree] = parser.open
    return tree


def as_browsers_read(serialised: str) -> list[Any]:
    root = html5lib.parseFragment(serialised, treebuilder="etree", namespaceHTMLElements=False)
    return ["body", *_content(root)]


def _content(element: Any) -> Iterator[Any]:
    if element.text:
        yield element.text
    for child in element:
        yield [child.tag, *_content(child)]
        if child.tail:
            yield child.tail


def check(raw: str) -> None:
    once, steady, _plain = markup._clean(tamed(raw), BASE)
    if steady:
        assert as_browsers_read(once) == as_written(once)
    assert sanitise(raw, base=BASE) == markup._settled(once, BASE)


@given(PLAIN_SOUP)
def test_plain_soup_comes_out_as_if_settled(raw: str) -> None:
    check(raw)


@given(ODD_SOUP)
def test_odd_soup_comes_out_as_if_settled(raw: str) -> None:
    check(raw)


@given(TREES)
def test_a_steady_tree_is_read_as_written(serialised: str) -> None:
    if is_steady(serialised):
        assert as_browsers_read(serialised) == as_written(serialised)


@pytest.mark.parametrize(
    "serialised",
    [
        "",
        "mot &lt; <br> mot",
        f'<p>Un <b>mot</b> <a href="https://example.org/?a&amp;b" {REL}>ici <em>là</em></a></p>\n',
        "<h2>a</h2><hr><div><div><p>a</p>b</div></div>",
        "<ul>\n<li>a<p>b</p></li>\n<li>c<ol><li>d</li></ol></li></ul>",
        "<figure><blockquote>a</blockquote><figcaption>b</figcaption></figure>",
        "<b><p>a</p></b>",
    ],
)
def test_plain_trees_are_steady(serialised: str) -> None:
    assert is_steady(serialised)
    assert as_browsers_read(serialised) == as_written(serialised)


@pytest.mark.parametrize(
    "serialised",
    [
        "<p><p>a</p></p>",
        "<p><b><div>a</div></b></p>",
        "<p><hr></p>",
        "<h2><h3>a</h3></h2>",
        "<ul><li><li>a</li></li></ul>",
        "<ul><li><div><li>a</li></div></li></ul>",
        "<ul><li><b><li>a</li></b></li></ul>",
        f"<a {REL}><a {REL}>a</a></a>",
        f"<a {REL}><div><a {REL}>a</a></div></a>",
        f"<a {REL}><b><a {REL}>a</a></b></a>",
        "<li>a</li>",
        "<table><tbody><tr><td>a</td></tr></tbody></table>",
        "<table><div>a</div></table>",
        "<pre>\n\na</pre>",
        "<dl><dt>a</dt></dl>",
        '<abbr title="a">b</abbr>',
        "<svg></svg>",
        "<p>a < b</p>",
        "</br>",
        "<p>a<b> </b></p>",
        "<div>&nbsp;\n</div>",
        f"a<a {REL}></a>",
    ],
)
def test_all_others_are_parsed_again(serialised: str) -> None:
    assert not is_steady(serialised)


@pytest.mark.parametrize("raw", ["<p>a\u200bb</p>", "<p>a&#13;b</p>", "<i>" * 6 + "</i>" * 6 + "a"])
def test_what_was_changed_by_hand_is_parsed_again(raw: str) -> None:
    _clean, steady, _plain = markup._clean(raw, BASE)
    assert not steady
