"""Selectors, blocks and charsets of HTML pages."""

from collections.abc import Callable

import pytest

from aggregator.model import Page
from aggregator.scraping import Selector, base_of, blocks, parse_selector, pick, pick_html, soup

PageOf = Callable[..., Page]

CARD = """<ul><li class="carte une" id="a1"><h2><a href="/a?x=1&amp;y=2">Le <b>bud</b>get<br>
participatif</a></h2><p>Un</p><p>deux&nbsp;:</p><script>non</script><!-- non --></li></ul>"""


@pytest.mark.parametrize(
    ("text", "css", "attribute"),
    [
        ("h2 a", "h2 a", None),
        ("time@datetime", "time", "datetime"),
        (" time @DateTime ", "time", "datetime"),
        ("@href", "", "href"),
        (".", "", None),
        ("a[href*='@']", "a[href*='@']", None),
        ("a[href*='@']@href", "a[href*='@']", "href"),
    ],
)
def test_a_selector_is_css_and_perhaps_an_attribute(
    text: str, css: str, attribute: str | None
) -> None:
    assert parse_selector(text) == Selector(css=css, attribute=attribute)


@pytest.mark.parametrize("text", ["", "  ", "h2 >", "a:has(", "a@", "li:nth(2"])
def test_a_wrong_selector_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"is empty|no CSS selector: \S"):
        parse_selector(text)


def test_texts_are_read_as_a_person_would(page_of: PageOf) -> None:
    (card,) = blocks(page_of(CARD), "li")

    assert pick(card, "h2") == "Le budget participatif"
    assert pick(card, ".") == "Le budget participatif Un deux\u00a0:"
    assert pick(card, "@id") == "a1"
    assert pick(card, "@class") == "carte une"
    assert pick(card, "a@href") == "/a?x=1&y=2"
    assert pick(card, "h3") is None
    assert pick(card, "h2@title") is None
    assert pick_html(card, "h2 b") == "bud"
    assert pick_html(card, "a@href") == "/a?x=1&amp;y=2"
    assert pick_html(card, "h3") == ""


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("<p>été €</p>".encode(), "text/html; charset=utf-8"),
        ("<p>été €</p>".encode("cp1252"), "text/html; charset=ISO-8859-1"),
        (b'<meta charset="iso-8859-1">' + "<p>été €</p>".encode("cp1252"), "text/html"),
        ("<p>été €</p>".encode("cp1252"), ""),
        ("<p>été €</p>".encode(), ""),
        ("<p>été €</p>".encode()[:-1] + "é".encode()[:1], ""),
        ("\ufeff<p>été €</p>".encode("utf-16-le"), "text/html; charset=utf-8"),
    ],
)
def test_the_charset_is_the_one_a_browser_would_choose(
    page_of: PageOf, body: bytes, content_type: str
) -> None:
    assert (pick(soup(page_of(body, content_type=content_type)), "p") or "").startswith("été €")


@pytest.mark.parametrize("body", ["", "\0", "https://exemple.fr/a.html", "<?xml version='1'?><a/>"])
def test_anything_is_a_page(page_of: PageOf, body: str) -> None:
    assert blocks(page_of(body), "h1") == []


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ('<base href="/actu/">', "https://exemple.fr/actu/"),
        ('<base target="_blank">', "https://exemple.fr/"),
        ('<base href="http://[">', "https://exemple.fr/"),
    ],
)
def test_links_are_relative_to_the_base_of_the_page(
    page_of: PageOf, base: str, expected: str
) -> None:
    page = page_of(base)

    assert base_of(soup(page), page) == expected


def test_a_page_of_millions_of_tags_is_read_to_a_point(page_of: PageOf) -> None:
    assert len(blocks(page_of("<p>" * 3_000_000), "p")) < 200_000
