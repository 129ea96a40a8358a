"""The process that reads one document: `python -m aggregator.readers.documents.worker LIMITS`.

The document is its standard input; what it says goes to its standard output (lines.py). It binds
itself before it looks at a byte: memory, time, and no file may be written.
"""

import os
import resource
import signal
import sys

from aggregator.readers.documents import lines
from aggregator.readers.documents.limits import Limits
from aggregator.readers.documents.lines import line
from aggregator.model import DocumentState


def main(arguments: list[str]) -> None:
    """Read what stands on the standard input, within limits."""
    limits = Limits.from_arguments(arguments)
    bind(limits)
    with os.fdopen(0, "rb", closefd=False) as given:
        body = given.read()
    try:
        state, why = read(body, limits)
    except MemoryError:
        state, why = DocumentState.TOO_LARGE, lines.TOO_MUCH_MEMORY
    say("end", state, why)


def bind(limits: Limits) -> None:
    """Take from this process all that reading does not need."""
    for name, most in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        resource.setrlimit(name, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_s, limits.cpu_s + 2))
    # Should the process that asked be killed, this one does not outlive its time.
    signal.alarm(limits.wall_s + 5)
    os.nice(5)


def say(kind: str, *values: str | int) -> None:
    """Write a line at once: what was read before a limit is kept."""
    sys.stdout.buffer.write(line(kind, *values))
    sys.stdout.buffer.flush()


def read(body: bytes, limits: Limits) -> tuple[DocumentState, str]:
    """Say what a document holds, and return how that ended."""
    from aggregator.readers.documents import pdf  # noqa: PLC0415

    try:
        document = pdf.open_pdf(body)
    except pdf.Locked:
        return DocumentState.ENCRYPTED, lines.LOCKED
    except ValueError as error:
        return DocumentState.DAMAGED, str(error)
    say("start", "pdf", len(document), pdf.title_of(document))
    left = limits.characters
    for page in pdf.page_texts(document, min(len(document), limits.pages)):
        say("page", page.text[:left], page.is_picture)
        left -= len(page.text)
        if left <= 0:
            return DocumentState.TOO_LARGE, lines.TOO_MANY_CHARACTERS
    if len(document) > limits.pages:
        return DocumentState.TOO_LARGE, lines.TOO_MANY_PAGES
    return DocumentState.READ, ""


if __name__ == "__main__":
    main(sys.argv[1:])
