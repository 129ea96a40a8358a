"""Archives of sites that do not give everything: what is missing, why, and what is tried again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from archives.server import serve
from conftest import Answer, Site
from integration.archiving import archive_of, by_hand, rows, visit, work
from integration.crawling import NOW, source

from aggregator.model import Post, Saved
from aggregator.store import Store

pytestmark = pytest.mark.usefixtures("loopback_allowed")

SITEMAP = "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{}</urlset>"
ARTICLE = (
    "<html lang=fr><head><title>{title}</title><meta property='article:published_time'"
    " content='2019-05-{day:02d}T10:00:00+02:00'></head><body><article><h1>{title}</h1>"
    "<p>Le comité a voté le budget de la fête, puis parlé du canal et des jardins ce soir-là.</p>"
    "<p>La prochaine réunion aura lieu au local, où chacune et chacun peut venir.</p>"
    "</article></body></html>"
)


def spoil(site: Site, count: int = 9) -> None:
    """Give a site a sitemap of articles."""
    paths = [f"/nouvelles/article-{number}-du-comite" for number in range(1, count + 1)]
    listed = "".join(f"<url><loc>{site.url(path)}</loc></url>" for path in paths)
    site.pages["/"] = Answer(body=b"<html><body><h1>Comit\xc3\xa9</h1></body></html>")
    site.pages["/sitemap.xml"] = Answer(
        body=SITEMAP.format(listed).encode(), content_type="application/xml"
    )
    for day, path in enumerate(paths, 1):
        page = ARTICLE.format(title=f"Réunion du comité, la {day}e", day=day)
        site.pages[path] = Answer(body=page.encode())


def test_what_is_missing_is_counted_by_its_reason(site: Site, tmp_path: Path) -> None:
    database, one = tmp_path / "veille.db", source("comite", site.url("/"))
    spoil(site)
    name = "/nouvelles/article-{}-du-comite".format
    site.pages["/robots.txt"] = Answer(
        body=f"User-agent: *\nDisallow: {name(1)}\nDisallow: {name(2)}\n".encode()
    )
    site.pages[name(3)] = Answer(status=404)
    site.pages[name(4)] = Answer(status=410)
    site.pages[name(5)] = Answer(status=403)
    site.pages[name(6)] = Answer(status=500)
    visit(database, one)
    by_hand(database, one)
    found = archive_of(database, "comite")
    assert found.state == "running"  # the failing page is tried again
    assert found.missing == {"robots": 2, "gone": 2, "closed": 1}
    assert found.next_try == NOW + timedelta(hours=1)
    later = NOW
    while (found := archive_of(database, "comite")).next_try is not None and found.state != "done":
        later = found.next_try
        work(database, one, now=later)
    assert found.missing == {"robots": 2, "gone": 2, "closed": 1, "failing": 1}
    failing = [request for request in site.requests if request.path == name(6)]
    assert len(failing) == 5
    assert not [request for request in site.requests if request.path in {name(1), name(2)}]
    assert len(rows(database)) == 3


def test_a_page_that_comes_back_is_read(site: Site, tmp_path: Path) -> None:
    database, one = tmp_path / "veille.db", source("comite", site.url("/"))
    spoil(site)
    path = "/nouvelles/article-6-du-comite"
    good, site.pages[path] = site.pages[path], Answer(status=502)
    visit(database, one)
    work(database, one)
    site.pages[path] = good
    assert work(database, one, now=NOW + timedelta(minutes=59)) == 0
    assert work(database, one, now=NOW + timedelta(minutes=61)) == 1
    assert archive_of(database, "comite").state == "done"


def test_a_host_that_asks_for_quiet_is_left_alone(site: Site, tmp_path: Path) -> None:
    database, one = tmp_path / "veille.db", source("comite", site.url("/"))
    spoil(site)
    path = "/nouvelles/article-2-du-comite"
    good = site.pages[path]
    site.pages[path] = Answer(status=429, headers={"Retry-After": "7200"})
    visit(database, one)
    assert work(database, one) == 1
    with Store.open(database) as store:
        assert store.hosts(NOW)["127.0.0.1"].until == NOW + timedelta(hours=2)
    site.pages[path] = good
    before = len(site.requests)
    work(database, one, now=NOW + timedelta(minutes=119))
    assert len(site.requests) == before
    assert work(database, one, now=NOW + timedelta(hours=2, seconds=1)) == 8


def test_pages_that_lead_to_the_home_page_are_gone(site: Site, tmp_path: Path) -> None:
    database, one = tmp_path / "veille.db", source("comite", site.url("/"))
    spoil(site)
    for number in (1, 2):
        site.pages[f"/nouvelles/article-{number}-du-comite"] = Answer(
            status=302, headers={"Location": "/"}
        )
    visit(database, one)
    assert work(database, one) == 7
    assert archive_of(database, "comite").missing == {"gone": 2}


def test_addresses_that_pages_call_their_own_are_believed_within_reason(
    site: Site, tmp_path: Path
) -> None:
    database, one = tmp_path / "veille.db", source("comite", site.url("/"))
    spoil(site, 4)
    name = "/nouvelles/article-{}-du-comite".format
    for number, own in ((1, site.url("/2019/fete")), (2, site.url("/")), (3, "https://x.example/")):
        page = site.pages[name(number)]
        assert isinstance(page, Answer)
        link = f'<link rel="canonical" href="{own}"></head>'.encode()
        site.pages[name(number)] = replace(page, body=page.body.replace(b"</head>", link))
    visit(database, one)
    assert work(database, one) == 4
    found = {url for url, *_ in rows(database)}
    assert found == {site.url(path) for path in ("/2019/fete", *map(name, (2, 3, 4)))}


def canonical(site: Site, path: str, own: str) -> None:
    """Have a page call another address its own."""
    page = site.pages[path]
    assert isinstance(page, Answer)
    link = f'<link rel="canonical" href="{site.url(own)}"></head>'.encode()
    site.pages[path] = replace(page, body=page.body.replace(b"</head>", link))


def listed(site: Site, names: list[str]) -> None:
    """Give a site a sitemap of articles at these addresses."""
    spoil(site, len(names))
    rows = "".join(f"<url><loc>{site.url(name)}</loc></url>" for name in names)
    site.pages["/sitemap.xml"] = Answer(
        body=SITEMAP.format(rows).encode(), content_type="application/xml"
    )
    for number, name in enumerate(names, 1):
        site.pages[name] = site.pages.pop(f"/nouvelles/article-{number}-du-comite")


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("/index.php?id={}", "/index.php"),
        ("/actu/article-{}.html", "/accueil.html"),
        ("/actu/article-{}.html", "/actu/article-5.html"),  # listed too
        ("/actu/article-{}.html", "/presentation-du-comite"),  # who would know
    ],
)
def test_an_archive_does_not_collapse_into_one_address(
    site: Site, tmp_path: Path, name: str, own: str
) -> None:
    database, one = tmp_path / "veille.db", source("comite", site.url("/"))
    names = [name.format(number) for number in range(1, 13)]
    listed(site, names)
    for path in names:
        canonical(site, path, own)
    visit(database, one)
    by_hand(database, one, requests=5)
    by_hand(database, one)  # what was believed is known after a stop, too
    found = archive_of(database, "comite")
    assert (found.state, found.found, found.added, found.missing) == ("done", 12, 12, {})
    bearing = {url for url, *_ in rows(database)}
    assert len(bearing) == 12
    assert bearing - set(map(site.url, names)) <= {site.url("/presentation-du-comite")}


def test_pages_that_lead_to_one_place_are_counted(site: Site, tmp_path: Path) -> None:
    database, one = tmp_path / "veille.db", source("comite", site.url("/"))
    spoil(site)
    name = "/nouvelles/article-{}-du-comite".format
    for number, path in enumerate(("/travaux", "/actualites"), 20):
        page = ARTICLE.format(title=f"Le canal vu du pont {number}", day=number)
        site.pages[path] = Answer(body=page.encode())
    leading = {1: name(8), 2: "/travaux", 3: "/travaux", 4: "/travaux", 5: "/actualites"}
    for number, target in leading.items():
        site.pages[name(number)] = Answer(status=301, headers={"Location": target})
    visit(database, one)
    assert work(database, one) == 5
    found = archive_of(database, "comite")
    assert (found.state, found.missing) == ("done", {"elsewhere": 4})
    assert {url for url, *_ in rows(database)} == {
        site.url(path) for path in ("/travaux", *map(name, (6, 7, 8, 9)))
    }


def test_what_could_not_be_saved_is_not_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = tmp_path / "veille.db"
    with serve("wordpress-both", posts=40) as served:
        visit(database, served.source)
        save, faults = Store.save, [ZeroDivisionError()]

        def faulty(store: Store, slug: str, posts: Sequence[Post], **rest: Any) -> Saved:
            if faults:
                raise faults.pop()
            return save(store, slug, posts, **rest)

        monkeypatch.setattr(Store, "save", faulty)
        # The interface gives all of them, in vain; then the pages of the feed do.
        assert by_hand(database, served.source).saved == 30
        assert len(rows(database)) == 40
    assert archive_of(database, served.source.slug).method == "wordpress_feed"


def test_pages_of_one_title_without_date_or_text_stay_several(site: Site, tmp_path: Path) -> None:
    database, one = tmp_path / "veille.db", source("comite", site.url("/"))
    spoil(site)
    for number in range(1, 10):
        site.pages[f"/nouvelles/article-{number}-du-comite"] = Answer(
            body=b"<title>Compte rendu</title><meta name=tdm-reservation content=1><p>Vu.</p>"
        )
    visit(database, one)
    assert work(database, one) == 9
    assert len({url for url, *_ in rows(database)}) == 9


def test_of_a_site_that_reserves_mining_no_text_is_kept(site: Site, tmp_path: Path) -> None:
    database, one = tmp_path / "veille.db", source("comite", site.url("/"))
    spoil(site)
    visit(database, one)
    with Store.open(database) as store:
        store.note_tdm("comite", reserved=True, policy=None, checked=NOW)
    assert work(database, one) == 9
    with Store.open(database) as store:
        texts = store._connection.execute("SELECT DISTINCT html, text FROM posts").fetchall()
    assert texts == [("", "")]


def test_a_site_without_an_archive_is_told(site: Site, tmp_path: Path) -> None:
    database, one = tmp_path / "veille.db", source("comite", site.url("/"))
    site.pages["/"] = Answer(body=b"<html><body><p>Bienvenue</p></body></html>")
    visit(database, one)
    assert work(database, one) == 0
    found = archive_of(database, "comite")
    assert (found.state, found.reason) == (
        "none",
        "ce site ne donne pas accès à ses anciennes publications",
    )


ITEM = "<item><title>Nouvelle {0}</title><link>/n/{0}</link><guid>n{0}</guid></item>"


def wordpress(*numbers: int) -> Answer:
    items = "".join(map(ITEM.format, numbers))
    return Answer(
        body=f'<rss version="2.0"><channel><title>B</title><generator>https://wordpress.org/?v=6'
        f"</generator>{items}</channel></rss>".encode(),
        content_type="application/rss+xml",
    )


def test_a_feed_that_heeds_no_number_is_not_asked_for_ever(site: Site, tmp_path: Path) -> None:
    database = tmp_path / "veille.db"
    one = source("blog", site.url("/"), feed=site.url("/feed/"))
    for page in range(2, 40):
        site.pages[f"/feed/?paged={page}"] = wordpress(*range(10))
    site.pages["/feed/"] = wordpress(*range(10))
    visit(database, one)
    work(database, one)
    asked = [request.path for request in site.requests if "paged" in request.path]
    assert asked == ["/feed/?paged=2"]
    assert archive_of(database, "blog").state == "none"


def test_a_site_that_repeats_its_last_page_has_ended(site: Site, tmp_path: Path) -> None:
    database = tmp_path / "veille.db"
    one = source("blog", site.url("/"), feed=site.url("/feed/"))
    site.pages["/feed/"] = wordpress(*range(10))
    for page in range(2, 40):
        first = min(page - 1, 3) * 10
        site.pages[f"/feed/?paged={page}"] = wordpress(*range(first, first + 10))
    visit(database, one)
    assert work(database, one) == 30
    found = archive_of(database, "blog")
    assert (found.state, found.missing) == ("done", {})
    # Undated and old, they are no news: none stands among the posts of today.
    with Store.open(database) as store:
        years = store._connection.execute("SELECT DISTINCT year FROM posts").fetchall()
    assert years == [(0,)]


def test_posts_that_the_feed_has_are_not_written_again(tmp_path: Path) -> None:
    database = tmp_path / "veille.db"
    with serve("wordpress-both", posts=40) as served:
        visit(database, served.source)
        with Store.open(database) as store:
            before = store._connection.execute("SELECT uid, digest FROM posts").fetchall()
        by_hand(database, served.source)
        with Store.open(database) as store:
            after = store._connection.execute("SELECT uid, digest FROM posts").fetchall()
            versions = store._connection.execute("SELECT count(*) FROM post_versions").fetchone()
    assert len(after) == 40
    assert set(before) <= set(after)
    assert versions == (0,)
