"""From the bytes of a document to its text."""

from aggregator.model import DocumentState, DocumentText
from aggregator.readers.documents.asking import Reading, have_read
from aggregator.readers.documents.limits import LIMITS, Limits
from aggregator.readers.documents.media import announced, is_pdf, what_it_is


def read_document(body: bytes, *, content_type: str, url: str) -> DocumentText:
    """Read a PDF, ODT or DOCX, in a process of its own; blocks for at most some minutes.

    Never raises for what the bytes are: the state says what became of it, a sentence in French why.

    Args:
        body: The file as served.
        content_type: What the site calls it; the bytes decide.
        url: Its address; tells what a broken one was meant to be.
    """
    if not is_pdf(body):
        return DocumentText(
            state=DocumentState.DAMAGED,
            reason=f"{what_it_is(body, content_type)}.",
            media=announced(url, content_type),
        )
    return read_within(body, LIMITS)


def read_within(body: bytes, limits: Limits) -> DocumentText:
    """Read a document within limits."""
    return _concluded(have_read(body, limits))


def _concluded(reading: Reading) -> DocumentText:
    heard = reading.heard
    state, reason = heard.state, heard.why
    if reading.timed_out:
        state, reason = DocumentState.TOO_LARGE, "La lecture a pris trop de temps."
    elif reading.crashed:
        state, reason = DocumentState.DAMAGED, "La lecture s’est interrompue."
    elif (
        state is DocumentState.READ and heard.pictures and heard.pictures >= 0.9 * len(heard.pages)
    ):
        state, reason = DocumentState.SCANNED, "Document numérisé sans texte."
    return DocumentText(
        state=state,
        reason=reason,
        media=heard.media or "pdf",
        pages=tuple(heard.pages),
        page_count=heard.page_count,
        title=heard.title,
    )
