"""The sample town answers all that its sources list names, and its content is well-formed."""

import calendar
import http.client
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlsplit

import feedparser
import pytest
from ruamel.yaml import YAML

from aggregator.errors import UsageError
from aggregator.model import KINDS
from aggregator.sample import SampleTown
from aggregator.sample.content import PARIS
from aggregator.sample.platforms import PLATFORMS
from aggregator.sample.rendering import DAYS, MONTHS
from aggregator.sources import load_sources

DEMO = Path(__file__).resolve().parents[3] / "demo"
SOURCES = YAML(typ="safe").load(DEMO / "sources.yaml")["sources"]
POSTS = sorted((DEMO / "sites").glob("*.yaml"))


@pytest.fixture(scope="module")
def town() -> Iterator[SampleTown]:
    with SampleTown(DEMO) as served:
        yield served


class Reply:
    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()


def get(town: SampleTown, url: str, headers: dict[str, str] | None = None) -> Reply:
    parts = urlsplit(url)
    address = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = http.client.HTTPConnection("127.0.0.1", town.port, timeout=5)
    try:
        connection.request("GET", address, headers={"Host": parts.netloc} | (headers or {}))
        return Reply(connection.getresponse())
    finally:
        connection.close()


def site_of(url: str) -> str:
    return (urlsplit(url).hostname or "").removesuffix(".localhost")


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source["slug"])
def test_every_source_answers_as_described(town: SampleTown, source: dict[str, str]) -> None:
    url = source.get("feed", source["url"])
    site = town.sites[site_of(url)]
    expected = 500 if site.fails else 301 if site.moved_to else 200
    assert get(town, url).status == expected
    assert get(town, source["url"]).status == expected
    assert source["kind"] in KINDS


def feeds(town: SampleTown) -> list[tuple[str, str]]:
    return [
        (site.name, site.home + feed.address)
        for site in town.sites.values()
        if site.platform
        for feed in PLATFORMS[site.platform].feeds
    ]


def test_every_feed_holds_all_posts(town: SampleTown) -> None:
    for name, url in feeds(town):
        posts = town.sites[name].posts
        if url.endswith("/comments/feed/"):
            expected = sum(len(post.comments) for post in posts)
        else:
            expected = len(posts)
        reply = get(town, url)
        if url.endswith(".json"):
            assert len(YAML(typ="safe").load(reply.body)["items"]) == expected, url
            continue
        parsed = feedparser.parse(reply.body, response_headers=reply.headers)
        assert not parsed.bozo, (url, parsed.get("bozo_exception"))
        assert len(parsed.entries) == expected, url


def test_feeds_state_dates_and_addresses_as_written(town: SampleTown) -> None:
    for name, url in feeds(town):
        if url.endswith((".json", "/comments/feed/")):
            continue
        entries = feedparser.parse(get(town, url).body).entries
        for entry, post in zip(entries, town.sites[name].posts, strict=True):
            assert entry.link == post.url
            assert (entry.get("title") or None) == post.title
            # feedparser files SPIP's dc:date under « updated ».
            moment = entry["published_parsed" if "published" in entry else "updated_parsed"]
            assert datetime.fromtimestamp(calendar.timegm(moment), UTC) == post.published


def test_every_post_has_its_page(town: SampleTown) -> None:
    for site in town.sites.values():
        for post in site.posts:
            assert get(town, post.url).status == 200, post.url


def test_listings_lead_from_page_to_page(town: SampleTown) -> None:
    for name in ("conseil-citoyen", "jeunes", "agenda"):
        site = town.sites[name]
        platform = PLATFORMS[site.platform]
        pages = -(-len(site.posts) // platform.per_page) or 1
        seen = b""
        for index in range(pages):
            reply = get(town, site.home + platform.listing_address(index))
            assert reply.status == 200
            seen += reply.body
        assert all(post.slug.encode() in seen for post in site.posts)


def test_the_old_page_is_in_the_charset_such_pages_are_in(town: SampleTown) -> None:
    reply = get(town, town.sites["fonds"].home + "/")
    assert reply.headers["content-type"] == "text/html"
    assert b"charset=iso-8859-1" in reply.body
    assert "inventés" in reply.body.decode("cp1252")


def test_known_pages_are_answered_304(town: SampleTown) -> None:
    url = town.sites["tanneries"].home + "/feed/"
    first = get(town, url)
    again = get(town, url, {"If-None-Match": first.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    dated = get(town, url, {"If-Modified-Since": first.headers["last-modified"]})
    assert dated.status == 304
    assert get(town, url, {"If-None-Match": '"other"'}).status == 200


def test_robots_forbid_what_one_site_keeps_private(town: SampleTown) -> None:
    assert b"Disallow: /prive/" in get(town, town.sites["ville"].home + "/robots.txt").body


def test_unknown_hosts_and_pages_are_not_found(town: SampleTown) -> None:
    assert get(town, f"http://ailleurs.localhost:{town.port}/").status == 404
    assert get(town, town.sites["ville"].home + "/absent").status == 404


def test_a_second_demo_takes_another_port_and_says_so_in_its_list(
    town: SampleTown, tmp_path: Path
) -> None:
    with SampleTown(DEMO) as second:
        assert second.port != town.port
        second.write_town(tmp_path)
        listed = load_sources(tmp_path / "sources.yaml", scrapers=tmp_path / "scrapers").sources
        assert all(f".localhost:{second.port}/" in source.url for source in listed)


def test_content_of_another_form_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "sites").mkdir()
    (tmp_path / "web.yaml").write_text("s: {title: S, platform: rss}\n")
    (tmp_path / "sites" / "s.yaml").write_text("- {slug: a, date: 2024-01-01, title: A}\n")
    with pytest.raises(UsageError, match=r"sites/s\.yaml.*body"), SampleTown(tmp_path):
        pass


@pytest.mark.parametrize("path", POSTS, ids=lambda path: path.stem)
def test_posts_are_unique_dated_and_long_enough(town: SampleTown, path: Path) -> None:
    posts = town.sites[path.stem].posts
    slugs = [post.slug for post in posts]
    assert len(slugs) == len(set(slugs))
    assert len({post.html for post in posts}) == len(posts)
    # The town was written on 20 November 2026; its agenda announces a winter ahead.
    ahead = path.stem == "agenda"
    last = datetime(2027, 4, 1, tzinfo=PARIS) if ahead else datetime(2026, 11, 21, tzinfo=PARIS)
    for post in posts:
        assert re.fullmatch(r"[a-z0-9-]+", post.slug)
        assert datetime(2014, 12, 31, tzinfo=PARIS) < post.published < last, post.slug
        assert post.html.strip()


def test_days_of_the_week_are_right(town: SampleTown) -> None:
    # « mardi 14 avril [2026] »: without a year, the post's own or a neighbour.
    stated = re.compile(
        rf"\b({'|'.join(DAYS)}) (\d+) ({'|'.join(MONTHS)})(?: (\d{{4}}))?", re.IGNORECASE
    )
    for site in town.sites.values():
        for post in site.posts:
            for day, number, month, year in stated.findall(post.html):
                near = post.published.year
                years = [int(year)] if year else [near - 1, near, near + 1]
                weekdays = {
                    date(candidate, MONTHS.index(month.lower()) + 1, int(number)).weekday()
                    for candidate in years
                }
                assert DAYS.index(day.lower()) in weekdays, (site.name, post.slug, day, number)
