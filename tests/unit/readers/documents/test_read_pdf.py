import documents_made as made
import pytest

from aggregator.model import DocumentState, DocumentText
from aggregator.readers import read_document
from aggregator.readers.documents.limits import LIMITS, SCAN_LIMITS, Limits
from aggregator.readers.documents.reading import read_within
from aggregator.readers.documents.recognition import can_recognise

TEXT = "Le conseil de quartier a demandé deux bancs et un arbre."


def read(
    body: bytes, url: str = "https://exemple.fr/a.pdf", content_type: str = ""
) -> DocumentText:
    return read_document(body, content_type=content_type, url=url)


def within(body: bytes, limits: Limits) -> DocumentText:
    return read_within(body, limits=limits, scan_limits=SCAN_LIMITS, meant="pdf")


def test_the_text_of_a_pdf_is_read_page_by_page() -> None:
    document = read(made.pdf([f"Page {n}. {TEXT}" for n in range(40)], title="Compte rendu"))
    assert document.state is DocumentState.READ
    assert (document.reason, document.media, document.title) == ("", "pdf", "Compte rendu")
    assert (document.page_count, len(document.pages)) == (40, 40)
    assert document.pages[36] == f"Page 36. {TEXT}"
    assert not document.is_ocr


@pytest.mark.parametrize(
    ("stated", "title"),
    [
        ("  Compte\nrendu ", "Compte rendu"),
        ("Microsoft Word - CR mars.doc", "CR mars.doc"),
        ("Document1", ""),
        ("Documents utiles", "Documents utiles"),
        ("", ""),
    ],
)
def test_the_title_is_not_what_programs_put_there(stated: str, title: str) -> None:
    assert read(made.pdf([TEXT], title=stated)).title == title


def test_bytes_decide_not_names() -> None:
    document = read(made.pdf([TEXT]), url="https://exemple.fr/a.odt", content_type="text/html")
    assert (document.state, document.media) == (DocumentState.READ, "pdf")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "Le fichier est vide."),
        (b"\n<!DOCTYPE html><html><body>404", "Le lien mène à une page web, pas à un document."),
        (b"\xef\xbb\xbf<!-- a --><HTML>", "Le lien mène à une page web, pas à un document."),
        (b"{\\rtf1 bonjour}", "Le lien mène à un fichier RTF, qui n’est pas lu."),
        (b"\x89PNG\r\n", "Le lien mène à une image, qui n’est pas lu."),
        (
            b"bonjour",
            "Le fichier n’est ni un PDF, ni un ODT, ni un DOCX (le site dit\u00a0: text/plain).",
        ),
        (b"%PDF-", "Le fichier est abîmé\u00a0: rien n’a pu en être lu."),
        (
            b"%PDF-1.4\n" + bytes(range(256)) * 100,
            "Le fichier est abîmé\u00a0: rien n’a pu en être lu.",
        ),
    ],
)
def test_what_is_no_pdf_says_what_it_is(body: bytes, says: str) -> None:
    document = read(body, content_type="text/plain; charset=utf-8")
    assert document.state is DocumentState.DAMAGED
    assert (document.reason, document.media, document.pages) == (says, "pdf", ())


def test_a_password_is_told_from_damage() -> None:
    document = read(made.pdf([TEXT], password="secret"))
    assert document.state is DocumentState.ENCRYPTED
    assert document.reason == "Le document demande un mot de passe."


def test_an_empty_password_opens() -> None:
    document = read(made.pdf([TEXT], password=""))
    assert (document.state, document.pages) == (DocumentState.READ, (TEXT,))


@pytest.mark.parametrize("part", [0.3, 0.6, 0.99])
def test_of_a_cut_pdf_the_pages_that_came_are_read(part: float) -> None:
    whole = made.pdf([f"Page {n}. {TEXT}" for n in range(30)])
    document = read(whole[: int(len(whole) * part)])
    assert document.state is DocumentState.DAMAGED
    count = len(document.pages)
    assert count >= 30 * part - 4  # they are not of one size
    assert document.pages[0] == f"Page 0. {TEXT}"
    says = f"seules les {count}\u00a0premières pages ont été lues"
    assert document.reason == f"Le fichier est abîmé\u00a0: {says}."


