"""WordPress: ten posts a page of its feed, up to a hundred an answer of its REST."""

from collections.abc import Callable
from html import escape
from math import ceil
from typing import Any

from archives.answers import (
    NOT_FOUND,
    Asked,
    Given,
    Platform,
    article_page,
    as_json,
    html_page,
    one_page,
    rss,
    source_of,
)
from archives.content import Written


def _url(root: str) -> Callable[[Written], str]:
    return lambda post: f"{root}/{post.local:%Y/%m}/{post.slug}/"


def _item(root: str, post: Written) -> str:
    return (
        f"<item><title>{escape(post.title)}</title><link>{_url(root)(post)}</link>"
        f"<dc:creator><![CDATA[{post.author}]]></dc:creator>"
        f"<pubDate>{post.published:%a, %d %b %Y %H:%M:%S +0000}</pubDate>"
        f"<category><![CDATA[{post.category}]]></category><category><![CDATA[{post.tag}]]>"
        f'</category><guid isPermaLink="false">{root}/?p={post.number}</guid>'
        f"<description><![CDATA[{post.html[:60]}…]]></description>"
        f"<content:encoded><![CDATA[{post.html}]]></content:encoded></item>"
    )


def _feed_page(root: str, posts: tuple[Written, ...], asked: Asked) -> Given:
    shown = one_page(posts, asked.number("paged", 1), 10)
    if not shown:
        return Given(body=b"", status=404, content_type="application/rss+xml; charset=UTF-8")
    items = "".join(_item(root, post) for post in shown)
    return rss(root, items, generator="https://wordpress.org/?v=6.4.5")


def _home(root: str, posts: tuple[Written, ...], *, rest: bool, feed: bool) -> Given:
    head = '<meta name="generator" content="WordPress 6.4.5">'
    if rest:
        head += f'<link rel="https://api.w.org/" href="{root}/wp-json/">'
    if feed:
        head += f'<link rel="alternate" type="application/rss+xml" href="{root}/feed/">'
    shown = "".join(
        f'<article class="post"><h2><a href="{_url(root)(post)}">{escape(post.title)}'
        f"</a></h2><p>{post.html[:60]}</p></article>"
        for post in posts[:10]
    )
    return html_page("Nouvelles du quartier", shown, head=head)


def _rest_post(root: str, post: Written) -> dict[str, Any]:
    return {
        "id": post.number,
        "date": f"{post.local:%Y-%m-%dT%H:%M:%S}",
        "date_gmt": f"{post.published:%Y-%m-%dT%H:%M:%S}",
        "guid": {"rendered": f"{root}/?p={post.number}"},
        "modified": f"{post.modified:%Y-%m-%dT%H:%M:%S}",
        "modified_gmt": f"{post.modified:%Y-%m-%dT%H:%M:%S}",
        "slug": post.slug,
        "status": "publish",
        "type": "post",
        "link": _url(root)(post),
        "title": {"rendered": escape(post.title)},
        "content": {"rendered": post.html, "protected": False},
        "excerpt": {"rendered": f"{post.html[:60]}…", "protected": False},
        "author": 1,
        "categories": [1],
        "tags": [2],
        "_links": {"self": [{"href": f"{root}/wp-json/wp/v2/posts/{post.number}"}]},
    }


def _embedded(post: Written) -> dict[str, Any]:
    return {
        "author": [{"id": 1, "name": post.author}],
        "wp:term": [
            [{"id": 1, "name": escape(post.category), "taxonomy": "category"}],
            [{"id": 2, "name": escape(post.tag), "taxonomy": "post_tag"}],
        ],
    }


def _rest_page(root: str, posts: tuple[Written, ...], asked: Asked) -> Given:
    size, page = asked.number("per_page", 10), asked.number("page", 1)
    if not 1 <= size <= 100:
        return as_json({"code": "rest_invalid_param", "data": {"status": 400}}, 400)
    shown, pages = one_page(posts, page, size), ceil(len(posts) / size)
    if not shown:
        return as_json({"code": "rest_post_invalid_page_number", "data": {"status": 400}}, 400)
    wanted = set(filter(None, asked.fields.get("_fields", "").split(",")))
    found = [_rest_post(root, post) for post in shown]
    if wanted:
        found = [{key: one[key] for key in one if key in wanted} for one in found]
    if "_embed" in asked.fields and (not wanted or "_links" in wanted):
        found = [
            one | {"_embedded": _embedded(post)} for one, post in zip(found, shown, strict=True)
        ]
    headers = {"X-WP-Total": str(len(posts)), "X-WP-TotalPages": str(pages)}
    if page < pages:
        headers["Link"] = f'<{root}/wp-json/wp/v2/posts?page={page + 1}>; rel="next"'
    return as_json(found, headers=headers)


def _site(root: str, posts: tuple[Written, ...], *, rest: bool, feed: bool) -> Platform:
    articles = {f"/{post.local:%Y/%m}/{post.slug}/": post for post in posts}

    def answer(asked: Asked) -> Given:
        if asked.path == "/":
            return _home(root, posts, rest=rest, feed=feed)
        if asked.path == "/feed/" and feed:
            return _feed_page(root, posts, asked)
        if asked.path == "/wp-json/wp/v2/posts":
            closed = {"code": "rest_not_logged_in", "data": {"status": 401}}
            return _rest_page(root, posts, asked) if rest else as_json(closed, 401)
        if post := articles.get(asked.path):
            return article_page(post)
        return NOT_FOUND

    return Platform(
        source=source_of("quartier-wordpress", f"{root}/", f"{root}/feed/" if feed else None),
        posts=posts,
        url_of=_url(root),
        answer=answer,
        beside=("/", "/feed/"),
        fewest=ceil(len(posts) / 100) if rest else ceil(len(posts) / 10) - 1,
    )


def feed(root: str, posts: tuple[Written, ...]) -> Platform:
    """Return a site whose REST is closed: ten posts a page of the feed, then 404."""
    return _site(root, posts, rest=False, feed=True)


def rest(root: str, posts: tuple[Written, ...]) -> Platform:
    """Return a site whose feed is switched off."""
    return _site(root, posts, rest=True, feed=False)


def both(root: str, posts: tuple[Written, ...]) -> Platform:
    """Return a site as WordPress makes it."""
    return _site(root, posts, rest=True, feed=True)
