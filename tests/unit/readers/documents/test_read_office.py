import io
import zipfile

import documents_made as made
import pytest
from docx import Document
from odf import opendocument, table, text  # type: ignore[import-untyped]
from odf.dc import Title  # type: ignore[import-untyped]

from aggregator.model import DocumentState, DocumentText
from aggregator.readers import read_document
from aggregator.readers.documents.limits import SCAN_LIMITS, Limits
from aggregator.readers.documents.reading import read_within

OFFICE = "urn:oasis:names:tc:opendocument:xmlns"
SPACES = f'xmlns:office="{OFFICE}:office:1.0" xmlns:text="{OFFICE}:text:1.0"'


def read(body: bytes, url: str = "https://exemple.fr/telecharger?id=4") -> DocumentText:
    return read_document(body, content_type="application/octet-stream", url=url)


def odt(content: str) -> bytes:
    body = f"<office:body><office:text>{content}</office:text></office:body>"
    return made.odt_of(f"<office:document-content {SPACES}>{body}</office:document-content>")


def test_a_docx_is_read_in_order() -> None:
    document = Document()
    document.core_properties.title = "Compte rendu"
    document.add_heading("Réunion du 12 mars")
    document.add_paragraph("Présents\u00a0: tout le monde.")
    document.add_paragraph("Deux bancs", style="List Bullet")
    rows = document.add_table(rows=2, cols=2)
    for cell, words in zip(rows._cells, ("Nom", "Voix", "Bancs", "12"), strict=True):
        cell.text = words
    document.add_paragraph("Fin de la séance.")
    held = io.BytesIO()
    document.save(held)

    found = read(held.getvalue())
    assert (found.state, found.reason, found.media) == (DocumentState.READ, "", "docx")
    assert (found.page_count, found.title) == (1, "Compte rendu")
    (said,) = found.pages
    assert said.split("\n") == [
        *("Réunion du 12 mars", "Présents : tout le monde.", "Deux bancs"),
        *("Nom Voix", "Bancs 12", "Fin de la séance."),
    ]


def test_an_odt_is_read_in_order() -> None:
    document = opendocument.OpenDocumentText()
    document.meta.addElement(Title(text="Ordre du jour"))
    document.text.addElement(text.H(outlinelevel=1, text="Réunion du 12 mars"))
    paragraph = text.P(text="Présents")
    paragraph.addElement(text.S(c=3))
    paragraph.addText("tout le monde")
    note = text.Note(noteclass="footnote")
    note.addElement(text.NoteCitation(text="1"))
    body = text.NoteBody()
    body.addElement(text.P(text="Sauf deux excusés."))
    note.addElement(body)
    paragraph.addElement(note)
    paragraph.addText(" et son voisin.")
    document.text.addElement(paragraph)
    items = text.List()
    item = text.ListItem()
    item.addElement(text.P(text="Deux bancs"))
    items.addElement(item)
    document.text.addElement(items)
    rows = table.Table()
    for names in (("Nom", "Voix"), ("Bancs", "12")):
        row = table.TableRow()
        for name in names:
            cell = table.TableCell()
            cell.addElement(text.P(text=name))
            row.addElement(cell)
        rows.addElement(row)
    document.text.addElement(rows)
    held = io.BytesIO()
    document.write(held)

    found = read(held.getvalue())
    assert (found.state, found.reason, found.media) == (DocumentState.READ, "", "odt")
    assert (found.page_count, found.title) == (1, "Ordre du jour")
    (said,) = found.pages
    assert said.split("\n") == [
        *("Réunion du 12 mars", "Présents tout le monde et son voisin.", "Deux bancs"),
        *("Nom Voix", "Bancs 12", "", "Sauf deux excusés."),
    ]


def test_footnotes_of_a_docx_come_last() -> None:
    body = "<w:p><w:r><w:t>Le texte.</w:t><w:footnoteReference/></w:r></w:p>"
    notes = "<w:footnote><w:p><w:r><w:t>La note.</w:t></w:r></w:p></w:footnote>"
    assert read(made.docx_of(body, footnotes=notes)).pages == ("Le texte.\nLa note.",)


def test_what_was_struck_out_of_a_docx_is_not_read() -> None:
    body = (
        "<w:p><w:del><w:r><w:delText>Non</w:delText></w:r></w:del>"
        "<w:moveFrom><w:r><w:t>Ailleurs</w:t></w:r></w:moveFrom>"
        '<w:r><w:instrText>PAGE</w:instrText><w:t>Oui</w:t><w:tab/><w:t xml:space="preserve">'
        " porte</w:t><w:noBreakHyphen/><w:t>voix</w:t></w:r></w:p>"
    )
    assert read(made.docx_of(body)).pages == ("Oui porte-voix",)


