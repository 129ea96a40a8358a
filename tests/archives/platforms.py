"""What other platforms answer, as real ones do: addresses, page sizes, ends."""

import gzip
import json
from html import escape
from math import ceil

from archives.answers import (
    NOT_FOUND,
    Asked,
    Given,
    Platform,
    article_page,
    html_page,
    in_words,
    one_page,
    rss,
    source_of,
    xml,
)
from archives.content import Written


def blogger(root: str, posts: tuple[Written, ...]) -> Platform:
    """Return a blog that gives 25 posts where nothing is asked, and never more than 150."""
    path = "/feeds/posts/default"

    def url_of(post: Written) -> str:
        return f"{root}/{post.local:%Y/%m}/{post.slug}.html"

    def entry(post: Written) -> str:
        iso = f"{post.local:%Y-%m-%dT%H:%M:%S.000}{post.local:%z}"
        return (
            f"<entry><id>tag:blogger.com,1999:blog-7.post-{post.number}</id>"
            f"<published>{iso[:-2]}:{iso[-2:]}</published>"
            f"<updated>{post.modified:%Y-%m-%dT%H:%M:%S.000Z}</updated>"
            f'<category scheme="http://www.blogger.com/atom/ns#" term="{post.category}"/>'
            f'<title type="text">{escape(post.title)}</title>'
            f'<content type="html">{escape(post.html)}</content>'
            f'<link rel="alternate" type="text/html" href="{url_of(post)}"/>'
            f"<author><name>{post.author}</name></author></entry>"
        )

    def answer(asked: Asked) -> Given:
        if asked.path == "/":
            head = '<meta content="blogger" name="generator">'
            return html_page("Nouvelles", "<p>Bienvenue</p>", head=head)
        if asked.path != path:
            return NOT_FOUND
        first = asked.number("start-index", 1)
        size = min(asked.number("max-results", 25), 150)
        return xml(
            '<feed xmlns="http://www.w3.org/2005/Atom"'
            ' xmlns:openSearch="http://a9.com/-/spec/opensearchrss/1.0/">'
            "<id>tag:blogger.com,1999:blog-7</id><title>Nouvelles du quartier</title>"
            f'<link rel="self" href="{root}{path}"/><link rel="alternate" href="{root}/"/>'
            "<generator version='7.00' uri='http://www.blogger.com'>Blogger</generator>"
            f"<openSearch:totalResults>{len(posts)}</openSearch:totalResults>"
            f"<openSearch:startIndex>{first}</openSearch:startIndex>"
            f"<openSearch:itemsPerPage>{size}</openSearch:itemsPerPage>"
            + "".join(map(entry, posts[first - 1 : first - 1 + size]))
            + "</feed>",
            "application/atom+xml",
        )

    return Platform(
        source=source_of("quartier-blogger", f"{root}/", root + path),
        posts=posts,
        url_of=url_of,
        answer=answer,
        beside=("/", path),
        fewest=ceil((len(posts) - 25) / 150),
    )


# SPIP


def spip(root: str, posts: tuple[Written, ...]) -> Platform:
    """Return a site without a sitemap: lists of ten without dates, and a page an article."""
    articles = {f"article{post.number}": post for post in posts}
    head = '<meta name="generator" content="SPIP 3.2.19">'
    list_path = "/spip.php?rubrique4"

    def url_of(post: Written) -> str:
        return f"{root}/spip.php?article{post.number}"

    def listed(asked: Asked) -> Given:
        first = asked.number("debut_articles", 0)
        shown = posts[first : first + 10] or posts[-10:]  # SPIP shows the last ones then
        rows = "".join(
            f'<li class="item"><h3><a href="spip.php?article{post.number}">{escape(post.title)}'
            "</a></h3></li>"
            for post in shown
        )
        firsts = [at for at in range(0, len(posts), 10) if abs(at - first) <= 50]
        pager = "".join(
            f"<strong>{at}</strong>"
            if at == first
            else f'<a href="spip.php?rubrique4&amp;debut_articles={at}#pagination_articles"'
            f' class="lien_pagination">{at}</a>'
            for at in firsts
        )
        body = f'<h1>Nos nouvelles</h1><ul class="liste-items">{rows}</ul>'
        return html_page("Nos nouvelles", f'{body}<p class="pagination">{pager}</p>', head=head)

    def backend() -> Given:
        items = "".join(
            f"<item><title>{escape(post.title)}</title><link>{url_of(post)}</link>"
            f'<guid isPermaLink="true">{url_of(post)}</guid>'
            f"<dc:date>{post.published:%Y-%m-%dT%H:%M:%SZ}</dc:date>"
            f"<description>{escape(post.html)}</description></item>"
            for post in posts[:10]
        )
        return rss(root, items, generator="SPIP - www.spip.net")

    def answer(asked: Asked) -> Given:
        if asked.path == "/spip.php":
            name = asked.query.partition("&")[0]
            if name == "rubrique4":
                return listed(asked)
            if asked.fields.get("page") == "backend":
                return backend()
            if post := articles.get(name):
                iso = f"{post.published:%Y-%m-%dT%H:%M:%SZ}"
                date = f'<time pubdate="pubdate" datetime="{iso}">{in_words(post)}</time>'
                return article_page(post, date=date, head=head)
        return NOT_FOUND

    return Platform(
        source=source_of("quartier-spip", root + list_path, f"{root}/spip.php?page=backend"),
        posts=posts,
        url_of=url_of,
        answer=answer,
        beside=(list_path, "/spip.php?page=backend"),
        fewest=ceil(len(posts) / 10) - 1 + len(posts),
    )


