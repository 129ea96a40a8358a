"""The rows of a CSV file as offices write it: any separator, headers in any spelling.

A quote that is never closed would swallow the rest of the file: a row of more lines than any real
one is refused with its first line alone, and reading goes on with the next.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from aggregator.language import slugified

MOST_ROWS = 50_000
_SEPARATORS = ";,\t|"
_MOST_LINES = 200  # of one row: texts of several paragraphs stand in quotes
_HEADER_WITHIN = 20  # lines: titles and notes may stand above the headers
_FEWEST_HEADERS = 2
_SHOWN_CHARS = 500

Columns = Mapping[str, Sequence[str]]  # by what they are for us: the names of headers, folded


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row.

    Attributes:
        line: Where it begins, counted from 1.
        values: By what the column is for us; columns of no use are left out.
        raw: Its beginning, as written.
        fault: Why it cannot be read at all, in French.
    """

    line: int
    values: Mapping[str, str] = field(default_factory=dict)
    raw: str
    fault: str | None = None

    def __getitem__(self, role: str) -> str:
        return self.values.get(role, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A file whose headers are known."""

    roles: Mapping[str, int]  # the position of each column
    rows: Iterator[Row]


def rows(text: str, columns: Columns) -> Table | None:
    """Find the headers of a file, and read what stands below them.

    Args:
        text: The whole file.
        columns: What is looked for.

    Returns:
        None where no line names two of the columns.
    """
    # Not splitlines: copied texts hold other characters that part lines for it.
    lines = list(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    for number, line in enumerate(lines[:_HEADER_WITHIN]):
        separator = max(_SEPARATORS, key=line.count)
        # A line too long for a row is no line of headers.
        with suppress(csv.Error):
            cells, used = _parsed(lines, number, separator)
            roles = _roles(cells, columns)
            if len(roles) >= _FEWEST_HEADERS:
                return Table(
                    roles=roles, rows=_rows(lines, number + used, separator, roles, len(cells))
                )
    return None


def _roles(cells: Sequence[str], columns: Columns) -> Mapping[str, int]:
    places: dict[str, int] = {}
    for position, cell in enumerate(cells):
        places.setdefault(folded(cell), position)
    found: dict[str, int] = {}
    for role, names in columns.items():
        place = next((places[name] for name in map(folded, names) if name in places), None)
        if place is not None:
            found[role] = place
    return found


def folded(name: str) -> str:
    """Return a header without accents, capitals, blanks and signs: « Date délib. » is datedelib."""
    return slugified(name, longest=100).replace("-", "")


def _rows(
    lines: Sequence[str], start: int, separator: str, roles: Mapping[str, int], width: int
) -> Iterator[Row]:
    number, count = start, 0
    while number < len(lines) and count < MOST_ROWS:
        line, fault, cells, used = number + 1, None, [""], 1
        try:
            cells, used = _parsed(lines, number, separator)
            if used > 1 and _is_unclosed(lines, number, used):
                fault, used = "un guillemet est ouvert et jamais fermé", 1
        except csv.Error as error:
            fault = f"impossible à découper en colonnes ({error})"
        raw = lines[number][:_SHOWN_CHARS]
        number += used
        if fault is None and not any(cell.strip() for cell in cells):
            continue  # spreadsheets end with rows of separators alone
        count += 1
        if fault is None and len(cells) > width and any(cells[width:]):
            fault = f"{len(cells)} colonnes, pour {width} en-têtes"
        values = {role: _cell(cells, place) for role, place in roles.items()}
        yield Row(line=line, values=values, raw=raw, fault=fault)


def _parsed(lines: Sequence[str], number: int, separator: str) -> tuple[list[str], int]:
    """Return the row that begins on a line, and over how many lines it goes."""
    reader = csv.reader(lines[number : number + _MOST_LINES], delimiter=separator)
    return next(reader), reader.line_num


def _is_unclosed(lines: Sequence[str], number: int, used: int) -> bool:
    if used < _MOST_LINES and number + used < len(lines):
        return False
    return sum(line.count('"') for line in lines[number : number + used]) % 2 == 1


def _cell(cells: Sequence[str], place: int) -> str:
    return " ".join(cells[place].split()) if place < len(cells) else ""
