"""One answer of each kind of archive: what it holds, and where it goes on."""

import gzip
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from aggregator.errors import NotAFeed, NothingFound, ReadError
from aggregator.model import ArchiveAsk, ArchiveReading, Page, Recipe, Said, Source
from aggregator.readers import archive_starts, is_end, read_archive

PageOf = Callable[..., Page]
ROOT = "https://exemple.fr"
REST = f"{ROOT}/wp-json/wp/v2/posts?per_page=100&page="


def source(url: str = f"{ROOT}/", **rest: Any) -> Source:
    return Source(slug="essai", name="Essai", url=url, kind="blog", **rest)


def rss(*items: str, head: str = "", generator: str = "Maison") -> str:
    return (
        '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Essai</title>'
        f"<link>{ROOT}/</link><generator>{generator}</generator>{head}{''.join(items)}"
        "</channel></rss>"
    )


def item(link: str) -> str:
    return f"<item><title>Fête</title><link>{link}</link></item>"


def read(method: str, page: Page, *, url: str | None = None, **rest: Any) -> ArchiveReading:
    return read_archive(ArchiveAsk(method=method, url=url or page.url), page, **rest)


def following(reading: ArchiveReading) -> list[str]:
    return [ask.url for ask in reading.asks]


# WordPress


def post(number: int, **rest: Any) -> dict[str, Any]:
    return {
        "date": "2013-07-01T14:30:00",
        "date_gmt": "2013-07-01T12:30:00",
        "modified_gmt": "2014-01-02T03:04:05",
        "guid": {"rendered": f"{ROOT}/?post_type=post&#038;p={number}"},
        "link": f"{ROOT}/2013/07/fete-{number}/",
        "title": {"rendered": "Fête &amp; vide-grenier"},
        "content": {"rendered": "<p>Venez</p>", "protected": False},
        "excerpt": {"rendered": "<p>V…</p>"},
        "_embedded": {
            "author": [{"name": "Jeanne"}, {"name": "Ali"}],
            "wp:term": [
                [{"name": "Vie &amp; quartier", "taxonomy": "category"}],
                [{"name": "fête", "taxonomy": "post_tag"}],
                [{"name": "Brouillon", "taxonomy": "post_format"}],
            ],
        },
    } | rest


def rest_page(page_of: PageOf, posts: object, number: int = 1, **said: Any) -> Page:
    page = page_of(json.dumps(posts), f"{REST}{number}", "application/json")
    return replace(page, said=Said(**said))


def test_rest_gives_whole_posts(page_of: PageOf) -> None:
    reading = read("wordpress_rest", rest_page(page_of, [post(7)], total=1))
    (entry,) = reading.entries
    assert entry.guid == f"{ROOT}/?post_type=post&p=7"
    assert (entry.published, entry.updated) == ("2013-07-01T12:30:00Z", "2014-01-02T03:04:05Z")
    assert entry.author == "Jeanne, Ali"
    assert entry.categories == ("Vie & quartier", "fête")
    assert (entry.html, entry.summary) == ("<p>Venez</p>", "<p>V…</p>")
    assert (reading.expected, reading.asks) == (1, ())


@pytest.mark.parametrize(
    "odd", [None, 3, "x", [], {}, [None], {"rendered": 5}, [[1]], {"author": 1}]
)
def test_rest_takes_what_can_be_read(page_of: PageOf, odd: object) -> None:
    broken = dict.fromkeys(post(1), odd) | {"link": f"{ROOT}/a"}
    reading = read("wordpress_rest", rest_page(page_of, [broken, odd]))
    assert reading.entries[0].link == f"{ROOT}/a"


@pytest.mark.parametrize(
    ("date_gmt", "published"),
    [
        ("2013-07-01T12:30:00", "2013-07-01T12:30:00Z"),
        ("0000-00-00T00:00:00", "2013-07-01T14:30:00"),
        ("-0001-11-30T00:00:00", "2013-07-01T14:30:00"),
        (None, "2013-07-01T14:30:00"),
    ],
)
def test_rest_dates(page_of: PageOf, date_gmt: str | None, published: str) -> None:
    reading = read("wordpress_rest", rest_page(page_of, [post(1, date_gmt=date_gmt)]))
    assert reading.entries[0].published == published


