"""The date of a post's own page, by what says it; and none where none is sure."""

from datetime import UTC, date, datetime

import pytest

from aggregator.model import ArticlePage, Page
from aggregator.normalise.dates import read_date
from aggregator.readers import read_article

SENTENCE = "La réunion publique sur le réaménagement de la place a rassemblé du monde ce soir-là. "
TEXT = f"<p>{SENTENCE}</p><p>{SENTENCE * 2}</p>"


def read(body: str, *, head: str = "", url: str = "https://exemple.fr/billet") -> ArticlePage:
    page = Page(
        requested_url=url,
        url=url,
        body=f'<html lang="fr"><head>{head}</head><body>{body}</body></html>'.encode(),
        status=200,
        content_type="text/html; charset=utf-8",
        fetched=datetime(2024, 9, 10, tzinfo=UTC),
        elapsed_s=0.1,
    )
    return read_article(page, None)


def day(article: ArticlePage) -> date | None:
    seen = datetime(2024, 9, 10, tzinfo=UTC)
    found = article.published and read_date(article.published, seen=seen, timezone="Europe/Paris")
    return found.moment.date() if found else None


def ld(json: str) -> str:
    return f'<script type="application/ld+json">{json}</script>'


@pytest.mark.parametrize(
    "json",
    [
        '{"@type": "BlogPosting", "datePublished": "2014-03-12T10:00:00+01:00"}',
        '{"@graph": [{"@type": "WebSite"}, {"@type": ["Article"], "datePublished": "2014-03-12"}]}',
        '[{"@type": "WebPage", "datePublished": "2014-03-12",}]',
        '<!-- {"@type": "NewsArticle", "datePublished": "2014-03-12"} -->',
        '{"@type": "WebPage", "mainEntity": {"@type": "Article", "datePublished": "2014-03-12"}}',
        '{"@type": "Article", "datePublished": "2014-03-12", "x": "a\nb"}',
    ],
)
def test_json_ld(json: str) -> None:
    article = read(f"<article>{TEXT}</article>", head=ld(json))
    assert (day(article), article.date_by) == (date(2014, 3, 12), "json-ld")


@pytest.mark.parametrize(
    "json",
    [
        '{"@type": "Article", "datePublished": "2014-03-12"',
        '[{"@type":"Article","datePublished":"2014-03-12"},{"@type":"Article","datePublished":""}]',
        '{"@type": "Article", "comment": {"datePublished": "2014-03-12"}}',
        '{"@type": "Article", "dateModified": "2014-03-12"}',
        '{"@type": "Article", "datePublished": 12}',
        '{"@type": "Article", "datePublished": "2014-03-12", "dateModified": "2013-01-01"}',
    ],
)
def test_json_ld_that_gives_no_date(json: str) -> None:
    assert read(f"<article>{TEXT}</article>", head=ld(json)).published is None


@pytest.mark.parametrize(
    "head",
    [
        '<meta property="article:published_time" content="2014-03-12T09:00:00Z">',
        '<meta name="DC.date.issued" content="2014-03-12">',
        '<meta itemprop="datePublished" content="2014-03-12">',
        '<meta name="citation_publication_date" content="2014-03-12">',
        '<meta name="date" content="2014-03-12">',
    ],
)
def test_meta(head: str) -> None:
    article = read(f"<article>{TEXT}</article>", head=head)
    assert (day(article), article.date_by) == (date(2014, 3, 12), "meta")


def test_a_page_published_after_it_was_changed_states_the_moment_of_its_answer() -> None:
    head = (
        '<meta property="article:published_time" content="2023-07-08">'
        '<meta property="article:modified_time" content="2023-04-04">'
    )
    labelled = "<div><span><b>publié le</b>06.10.15</span> <span>mise à jour 18.08.22</span></div>"

    assert read(f"<article>{TEXT}</article>", head=head).published is None
    shown = read(f"<article>{labelled}{TEXT}</article>", head=head)
    assert (day(shown), shown.date_by) == (date(2015, 10, 6), "text")


def test_what_people_read_as_published_counts_where_it_is_earlier() -> None:
    head = '<meta property="article:published_time" content="2023-07-08">'
    article = read(f"<article><p>Publié le 3 mars 2014</p>{TEXT}</article>", head=head)
    assert (day(article), article.date_by) == (date(2014, 3, 3), "text")


