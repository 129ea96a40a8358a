"""Five hundred posts on each platform, all found, in as few requests as can be."""

from datetime import UTC, datetime
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from archives.server import KINDS, ArchiveSite, serve
from archives.walking import Walked, walk

from aggregator.clock import to_iso
from aggregator.errors import BadStatus
from aggregator.fetch.headers import Headers, said
from aggregator.fetch.urls import parse_url
from aggregator.model import DateOrigin, Page, Post
from aggregator.normalise import normalise

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)


def fetch(url: str) -> Page:
    try:
        with urlopen(url) as answer:
            fields = [(k.lower().encode(), v.encode("latin-1")) for k, v in answer.headers.items()]
            return Page(
                requested_url=url,
                url=answer.url.partition("#")[0],
                body=answer.read(),
                status=answer.status,
                content_type=answer.headers["Content-Type"],
                said=said(parse_url(url), Headers(fields), NOW),
                fetched=NOW,
                elapsed_s=0.1,
            )
    except HTTPError as error:
        error.close()
        raise BadStatus(str(error), url=url, status=error.code) from error


def walk_through(site: ArchiveSite) -> Walked:
    feed = fetch(site.source.feed) if site.source.feed else None
    return walk(site.source, fetch=fetch, feed=feed, home=fetch(site.source.url))


METHODS = {  # the way that leads through
    "wordpress-feed": "wordpress_feed",
    "wordpress-rest": "wordpress_rest",
    "wordpress-both": "wordpress_rest",
    "blogger": "blogger",
    "spip": "listing",
    "drupal": "listing",
    "sitemap": "sitemap",
    "rfc5005": "paged_feed",
}


@pytest.mark.parametrize("kind", KINDS)
def test_all_posts_are_found(kind: str) -> None:
    with serve(kind) as site:
        # Home pages differ from feeds in what they list: the first posts are known by the feed.
        walked = walk_through(site)
        first = {post.url for post in site.posts[:20]} if site.source.feed else set()
        expected = {post.url for post in site.posts}
        opened = len(walked.pages)
        assert walked.method == METHODS[kind]
        assert expected - first <= {*walked.entries, *walked.pages} <= expected
        assert site.spent + opened <= 1.02 * site.fewest + 3
        if walked.expected is not None:
            assert walked.expected == len(site.posts)


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if METHODS[kind] not in {"listing", "sitemap"}]
)
def test_dates_are_right_in_summer_and_winter(kind: str) -> None:
    with serve(kind, posts=200) as site:
        walked = walk_through(site)
        published = {post.url: post for post in site.posts}
        for url, entry in walked.entries.items():
            post = normalise(
                entry,
                source=site.source,
                page_url=site.root,
                language="fr",
                seen=NOW,
                timezone="Europe/Paris",
            )
            assert isinstance(post, Post)
            assert to_iso(post.published) == published[url].published
            assert post.date_origin is DateOrigin.STATED
            assert post.title == published[url].title
            assert f"Le numéro {published[url].written.number} de nos nouvelles." in post.text


def test_rest_and_feed_name_a_post_alike() -> None:
    from aggregator.readers import read_feed

    with serve("wordpress-both", posts=30) as site:
        feed = read_feed(fetch(f"{site.root}/feed/"))
        walked = walk_through(site)
        for entry in feed.entries:
            twin = walked.entries[entry.link or ""]
            assert (twin.guid, twin.author) == (entry.guid, entry.author)
            assert twin.categories == entry.categories
            assert twin.updated
