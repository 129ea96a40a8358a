from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import DateOrigin, Entry, Post, Rejection, Source
from aggregator.normalise import normalise

SOURCE = Source(
    slug="hommelet", name="Comité de l’Hommelet", url="https://example.org", kind="blog"
)

SEEN = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
FEED = "https://example.org/feed/"


def outcome(
    entry: Entry, *, seen: datetime = SEEN, language: str | None = "fr"
) -> Post | Rejection:
    return normalise(
        entry,
        source=SOURCE,
        page_url=FEED,
        language=language,
        seen=seen,
        timezone="Europe/Paris",
    )


def post(seen: datetime = SEEN, **fields: Any) -> Post:
    made = outcome(Entry(**fields), seen=seen)
    assert isinstance(made, Post)
    return made


def test_an_ordinary_entry_becomes_a_post() -> None:
    made = post(
        link="/2021/05/reunion?utm_source=rss",
        guid=" https://example.org/?p=12 ",
        title="R&eacute;union <em>publique</em>",
        html="<p>Bonjour <a href='/plan'>le plan</a></p><script>x()</script>",
        published="Mon, 03 May 2021 10:00:00 +0200",
        author="jeanne@example.org (Jeanne Martin)",
        language="fr-FR",
        categories=("Quartiers", " Quartiers", "F&ecirc;tes", ""),
    )
    assert made == Post(
        source="hommelet",
        guid="https://example.org/?p=12",
        url="https://example.org/2021/05/reunion",
        title="Réunion publique",
        excerpt="Bonjour le plan",
        html='<p>Bonjour <a href="https://example.org/plan" '
        'rel="nofollow noopener noreferrer ugc">le plan</a></p>',
        text="Bonjour le plan",
        author="Jeanne Martin",
        language="fr",
        published=datetime(2021, 5, 3, 8, tzinfo=UTC),
        date_origin=DateOrigin.STATED,
        categories=("Quartiers", "Fêtes"),
        digest=made.digest,
    )


@pytest.mark.parametrize(
    ("fields", "title", "derived"),
    [
        ({"title": "Un titre", "html": "<p>Texte</p>"}, "Un titre", False),
        ({"title": "<img>", "html": "<p>Une phrase. Une autre.</p>"}, "Une phrase", True),
        ({"link": "/compte-rendu-2021"}, "Compte rendu 2021", True),
        ({"link": "/node/12"}, "Comité de l’Hommelet", True),
        ({"published": "2021-05-03T22:30:00Z"}, "Comité de l’Hommelet, 04/05/2021", True),
    ],
)
def test_every_post_has_a_title(fields: dict[str, Any], title: str, derived: bool) -> None:
    made = post(**fields)
    assert (made.title, made.title_derived) == (title, derived)


@pytest.mark.parametrize(
    "fields", [{}, {"guid": "urn:1"}, {"author": "x"}, {"html": "<img src=x>", "published": "?"}]
)
def test_an_entry_that_says_nothing_is_refused_with_a_reason(fields: dict[str, Any]) -> None:
    refused = outcome(Entry(**fields))
    assert isinstance(refused, Rejection)
    assert refused.entry == fields.get("guid", "entrée vide")
    assert "neither title" in refused.reason


@pytest.mark.parametrize(
    ("link", "base", "url"),
    [
        ("a", None, "https://example.org/feed/a"),
        ("a", "https://example.com/x/", "https://example.com/x/a"),
        ("a", "/x/", "https://example.org/x/a"),
        ("a", "http://[bad", "https://example.org/feed/a"),
        ("https://example.org/a#suite", None, "https://example.org/a"),
        ("#ev-12", None, "https://example.org/feed/#ev-12"),
        ("https://example.org/#ev-12", None, "https://example.org/#ev-12"),
        ("javascript:alert(1)", None, "https://example.org/"),
        ("urn:uuid:1225c695", None, "https://example.org/"),
        ("http://[bad", None, "https://example.org/"),
        (None, None, "https://example.org/"),
    ],
)
def test_every_post_has_an_address_of_the_web(link: str | None, base: str | None, url: str) -> None:
    assert post(title="x", link=link, base_url=base).url == url


def test_a_post_is_known_by_its_id_then_its_address_then_what_it_says() -> None:
    assert (
        post(guid="tag:example.org,2021:1", link="/a", title="x").guid == "tag:example.org,2021:1"
    )
    assert post(link="/a?utm_source=x", title="x").guid == "https://example.org/a"
    assert post(link="/agenda#12", title="x").guid == "https://example.org/agenda#12"
    said = post(title="x", html="texte")
    assert said.guid == post(title="x", html="texte", link="/").guid  # the home page names nothing
    assert said.guid != post(title="x", html="autre texte").guid
    assert len(post(title="x", guid="g" * 5_000).guid) == 64


