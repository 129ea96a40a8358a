"""The words in the XML of ODT and DOCX, in the order of reading, taken as the XML comes.

No tree is built that could be deep or large; paragraphs end lines, cells of a row share one.
Names are taken without their prefixes: the few that matter mean the same in all that occur.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from xml.parsers import expat

from aggregator.readers.documents.lines import Ending

_DEEPEST = 10_000  # elements; each takes memory


class Refused(Exception):
    """The document will not be read on, for a reason."""

    def __init__(self, ending: Ending) -> None:
        super().__init__(ending)
        self.ending = ending


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What the elements of a format mean."""

    letters: frozenset[str]  # their characters are text
    signs: Mapping[str, str]  # what an element stands for
    ends: Mapping[str, str]  # what the end of an element stands for
    cells: frozenset[str]
    rows: frozenset[str]
    skipped: frozenset[str]  # with all that is in them
    notes: frozenset[str] = frozenset()  # read after all else


DOCX = Vocabulary(
    letters=frozenset({"t"}),
    signs={"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-"},
    ends={"p": "\n", "tr": "\n"},
    cells=frozenset({"tc"}),
    rows=frozenset({"tr"}),
    # Properties; what was moved away; the second form of text boxes.
    skipped=frozenset({"pPr", "rPr", "sectPr", "tblPr", "moveFrom", "Fallback"}),
)
ODT = Vocabulary(
    letters=frozenset({"p", "h"}),
    signs={"s": " ", "tab": " ", "line-break": "\n"},
    ends={"p": "\n", "h": "\n", "table-row": "\n"},
    cells=frozenset({"table-cell"}),
    rows=frozenset({"table-row"}),
    skipped=frozenset(
        {"tracked-changes", "annotation", "note-citation", "forms", "event-listeners"}
    ),
    notes=frozenset({"note-body"}),
)
TITLE = Vocabulary(
    letters=frozenset({"title"}),
    signs={},
    ends={},
    cells=frozenset(),
    rows=frozenset(),
    skipped=frozenset(),
)


class Words:
    """Takes XML piece by piece and keeps the words in it."""

    def __init__(self, vocabulary: Vocabulary, *, most_characters: int) -> None:
        self._knows = vocabulary
        self._left = most_characters
        self._body: list[str] = []
        self._notes: list[str] = []
        self._in_letters = self._in_cells = self._in_skipped = self._in_notes = 0
        self._depth = 0

    @property
    def text(self) -> str:
        """What was read so far, the notes last."""
        return "".join((*self._body, "\n", *self._notes))

    def parser(self) -> expat.XMLParserType:
        """Return a parser for one part of a document; its words come after those so far.

        While it parses it raises `Refused` where the part declares entities, or holds more
        characters than may be read.
        """
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        parser.EntityDeclHandler = _refuse
        return parser

    def _start(self, name: str, _attributes: object) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise Refused(Ending.SIZE)
        local = name.rpartition(":")[2]
        self._go(local, 1)
        self._keep(self._knows.signs.get(local, ""))

    def _end(self, name: str) -> None:
        self._depth -= 1
        local = name.rpartition(":")[2]
        end = self._knows.ends.get(local, "")
        self._keep(" " if end and self._in_cells and local not in self._knows.rows else end)
        self._go(local, -1)

    def _data(self, data: str) -> None:
        if self._in_letters:
            self._keep(data)

    def _go(self, local: str, step: int) -> None:
        knows = self._knows
        self._in_letters += step * (local in knows.letters)
        self._in_cells += step * (local in knows.cells)
        self._in_skipped += step * (local in knows.skipped)
        self._in_notes += step * (local in knows.notes)

    def _keep(self, text: str) -> None:
        if not text or self._in_skipped:
            return
        (self._notes if self._in_notes else self._body).append(text[: self._left])
        self._left -= len(text)
        if self._left < 0:
            raise Refused(Ending.CHARACTERS)


def _refuse(*_declared: object) -> None:
    raise Refused(Ending.DAMAGED)
