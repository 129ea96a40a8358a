"""From the bytes of a document to its text."""

from collections.abc import Sequence
from dataclasses import replace

from aggregator.model import DocumentState, DocumentText
from aggregator.readers.documents import sentences
from aggregator.readers.documents.limits import LIMITS, SCAN_LIMITS, Limits
from aggregator.readers.documents.lines import Ending, Heard, Kind, PageRead
from aggregator.readers.documents.media import (
    announced,
    is_locked_office,
    is_pdf,
    is_zip,
    what_else,
)

_NEARLY_ALL = 0.9
# After these more may be spent on a document.
_TAME = {Ending.DONE, Ending.PAGES}
_STATES = {
    Ending.DONE: DocumentState.READ,
    Ending.LOCKED: DocumentState.ENCRYPTED,
    Ending.DAMAGED: DocumentState.DAMAGED,
    Ending.CRASH: DocumentState.DAMAGED,
    Ending.FOREIGN: DocumentState.DAMAGED,
}


def read_document(body: bytes, *, content_type: str, url: str) -> DocumentText:
    """Read a PDF, ODT or DOCX in a process of its own; blocks for a minute at most.

    Where tesseract is installed, pages that are pictures are recognised, for five minutes at most.
    It never raises for what the bytes are: `state` says what became of them, `reason` why.

    Args:
        body: The file as served.
        content_type: What the site calls it; the bytes decide.
        url: Its address; with the former it tells what a broken file was meant to be.
    """
    meant = announced(url, content_type)
    if is_locked_office(body):
        locked = Heard("docx", 0, "", (), Ending.LOCKED)
        return _told(locked, meant)
    if not (is_pdf(body) or is_zip(body)):
        reason = what_else(body, content_type)
        return DocumentText(state=DocumentState.DAMAGED, reason=reason, media=meant)
    return read_within(body, limits=LIMITS, scan_limits=SCAN_LIMITS, meant=meant)


def read_within(body: bytes, *, limits: Limits, scan_limits: Limits, meant: str) -> DocumentText:
    """Read a PDF or what may be an ODT or DOCX within limits.

    Args:
        body: The file.
        limits: For reading its text.
        scan_limits: For recognising its pictures of pages.
        meant: What it is meant to be, should it not tell.
    """
    # Processes and their pipes take 10 ms to load, and few crawls find new documents.
    from aggregator.readers.documents.asking import have_read  # noqa: PLC0415 - start-up
    from aggregator.readers.documents.recognition import can_recognise  # noqa: PLC0415 - start-up

    heard = have_read(body, limits)
    scanned = [at for at, page in enumerate(heard.pages) if page.kind is Kind.PICTURE]
    is_tame = heard.media == "pdf" and heard.ending in _TAME
    if not (scanned and is_tame and can_recognise()):
        return _told(heard, meant)
    seen = have_read(body, scan_limits, scanned=scanned[: scan_limits.pages])
    return _recognised(_told(heard, meant), heard, scanned, seen.pages)


def _told(heard: Heard, meant: str) -> DocumentText:
    state = _STATES.get(heard.ending, DocumentState.TOO_LARGE)
    reasons = [sentences.why_not_whole(heard), sentences.pages_without_text(heard)]
    if state is DocumentState.READ and heard.pages:
        state, reasons = _whole(heard, reasons)
    return DocumentText(
        state=state,
        reason=" ".join(filter(None, reasons)),
        media=heard.media or meant,
        pages=tuple(page.text for page in heard.pages),
        page_count=heard.page_count,
        title=heard.title,
    )


def _whole(heard: Heard, reasons: list[str]) -> tuple[DocumentState, list[str]]:
    kinds = [page.kind for page in heard.pages]
    if kinds.count(Kind.BROKEN) == len(kinds):
        return DocumentState.DAMAGED, reasons
    if kinds.count(Kind.PICTURE) >= _NEARLY_ALL * len(kinds):
        return DocumentState.SCANNED, [sentences.SCANNED]
    return DocumentState.READ, reasons


def _recognised(
    told: DocumentText, heard: Heard, scanned: Sequence[int], seen: Sequence[PageRead]
) -> DocumentText:
    """Put what was recognised in the pages' places; what the file itself says stays."""
    pages = list(told.pages)
    for at, page in zip(scanned, seen, strict=False):
        pages[at] = "\n".join(filter(None, (pages[at], page.text)))
    count = sum(1 for page in seen if page.text)
    if not count:
        return told
    reasons = [sentences.why_not_whole(heard), sentences.recognised(count, len(scanned))]
    return replace(
        told,
        state=DocumentState.READ if told.state is DocumentState.SCANNED else told.state,
        reason=" ".join(filter(None, reasons)),
        pages=tuple(pages),
        is_ocr=True,
    )
