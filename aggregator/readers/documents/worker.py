"""The process that reads one document, `python -m aggregator.readers.documents.worker`.

Its arguments are the limits, then the numbers of the pages to recognise: without any, it reads
the text. The document is its standard input, and what it says (lines.py) its standard output. It
binds itself before it looks at a byte: memory, time, and it may write to no file.
"""

import os
import resource
import signal
import sys
from dataclasses import fields

from aggregator.readers.documents.limits import Limits
from aggregator.readers.documents.lines import Ending, PageRead, line
from aggregator.readers.documents.media import is_pdf
from aggregator.readers.documents.streams import Refused

_GRACE_S = 5


def main(arguments: list[str]) -> None:
    """Read what stands on the standard input."""
    count = len(fields(Limits))
    limits = Limits.of_words(arguments[:count])
    bind(limits)
    try:
        body = sys.stdin.buffer.read()
        ending = _read(body, limits, scanned=[int(number) for number in arguments[count:]])
    except Refused as refusal:
        ending = refusal.ending
    except MemoryError:
        ending = Ending.MEMORY
    _say("end", ending)


def bind(limits: Limits) -> None:
    """Take from this process whatever reading does not need."""
    for name, most in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        resource.setrlimit(name, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_s, limits.cpu_s + _GRACE_S))
    # Should whoever asked be killed, this process does not outlive its time.
    signal.alarm(limits.wall_s + _GRACE_S)
    os.nice(5)


def _read(body: bytes, limits: Limits, *, scanned: list[int]) -> Ending:
    if not is_pdf(body):
        return _read_office(body, limits)
    from aggregator.readers.documents import pdf, recognition  # noqa: PLC0415 - only for PDF

    document, is_cut = pdf.open_pdf(body)
    count = len(document)
    _say("start", "pdf", count, pdf.title_of(document))
    if scanned:
        pages = recognition.recognised(document, scanned)
    else:
        pages = pdf.read_pages(document, min(count, limits.pages))
    left = limits.characters
    for page in pages:
        _say_page(page._replace(text=page.text[:left]))
        left -= len(page.text)
        if left < 0:
            return Ending.CHARACTERS
    if count > limits.pages and not scanned:
        return Ending.PAGES
    return Ending.DAMAGED if is_cut else Ending.DONE


def _read_office(body: bytes, limits: Limits) -> Ending:
    from aggregator.readers.documents.office import office_text  # noqa: PLC0415 - only for these

    told = office_text(body, limits)
    _say("start", told.media, 1, told.title)
    _say_page(told.page)
    return told.ending


def _say_page(page: PageRead) -> None:
    _say("page", page.text, page.kind)


def _say(kind: str, *values: str | int) -> None:
    """Write a line at once, so that what was read before a limit is kept."""
    sys.stdout.buffer.write(line(kind, *values))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