def test_a_post_without_id_or_link_stays_the_same_when_its_age_is_told_anew() -> None:
    first = post(title="x", published="il y a 2 jours")
    later = post(title="x", published="il y a 3 jours", seen=SEEN + timedelta(days=1))
    assert first.guid == later.guid
    assert first.digest == later.digest
    assert first.date_origin is DateOrigin.INFERRED


@pytest.mark.parametrize("published", [None, "hier", "15 janv.", "Jeudi 19 novembre", "3 mai 2021"])
def test_a_later_crawl_gives_the_same_digest(published: str | None) -> None:
    entry = {"title": "x", "html": "<p>y</p>", "published": published, "link": "/a"}
    digests = {post(seen=SEEN + timedelta(days=n), **entry).digest for n in (0, 1, 40, 400)}
    assert len(digests) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"title": "autre"},
        {"html": "<p>autre</p>"},
        {"summary": "autre"},
        {"link": "/autre"},
        {"author": "Autre"},
        {"published": "4 mai 2021"},
        {"language": "nl"},
        {"categories": ("autre",)},
    ],
)
def test_the_digest_changes_with_what_readers_see(change: dict[str, Any]) -> None:
    entry = Entry(title="x", html="<p>y</p>", link="/a", guid="1", published="3 mai 2021")
    before, after = outcome(entry), outcome(replace(entry, **change))
    assert isinstance(before, Post)
    assert isinstance(after, Post)
    assert before.digest != after.digest
    assert before.guid == after.guid


@pytest.mark.parametrize(
    ("entry_language", "page_language", "expected"),
    [
        ("fr-FR", "en", "fr"),
        ("NL_be", "fr", "nl"),
        (None, "en-US", "en"),
        ("n’importe", "und", "fr"),
        ("", None, "fr"),
    ],
)
def test_the_language_is_a_primary_tag(
    entry_language: str | None, page_language: str | None, expected: str
) -> None:
    made = outcome(Entry(title="x", language=entry_language), language=page_language)
    assert isinstance(made, Post)
    assert made.language == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Jeanne Martin", "Jeanne Martin"),
        ("jeanne@example.org (Jeanne Martin)", "Jeanne Martin"),
        ("Jeanne Martin <jeanne@example.org>", "Jeanne Martin"),
        ("jeanne@example.org", None),
        ("mailto:jeanne@example.org", None),
        ("Jeanne &lt;jeanne@example.org&gt;", "Jeanne"),
        ("Jeanne (comité)", "Jeanne (comité)"),
        ("Jeanne&#64;example.org", None),
        ("<b>Jeanne</b>", "Jeanne"),
        ("", None),
        (None, None),
    ],
)
def test_authors_are_named_without_their_address(raw: str | None, expected: str | None) -> None:
    assert post(title="x", author=raw).author == expected


def test_the_summary_is_the_extract_and_the_body_where_there_is_none() -> None:
    both = post(title="x", html="<p>" + "long " * 100 + "</p>", summary="<p>Court [...]</p>")
    assert both.excerpt == "Court…"
    assert both.text.startswith("long long")
    only = post(title="x", html="<img src=y>", summary="<p>Court</p>")
    assert (only.text, only.html, only.excerpt) == ("Court", "<p>Court</p>", "Court")


TEXTS = st.one_of(
    st.none(), st.text(), st.sampled_from(["<b>", "&#0;", "\ud800", "http://[", "hier"])
)


@given(
    st.builds(
        Entry,
        link=TEXTS,
        guid=TEXTS,
        title=TEXTS,
        html=st.text(),
        summary=st.text(),
        published=TEXTS,
        updated=TEXTS,
        author=TEXTS,
        language=TEXTS,
        categories=st.tuples(st.text()),
        base_url=TEXTS,
    )
)
def test_no_entry_raises_and_the_same_entry_gives_the_same_post(entry: Entry) -> None:
    made = outcome(entry)
    assert made == outcome(entry)
    if isinstance(made, Post):
        assert made.title
        assert made.guid
        assert made.url.startswith(("http://", "https://"))
        for text in (made.title, made.text, made.html, made.guid, made.url, made.author or ""):
            assert text.encode().decode() == text
            assert "\x00" not in text