def test_what_was_struck_out_of_an_odt_is_not_read() -> None:
    content = (
        "<text:tracked-changes><text:p>Non</text:p></text:tracked-changes>"
        "<text:p>Oui<office:annotation><text:p>À revoir</text:p></office:annotation></text:p>"
    )
    assert read(odt(content)).pages == ("Oui",)


def test_pictures_alone_are_no_text() -> None:
    empty = '<w:document xmlns:w="w"><w:body/></w:document>'
    found = read(made.zipped({"word/document.xml": empty, "word/media/scan.png": b"x"}))
    assert (found.state, found.media) == (DocumentState.SCANNED, "docx")
    assert read(odt("")).reason == "Le document ne contient aucun texte."


def test_a_locked_document_asks_for_its_password() -> None:
    manifest = {"META-INF/manifest.xml": "<m><file-entry><encryption-data/></file-entry></m>"}
    assert read(made.odt_of("bruit", **manifest)).state is DocumentState.ENCRYPTED
    # Office wraps a locked DOCX into the container of its old files.
    old = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512)
    assert read(old + "EncryptedPackage".encode("utf-16-le")).state is DocumentState.ENCRYPTED
    found = read(old, url="https://exemple.fr/a.doc")
    assert (found.state, found.media) == (DocumentState.DAMAGED, "")
    assert found.reason == "Le lien mène à un fichier Office d’avant 2007, qui n’est pas lu."


@pytest.mark.parametrize(
    "parts",
    [{"xl/workbook.xml": "<a/>"}, {"mimetype": "application/epub+zip", "content.xml": "<a/>"}, {}],
    ids=["spreadsheet", "book", "empty"],
)
def test_other_zip_files_are_no_documents(parts: dict[str, str]) -> None:
    found = read(made.zipped(parts))
    assert (found.state, found.pages) == (DocumentState.DAMAGED, ())
    assert found.reason.startswith("Le fichier n’est ni un PDF, ni un ODT, ni un DOCX")


@pytest.mark.parametrize("url", ["https://exemple.fr/a.docx", "https://exemple.fr/a.ODT?x"])
def test_a_cut_file_is_what_its_name_says(url: str) -> None:
    found = read(made.docx_of("<w:p/>")[:-30], url=url)
    assert found.state is DocumentState.DAMAGED
    assert found.media == url.partition("?")[0].rpartition(".")[2].lower()
    assert found.reason == "Le fichier est abîmé\u00a0: rien n’a pu en être lu."


def test_of_broken_xml_the_beginning_is_kept() -> None:
    found = read(odt("<text:p>Le début</text:p><text:p>La suite</faux>"))
    assert found.state is DocumentState.DAMAGED
    assert found.pages == ("Le début",)
    assert found.reason == "Le fichier est abîmé\u00a0: seul le début a été lu."


def test_characters_beyond_the_limit_are_cut() -> None:
    body = made.docx_of("<w:p><w:r><w:t>Bonjour</w:t></w:r></w:p>" * 1000)
    limits = Limits(characters=20)
    found = read_within(body, limits=limits, scan_limits=SCAN_LIMITS, meant="")
    assert found.state is DocumentState.TOO_LARGE
    assert found.pages == ("Bonjour\nBonjour\nBonj",)
    assert found.reason == "Le document est trop gros\u00a0: seul le début a été lu."


@pytest.mark.parametrize(
    "content",
    [
        '<!DOCTYPE a [<!ENTITY x "ha">]><a>&x;</a>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a><p>&x;</p></a>',
        '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/">%x;]><a><p>&y;</p></a>',
        '<!DOCTYPE a [<!ENTITY a "ha">'
        + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(20))
        + "]><a><p>&u;</p></a>",
    ],
    ids=["entity", "file", "address", "bomb"],
)
def test_entities_are_refused(content: str) -> None:
    found = read(made.odt_of(content))
    assert (found.state, found.pages) == (DocumentState.DAMAGED, ())


def test_other_ways_of_packing_are_refused() -> None:
    # LZMA and BZIP2 make gigabytes of one piece.
    parts = {"word/document.xml": b"<a>" + bytes(1000)}
    assert read(made.zipped(parts, zipfile.ZIP_LZMA)).state is DocumentState.DAMAGED