@pytest.mark.parametrize(
    ("given", "number", "said", "expected"),
    [
        (100, 1, {"total": 430}, f"{REST}2"),
        (100, 4, {"total": 430}, f"{REST}5"),
        (30, 5, {"total": 430}, None),
        (100, 1, {"total": 100}, None),
        (100, 1, {}, f"{REST}2"),
        (30, 2, {}, None),
        (97, 3, {"total": 430}, f"{REST}4"),  # some are hidden
        (30, 5, {"total": 430, "next_url": f"{ROOT}/x"}, f"{REST}6"),
        # Twenty at a time, whatever is asked: the next page begins after them.
        (20, 1, {"total": 430}, f"{ROOT}/wp-json/wp/v2/posts?per_page=20&page=2"),
        (0, 3, {"total": 430}, None),
    ],
)
def test_rest_goes_on(
    page_of: PageOf, given: int, number: int, said: Mapping[str, Any], expected: str | None
) -> None:
    page = rest_page(page_of, [post(at) for at in range(given)], number, **said)
    assert following(read("wordpress_rest", page)) == ([expected] if expected else [])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html></html>",
        b'{"code": "rest_no_route", "data": {"status": 404}}',
        b"3",
        b"[",
        b"[" * 100_000,
        b"{" * 300_000,
        b'[{"id": 1e999999}',
        b"\xff\xfe[]",
    ],
)
def test_rest_that_is_none(page_of: PageOf, body: bytes) -> None:
    with pytest.raises(ReadError):
        read("wordpress_rest", page_of(body, f"{REST}1"))


def test_rest_without_posts_is_no_archive(page_of: PageOf) -> None:
    with pytest.raises(NothingFound):
        read("wordpress_rest", rest_page(page_of, [], total=0))


@pytest.mark.parametrize(
    ("asked", "answered", "expected"),
    [
        ("/feed/?paged=2", "/feed/?paged=2", "/feed/?paged=3"),
        ("/?feed=rss2&paged=9", "/?feed=rss2&paged=9", "/?feed=rss2&paged=10"),
        ("/?feed=rss2&paged=9", "/feed/?paged=9", "/?feed=rss2&paged=10"),
        ("/feed/?paged=51", "/feed/", None),  # led back to the beginning
    ],
)
def test_wordpress_feed_goes_on(
    page_of: PageOf, asked: str, answered: str, expected: str | None
) -> None:
    page = page_of(rss(item("/a")), ROOT + answered)
    reading = read("wordpress_feed", page, url=ROOT + asked)
    assert following(reading) == ([ROOT + expected] if expected else [])
    assert len(reading.entries) == 1


def test_wordpress_feed_ends_empty(page_of: PageOf) -> None:
    reading = read("wordpress_feed", page_of(rss(), f"{ROOT}/feed/?paged=9"))
    assert (reading.entries, reading.asks) == ((), ())


@pytest.mark.parametrize("method", ["wordpress_feed", "blogger", "paged_feed"])
def test_a_page_is_no_feed(page_of: PageOf, method: str) -> None:
    with pytest.raises(NotAFeed):
        read(method, page_of("<!doctype html><html><p>Non</p></html>", f"{ROOT}/feed/?paged=2"))


@pytest.mark.parametrize(
    ("method", "url", "status", "ends"),
    [
        ("wordpress_feed", f"{ROOT}/feed/?paged=51", 404, True),
        ("wordpress_feed", f"{ROOT}/feed/?paged=51", 410, True),
        ("wordpress_feed", f"{ROOT}/feed/?paged=51", 503, False),
        ("wordpress_rest", f"{REST}6", 400, True),
        ("wordpress_rest", f"{REST}1", 400, False),
        ("wordpress_rest", f"{REST}6", 404, False),
        ("listing", f"{ROOT}/actualites?page=3", 404, False),
        ("sitemap", f"{ROOT}/sitemap.xml", 404, False),
    ],
)
def test_what_ends_an_archive(method: str, url: str, status: int, ends: bool) -> None:
    assert is_end(ArchiveAsk(method=method, url=url), status) is ends


def test_an_unknown_method_is_an_error(page_of: PageOf) -> None:
    with pytest.raises(ReadError, match="minitel"):
        read("minitel", page_of(""))


# Blogger


@pytest.mark.parametrize(
    ("given", "first", "total", "expected"),
    [
        (150, 1, 500, 151),
        (25, 1, 500, 26),  # fewer than asked for
        (50, 451, 500, None),
        (3, 1, None, 4),
        (0, 4, None, None),
        (0, 4, 500, None),
    ],
)
def test_blogger_goes_on(
    page_of: PageOf, given: int, first: int, total: int | None, expected: int | None
) -> None:
    said = "" if total is None else f"<openSearch:totalResults>{total}</openSearch:totalResults>"
    entries = "<entry><title>Fête</title></entry>" * given
    body = (
        '<feed xmlns="http://www.w3.org/2005/Atom"'
        f' xmlns:openSearch="http://a9.com/-/spec/opensearch/1.1/">{said}{entries}</feed>'
    )
    reading = read("blogger", page_of(body, f"{ROOT}/feeds/posts/default?start-index={first}"))
    url = f"{ROOT}/feeds/posts/default?start-index={expected}"
    assert following(reading) == ([url] if expected else [])
    assert reading.expected == total