def test_a_broken_page_spares_the_others() -> None:
    body = made.pdf_of(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R 9 0 R]/Count 2>>",
            (
                b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources"
                b"<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>"
            ),
            made.stream(b"BT /F 12 Tf 50 700 Td (Un texte assez long pour une page) Tj ET"),
        ]
    )
    document = read(body)
    assert document.state is DocumentState.READ
    assert document.pages == ("Un texte assez long pour une page", "")
    assert document.reason == "1\u00a0page sur 2 illisible."


def test_a_document_without_a_word_says_so() -> None:
    document = read(made.page_of(made.stream(b"0 0 m 9 9 l S")))
    assert (document.state, document.pages) == (DocumentState.READ, ("",))
    assert document.reason == "Le document ne contient aucun texte."


def test_pages_beyond_the_limit_are_counted() -> None:
    document = read(made.pdf([TEXT] * 2000))
    assert document.state is DocumentState.TOO_LARGE
    assert (document.page_count, len(document.pages)) == (2000, LIMITS.pages)
    assert document.reason == (
        "Le document a 2\u202f000\u00a0pages\u00a0: seules les 500 premières ont été lues."
    )


def test_characters_beyond_the_limit_are_cut() -> None:
    document = within(made.pdf([TEXT] * 9), Limits(characters=len(TEXT) + 10))
    assert document.state is DocumentState.TOO_LARGE
    assert document.pages == (TEXT, TEXT[:10])
    says = "seules les 2\u00a0premières pages ont été lues"
    assert document.reason == f"Le document est trop gros\u00a0: {says}."


STAMP = (
    "Envoyé en préfecture le 06/07/2022\nReçu en préfecture le 06/07/2022\n"
    "Affiché le\nID : 059-215905126-20220630-2022DL034-DE"
)


@pytest.mark.usefixtures("without_recognition")
@pytest.mark.parametrize("stamp", ["", STAMP], ids=["bare", "stamped"])
def test_pictures_of_pages_are_no_text(stamp: str) -> None:
    document = read(made.scan([TEXT, TEXT], stamp=stamp))
    assert document.state is DocumentState.SCANNED
    assert document.reason == "Document numérisé sans texte."
    assert (document.page_count, len(document.pages)) == (2, 2)


@pytest.mark.usefixtures("without_recognition")
def test_letters_drawn_as_shapes_are_a_picture_and_figures_are_text() -> None:
    curves = made.page_of(made.stream(b"0 0 m 1 2 3 4 5 6 c f " * 400))
    assert read(curves).state is DocumentState.SCANNED
    assert read(made.pdf(["12 345,00 67 890,00 " * 9])).state is DocumentState.READ
    assert read(made.page_of(made.stream(b"0 0 m 9 9 l S " * 20))).state is DocumentState.READ


@pytest.mark.usefixtures("without_recognition")
def test_some_pictures_are_counted() -> None:
    document = read(made.scan([TEXT], written=[TEXT, TEXT]))
    assert document.state is DocumentState.READ
    assert document.pages == (TEXT, TEXT, "")
    assert document.reason == "1\u00a0page sur 3 sans texte (image)."


recognises = pytest.mark.skipif(
    not can_recognise(), reason="needs tesseract (Debian: tesseract-ocr and tesseract-ocr-fra)"
)


@recognises
def test_pictures_of_pages_are_recognised() -> None:
    lines = "Compte rendu du conseil\nLe budget du parc est grand"
    document = read(made.scan([lines], written=[TEXT]))
    assert (document.state, document.is_ocr) == (DocumentState.READ, True)
    assert document.pages[0] == TEXT
    assert "Compte rendu" in document.pages[1]
    assert "budget" in document.pages[1]
    assert document.reason == (
        "Document numérisé\u00a0: texte reconnu par un programme, qui a pu se tromper."
    )


@recognises
def test_only_so_many_pages_are_recognised() -> None:
    body = made.scan(["Compte rendu du conseil\nLe budget du parc est grand"] * 2)
    document = read_within(body, limits=LIMITS, scan_limits=Limits(pages=1), meant="pdf")
    assert document.is_ocr
    assert "budget" in document.pages[0]
    assert document.pages[1] == ""
    assert "sur 1 des 2\u00a0pages" in document.reason
