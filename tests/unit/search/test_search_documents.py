"""Words of documents find their posts, and the extract says on which page."""

import json
import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from unit.search.conftest import Ask, Posts

from aggregator.search import Hit, documents, ranking, to_json
from aggregator.store import index
from aggregator.store.lexicon import Lexicon

FILLING = "Le conseil a voté ce point à l’unanimité des présents. " * 20
Attach = Callable[..., None]


@pytest.fixture
def attach(connection: sqlite3.Connection) -> Attach:
    """Give a post a document, as the store does when it has read one."""

    def run(
        uid: str, *pages: str, label: str = "Compte rendu", title: str = "", media: str = "pdf"
    ) -> None:
        (post,) = connection.execute("SELECT id FROM posts WHERE uid = ?", (uid,)).fetchone()
        index.remove(connection, [post])
        (number,) = connection.execute("SELECT count(*) FROM documents").fetchone()
        connection.execute(
            "INSERT INTO documents (id, url, state, media, title, found, characters)"
            " VALUES (?, ?, 'read', ?, ?, '2020', ?)",
            (number, f"https://example.org/f/{number}%C3%A9.{media}", media, title, 1),
        )
        connection.execute(
            "INSERT INTO post_documents VALUES (?, ?, ?, ?, 1)", (post, number, number, label)
        )
        connection.executemany(
            "INSERT INTO document_pages VALUES (?, ?, ?)",
            [(number, place, page) for place, page in enumerate(pages, 1)],
        )
        index.add(connection, [post])
        pieces: set[str] = set()
        index.read_documents(connection, pieces, [post])
        Lexicon(connection, "terms").add(pieces)

    return run


@pytest.fixture
def one(ask: Ask) -> Callable[[str], Hit]:
    def run(text: str) -> Hit:
        (hit,) = ask(text).hits
        return hit

    return run


One = Callable[[str], Hit]


def test_the_extract_comes_from_the_page_that_says_it(
    posts: Posts, attach: Attach, one: One
) -> None:
    uid = posts.add("Conseil du 15 décembre", "Le compte rendu est en ligne.")
    posts.add("Autre chose", "Rien.")
    attach(uid, *[FILLING] * 36, "Les ascenseurs de l’Alma sont en panne.", FILLING)
    hit = one("ascenseur")
    assert hit.uid == uid
    assert hit.extract == "Les ascenseurs de l’Alma sont en panne."
    assert [segment.text for segment in hit.extract_segments if segment.lit] == ["ascenseurs"]
    place = hit.extract_from
    assert place is not None
    assert (place.label, place.media, place.page) == ("Compte rendu", "pdf", 37)


def test_what_the_post_says_itself_needs_no_document(
    posts: Posts, attach: Attach, one: One
) -> None:
    uid = posts.add("Conseil", "Une piscine pour tous.")
    attach(uid, "La piscine.")
    assert one("piscine").extract_from is None
    assert one("piscine").extract == "Une piscine pour tous."
    # No word is missing where a word may stand in the name of its source.
    assert one("conseil").extract_from is None


def test_the_page_that_says_most_is_shown(posts: Posts, attach: Attach, one: One) -> None:
    uid = posts.add("Piscine", "")
    attach(uid, "Le budget.", "Le budget de la piscine, voté.", "Encore le budget de la piscine.")
    hit = one("budget piscine")
    assert hit.extract_from is not None
    assert (hit.extract_from.page, hit.extract) == (2, "Le budget de la piscine, voté.")
    assert one("piscine").extract_from is None


@pytest.mark.parametrize(
    ("typed", "page"),
    [
        ('"place de la liberté"', 1),  # goes on at the head of page 2
        ('"réunion publique"', 2),
        ("oeuvre", 2),
        ("CRIC", 3),
        ("élue", 3),
        ("Šimek", 4),
    ],
)
def test_pages_are_found_as_the_index_finds_posts(
    posts: Posts, attach: Attach, one: One, typed: str, page: int
) -> None:
    attach(
        posts.add("Titre"),
        "Rendez-vous sur la place de",
        "la Liberté pour une Réunion\npublique. L’ŒUVRE – d’ici",
        "Le C.R.I.C. et les élu·e·s",
        "Madame Šimek",
    )
    hit = one(typed)
    assert hit.extract_from is not None
    assert hit.extract_from.page == page