# RFC 5005 and JSON Feed


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ('<atom:link rel="next" href="?p=2"/>', f"{ROOT}/flux?p=2"),
        ('<atom:link rel="prev-archive" href="/2009"/>', f"{ROOT}/2009"),
        (
            '<atom:link rel="next" href="?p=2"/><atom:link rel="prev-archive" href="/2"/>',
            f"{ROOT}/2",
        ),
        ('<atom:link rel="next" href="/flux#x"/>', None),
        ('<atom:link rel="next" href="https://ailleurs.example/"/>', None),
        ('<atom:link rel="next" href="javascript:alert(1)"/>', None),
        ('<atom:link rel="next" href="http://["/>', None),
        ('<atom:link rel="next"/>', None),
        ('<atom:link rel="prev" href="?p=0"/>', None),
    ],
)
def test_paged_feeds_go_on(page_of: PageOf, links: str, expected: str | None) -> None:
    page = page_of(rss(item("/a"), head=links), f"{ROOT}/flux")
    assert following(read("paged_feed", page)) == ([expected] if expected else [])
    starts = archive_starts(source(), feed=page, home=None)
    assert [ask.url for ask in starts if ask.method == "paged_feed"] == (
        [expected] if expected else []
    )


def test_atom_archives_go_back(page_of: PageOf) -> None:
    page = page_of(
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://exemple.fr/archives/">'
        '<link rel="prev-archive" href="2012.xml"/><title>2013</title>'
        "<entry><title>Fête</title></entry></feed>",
        f"{ROOT}/archives/2013.xml",
    )
    assert following(read("paged_feed", page)) == [f"{ROOT}/archives/2012.xml"]


def test_json_feeds_go_on(page_of: PageOf) -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "next_url": "/flux.json?p=2",
        "items": [{"id": "1", "title": "Fête"}],
    }
    page = page_of(json.dumps(feed), f"{ROOT}/flux.json")
    assert following(read("paged_feed", page)) == [f"{ROOT}/flux.json?p=2"]


# Lists


LIST = "".join(
    f'<article><h2><a href="/actus/nouvelle-{at}">La nouvelle numéro {at}</a></h2><p>Il fait'
    f" beau dans le quartier {at}.</p></article>"
    for at in range(5)
)


def spip_pager(*firsts: int) -> str:
    return "".join(
        f'<a href="spip.php?rubrique4&amp;debut_articles={at}#pagination_articles">{at}</a>'
        for at in firsts
    )


def list_page(page_of: PageOf, pager: str, url: str = f"{ROOT}/actualites") -> Page:
    menu = '<nav><ul><li><a href="/menu/le-comite">Le comité</a></li></ul></nav>'
    return page_of(f"<html lang=fr><body>{menu}<main>{LIST}{pager}</main></body></html>", url)


