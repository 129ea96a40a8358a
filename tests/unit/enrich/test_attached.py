from dataclasses import replace
from datetime import UTC, datetime

import pytest

from aggregator.enrich import enrich
from aggregator.enrich.attached import MOST
from aggregator.model import Attached, DateOrigin, Post, Source
from aggregator.normalise.markup import sanitise

SOURCE = Source(slug="blog", name="Le blog", url="https://blog.example/", kind="blog")
POST = Post(
    source="blog",
    guid="1",
    url="https://blog.example/1",
    title="Réunion",
    published=datetime(2026, 3, 1, tzinfo=UTC),
    date_origin=DateOrigin.STATED,
    digest="",
)


def attached_in(raw: str, url: str = POST.url) -> list[tuple[str, str]]:
    html = sanitise(raw, base="https://blog.example/")
    found = enrich(replace(POST, html=html, url=url), source=SOURCE).attached
    return [(one.url, one.label) for one in found]


@pytest.mark.parametrize(
    ("raw", "url", "label"),
    [
        ('<a href="/cr.pdf">Compte rendu</a>', "https://blog.example/cr.pdf", "Compte rendu"),
        ('<a href="/CR.PDF#page=3"> <b>Le</b>  CR\n</a>', "https://blog.example/CR.PDF", "Le CR"),
        ('<a href="a.odt?v=1&amp;x=2">l’&quot;avis&quot;</a>', None, 'l’"avis"'),
        ('<a href="HTTP://Blog.Example:80/a.docx">a</a>', "http://blog.example/a.docx", "a"),
        ('<a href="https://u:p@blog.example:443/a.pdf">a</a>', "https://blog.example/a.pdf", "a"),
        ('<a href="/é à.pdf">a</a>', "https://blog.example/%C3%A9%20%C3%A0.pdf", "a"),
        ('<a href="/a.pdf">un<br>deux</a> <a href="/b">trois</a>', None, "un deux"),
    ],
)
def test_a_link_to_a_document_is_attached(raw: str, url: str | None, label: str) -> None:
    ((found, said),) = attached_in(raw)
    assert said == label
    assert url is None or found == url


@pytest.mark.parametrize(
    "raw",
    ['<a href="/a.xlsx">a</a>', '<a href="/a.doc">a</a>', '<a href="/?f=a.pdf">a</a>', "a.pdf"],
)
def test_what_cannot_be_read_is_not_attached(raw: str) -> None:
    assert attached_in(raw) == []


def test_documents_stand_once_in_their_order_with_the_first_words_said() -> None:
    raw = (
        '<a href="/b.pdf"></a><a href="/b.pdf#x">&nbsp;</a><a href="/a.odt">A</a>'
        '<a href="/b.pdf#page=2">B</a><a href="/b.pdf">B encore</a>'
    )
    assert attached_in(raw) == [
        ("https://blog.example/a.odt", "A"),
        ("https://blog.example/b.pdf", "B"),
    ]


def test_a_post_that_is_a_document_comes_first() -> None:
    own = "https://blog.example/cr.pdf"
    assert attached_in('<a href="/a.pdf">A</a><a href="/cr.pdf">le texte</a>', url=own) == [
        (own, "le texte"),
        ("https://blog.example/a.pdf", "A"),
    ]
    assert attached_in("", url="https://blog.example/cr.PDF?v=2") == [
        ("https://blog.example/cr.PDF?v=2", "")
    ]


def test_a_post_has_so_many_at_most() -> None:
    raw = "".join(f'<a href="/{number}.pdf">{number}</a>' for number in range(MOST + 5))
    found = attached_in(raw)
    assert len(found) == MOST
    assert found[-1] == (f"https://blog.example/{MOST - 1}.pdf", str(MOST - 1))


def test_nothing_changes_the_second_time() -> None:
    post = enrich(replace(POST, html='<a href="https://a.example/a.pdf">a</a>'), source=SOURCE)
    assert post.attached == (Attached(url="https://a.example/a.pdf", label="a"),)
    assert enrich(post, source=SOURCE) is post
