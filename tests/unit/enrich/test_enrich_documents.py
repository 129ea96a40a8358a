from datetime import UTC, datetime

import pytest

from aggregator.enrich import enrich
from aggregator.enrich.documents import documents
from aggregator.model import DOCUMENTS, DateOrigin, Post, Source
from aggregator.normalise.markup import sanitise

SOURCE = Source(
    slug="blog", name="Le blog", url="https://blog.example/", kind="blog", quartiers=("pile",)
)


def found_in(raw: str) -> tuple[str, ...]:
    return documents(sanitise(raw, base="https://blog.example/"))


@pytest.mark.parametrize(
    ("raw", "kinds"),
    [
        ('<p>Lisez le <a href="/cr/2016-06.pdf">compte rendu</a>.</p>', ("pdf",)),
        ('<a class="b" title="a > b" href="/a.PDF?v=1&amp;x=2#page=3">a</a>', ("pdf",)),
        ("<a href='q\"uote.odt'>a</a> <a href=b.rtf>b</a>", ("texte",)),
        ('<a href="/a.ppt">a</a><a href="/b.csv">b</a><a href="/c.doc">c</a>', None),
        ('<a href="/budget.xlsx">budget</a>', ("tableur",)),
        ('<a href="/a.odp">a</a>', ("presentation",)),
        ("<p>Le fichier a.pdf n’est plus là.</p>", ()),
        ('<a href="/page?file=a.pdf">a</a> <a href="/page#a.pdf">b</a>', ()),
        ('<a href="/a.pdfx">a</a> <a href="/apdf">b</a> <a href="/a.pdf/">c</a>', ()),
        ('<a href="https://agence.doc">a</a> <a href="mailto:jean@agence.doc">b</a>', ()),
        ('<img src="/a.pdf"> &lt;a href="https://a.example/b.pdf"&gt;', ()),
        ("<abbr title='<a href=\"https://a.example/b.pdf\">'>a</abbr>", ()),
        ("", ()),
    ],
)
def test_documents_are_known_by_the_ends_of_links(raw: str, kinds: tuple[str, ...] | None) -> None:
    assert found_in(raw) == (("texte", "tableur", "presentation") if kinds is None else kinds)


def test_a_post_gets_what_its_source_and_its_links_say() -> None:
    post = Post(
        source="blog",
        guid="1",
        url="https://blog.example/1",
        title="Compte rendu",
        html='<a href="https://blog.example/cr.pdf" rel="nofollow">le compte rendu</a>',
        published=datetime(2026, 3, 1, tzinfo=UTC),
        date_origin=DateOrigin.STATED,
        digest="",
    )
    enriched = enrich(post, source=SOURCE)
    assert enriched.quartiers == ("pile",)
    assert enriched.documents == (next(iter(DOCUMENTS)),)
    assert enrich(enriched, source=SOURCE) is enriched
