"""Feeds found in a page, and guessed from an address."""

import csv
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urljoin

import pytest

from aggregator.model import Page
from aggregator.readers import find_feeds, guess_feeds
from aggregator.scraping import base_of, soup

PageOf = Callable[..., Page]

HOME = """<head>
<link rel="alternate" type="application/json+oembed" href="/wp-json/oembed/1.0/embed">
<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/2">
<link rel="alternate" type="application/rss+xml" title="Commentaires" href="/comments/feed/">
<link rel="ALTERNATE" type="application/rss+xml; charset=utf-8" title="Actus" href=" /feed/ ">
<link rel="alternate" type="application/atom+xml" href="https://ailleurs.fr/atom.xml">
<link rel="stylesheet" type="text/css" href="/rss.css">
<link rel="alternate" type="text/html" href="/en">
</head><a href="spip.php?page=backend">RSS</a><a href="feed">encore</a>
<a href="/feed/#haut">encore</a>
<a href="https://www.facebook.com/rss">Facebook</a><a href="feed://exemple.fr/rss.xml">Flux</a>
<a href="/actualites">Actualités</a><a href="http://[/rss">cassé</a>
<a href="javascript:rss()">x</a>"""


def test_feeds_are_ranked(page_of: PageOf) -> None:
    found = find_feeds(page_of(HOME, url="https://www.exemple.fr/"))

    assert [(feed.url, feed.found_by, feed.is_comments) for feed in found] == [
        ("https://www.exemple.fr/feed/", "link", False),
        ("https://ailleurs.fr/atom.xml", "link", False),
        ("https://www.exemple.fr/spip.php?page=backend", "anchor", False),
        ("http://exemple.fr/rss.xml", "anchor", False),
        ("https://www.exemple.fr/comments/feed/", "link", True),
    ]
    assert found[0].title == "Actus"


def test_the_base_of_the_page_counts(page_of: PageOf) -> None:
    page = page_of('<base href="https://b.fr/x/"><link rel="alternate" type="text/xml" href="f">')

    assert [feed.url for feed in find_feeds(page)] == ["https://b.fr/x/f"]


@pytest.mark.parametrize("body", ["", "\0<a href=rss>", "<link rel=alternate href=>"])
def test_a_page_without_feed_has_none(page_of: PageOf, body: str) -> None:
    assert [feed.url for feed in find_feeds(page_of(body))] in ([], ["https://exemple.fr/rss"])


def test_guesses_begin_in_the_folder_the_moderators_chose() -> None:
    guesses = [feed.url for feed in guess_feeds("https://exemple.fr/blog/page.php?a=1#b")]

    assert guesses[:4] == [
        "https://exemple.fr/blog/feed/",
        "https://exemple.fr/blog/rss.xml",
        "https://exemple.fr/blog/?format=feed&type=rss",
        "https://exemple.fr/feed/",
    ]
    assert len(guesses) == 12


@pytest.mark.parametrize(
    "path",
    [
        *("feed/", "?feed=rss2", "spip.php?page=backend", "feeds/posts/default", "rss.xml"),
        *("atom.xml", "feed.xml", "index.xml", "rss", "?format=feed&type=rss"),
        *("blog/do/rss.xml", "blog-feed.xml"),
    ],
)
def test_every_platform_of_the_list_is_guessed(path: str) -> None:
    assert f"https://exemple.fr/{path}" in {feed.url for feed in guess_feeds("https://exemple.fr")}


@pytest.mark.parametrize("url", ["ftp://exemple.fr/", "http://[", "", "mailto:a@exemple.fr"])
def test_only_web_addresses_are_guessed_from(url: str) -> None:
    assert guess_feeds(url) == ()


@pytest.mark.corpus
def test_every_feed_that_real_pages_declare_is_found(corpus: Path, page_of: PageOf) -> None:
    with (corpus / "pages" / "pages_expected.csv").open(newline="", encoding="utf-8") as table:
        rows = list(csv.DictReader(table))
    for row in rows:
        page = page_of((corpus / row["file"]).read_bytes(), url="https://exemple.fr/a/b/c/d/e")
        found = find_feeds(page)
        base = base_of(soup(page), page)
        declared = {urljoin(base, href) for href in row["feeds"].split()}
        assert declared <= {feed.url for feed in found}, row["file"]
        if found and found[0].is_comments:
            assert all("comment" in url for url in declared), row["file"]
