"""PDF, by PDFium: faster than readers in Python, and right where letters are printed twice."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from aggregator.readers.documents.cleaning import mended
from aggregator.readers.documents.lines import Ending, Kind, PageRead
from aggregator.readers.documents.salvage import with_new_list
from aggregator.readers.documents.streams import Refused

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage  # type: ignore[import-untyped]

_TITLE_CHARACTERS = 300
_FEWEST_LETTERS = 30  # or digits
_MOST_OBJECTS = 2_000
_MANY_SHAPES = 300  # letters drawn as curves
_MANY_WRITINGS = 50  # in a font that does not tell what its letters are
_LARGE = 0.5  # of the page
_LETTER = re.compile(r"[^\W_]")
# Programs put their own names there.
_TITLE_NOISE = re.compile(
    r"microsoft (?:office )?\w+ - |(?:sans titre|untitled|document)\d*$", re.IGNORECASE
)
# What the prefecture's service prints on délibérations that were sent to it as scans.
_STAMP = re.compile(
    r"(?:envoyé|reçu|publié|affiché|notifié|transmis)\b[^\n]{0,40}?\ble\s*(?:[\d/.]+|$)"
    r"|\b(?:id|s²low)\s*:?\s*[\w-]*",
    re.IGNORECASE | re.MULTILINE,
)


def open_pdf(body: bytes) -> tuple["PdfDocument", bool]:
    """Open a PDF, and tell whether it is but a part of one.

    Raises:
        Refused: It asks for a password, or is broken.
    """
    try:
        return _opened(body), False
    except Refused as refusal:
        rest = with_new_list(body) if refusal.ending is Ending.DAMAGED else None
        if rest is None:
            raise
    return _opened(rest), True


def _opened(body: bytes) -> "PdfDocument":
    import pypdfium2  # noqa: PLC0415 - only the process that reads loads it
    from pypdfium2.raw import (  # type: ignore[import-untyped]  # noqa: PLC0415 - as above
        FPDF_ERR_PASSWORD,
        FPDF_ERR_SECURITY,
    )

    try:
        return pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        is_locked = error.err_code in {FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY}
        raise Refused(Ending.LOCKED if is_locked else Ending.DAMAGED) from error


def title_of(document: "PdfDocument") -> str:
    """Return the title that a PDF's own metadata state; empty where they do not."""
    title = " ".join(document.get_metadata_value("Title").split())
    noise = _TITLE_NOISE.match(title)
    return title[noise.end() if noise else 0 :][:_TITLE_CHARACTERS]


def read_pages(document: "PdfDocument", count: int) -> Iterator[PageRead]:
    """Give the first pages, each read when it is asked for."""
    import pypdfium2  # noqa: PLC0415 - as above

    for number in range(count):
        try:
            page = document[number]
            yield _read(page)
            page.close()
        except pypdfium2.PdfiumError:
            yield PageRead("", Kind.BROKEN)


def _read(page: "PdfPage") -> PageRead:
    reader = page.get_textpage()
    text = mended(reader.get_text_range())
    reader.close()
    letters = len(_LETTER.findall(_STAMP.sub("", text)))
    if letters < _FEWEST_LETTERS and _is_picture(page):
        return PageRead(text, Kind.PICTURE)
    return PageRead(text)


def _is_picture(page: "PdfPage") -> bool:
    """Tell whether a page without text is one picture, in strips maybe, or letters as shapes."""
    from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE, FPDF_PAGEOBJ_TEXT  # noqa: PLC0415 - as above

    covered, shapes, writings = 0.0, 0, 0
    for thing in islice(page.get_objects(max_depth=3), _MOST_OBJECTS):
        if thing.type == FPDF_PAGEOBJ_IMAGE:
            left, bottom, right, top = thing.get_bounds()
            covered += abs((right - left) * (top - bottom))
        elif thing.type == FPDF_PAGEOBJ_TEXT:
            writings += 1
        else:
            shapes += 1
    is_covered = covered >= _LARGE * page.get_width() * page.get_height()
    return is_covered or shapes >= _MANY_SHAPES or writings >= _MANY_WRITINGS