# Drupal


def drupal(root: str, posts: tuple[Written, ...]) -> Platform:
    """Return a site without a feed: lists of ten without dates, days in words on the articles."""
    articles = {f"/{post.slug}": post for post in posts}
    head = '<meta name="Generator" content="Drupal 9 (https://www.drupal.org)">'

    def listed(asked: Asked) -> Given:
        page = asked.number("page", 0)
        rows = "".join(
            f'<div class="views-row"><article class="node node--type-actualite"><h2>'
            f'<a href="/{post.slug}"><span>{escape(post.title)}</span></a></h2></article></div>'
            for post in one_page(posts, page + 1, 10)
        )
        last = ceil(len(posts) / 10) - 1
        pager = "".join(
            f'<li class="pager__item"><a href="?page={at}" title="Aller à la page {at + 1}">'
            f"{at + 1}</a></li>"
            for at in range(max(page - 4, 0), min(page + 5, last + 1))
        )
        if page < last:
            pager += (
                f'<li class="pager__item pager__item--next"><a href="?page={page + 1}" rel="next">'
                '<span class="visually-hidden">Page suivante</span><span>››</span></a></li>'
                f'<li class="pager__item--last"><a href="?page={last}">Dernier »</a></li>'
            )
        body = f'<h1>Actualités</h1><div class="view-content">{rows or "<p>Rien ici.</p>"}</div>'
        nav = f'<nav class="pager"><ul>{pager}</ul></nav>'
        return html_page("Actualités", body + nav, head=head)

    def answer(asked: Asked) -> Given:
        if asked.path == "/actualites":
            return listed(asked)
        if post := articles.get(asked.path):
            return article_page(post, date=f"Publié le {in_words(post)}", head=head)
        return NOT_FOUND

    return Platform(
        source=source_of("quartier-drupal", f"{root}/actualites"),
        posts=posts,
        url_of=lambda post: f"{root}/{post.slug}",
        answer=answer,
        beside=("/actualites",),
        fewest=ceil(len(posts) / 10) - 1 + len(posts),
        days_only=True,
    )


# Sitemap


def sitemap(root: str, posts: tuple[Written, ...]) -> Platform:
    """Return a site with nothing but an index of packed sitemaps, and JSON-LD on its pages."""
    parts = {
        f"/plan-articles-{at + 1}.xml.gz": posts[at * 100 : (at + 1) * 100]
        for at in range(ceil(len(posts) / 100))
    }
    articles = {f"/actualites/{post.slug}": post for post in posts}
    space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'

    def url_of(post: Written) -> str:
        return f"{root}/actualites/{post.slug}"

    def part(shown: tuple[Written, ...]) -> Given:
        rows = "".join(
            f"<url><loc>{url_of(post)}</loc><lastmod>{post.modified:%Y-%m-%d}</lastmod></url>"
            for post in shown
        )
        packed = gzip.compress(f"<urlset {space}>{rows}</urlset>".encode(), mtime=0)
        return Given(body=packed, content_type="application/x-gzip")

    def article(post: Written) -> Given:
        said = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": post.title,
            "datePublished": post.local.isoformat(),
        }
        head = f'<script type="application/ld+json">{json.dumps(said)}</script>'
        return article_page(post, date="", head=head)

    def answer(asked: Asked) -> Given:
        if asked.path == "/sitemap.xml":
            rows = "".join(f"<sitemap><loc>{root}{path}</loc></sitemap>" for path in parts)
            return xml(f"<sitemapindex {space}>{rows}</sitemapindex>", "application/xml")
        if asked.path in parts:
            return part(parts[asked.path])
        if asked.path == "/":
            return html_page("Le quartier", "<p>Bienvenue sur le site du comité.</p>")
        if post := articles.get(asked.path):
            return article(post)
        return NOT_FOUND

    return Platform(
        source=source_of("quartier-plan", f"{root}/"),
        posts=posts,
        url_of=url_of,
        answer=answer,
        beside=("/",),
        fewest=1 + len(parts) + len(posts),
    )


# RFC 5005


def rfc5005(root: str, posts: tuple[Written, ...]) -> Platform:
    """Return a feed in pages of twenty that are linked to one another (RFC 5005 §3)."""

    def url_of(post: Written) -> str:
        return f"{root}/nouvelles/{post.number}"

    def answer(asked: Asked) -> Given:
        if asked.path == "/":
            return html_page("Le quartier", "<p>Bienvenue.</p>")
        page = asked.number("p", 1)
        shown = one_page(posts, page, 20)
        if asked.path != "/flux.xml" or not shown:
            return NOT_FOUND
        head = f'<atom:link rel="self" href="{root}/flux.xml"/>'
        if page * 20 < len(posts):
            head += f'<atom:link rel="next" href="/flux.xml?p={page + 1}"/>'
        items = "".join(
            f"<item><title>{escape(post.title)}</title><link>{url_of(post)}</link>"
            f"<pubDate>{post.local:%a, %d %b %Y %H:%M:%S %z}</pubDate>"
            f"<description>{escape(post.html)}</description></item>"
            for post in shown
        )
        return rss(root, items, generator="Maison", head=head)

    return Platform(
        source=source_of("quartier-pages", f"{root}/", f"{root}/flux.xml"),
        posts=posts,
        url_of=url_of,
        answer=answer,
        beside=("/", "/flux.xml"),
        fewest=ceil(len(posts) / 20) - 1,
    )