def test_documents_without_pages_name_none(posts: Posts, attach: Attach, one: One) -> None:
    attach(posts.add("Titre"), f"{FILLING * 40}\nLa piscine.", label="", media="odt")
    hit = one("piscine")
    assert hit.extract_from is not None
    assert (hit.extract_from.page, hit.extract_from.label) == (None, "0é.odt")
    assert hit.extract.endswith("La piscine.")


def test_a_document_without_label_goes_by_its_own_title(
    posts: Posts, attach: Attach, one: One
) -> None:
    attach(posts.add("Titre"), "La piscine.", label="", title="Procès-verbal")
    place = one("piscine").extract_from
    assert place is not None
    assert place.label == "Procès-verbal"


def test_of_a_source_shown_by_its_titles_the_page_is_told_and_nothing_else(
    posts: Posts, attach: Attach, one: One
) -> None:
    posts.add_source("presse", display="title")
    attach(
        posts.add("Titre", "Un texte à lire.", source="presse"),
        FILLING,
        "La piscine.",
        title="Plan",
    )
    hit = one("piscine")
    assert hit.extract_from is not None
    assert (hit.extract_from.page, hit.extract) == (2, "")
    assert hit.extract_from.label == "0é.pdf"
    assert one("lire").extract_from is None


def test_reading_stops_where_it_would_get_long(
    posts: Posts, attach: Attach, one: One, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "READ_CHARACTERS", 3 * len(FILLING))
    attach(posts.add("Titre", excerpt="Début"), *[FILLING] * 3, "La piscine.")
    hit = one("piscine")
    assert (hit.extract_from, hit.extract) == (None, "Début")


def test_words_taken_away_are_taken_out_of_documents_too(
    posts: Posts, attach: Attach, found: Callable[..., list[str]]
) -> None:
    first, second = posts.add("Conseil"), posts.add("Conseil")
    attach(first, "La piscine.")
    assert found("conseil -piscine") == [second]
    assert found("piscine conseil") == [first]
    assert set(found("conseil")) == {first, second}


def test_a_word_of_the_text_is_worth_more_than_one_of_a_document(
    posts: Posts, attach: Attach, found: Callable[..., list[str]]
) -> None:
    text = posts.add("Un titre", "On parle de la piscine.")
    long = posts.add("Un titre", "Rien.")
    attach(long, *["La piscine, la piscine, la piscine."] * 5)
    assert found("piscine", order="date") == [long, text]
    assert found("piscine", order="pertinence") == [text, long]


def test_programs_are_told_the_page(posts: Posts, attach: Attach, ask: Ask) -> None:
    attach(posts.add("Titre"), FILLING, "La piscine.")
    posts.add("Piscine")
    results: list[dict[str, Any]] = json.loads(json.dumps(to_json(ask("piscine"))))["results"]
    assert [one["extract_from"] for one in results] == [
        None,
        {
            "label": "Compte rendu",
            "url": "https://example.org/f/0%C3%A9.pdf",
            "media": "pdf",
            "page": 2,
        },
    ]


def test_a_long_document_does_not_hide_what_its_post_is_called(
    posts: Posts, attach: Attach, found: Callable[..., list[str]]
) -> None:
    called = posts.add("La piscine", "Le compte rendu.")
    attach(called, *[FILLING] * 60)
    for number in range(ranking.REREAD + 5):
        posts.add(f"Titre {number}", f"Un texte {number} qui parle aussi de la piscine.")
    assert found("piscine", order="pertinence")[0] == called


def test_of_documents_the_one_that_says_it_most_comes_first(
    posts: Posts, attach: Attach, found: Callable[..., list[str]]
) -> None:
    most, once = posts.add("Un titre"), posts.add("Un titre")
    attach(most, "La piscine, la piscine et la piscine.")
    attach(once, "La piscine, le parc et la patinoire.")
    assert found("piscine", order="pertinence") == [most, once]
