"""Which ways back a site offers, judged from what is at hand."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aggregator.errors import ReadError
from aggregator.model import ArchiveAsk, Page, Recipe, Service, Source
from aggregator.readers import archive_starts, read_archive

PageOf = Callable[..., Page]
ROOT = "https://exemple.fr"
WORDPRESS = "https://wordpress.org/?v=6.4.5"


def source(url: str = f"{ROOT}/", **rest: Any) -> Source:
    return Source(slug="essai", name="Essai", url=url, kind="blog", **rest)


def feed_of(
    page_of: PageOf, url: str, *, generator: str, site: str = f"{ROOT}/", items: str = ""
) -> Page:
    return page_of(
        f'<rss version="2.0"><channel><title>Essai</title><link>{site}</link>'
        f"<generator>{generator}</generator>{items}</channel></rss>",
        url,
    )


def home_of(page_of: PageOf, head: str = "", body: str = "", url: str = f"{ROOT}/") -> Page:
    return page_of(f"<html><head>{head}</head><body>{body}</body></html>", url)


def ways(source: Source, *, feed: Page | None = None, home: Page | None = None) -> list[str]:
    """Return methods and addresses, without the sitemaps, which always come last."""
    starts = archive_starts(source, feed=feed, home=home)
    kept = [ask for ask in starts if ask.method not in {"sitemap", "robots"}]
    assert starts[: len(kept)] == tuple(kept)
    return [f"{ask.method} {ask.url.partition('_fields')[0].rstrip('?&')}" for ask in kept]


@pytest.mark.parametrize(
    ("feed", "site", "expected"),
    [
        ("/feed/", "/", ["wordpress_rest /wp-json/wp/v2/posts", "wordpress_feed /feed/?paged=2"]),
        ("/?feed=rss2", "/", ["wordpress_rest /?rest_route=/wp/v2/posts",
            "wordpress_feed /?feed=rss2&paged=2"]),
        ("/blog/feed/", "/blog", ["wordpress_rest /blog/wp-json/wp/v2/posts",
            "wordpress_feed /blog/feed/?paged=2"]),
        ("/feed/atom/", "", ["wordpress_rest /wp-json/wp/v2/posts",
            "wordpress_feed /feed/atom/?paged=2"]),
        # The REST would give the other categories too.
        ("/category/vie/feed/", "/", ["wordpress_feed /category/vie/feed/?paged=2"]),
        ("/vie/feed/", "/", ["wordpress_feed /vie/feed/?paged=2"]),
        ("/?feed=rss2&cat=3", "/", ["wordpress_feed /?feed=rss2&cat=3&paged=2"]),
    ],
)  # fmt: skip
def test_wordpress_by_its_feed(page_of: PageOf, feed: str, site: str, expected: list[str]) -> None:
    page = feed_of(page_of, ROOT + feed, generator=WORDPRESS, site=ROOT + site)
    assert ways(source(), feed=page) == [way.replace(" /", f" {ROOT}/") for way in expected]


def test_wordpress_that_hides_its_name(page_of: PageOf) -> None:
    items = f'<item><guid isPermaLink="false">{ROOT}/?p=12</guid></item>'
    page = feed_of(page_of, f"{ROOT}/feed/", generator="", items=items)
    assert ways(source(), feed=page)[0].startswith("wordpress_rest")


def test_wordpress_behind_feedburner(page_of: PageOf) -> None:
    page = feed_of(page_of, "https://feeds.feedburner.com/essai", generator=WORDPRESS, site=ROOT)
    assert ways(source(), feed=page) == [
        f"wordpress_rest {ROOT}/wp-json/wp/v2/posts",
        f"wordpress_feed {ROOT}/feed/?paged=2",
    ]


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("/wp-json/", "/wp-json/wp/v2/posts"),
        ("/index.php?rest_route=/", "/index.php?rest_route=/wp/v2/posts"),
        ("https://exemple.fr/?rest_route=/", "/?rest_route=/wp/v2/posts"),
        ("https://ailleurs.example/wp-json/", "/wp-json/wp/v2/posts"),
    ],
)
def test_wordpress_by_its_home_page(page_of: PageOf, declared: str, expected: str) -> None:
    home = home_of(
        page_of,
        '<meta name="generator" content="WordPress 6.4">'
        f'<link rel="https://api.w.org/" href="{declared}">',
    )
    assert ways(source(), home=home) == [
        f"wordpress_rest {ROOT}{expected}",
        f"wordpress_feed {ROOT}/feed/?paged=2",
    ]


def test_blogs_of_wordpress_com_have_their_rest_elsewhere(page_of: PageOf) -> None:
    rest = "https://public-api.wordpress.com/wp-json/"
    link = f'<link rel="https://api.w.org/" href="{rest}sites/exemple.fr/">'
    found = ways(source(), home=home_of(page_of, link))
    assert found[0] == f"wordpress_rest {rest}sites/exemple.fr/wp/v2/posts"


@pytest.mark.parametrize(
    ("feed", "expected"),
    [
        ("/feeds/posts/default", "/feeds/posts/default"),
        ("/feeds/posts/default?alt=rss", "/feeds/posts/default"),
        ("/feeds/posts/summary/-/v%C3%A9lo", "/feeds/posts/default/-/v%C3%A9lo"),
        ("/rss.xml", "/feeds/posts/default"),
    ],
)
def test_blogger(page_of: PageOf, feed: str, expected: str) -> None:
    page = feed_of(page_of, ROOT + feed, generator="Blogger")
    query = "redirect=false&orderby=published&max-results=150&start-index=1"
    assert ways(source(), feed=page) == [f"blogger {ROOT}{expected}?{query}"]
    home = home_of(page_of, "<meta content='blogger' name='generator'/>")
    assert ways(source(), home=home) == [f"blogger {ROOT}/feeds/posts/default?{query}"]


def test_lists_that_go_on(page_of: PageOf) -> None:
    home = home_of(page_of, body='<a href="?page=1">Suivant</a>', url=f"{ROOT}/actualites")
    assert ways(source(), home=home) == [f"listing {ROOT}/actualites"]
    assert ways(source(), home=home_of(page_of)) == []


def test_a_recipe_says_what_the_posts_are(page_of: PageOf) -> None:
    recipe = Recipe(items="article", link="a")
    home = home_of(page_of, '<meta name="generator" content="WordPress">')
    starts = archive_starts(source(f"{ROOT}/actus", recipe=recipe), feed=None, home=home)
    assert starts == (ArchiveAsk(method="listing", url=f"{ROOT}/"),)
    starts = archive_starts(source(f"{ROOT}/actus", recipe=recipe), feed=None, home=None)
    assert starts == (ArchiveAsk(method="listing", url=f"{ROOT}/actus"),)


def test_platforms_and_scrapers_have_no_archive() -> None:
    service = Service(name="opendatasoft")
    assert archive_starts(source(service=service), feed=None, home=None) == ()
    assert archive_starts(source(scraper="mairie"), feed=None, home=None) == ()


def test_sitemaps_come_last(page_of: PageOf) -> None:
    starts = archive_starts(source(), feed=None, home=None)
    assert [ask.url for ask in starts] == [f"{ROOT}/sitemap.xml", f"{ROOT}/robots.txt"]
    home = home_of(page_of, '<meta name="generator" content="SPIP 3.2.19">')
    starts = archive_starts(source(), feed=None, home=home)
    assert starts[1].url == f"{ROOT}/spip.php?page=sitemap.xml"


@pytest.mark.parametrize(
    ("links", "folder"),
    [
        (["/blog/a", "/blog/b", "/blog/2013/c"], "#/blog/"),
        (["/blog/a", "/blog/b", "/c"], ""),
        (["/2013/07/a", "/2013/07/b", "/2013/07/c"], ""),
        (["/blog/2013/07/a", "/blog/2013/07/b", "/blog/2013/07/c"], "#/blog/"),
        (["/blog/a", "/blog/b"], ""),
        (["/blog-a", "/blog-b", "/blog-c"], ""),
        (["http://[", "", "/blog/c"], ""),
        ([], ""),
    ],
)
def test_the_feed_says_where_posts_lie(page_of: PageOf, links: list[str], folder: str) -> None:
    items = "".join(f"<item><title>Fête</title><link>{link}</link></item>" for link in links)
    feed = feed_of(page_of, f"{ROOT}/flux", generator="Maison", items=items)
    starts = archive_starts(source(), feed=feed, home=None)
    assert [ask.url for ask in starts] == [
        f"{ROOT}/sitemap.xml{folder}",
        f"{ROOT}/robots.txt{folder}",
    ]


@pytest.mark.parametrize(
    "body", [b"", b"\0", b"<", b"{", b"{}", b"[]", b"<rss", b"<feed/>", b"\xff"]
)
@pytest.mark.parametrize("url", [f"{ROOT}/feed/", "http://exemple.fr:99999/", f"{ROOT}/?feed=rss2"])
def test_what_cannot_be_read_says_nothing(page_of: PageOf, body: bytes, url: str) -> None:
    page = page_of(body, url)
    assert archive_starts(source(), feed=page, home=page)


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("folder", "methods"),
    [
        ("feeds/fr", {"wordpress_rest": 28, "sitemap": 1}),
        ("feeds/feedjira", {"wordpress_rest": 3, "sitemap": 40}),
        ("feeds/fastfeedparser", {"wordpress_rest": 2, "sitemap": 19}),
        ("feeds/miniflux", {"sitemap": 231}),
        ("pages/fr", {"wordpress_feed": 27, "sitemap": 22}),
    ],
)
def test_ways_of_real_sites(
    corpus: Path, page_of: PageOf, folder: str, methods: dict[str, int]
) -> None:
    found = dict.fromkeys(methods, 0)
    for path in sorted((corpus / folder).rglob("*")):
        if path.is_file():
            page = page_of(path.read_bytes(), f"{ROOT}/feed/" if "feeds" in folder else f"{ROOT}/")
            feed, home = (page, None) if "feeds" in folder else (None, page)
            starts = archive_starts(source(), feed=feed, home=home)
            found[starts[0].method] += 1
            for ask in starts:  # nor does an answer of another kind break any method
                try:
                    read_archive(ask, page, source=source())
                except ReadError:
                    continue
    assert found == methods
