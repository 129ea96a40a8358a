"""PDF, by PDFium; runs in a process of its own, for a PDF can make any reader crash."""

import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

_FEWEST_LETTERS = 30
_LETTER = re.compile(r"[^\W\d_]")
_SURE = 0.7
# What a prefecture stamps on a scanned délibération is no text of it.
_STAMP = re.compile(
    r"(?:envoyé|reçu|publié|affiché|notifié)\s+(?:en\s+préfecture\s+)?le\s*[\d/]*"
    r"|(?:id|accusé de réception)\s*:\s*[\w-]+",
    re.IGNORECASE,
)


class Locked(Exception):
    """The document asks for a password."""


class PdfPageText(NamedTuple):
    """One page."""

    text: str
    is_picture: bool


def open_pdf(body: bytes) -> "PdfDocument":
    """Open a PDF.

    Raises:
        Locked: It asks for a password.
        ValueError: It cannot be opened.
    """
    import pypdfium2  # noqa: PLC0415 - only this process loads it
    from pypdfium2.raw import FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY  # noqa: PLC0415 - as above

    try:
        return pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        if error.err_code in {FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY}:
            raise Locked from error
        raise ValueError(str(error)) from error


def title_of(document: "PdfDocument") -> str:
    """Return the title that a PDF's own metadata state."""
    return document.get_metadata_value("Title")


def page_texts(document: "PdfDocument", count: int) -> Iterator[PdfPageText]:
    """Give the first pages, each read when it is asked for; a broken page has no text."""
    import pypdfium2  # noqa: PLC0415 - as in open_pdf

    for number in range(count):
        try:
            page = document[number]
            yield _page_text(page)
            page.close()
        except pypdfium2.PdfiumError as error:
            print(number, error, file=sys.stderr)
            yield PdfPageText("", is_picture=False)


def _page_text(page: "PdfPage") -> PdfPageText:
    reader = page.get_textpage()
    text = reader.get_text_range(errors="ignore")
    reader.close()
    if _says_something(text):
        return PdfPageText(text, is_picture=False)
    return PdfPageText(text, is_picture=next(page.get_objects(max_depth=3), None) is not None)


def _says_something(text: str) -> bool:
    letters = _LETTER.findall(_STAMP.sub("", text))
    return len(letters) >= _FEWEST_LETTERS
