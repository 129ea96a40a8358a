"""What a document (PDF, ODT, DOCX) says, page by page."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

# What a document is, as pages name it.
DOCUMENT_KINDS: Mapping[str, str] = {
    "compte-rendu": "Compte rendu",
    "deliberation": "Délibération",
    "ordre-du-jour": "Ordre du jour",
    "reglement": "Règlement",
    "affiche": "Affiche",
}


class DocumentState(StrEnum):
    """What became of reading one."""

    READ = "read"
    SCANNED = "scanned"  # pictures of pages, without text
    ENCRYPTED = "encrypted"  # asks for a password
    DAMAGED = "damaged"
    TOO_LARGE = "too_large"  # of bytes, pages, time or memory; what was read until then is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentText:
    """The text of a document; of ODT and DOCX, which have no pages, one « page »."""

    state: DocumentState
    reason: str = ""  # why it is not read, or not whole; a French sentence
    media: str  # pdf, odt, docx
    pages: tuple[str, ...] = ()  # the text of each page read, from the first
    page_count: int = 0
    title: str = ""  # as its own metadata say
    is_ocr: bool = False
