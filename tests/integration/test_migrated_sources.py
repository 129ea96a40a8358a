"""Sites that move: 300 posts under new guids, addresses and dates stay the posts they were.

Each site is crawled over loopback HTTP, moves, and is crawled twice again. No post is added, none
is lost, no public address changes, no date becomes that of the move, and the second crawl after
the move finds nothing to do.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from html import escape
from random import Random

import pytest
from conftest import Answer, Site
from integration.crawling import NOW, crawl_all, source, town_of

from aggregator.model import SaveCount
from aggregator.store import Store

pytestmark = pytest.mark.usefixtures("loopback_allowed")

POSTS = 300
MOVED = NOW + timedelta(hours=30)  # when the site was taken over by its new platform

WHO = [
    "Le conseil de quartier",
    "L'association des parents",
    "La mairie de quartier",
    "Le collectif",
]
DOES = [
    "propose d'aménager",
    "discute de",
    "a visité",
    "demande des nouvelles de",
    "s'inquiète pour",
]
WHAT = [
    "l'école Jules Ferry",
    "la place du marché",
    "le parc",
    "l'aire de jeux",
    "la piste cyclable",
]
WHY = ["avec les habitants", "malgré le bruit", "pour l'été", '"en toute confiance"', "sans budget"]
RETURNING = [
    "Compte rendu",
    "Compte rendu du conseil de quartier",
    "Permanence",
    "Agenda de la semaine",
]


@dataclass(frozen=True, kw_only=True)
class Article:
    """What a site says, whatever platform it runs on."""

    number: int
    slug: str
    title: str
    paragraphs: tuple[str, ...]
    date: datetime | None


def sentence(dice: Random) -> str:
    parts = [dice.choice(words) for words in (WHO, DOES, WHAT, WHY)]
    return f"{' '.join(parts)}, réunion no {dice.randint(1, 400)} le {dice.randint(1, 28)} mai."


def written(posts: int = POSTS) -> tuple[Article, ...]:
    """Write the articles of a site, the newest first: long and short, some alike, some undated."""
    dice = Random(7)
    articles = []
    for number in range(posts, 0, -1):
        title = RETURNING[number % 4] if number % 6 == 0 else f"{sentence(dice)[:-1]} ({number})"
        length = 1 if number % 5 == 0 else dice.randint(4, 40)
        sentences = [sentence(dice) for _ in range(length)]
        date = datetime(2020, 1, 1, 9, tzinfo=UTC) + timedelta(days=7 * number, minutes=31 * number)
        articles.append(
            Article(
                number=number,
                slug=f"article-{number}-{dice.randint(1, 9)}",
                title=title,
                paragraphs=tuple(" ".join(sentences[i : i + 5]) for i in range(0, length, 5)),
                date=None if number % 10 == 1 else date,
            )
        )
    return tuple(articles)


@dataclass(frozen=True, kw_only=True)
class Platform:
    """How a site publishes an article."""

    link: Callable[[Article], str]
    guid: Callable[[Article], str]
    body: Callable[[Article], str]
    date: Callable[[Article], str]
    title: Callable[[Article], str] = lambda article: article.title

    def feed(self, articles: tuple[Article, ...], *, built: str = "") -> bytes:
        items = "".join(
            f"<item><title>{escape(self.title(a))}</title><link>{escape(self.link(a))}</link>"
            f'<guid isPermaLink="false">{escape(self.guid(a))}</guid>{self.date(a)}'
            f"<description>{escape(self.body(a)[:200])}</description>"
            f"<content:encoded>{escape(self.body(a))}</content:encoded></item>"
            for a in articles
        )
        return (
            '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"'
            ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
            ' xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<channel><title>Quartier</title><!-- {built} -->{items}</channel></rss>"
        ).encode()


def rfc822(moment: datetime) -> str:
    return f"<pubDate>{moment:%a, %d %b %Y %H:%M:%S} +0000</pubDate>"


def paragraphs(article: Article) -> str:
    return "".join(f"<p>{escape(p, quote=False)}</p>\n" for p in article.paragraphs)


def spip_body(article: Article) -> str:
    """Mark it up as SPIP does: a lead of its own, other quotes, other blanks."""
    first, *rest = (
        escape(
            p.replace("'", "’").replace('"en toute confiance"', "«\u00a0en toute confiance\u00a0»")
        )
        for p in article.paragraphs
    )
    lead = f"<div class='rss_chapo'><p><strong>{first}</strong></p></div>"
    return lead + "".join(f'<div class="texte"><p class="spip">{p}</p></div>' for p in rest)


def spip_date(article: Article) -> str:
    """Give some the day alone, others an hour less."""
    if article.date is None:
        return ""
    if article.number % 2:
        return f"<dc:date>{article.date:%Y-%m-%d}</dc:date>"
    return f"<dc:date>{article.date - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}</dc:date>"


WORDPRESS = Platform(
    link=lambda a: f"http://www.quartier.example/2020/{a.slug}/",
    guid=lambda a: f"http://www.quartier.example/?p={a.number}",
    body=paragraphs,
    date=lambda a: "" if a.date is None else rfc822(a.date),
)
SPIP = Platform(
    link=lambda a: f"http://www.quartier.example/spip.php?article{a.number + 40}",
    guid=lambda a: f"http://www.quartier.example/spip.php?article{a.number + 40}",
    body=spip_body,
    date=spip_date,
    title=lambda a: a.title.replace("'", "’"),
)


def at(platform: Platform, host: str) -> Platform:
    def moved(address: Callable[[Article], str]) -> Callable[[Article], str]:
        return lambda a: address(a).replace("http://www.quartier.example", host)

    return replace(platform, link=moved(platform.link), guid=moved(platform.guid))


MIGRATIONS = {
    "guid": replace(WORDPRESS, guid=lambda a: f"tag:{a.number * 7}"),
    "https": at(WORDPRESS, "https://www.quartier.example"),
    "www": at(WORDPRESS, "http://quartier.example"),
    "domain": at(WORDPRESS, "https://comite-hommelet.example"),
    "spip": SPIP,
    "spip elsewhere": at(SPIP, "https://spip.hommelet.example"),
    "permalinks": replace(
        WORDPRESS,
        link=lambda a: f"http://www.quartier.example/actualites/{a.number}-{a.slug}.html",
        guid=lambda a: f"http://www.quartier.example/actualites/{a.number}-{a.slug}.html",
    ),
    "domain, https and guid": replace(
        at(WORDPRESS, "https://comite-hommelet.example"), guid=lambda a: f"urn:{a.slug}"
    ),
    "dates of the move": replace(
        at(WORDPRESS, "https://comite-hommelet.example"),
        date=lambda a: rfc822(MOVED + timedelta(seconds=a.number)),
    ),
}


@dataclass(kw_only=True)
class Crawled:
    """A source that is crawled again and again."""

    site: Site
    store: Store
    now: datetime = NOW

    def crawl(self, body: bytes) -> SaveCount:
        self.site.pages["/feed"] = Answer(body=body, content_type="application/rss+xml")
        town = town_of(source("s", self.site.url(), feed=self.site.url("/feed")))
        result = crawl_all(town, self.store, now=self.now)["s"]
        self.now += timedelta(days=2)  # a feed is read whole once a day
        return result.count

    def posts(self) -> dict[str, tuple[str, str]]:
        rows = self.store._connection.execute("SELECT uid, title, published FROM posts")
        return {uid: (title.replace("’", "'"), published) for uid, title, published in rows}


@pytest.fixture
def crawled(site: Site, store: Store) -> Crawled:
    return Crawled(site=site, store=store)


@pytest.mark.parametrize("name", MIGRATIONS)
def test_a_site_that_moves_keeps_its_posts(name: str, crawled: Crawled) -> None:
    articles, moved = written(), MIGRATIONS[name]
    assert crawled.crawl(WORDPRESS.feed(articles)) == SaveCount(new=POSTS)
    before = crawled.posts()

    count = crawled.crawl(moved.feed(articles))

    assert count.new == 0
    assert crawled.posts() == before
    assert crawled.crawl(moved.feed(articles, built="again")) == SaveCount(unchanged=POSTS)
    urls = {url for (url,) in crawled.store._connection.execute("SELECT url FROM posts")}
    assert urls == {moved.link(article) for article in articles}


@pytest.mark.parametrize("name", MIGRATIONS)
def test_what_a_short_feed_shows_of_it_is_enough(name: str, crawled: Crawled) -> None:
    articles, moved = written(), MIGRATIONS[name]
    crawled.crawl(WORDPRESS.feed(articles))
    before = crawled.posts()
    for start in range(0, 100, 10):
        assert crawled.crawl(moved.feed(articles[start : start + 10])).new == 0
    assert crawled.posts() == before


def test_a_site_that_comes_back_keeps_its_posts(crawled: Crawled) -> None:
    articles = written()
    crawled.crawl(WORDPRESS.feed(articles))
    before = crawled.posts()
    for moved in (MIGRATIONS["spip"], WORDPRESS, MIGRATIONS["domain"], MIGRATIONS["spip"]):
        assert crawled.crawl(moved.feed(articles)).new == 0
    assert crawled.posts() == before


def test_what_is_new_among_moved_posts_is_new(crawled: Crawled) -> None:
    articles = written(POSTS + 8)
    crawled.crawl(WORDPRESS.feed(articles[8:]))
    assert crawled.crawl(MIGRATIONS["spip elsewhere"].feed(articles)).new == 8
