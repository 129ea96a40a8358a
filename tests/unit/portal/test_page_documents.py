"""Documents on the pages of the portal: with their post, in results, on the page of sources."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import html5lib
import pytest
from e2e.portal_town import SCHOOL, SCHOOL_PAGE, build_town
from e2e.portal_visitor import Visitor, words

from aggregator.model import DocumentState, DocumentText, Memory
from aggregator.portal.french import size
from aggregator.portal.labels import (
    DOCUMENT_COUNTS,
    DOCUMENT_STATES,
    document_count,
    document_line,
    document_notes,
)
from aggregator.portal.queries.documents import PARTLY, unread_documents
from aggregator.portal.queries.rows import PostDocument
from aggregator.store import ReadDocument, Store

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
MINUTES = "https://ecole.example/cr-2010-12-15.pdf"
SCAN = "https://ecole.example/affiche.pdf"
UNREAD = "https://ecole.example/ordre%20du%20jour.odt"
PLAIN = PostDocument(
    name="Un fichier",
    url=MINUTES,
    kind="",
    media="",
    state="waiting",
    reason="",
    pages=0,
    read_pages=0,
    size_bytes=0,
    refs=(),
)


def attach(database: Path) -> None:
    """Give the post on the school three documents, and have two read."""
    with sqlite3.connect(database) as connection:
        (post,) = connection.execute(
            "SELECT id FROM posts WHERE uid = ?", (SCHOOL_PAGE.rpartition("/")[2],)
        ).fetchone()
        links = {MINUTES: "Compte rendu du 15 décembre <2010>", SCAN: "L’affiche", UNREAD: ""}
        for place, (url, label) in enumerate(links.items()):
            connection.execute("INSERT INTO documents (url, found) VALUES (?, '2020')", (url,))
            connection.execute(
                "INSERT INTO post_documents (post_id, document_id, position, label)"
                " SELECT ?, id, ?, ? FROM documents WHERE url = ?",
                (post, place, label, url),
            )
    pages = (*["Rien à signaler."] * 36, "La chaufferie sera remplacée avant l’hiver.")
    minutes = DocumentText(
        state=DocumentState.READ, media="pdf", pages=pages, page_count=len(pages)
    )
    scan = DocumentText(state=DocumentState.SCANNED, media="pdf", pages=("",), page_count=1)
    found = ReadDocument(
        url=MINUTES,
        text=minutes,
        kind="compte-rendu",
        refs=("2010-112", "2010-113"),
        size_bytes=2_340_000,
        memory=Memory(),
        asked=NOW,
    )
    with Store.open(database) as store:
        store.save_document(found)
        store.save_document(replace(found, url=SCAN, text=scan, kind="affiche", refs=()))


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    town, database = build_town(tmp_path_factory.mktemp("documents"))
    attach(database)
    found = Visitor(database, town)
    yield found
    found.close()


@pytest.mark.parametrize("address", [SCHOOL_PAGE, "/recherche?q=chaufferie", "/sources"])
def test_pages_with_documents_are_well_formed(reader: Visitor, address: str) -> None:
    response = reader.ask(address)
    assert response.status_code == 200
    html5lib.HTMLParser(strict=True).parse(response.text)


def test_a_publication_names_its_documents(reader: Visitor) -> None:
    page = words(reader.ask(SCHOOL_PAGE))
    assert (
        "Documents Compte rendu du 15 décembre <2010> Compte rendu, PDF, 37 pages, 2,3 Mo."
        " Délibérations n° 2010-112, 2010-113. L’affiche Affiche, PDF, 1 page, 2,3 Mo."
        " Numérisé sans texte : la recherche ne peut pas le lire."
        " ordre du jour.odt Pas encore lu."
    ) in page
    assert f'<a href="{MINUTES}" rel="external">' in reader.ask(SCHOOL_PAGE).text


def test_of_a_source_shown_by_its_titles_files_go_by_their_name(own: tuple[Visitor, Path]) -> None:
    visitor, database = own
    attach(database)
    with sqlite3.connect(database) as connection:
        connection.execute(
            "UPDATE sources SET display = 'title' WHERE id = (SELECT source_id FROM posts"
            " WHERE uid = ?)",
            (SCHOOL_PAGE.rpartition("/")[2],),
        )
    page = words(visitor.ask(SCHOOL_PAGE))
    assert "Documents cr-2010-12-15.pdf Compte rendu, PDF" in page
    assert "<2010>" not in page
    assert "L’affiche" not in page


def test_a_publication_without_documents_says_nothing_of_them(visitor: Visitor) -> None:
    assert 'id="documents"' not in visitor.ask(SCHOOL_PAGE).text


def test_results_say_in_which_document_and_on_which_page(reader: Visitor) -> None:
    response = reader.ask("/recherche?q=chaufferie")
    assert (
        "Dans « Compte rendu du 15 décembre <2010> » (PDF), p. 37 :"
        " La chaufferie sera remplacée avant l’hiver."
    ) in words(response)
    assert f'<a href="{MINUTES}#page=37" rel="external">' in response.text
    assert "<mark>chaufferie</mark>" in response.text
    assert "(PDF), p." not in words(reader.ask("/recherche?q=ecole"))


def test_the_page_of_sources_counts_what_cannot_be_read(reader: Visitor, visitor: Visitor) -> None:
    page = words(reader.ask("/sources"))
    assert (
        "Leurs publications renvoient à 3 documents (PDF, ODT, DOCX) : 1 lu, 1 pas encore lu,"
        " 1 numérisé sans texte. Ceux que la recherche ne connaît pas, ou pas en entier"
    ) in page
    assert (
        f"L’affiche, dans {SCHOOL} (Conseil citoyen de Valmont)."
        " Numérisé sans texte : la recherche ne peut pas le lire."
    ) in page
    assert "ordre du jour.odt" not in page  # it is still to be read
    assert "renvoient" not in words(visitor.ask("/sources"))


def test_a_document_that_was_read_in_part_is_counted_so(own: tuple[Visitor, Path]) -> None:
    visitor, database = own
    attach(database)
    with sqlite3.connect(database) as connection:
        connection.execute(
            "UPDATE documents SET state = 'damaged', reason = ? WHERE characters > 0",
            ("Le fichier est abîmé\u00a0: seules les 36\u00a0premières pages ont été lues.",),
        )
    page = words(visitor.ask("/sources"))
    assert "1 lu en partie, 1 pas encore lu, 1 numérisé sans texte." in page
    assert "Le fichier est abîmé : seules les 36 premières pages ont été lues." in page


def test_of_very_many_some_of_each_state_are_listed(own: tuple[Visitor, Path]) -> None:
    _, database = own
    with sqlite3.connect(database) as connection:
        connection.row_factory = sqlite3.Row
        for number, state in enumerate(["scanned"] * 120 + ["gone"] * 3 + ["failed"] * 60):
            document = connection.execute(
                "INSERT INTO documents (url, state, found) VALUES (?, ?, '2020')",
                (f"https://ecole.example/{number}.pdf", state),
            ).lastrowid
            connection.execute(
                "INSERT INTO post_documents (post_id, document_id, position)"
                " SELECT id, ?, 0 FROM posts LIMIT 1",
                (document,),
            )
        found = unread_documents(connection)
    assert Counter(one.document.state for one in found) == {"scanned": 49, "failed": 48, "gone": 3}
    assert found[0].document.name == "182.pdf"  # the newest of its state


def test_every_state_has_words(own: tuple[Visitor, Path]) -> None:
    with sqlite3.connect(own[1]) as connection:
        (schema,) = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'documents'"
        ).fetchone()
    assert set(DOCUMENT_STATES) == set(DOCUMENT_COUNTS) - {PARTLY}
    assert all(f"'{state}'" in schema for state in DOCUMENT_STATES)
    assert schema.partition("CHECK (state IN (")[2].partition(")")[0].count("'") == 2 * len(
        DOCUMENT_STATES
    )


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [
        (1, "1\u00a0ko"),
        (340_200, "340\u00a0ko"),
        (999_499, "999\u00a0ko"),
        (999_500, "1\u00a0Mo"),
        (2_340_000, "2,3\u00a0Mo"),
        (31_000_000, "31\u00a0Mo"),
    ],
)
def test_sizes_are_written_in_french(size_bytes: int, text: str) -> None:
    assert size(size_bytes) == text


@pytest.mark.parametrize(
    ("changes", "line", "notes"),
    [
        ({}, "", "Pas encore lu."),
        ({"state": "gone", "reason": "Parti."}, "", "Parti."),
        ({"state": "gone"}, "", "Retiré de son site."),
        ({"state": "read", "media": "odt", "pages": 1, "read_pages": 1}, "ODT.", ""),
        (
            {"state": "read", "media": "pdf", "pages": 1200, "read_pages": 400},
            "PDF, 1\u202f200\u00a0pages.",
            "La recherche en lit 400\u00a0pages sur 1\u202f200.",
        ),
        (
            {"state": "read", "reason": "Reconnu.", "refs": ("1",)},
            "",
            "Reconnu. Délibération n°\u00a01.",
        ),
        (
            {"state": "read", "refs": tuple("123456789")},
            "",
            "Délibérations n°\u00a01, 2, 3, 4, 5, 6, 7, 8 et 1\u00a0autre.",
        ),
    ],
)
def test_documents_in_words(changes: dict[str, object], line: str, notes: str) -> None:
    document = replace(PLAIN, **changes)  # type: ignore[arg-type]
    assert (document_line(document), document_notes(document)) == (line, notes)


def test_counts_agree_in_number() -> None:
    assert document_count("scanned", 1) == "1 numérisé sans texte"
    assert document_count("scanned", 2) == "2 numérisés sans texte"
