"""Archives that are made to exhaust whoever reads them."""

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from archives.walking import follow
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import ReadError
from aggregator.model import ArchiveAsk, Page, Source
from aggregator.readers import archive_starts, read_archive

PageOf = Callable[..., Page]
ROOT = "https://exemple.fr"
NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
SOURCE = Source(slug="essai", name="Essai", url=f"{ROOT}/", kind="blog")
METHODS = (
    *("wordpress_rest", "wordpress_feed", "blogger", "paged_feed", "listing", "sitemap"),
    *("sitemap_part", "robots"),
)
SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def read_if_possible(method: str, page: Page) -> int:
    """Return how much one answer holds; nothing but a ReadError may come of it."""
    try:
        reading = read_archive(ArchiveAsk(method=method, url=page.url), page, source=SOURCE)
    except ReadError:
        return 0
    return len(reading.entries) + len(reading.pages) + len(reading.asks)


BODIES = {
    "zeros, packed": gzip.compress(b"\0" * 100_000_000),
    "elements, packed": gzip.compress(f"<urlset {SPACE}>{'<x/>' * 4_000_000}".encode()),
    "packed and cut": gzip.compress(f"<urlset {SPACE}><url>".encode())[:-10],
    "packed twice": gzip.compress(gzip.compress(f"<urlset {SPACE}></urlset>".encode())),
    "not packed at all": b"\x1f\x8b nothing",
    "deep sitemap": f"<urlset {SPACE}>{'<url>' * 200_000}".encode(),
    "deep page": b"<div>" * 100_000 + b"<a href=/fete-des-voisins>La f\xc3\xaate</a>",
    "many links": b"".join(b"<li><a href=/p%d>Nouvelle</a>" % at for at in range(200_000)),
    "long link": b"<a href='/?debut_" + b"a" * 2_000_000 + b"=1'>2</a>",
    "long words": b"<a href='?page=2'>" + b"page " * 400_000 + b"suivante</a>",
    "many fields": b"<a href='?" + b"p=1&" * 400_000 + b"'>2</a>",
    "many sitemaps": b"Sitemap: https://exemple.fr/a.xml\n" * 100_000,
    "entities": b'<!DOCTYPE urlset [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><urlset>&b;',
    "deep JSON": b"[" * 1_000_000,
    "long JSON": json.dumps([{"title": {"rendered": "a" * 5_000_000}}]).encode(),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("method", METHODS)
def test_bombs(page_of: PageOf, method: str, body: bytes) -> None:
    assert read_if_possible(method, page_of(body, f"{ROOT}/liste")) <= 50_000


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_bombs_at_the_start(page_of: PageOf, body: bytes) -> None:
    page = page_of(body, f"{ROOT}/liste")
    assert len(archive_starts(SOURCE, feed=page, home=page)) <= 6


@pytest.mark.corpus
def test_attacks_in_sitemaps(corpus: Path, page_of: PageOf) -> None:
    for path in sorted((corpus / "sanitiser/xml-attacks").iterdir()):
        for method in METHODS:
            read_if_possible(method, page_of(path.read_bytes()))


def test_sitemaps_have_an_end(page_of: PageOf) -> None:
    rows = "".join(f"<url><loc>{ROOT}/nouvelles/{at}</loc></url>" for at in range(60_000))
    page = page_of(gzip.compress(f"<urlset {SPACE}>{rows}</urlset>".encode()))
    assert read_if_possible("sitemap", page) == 50_000
    lines = "\n".join(f"{ROOT}/nouvelles/{at}" for at in range(60_000))
    assert read_if_possible("sitemap", page_of(lines)) == 50_000


def test_an_index_has_an_end(page_of: PageOf) -> None:
    rows = "".join(f"<sitemap><loc>{ROOT}/{at}.xml</loc></sitemap>" for at in range(5_000))
    page = page_of(f"<sitemapindex {SPACE}>{rows}</sitemapindex>")
    assert read_if_possible("sitemap", page) == 1_000


@given(st.sampled_from(METHODS), st.binary(max_size=200), st.sampled_from([b"", b"<rss>", b"[{"]))
def test_nothing_breaks_a_method(method: str, body: bytes, before: bytes) -> None:
    url = f"{ROOT}/liste"
    page = Page(
        requested_url=url, url=url, body=before + body, status=200, fetched=NOW, elapsed_s=0
    )
    read_if_possible(method, page)


def feed_leading_to(url: str) -> str:
    return (
        '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>'
        f'<atom:link rel="next" href="{url}"/><item><title>Fête</title></item></channel></rss>'
    )


def test_an_archive_that_goes_round_ends(page_of: PageOf) -> None:
    def fetch(url: str) -> Page:
        return page_of(feed_leading_to("/b" if url.endswith("/a") else "/a"), url)

    start = ArchiveAsk(method="paged_feed", url=f"{ROOT}/a")
    assert len(follow(start, SOURCE, fetch=fetch).asked) == 2


def test_an_archive_that_leads_to_itself_ends(page_of: PageOf) -> None:
    def fetch(url: str) -> Page:
        return page_of(feed_leading_to(url), url)

    start = ArchiveAsk(method="paged_feed", url=f"{ROOT}/a")
    assert len(follow(start, SOURCE, fetch=fetch).asked) == 1


def test_an_archive_without_end_is_cut_by_the_budget(page_of: PageOf) -> None:
    def fetch(url: str) -> Page:
        return page_of(feed_leading_to(f"/{int(url.rpartition('/')[2]) + 1}"), url)

    start = ArchiveAsk(method="paged_feed", url=f"{ROOT}/1")
    walked = follow(start, SOURCE, fetch=fetch, most=10_000)
    assert len(walked.asked) == 10_000


def test_sitemaps_that_list_one_another_end(page_of: PageOf) -> None:
    rows = "".join(f"<sitemap><loc>{ROOT}/{name}.xml</loc></sitemap>" for name in "abc")

    def fetch(url: str) -> Page:
        return page_of(f"<sitemapindex {SPACE}>{rows}</sitemapindex>", url)

    start = ArchiveAsk(method="sitemap", url=f"{ROOT}/a.xml")
    assert len(follow(start, SOURCE, fetch=fetch).asked) == 3
