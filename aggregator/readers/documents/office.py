"""ODT and DOCX, which are ZIP files of XML: their text, as one page.

Their parts are decompressed piece by piece and read as they come (streams.py). Our own reader,
because those of the formats' libraries build trees of whole files, and know no footnotes.
"""

import io
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import NamedTuple
from xml.parsers.expat import ExpatError
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from aggregator.readers.documents.cleaning import cleaned
from aggregator.readers.documents.limits import Limits
from aggregator.readers.documents.lines import Ending, Kind, PageRead
from aggregator.readers.documents.streams import DOCX, ODT, TITLE, Refused, Vocabulary, Words

_PIECE_BYTES = 1 << 16
_TITLE_CHARACTERS = 300
_ODT_TYPE = b"application/vnd.oasis.opendocument.text"
_MANIFEST = "META-INF/manifest.xml"
_LOCK = b"encryption-data"
_PICTURES = ("word/media/", "Pictures/")
_FEWEST_LETTERS = 30
_MAIN_PART = re.compile(r"word/document\d*\.xml")  # Office on the web numbers it


class Office(NamedTuple):
    """What a ZIP is, as a document."""

    media: str
    vocabulary: Vocabulary
    parts: tuple[str, ...]
    about: str  # the part that holds the title


class Unzipping:
    """The ZIP file of a document, of which only so much will be decompressed.

    Raises:
        Refused: It is broken.
    """

    def __init__(self, body: bytes, limits: Limits) -> None:
        try:
            self._zip = ZipFile(io.BytesIO(body))
        except (BadZipFile, ValueError, NotImplementedError) as error:
            raise Refused(Ending.DAMAGED) from error
        self.names = frozenset(self._zip.namelist())
        self._left = limits.xml_bytes

    def pieces(self, name: str) -> Iterator[bytes]:
        """Give one part, decompressed, a piece at a time.

        Raises:
            Refused: The part is locked or broken, or there was too much already.
        """
        entry = self._zip.getinfo(name)
        if entry.flag_bits & 1:
            raise Refused(Ending.LOCKED)
        # The others may make gigabytes of one piece.
        if entry.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
            raise Refused(Ending.DAMAGED)
        try:
            with self._zip.open(entry) as part:
                while piece := part.read(_PIECE_BYTES):
                    self._left -= len(piece)
                    if self._left < 0:
                        raise Refused(Ending.SIZE)
                    yield piece
        except (BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
            raise Refused(Ending.DAMAGED) from error


class OfficeText(NamedTuple):
    """The text of one document."""

    media: str
    title: str
    page: PageRead
    ending: Ending


def office_text(body: bytes, limits: Limits) -> OfficeText:
    """Read an ODT or DOCX; what was read before a fault or a limit is kept.

    Raises:
        Refused: The file is neither, or broken, or locked.
    """
    unzipping = Unzipping(body, limits)
    office = _office(unzipping)
    words = Words(office.vocabulary, most_characters=limits.characters)
    ending = _parse(unzipping, office.parts, words)
    text = cleaned(words.text)
    if ending is Ending.DAMAGED and not text:
        raise Refused(ending)
    return OfficeText(
        media=office.media,
        title=_title(unzipping, office.about),
        page=PageRead(text, _kind(text, unzipping.names)),
        ending=ending,
    )


def _office(unzipping: Unzipping) -> Office:
    main = next((name for name in sorted(unzipping.names) if _MAIN_PART.fullmatch(name)), None)
    if main:
        notes = ("word/footnotes.xml", "word/endnotes.xml")
        parts = (main, *(name for name in notes if name in unzipping.names))
        return Office("docx", DOCX, parts, "docProps/core.xml")
    if not {"mimetype", "content.xml"} <= unzipping.names:
        raise Refused(Ending.FOREIGN)
    if not next(unzipping.pieces("mimetype"), b"").startswith(_ODT_TYPE):
        raise Refused(Ending.FOREIGN)
    if _MANIFEST in unzipping.names and _LOCK in b"".join(unzipping.pieces(_MANIFEST)):
        raise Refused(Ending.LOCKED)
    return Office("odt", ODT, ("content.xml",), "meta.xml")


def _parse(unzipping: Unzipping, parts: Iterable[str], words: Words) -> Ending:
    """Read parts, and tell how that ended; locked ones raise."""
    for part in parts:
        parser = words.parser()
        try:
            for piece in unzipping.pieces(part):
                parser.Parse(piece, False)
            parser.Parse(b"", True)
        except (ExpatError, ValueError):  # not XML; an encoding that expat does not know
            return Ending.DAMAGED
        except Refused as refusal:
            if refusal.ending is Ending.LOCKED:
                raise
            return refusal.ending
    return Ending.DONE


def _title(unzipping: Unzipping, part: str) -> str:
    words = Words(TITLE, most_characters=_TITLE_CHARACTERS)
    if part in unzipping.names:
        with suppress(Refused):
            _parse(unzipping, (part,), words)
    return " ".join(words.text.split())


def _kind(text: str, names: Iterable[str]) -> Kind:
    letters = sum(map(str.isalpha, text[:1000]))
    has_pictures = any(name.startswith(_PICTURES) for name in names)
    return Kind.PICTURE if letters < _FEWEST_LETTERS and has_pictures else Kind.TEXT
