from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from aggregator.enrich.wholeness import SHORT_CHARACTERS, Lack, choose, lack
from aggregator.model import DateOrigin, Post, Service, Source

LONG = "Le conseil citoyen se réunit pour parler du budget participatif et du parc. " * 12
SOURCE = Source(slug="a", name="A", url="https://a.example/actus/", kind="blog")
POST = Post(
    source="a",
    guid="1",
    url="https://a.example/2026/03/reunion",
    title="Réunion",
    text=LONG,
    published=datetime(2026, 3, 1, tzinfo=UTC),
    date_origin=DateOrigin.STATED,
    digest="",
)


@pytest.mark.parametrize(
    ("post", "missing"),
    [
        (POST, None),
        (replace(POST, text=""), "text"),
        (replace(POST, text=LONG[: SHORT_CHARACTERS - 1]), "text"),
        (replace(POST, text=LONG + " et ensuite…"), "text"),
        (replace(POST, text=LONG + " et ensuite [...]"), "text"),
        (replace(POST, text=LONG + " et ensuite […] "), "text"),
        (replace(POST, text=LONG + " « et ensuite… »"), "text"),
        (replace(POST, text="Au début… " + LONG), None),
        (replace(POST, date_origin=DateOrigin.FIRST_SEEN), "date"),
        (replace(POST, date_origin=DateOrigin.INFERRED), "date"),
        (replace(POST, date_origin=DateOrigin.DAY_ONLY), None),
        (replace(POST, text="", url="https://a.example/actus"), None),
        (replace(POST, text="", url="https://a.example/actus/#b"), None),
        (replace(POST, text="", url="https://b.example/"), None),
        (replace(POST, text="", url="https://a.example/actus/?article=3"), "text"),
        (replace(POST, text="", url="https://a.example/cr.PDF"), None),
    ],
)
def test_what_a_post_lacks(post: Post, missing: Lack | None) -> None:
    assert lack(post, source=SOURCE) == missing


def test_platforms_give_what_they_have() -> None:
    source = replace(SOURCE, service=Service(name="decidim"))
    assert lack(replace(POST, text=""), source=source) is None


Text = Callable[[], str]


@pytest.mark.parametrize(
    ("published", "page", "better", "reason"),
    [
        ("Le conseil citoyen se réunit…", LONG, True, "la source n’en donne que le début"),
        ("", LONG, True, "la source n’en donne pas d’autre"),
        ("Le conseil citoyen se réunit…", "  \n", False, "ne contient pas de texte"),
        (LONG, LONG, False, "n’en dit pas plus"),
        ("Un vélo rouge attend devant la gare", LONG, False, "n’est pas celui"),
        # What an editor mended since, quotes and accents, does not make it another text.
        ("le Conseil Citoyen se reunit pour parler du « budget » participatif", LONG, True, ""),
    ],
)
def test_the_better_text(published: str, page: str, *, better: bool, reason: str) -> None:
    choice = choose(published, page)
    assert choice.page_is_better == better
    assert reason in choice.reason