@pytest.mark.parametrize(
    "mark",
    [
        '<time datetime="2014-03-12T10:00:00+01:00">hier</time>',
        '<p><time class="entry-date" datetime="2014-03-12"></time></p>',
        '<footer><time pubdate datetime="2014-03-12">12 mars</time></footer>',
        '<abbr class="published" title="2014-03-12T10:00:00+01:00">mercredi</abbr>',
        '<span itemprop="datePublished" content="2014-03-12">mercredi</span>',
        '<time class="updated" datetime="2016-01-01"></time><time datetime="2014-03-12"></time>',
    ],
)
def test_time(mark: str) -> None:
    article = read(f"<article><h1>Un billet</h1>{mark}{TEXT}</article>")
    assert (day(article), article.date_by) == (date(2014, 3, 12), "time")


@pytest.mark.parametrize(
    "line",
    [
        "<p>Publié le 12 mars 2014| par Ana</p>",
        "<p>publié le 12.03.2014</p>",
        "<p>Posté le 12/03/14 par admin</p>",
        "<p>Mis en ligne le mercredi 12 mars 2014</p>",
        "<dl><dt>Publié le</dt><dd>12 mars 2014</dd></dl>",
        "<p>12 mars 2014 3 12 /03 /mars /2014 19:50</p>",
        '<div class="date">12 mars 2014 19:50</div>',
        '<h2 class="date-header">mercredi 12 mars 2014</h2>',
        '<span class="horodatage">12/03/2014</span>',
        "<p>Publié le 12 mars 2014, mis à jour le 5 mai 2019</p>",
    ],
)
@pytest.mark.parametrize(
    "where", ["{line}<h1>Un billet</h1>{text}", "<h1>Un billet</h1>{line}{text}"]
)
def test_text(line: str, where: str) -> None:
    body = where.format(line=line, text=f'<div class="entry-content">{TEXT}</div>')
    article = read(f"<div class='post'>{body}</div>")
    assert (day(article), article.date_by) == (date(2014, 3, 12), "text")


def test_the_end_of_a_text_may_say_when_it_was_published() -> None:
    article = read(f"<article>{TEXT * 3}<p>Publié le 12 mars 2014</p></article>")
    assert day(article) == date(2014, 3, 12)


def test_the_day_in_a_permalink_is_the_last_witness() -> None:
    url = "https://exemple.fr/2014/03/12/un-billet/"
    assert (day(read(TEXT, url=url)), read(TEXT, url=url).date_by) == (date(2014, 3, 12), "url")
    assert read(TEXT, url="https://exemple.fr/2014/03/un-billet/").published is None
    assert read(TEXT, url="https://exemple.fr/2014/13/45/un-billet/").published is None


@pytest.mark.parametrize(
    "body",
    [
        f"<article>{TEXT}</article><footer>© 2014-03-12 Le blog</footer>",
        f"<article>{TEXT}<p>Le décret publié le 12 mars 2014 est clair.</p>{TEXT}</article>",
        f"<article>{TEXT * 2}<p>Réunion :</p><p>12 mars 2014</p>{TEXT}</article>",
        f"<article>{TEXT}<p>Mis à jour le 12 mars 2014</p></article>",
        f'<article>{TEXT}</article><div id="comments"><p>Publié le 12 mars 2014</p></div>',
        f'<article>{TEXT}</article><li><a href="x">Un tout autre billet</a> 12 mars 2014</li>',
        f'<article>{TEXT}</article><div><h3><a href="x">Autre</a></h3><p>12 mars 2014</p></div>',
        f'<article><time itemprop="dateModified" datetime="2014-03-12">hier</time>{TEXT}</article>',
        f'<article><div class="event-date">12 mars 2014</div>{TEXT}</article>',
        f"<article><p>Publié le 31 février 2014</p>{TEXT}</article>",
        f"<article><p>12 mars 2014</p><p>13 avril 2015</p>{TEXT}</article>",
    ],
)
def test_a_date_is_never_invented(body: str) -> None:
    assert read(body).published is None


def test_days_and_months_of_an_english_page_are_not_guessed() -> None:
    body = f"<article><p>Posted on 03/04/2014</p>{TEXT}</article>"
    french = read(body)
    english = read_article(
        Page(
            requested_url="https://example.org/a",
            url="https://example.org/a",
            body=f'<html lang="en"><body>{body}'.encode(),
            status=200,
            fetched=datetime(2024, 9, 10, tzinfo=UTC),
            elapsed_s=0.1,
        ),
        None,
    )
    assert day(french) == date(2014, 4, 3)
    assert english.published is None
