"""The text of a post's own page: what surrounds it stays out, what belongs to it stays in."""

from datetime import UTC, datetime

import pytest

from aggregator.errors import ReadError
from aggregator.model import Article, ArticlePage, Page
from aggregator.readers import read_article

FIRST = "La réunion publique sur le réaménagement de la place a rassemblé une centaine d’habitants."
SECOND = "Le conseil citoyen a demandé que les arbres soient gardés et que le marché revienne."
THIRD = "Une deuxième rencontre aura lieu au printemps, avec les élus et les services techniques."
TEXT = f"<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>"
MENU = "".join(f'<li><a href="/rubrique-{n}">Rubrique numéro {n}</a></li>' for n in range(9))


def page(body: str | bytes, *, content_type: str = "text/html; charset=utf-8") -> Page:
    url = "https://exemple.fr/2011/un-billet"
    return Page(
        requested_url=url,
        url=url,
        body=body.encode() if isinstance(body, str) else body,
        status=200,
        content_type=content_type,
        fetched=datetime(2024, 9, 10, tzinfo=UTC),
        elapsed_s=0.1,
    )


def read(body: str, **kwargs: str) -> ArticlePage:
    return read_article(page(body), None, **kwargs)


def site(article: str, *, head: str = "", after: str = "") -> str:
    return f"""<html lang="fr"><head><title>Un billet - Le blog</title>{head}</head><body>
    <header><a href="/">Le blog</a></header><nav><ul>{MENU}</ul></nav>
    <div id="page"><div class="post">{article}</div>{after}</div>
    <footer>Mentions légales</footer></body></html>"""


@pytest.mark.parametrize(
    "around",
    [
        '<div id="tarteaucitronRoot">Ce site utilise des cookies INTRUS</div>',
        '<div class="cookie-notice">En poursuivant vous acceptez INTRUS</div>',
        '<ul class="share-buttons"><li>INTRUS</li></ul>',
        '<div class="sharedaddy"><a href="x">INTRUS</a></div>',
        '<div id="comments"><p>Très bon billet, merci de tout cœur pour INTRUS</p></div>',
        '<section class="commentaires"><p>Je ne suis pas d’accord avec INTRUS</p></section>',
        '<div class="jp-relatedposts"><a href="x">INTRUS</a></div>',
        '<div class="ob-tags"><a href="x">INTRUS</a></div>',
        "<aside>INTRUS</aside>",
        '<div role="navigation">INTRUS</div>',
        '<p style="display: none">INTRUS</p>',
        "<p>Imprimer Mail Facebook</p><p>Partager cet article</p><nav>INTRUS</nav>",
        '<p>Lire aussi : <a href="x">Un autre billet INTRUS</a></p>',
        '<h3>Articles similaires</h3><ul><li><a href="x">INTRUS</a></li></ul>',
        '<script>var a = "INTRUS"</script>',
        "<form><input><button>INTRUS</button></form>",
    ],
)
def test_what_surrounds_the_text_is_left_out(around: str) -> None:
    html = read(site(f"<h1>Un billet</h1>{TEXT}{around}")).html

    assert FIRST in html
    assert THIRD in html
    assert "INTRUS" not in html
    assert "Facebook" not in html
    assert "Partager" not in html
    assert "Rubrique" not in html
    assert "Mentions" not in html


def test_the_text_keeps_its_headings_lists_and_links() -> None:
    html = read(
        site(f'{TEXT}<h2>Suite</h2><ul><li><a href="suite.html">Ici</a></li></ul><p>{FIRST}</p>')
    ).html

    assert "<h2>Suite</h2>" in html
    assert '<a href="https://exemple.fr/2011/suite.html">Ici</a>' in html


def test_links_are_relative_to_the_base_of_the_page() -> None:
    head = '<base href="https://ailleurs.fr/docs/">'
    assert (
        'href="https://ailleurs.fr/docs/a.html"'
        in read(site(f'{TEXT}<p>{FIRST} <a href="a.html">a</a></p>', head=head)).html
    )


@pytest.mark.parametrize(
    "link",
    [
        '<p><a href="/cr.pdf">Compte rendu</a></p>',
        '<div class="share"><a href="/cr.pdf">Compte rendu</a></div>',
        '<p>Lire aussi : <a href="/cr.pdf">le compte rendu du conseil</a></p>',
        '<iframe src="/cr.pdf"></iframe>',
        '<object data="/cr.pdf" type="application/pdf"></object>',
    ],
)
@pytest.mark.parametrize("is_inside", [True, False])
def test_documents_of_the_article_are_never_lost(link: str, is_inside: bool) -> None:
    body = f"<h1>Un billet</h1><div class='entry-content'>{TEXT}{link if is_inside else ''}</div>"
    html = read(site(f"<article>{body}{'' if is_inside else link}</article>")).html

    assert html.count('href="https://exemple.fr/cr.pdf"') == 1


def test_documents_of_the_sidebar_and_the_footer_are_not_the_article_s() -> None:
    after = '<div class="sidebar"><a href="/bulletin.pdf">Bulletin</a></div>'
    assert "bulletin" not in read(site(f"<article>{TEXT}</article>", after=after)).html