@pytest.mark.parametrize(
    ("url", "pager", "expected"),
    [
        ("/actualites", '<a rel="next" href="?page=1">2</a>', "/actualites?page=1"),
        ("/actualites", '<a href="?page=1">Page suivante</a>', "/actualites?page=1"),
        ("/actualites", '<a href="?page=1">\u203a Suivant \u203a</a>', "/actualites?page=1"),
        ("/actualites", '<a href="?page=1" title="Page suivante">+</a>', "/actualites?page=1"),
        ("/", '<a href="/page/2">Articles plus anciens</a>', "/page/2"),
        ("/", '<a href="/page/2">&lt;&lt; Articles plus anciens</a>', "/page/2"),
        ("/", '<a href="/page/2/">« Articles précédents</a>', "/page/2/"),
        ("/", '<a href="/search?updated-max=2013">Messages plus anciens</a>', None),
        (
            "/page/2/",
            '<a href="/">1</a><a href="/page/9/">9</a><a href="/page/3/">3</a>',
            "/page/3/",
        ),
        ("/", '<a href="/page/10">10</a><a href="/page/2">2</a><a href="/page/3">»</a>', "/page/2"),
        ("/actualites", '<a href="?page=1">2</a><a href="?page=9">»</a>', "/actualites?page=1"),
        (
            "/actualites?page=1",
            '<a href="?page=0">1</a><a href="?page=2">3</a>',
            "/actualites?page=2",
        ),
        ("/actualites?page=9", '<a href="?page=0">1</a><a href="?page=8">9</a>', None),
        (
            "/spip.php?rubrique4",
            spip_pager(0, 20, 10),
            "/spip.php?rubrique4&debut_articles=10",
        ),
        (
            "/spip.php?rubrique4&debut_articles=10",
            spip_pager(0, 20),
            "/spip.php?rubrique4&debut_articles=20",
        ),
        ("/actualites", '<a href="?page=1">→</a>', "/actualites?page=1"),
        ("/actualites", '<a href="https://ailleurs.example/?page=1">Suivant</a>', None),
        ("/actualites?page=1", '<a rel="next" href="?page=1#suite">Suivant</a>', None),
        ("/actualites", '<a href="/actus/l-annee-suivante-sera-belle">L’année suivante</a>', None),
        ("/actualites", '<a href="?annee=2012">2012</a>', None),
        ("/actualites", '<a rel="next" href="http://[">Suivant</a>', None),
    ],
)
def test_lists_go_on(page_of: PageOf, url: str, pager: str, expected: str | None) -> None:
    reading = read("listing", list_page(page_of, pager, ROOT + url))
    wanted = ROOT + expected if expected else None
    if "updated-max" in pager:
        wanted = f"{ROOT}/search?updated-max=2013"
    assert following(reading) == ([wanted] if wanted else [])
    assert reading.pages[0].url == f"{ROOT}/actus/nouvelle-0"
    assert reading.pages[0].title == "La nouvelle numéro 0"
    assert not any("menu" in page.url for page in reading.pages)


def test_headers_may_name_the_next_page_of_a_list(page_of: PageOf) -> None:
    page = replace(list_page(page_of, ""), said=Said(next_url=f"{ROOT}/actualites?page=1"))
    assert following(read("listing", page)) == [f"{ROOT}/actualites?page=1"]


@pytest.mark.parametrize("left", [1, 2])
def test_the_last_page_of_a_list_may_be_short(page_of: PageOf, left: int) -> None:
    body = "".join(
        f'<div class="row"><h3><a href="/n/{at}">La nouvelle numéro {at}</a></h3></div>'
        for at in range(left)
    )
    nav = (
        '<ul class="menu"><li><a href="/le-comite-de-quartier">Le comité de quartier</a></li></ul>'
    )
    page = page_of(f"<body>{nav}<div id=page>{body}</div></body>", f"{ROOT}/liste?page=49")
    assert [one.url for one in read("listing", page).pages] == [
        f"{ROOT}/n/{at}" for at in range(left)
    ]


def test_a_page_without_a_list(page_of: PageOf) -> None:
    with pytest.raises(NothingFound):
        read("listing", page_of("<p>Bonjour <a href='/contact'>écrivez-nous</a></p>"))


def test_a_recipe_reads_the_entries_of_a_list(page_of: PageOf) -> None:
    recipe = Recipe(items="article", link="h2 a", summary="p")
    page = list_page(page_of, '<a href="?page=1">Page suivante</a>')
    reading = read("listing", page, source=source(recipe=recipe))
    assert (len(reading.entries), reading.pages) == (5, ())
    assert following(reading) == [f"{ROOT}/actualites?page=1"]
    deaf = source(recipe=replace(recipe, next="a.rien"))
    assert following(read("listing", page, source=deaf)) == []  # what a moderator wrote counts


# Sitemaps


def urlset(*rows: str, tag: str = "url", root: str = "urlset") -> str:
    body = "".join(f"<{tag}><loc>{row}</loc></{tag}>" for row in rows)
    return f'<?xml version="1.0"?><{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{body}</{root}>'


POST = f"{ROOT}/2013/07/fete-des-voisins"


@pytest.mark.parametrize("packed", [False, True])
def test_sitemaps_list_posts(page_of: PageOf, packed: bool) -> None:
    others = ("/", "/tag/velo", "/category/vie/", "/author/jeanne", "/contact", "/mentions-legales",
        "/a.pdf", "/page/2", "/2013/07/", "/spip.php?rubrique4", "/spip.php?page=plan",
        "/index.php", "/mots/velo", "/?s=velo", "/p/a-propos.html")  # fmt: skip
    kept = (POST, f"{ROOT}/spip.php?article12", f"{ROOT}/archive/2008/10/27/fete.html",
        f"{ROOT}/index.php?post/2011/01/02/Fete", f"{ROOT}/?p=12", f"{ROOT}/node/1646",
        f"{ROOT}/rubrique/reglement?type=pic", f"{ROOT}/article-fete-12.html",
        "https://www.exemple.fr/fete")  # fmt: skip
    strange = ("https://ailleurs.example/fete", "javascript:alert(1)", "http://[", "fete", "")
    body = urlset(*(ROOT + path for path in others), *kept, *strange, POST).encode()
    reading = read("sitemap", page_of(gzip.compress(body) if packed else body))
    assert [page.url for page in reading.pages] == list(kept)
    assert reading.expected == len(kept)


