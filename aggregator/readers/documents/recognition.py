"""Reads pictures of pages by Debian's tesseract, where it and its French are installed.

Not a dependency: `apt install tesseract-ocr tesseract-ocr-fra` is all that it takes.
"""

import shutil
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from aggregator.readers.documents.cleaning import cleaned
from aggregator.readers.documents.lines import Kind, PageRead

if TYPE_CHECKING:
    from pypdfium2 import (  # type: ignore[import-untyped]
        PdfBitmap,
        PdfDocument,
        PdfPage,
    )

_PROGRAM = "tesseract"
_LANGUAGE = "fra"
_DOTS_PER_INCH = 300  # what tesseract reads best
_POINTS_PER_INCH = 72
_MOST_DOTS = 20_000_000  # an A3 page at that
_WALL_S = 60


@cache
def can_recognise() -> bool:
    """Tell whether this machine can; asked once."""
    if shutil.which(_PROGRAM) is None:
        return False
    try:
        told = subprocess.run(  # noqa: S603 - our own words
            [_PROGRAM, "--list-langs"],
            capture_output=True,
            timeout=_WALL_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return _LANGUAGE.encode() in told.stdout.split()


def recognised(document: "PdfDocument", numbers: Iterable[int]) -> Iterator[PageRead]:
    """Give the text seen on the pages of these numbers, from 0, in their order."""
    import pypdfium2  # noqa: PLC0415 - only the process that reads loads it

    for number in numbers:
        try:
            page = document[number]
            text = cleaned(_seen(_drawn(page)))
            page.close()
            yield PageRead(text, Kind.TEXT if text else Kind.PICTURE)
        except (pypdfium2.PdfiumError, subprocess.TimeoutExpired, OSError):
            yield PageRead("", Kind.PICTURE)


def _drawn(page: "PdfPage") -> bytes:
    """Return a page as a grey picture (Netpbm, P5)."""
    scale = _DOTS_PER_INCH / _POINTS_PER_INCH
    dots = page.get_width() * page.get_height() * scale**2
    drawn = page.render(scale=scale * min(1, (_MOST_DOTS / max(dots, 1)) ** 0.5), grayscale=True)
    return b"P5 %d %d 255\n" % (drawn.width, drawn.height) + _rows(drawn)


def _rows(drawn: "PdfBitmap") -> bytes:
    held = bytes(drawn.buffer)
    starts = range(0, drawn.height * drawn.stride, drawn.stride)
    return b"".join(held[start : start + drawn.width] for start in starts)


def _seen(picture: bytes) -> str:
    done = subprocess.run(  # noqa: S603 - our own words
        [_PROGRAM, "stdin", "stdout", "-l", _LANGUAGE],
        input=picture,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=_WALL_S,
        check=False,
    )
    return done.stdout.decode("utf-8", "replace")