def test_chapo_text_and_postscript_in_boxes_of_their_own_are_one_text() -> None:
    html = read(
        site(
            f'<div class="chapo">{FIRST}</div><div class="texte"><p>{SECOND}</p><p>{FIRST}</p>'
            f'</div><div class="ps"><p>{THIRD}</p></div>'
        )
    ).html
    assert html.index(FIRST) < html.index(SECOND) < html.index(THIRD)


def test_a_part_called_like_a_share_bar_is_text_when_it_has_many_words() -> None:
    part = f'<div id="partage"><h2>Partage</h2>{TEXT}{TEXT}</div>'
    assert read(site(TEXT + part + TEXT)).html.count(FIRST) == 4


def test_a_page_hidden_until_a_script_shows_it_is_read() -> None:
    assert FIRST in read(f'<body><div style="visibility:hidden">{TEXT}</div></body>').html


def test_the_title_is_not_repeated() -> None:
    article = read(site(f"<h1>Un billet</h1>{TEXT}"))
    assert article.title == "Un billet"
    assert "Un billet" not in article.html


def test_a_gallery_has_no_text_but_its_pictures() -> None:
    html = read(site('<article><h1>Un billet</h1><img src="a.jpg"></article>')).html
    assert "Rubrique" not in html
    assert "Mentions" not in html


def test_selectors_come_first_and_the_rest_is_extracted() -> None:
    body = site(
        f'<h1>Un billet</h1><p class="quand">le 3 mars 2014</p><b>Choisi</b>{TEXT}',
        head='<meta property="article:published_time" content="2015-01-01">',
    )
    chosen = read_article(page(body), Article(text="b", date=".quand"))
    extracted = read_article(page(body), Article(title="p"))

    assert (chosen.html, chosen.by) == ("Choisi", "selectors")
    assert (chosen.published, chosen.date_by) == ("le 3 mars 2014", "selector")
    assert chosen.title == "Un billet"
    assert extracted.by == "extraction"
    assert FIRST in extracted.html
    assert extracted.title == "le 3 mars 2014"


def test_selectors_that_match_nothing_leave_it_to_extraction() -> None:
    article = read_article(page(site(TEXT)), Article(text=".gone", date=".gone", title=".gone"))
    assert article.by == "extraction"
    assert FIRST in article.html


def test_a_page_says_its_address_author_language_and_reservation() -> None:
    article = read(
        site(
            TEXT,
            head='<link rel="canonical" href="/2011/le-billet"><meta name="author" content="Ana">'
            '<meta name="tdm-reservation" content="1">',
        )
    )
    assert article.canonical == "https://exemple.fr/2011/le-billet"
    assert (article.author, article.language, article.tdm_reserved) == ("Ana", "fr", True)
    assert article.url == "https://exemple.fr/2011/un-billet"


@pytest.mark.parametrize("href", ["/", "https://exemple.fr", "javascript:x", "http://["])
def test_an_address_that_cannot_be_a_post_s_is_none(href: str) -> None:
    assert read(site(TEXT, head=f'<link rel="canonical" href="{href}">')).canonical is None


def test_the_name_of_the_site_as_a_heading_is_not_the_title() -> None:
    body = f"<title>Le blog | Un billet</title><h1>Le blog</h1><article><h1>Un billet</h1>{TEXT}"
    assert read(body).title == "Un billet"


def test_the_list_s_title_stands_in() -> None:
    assert read(f"<body>{TEXT}</body>", title="De la liste").title == "De la liste"


def test_letters_are_read_in_the_charset_of_the_page() -> None:
    body = f'<meta charset="iso-8859-1">{site("<p>Été à Roubaix</p>" + TEXT)}'.replace("’", "'")
    html = read_article(page(body.encode("latin-1"), content_type="text/html"), None).html
    assert "Été à Roubaix" in html


@pytest.mark.parametrize("body", [b"", b"  \n ", b"<!-- rien -->", b"\0\0"])
def test_an_empty_page_is_an_error(body: bytes) -> None:
    with pytest.raises(ReadError, match="no article"):
        read_article(page(body), None)


@pytest.mark.parametrize(
    "body",
    [
        b"<body>" + b"<div>" * 200_000 + b"texte",
        b"<body>" + b"<p><font>un deux trois " * 5_000,
        b"<p " + b" ".join(b"a%d=1" % n for n in range(100_000)) + b">texte</p>",
        b"<p " + b"/".join(b"a%d" % n for n in range(100_000)) + b">texte</p>",
        b"<p a='>' " + b"/".join(b"a%d" % n for n in range(100_000)) + b">texte</p>",
        b"<article><p>" + b"<span>un deux</span> " * 50_000,
        b"".join(b'<a href="/%d.pdf">lien %d</a>' % (n, n) for n in range(100_000)),
        b'<script type="application/ld+json">' + b"[" * 200_000 + b"</script><p>texte",
        b'<p style="display' + b" " * 100_000 + b'">texte',
        b"<" * 1_000_000,
        bytes(range(256)) * 100,
    ],
    ids=[
        *("nested", "unclosed", "attributes", "slashes", "hidden-slashes", "flat", "links"),
        *("json", "spaces", "lt", "binary"),
    ],
)
def test_hostile_pages_end(body: bytes) -> None:
    assert read_article(page(body), None).url


def test_what_follows_many_unclosed_tags_is_read() -> None:
    body = "<body>" + "<font>" * 600 + "</font>" * 600 + f"<article>{TEXT}</article>"
    assert FIRST in read(body).html