def test_sitemaps_in_plain_text(page_of: PageOf) -> None:
    page = page_of(f"\ufeff{POST}\r\n\r\n{ROOT}/contact\nBonjour\n{POST}-2  \n")
    assert [one.url for one in read("sitemap", page).pages] == [POST, f"{POST}-2"]


def test_news_have_titles_and_dates(page_of: PageOf) -> None:
    page = page_of(
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
        ' xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">'
        f"<url><loc>{POST}</loc><image:image><image:loc>{ROOT}/a.jpg</image:loc>"
        "<image:title>Photo</image:title></image:image><news:news>"
        "<news:publication_date>2013-07-01</news:publication_date>"
        "<news:title>Fête &amp; bal</news:title></news:news></url>"
        f"<url><loc>{POST}-2</loc><lastmod>2014-01-01T00:00:00+01:00</lastmod></url></urlset>"
    )
    first, second = read("sitemap", page).pages
    assert (first.url, first.title, first.lastmod) == (POST, "Fête & bal", "2013-07-01")
    assert (second.title, second.lastmod) == (None, "2014-01-01T00:00:00+01:00")


def test_an_index_leads_to_its_parts(page_of: PageOf) -> None:
    page = page_of(
        urlset(
            f"{ROOT}/wp-sitemap-posts-post-1.xml",
            f"{ROOT}/wp-sitemap-posts-page-1.xml",
            f"{ROOT}/wp-sitemap-taxonomies-category-1.xml",
            f"{ROOT}/wp-sitemap-users-1.xml",
            f"{ROOT}/post-sitemap2.xml",
            f"{ROOT}/page-sitemap.xml",
            f"{ROOT}/sitemap.xml",
            f"{ROOT}/sitemap.xml?page=2",
            "https://ailleurs.example/plan.xml",
            tag="sitemap",
            root="sitemapindex",
        ),
        f"{ROOT}/sitemap.xml",
    )
    reading = read("sitemap", page, url=f"{ROOT}/sitemap.xml#/blog/")
    assert following(reading) == [
        f"{ROOT}/wp-sitemap-posts-post-1.xml#/blog/",
        f"{ROOT}/post-sitemap2.xml#/blog/",
        f"{ROOT}/sitemap.xml?page=2#/blog/",
    ]
    part = replace(page, url=f"{ROOT}/post-sitemap2.xml", requested_url=f"{ROOT}/post-sitemap2.xml")
    inner = read_archive(reading.asks[1], part)  # an index in an index is no sitemap
    assert (inner.pages, inner.asks) == ((), ())


@pytest.mark.parametrize(
    ("url", "folder", "kept"),
    [
        ("/", "", ["/blog/fete", "/fete"]),
        ("/blog/", "", ["/blog/fete"]),
        ("/blog", "", ["/blog/fete"]),
        ("/index.php", "", ["/blog/fete", "/fete"]),
        ("/actualites", "#/blog/", ["/blog/fete"]),
    ],
)
def test_sitemaps_are_read_below_the_source(
    page_of: PageOf, url: str, folder: str, kept: list[str]
) -> None:
    page = page_of(urlset(f"{ROOT}/blog/fete", f"{ROOT}/fete"))
    reading = read("sitemap", page, url=f"{ROOT}/sitemap.xml{folder}", source=source(ROOT + url))
    assert [one.url for one in reading.pages] == [ROOT + path for path in kept]


def test_a_sitemap_without_posts(page_of: PageOf) -> None:
    page = page_of(urlset(f"{ROOT}/contact"))
    with pytest.raises(NothingFound):
        read("sitemap", page)
    assert read("sitemap_part", page).pages == ()


def test_robots_txt_names_sitemaps(page_of: PageOf) -> None:
    page = page_of(
        f"User-agent: *\nDisallow: /admin\nSitemap: {ROOT}/plan.xml \nsitemap:{ROOT}/b.xml.gz # x\n"
        "Sitemap: https://ailleurs.example/plan.xml\n",
        f"{ROOT}/robots.txt",
    )
    assert following(read("robots", page)) == [f"{ROOT}/plan.xml", f"{ROOT}/b.xml.gz"]
    with pytest.raises(NothingFound):
        read("robots", page_of("User-agent: *"))
