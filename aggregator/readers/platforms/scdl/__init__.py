"""Files of the national formats (SCDL): deliberations, subsidies, attendance of councillors.

https://scdl.opendatafrance.net/docs/ ; attendance has no national format, so common headers are
read. Each row that can be read becomes a record and a post; the others are told, with line and
reason.
"""

from dataclasses import replace
from datetime import datetime

from aggregator.errors import ReadError
from aggregator.model import MOST_REFUSED, Ask, Extraction, Page, Rejection, Source
from aggregator.readers.charset import decode
from aggregator.readers.platforms.answers import changed, cut
from aggregator.readers.platforms.scdl.attendances import ATTENDANCES
from aggregator.readers.platforms.scdl.data_set import page_of
from aggregator.readers.platforms.scdl.deliberations import DELIBERATIONS
from aggregator.readers.platforms.scdl.rows import MOST_ROWS, Row, rows
from aggregator.readers.platforms.scdl.schema import Reading, Schema
from aggregator.readers.platforms.scdl.subsidies import SUBSIDIES
from aggregator.readers.platforms.scdl.values import Unreadable

NAME = "SCDL"

_SCHEMAS: dict[str, Schema] = {
    "deliberations": DELIBERATIONS,
    "subventions": SUBSIDIES,
    "presences": ATTENDANCES,
}


def first_ask(source: Source, *, now: datetime) -> Ask:  # noqa: ARG001 - as all platforms
    """Ask for the file."""
    return Ask(url=_option(source, "file"), headers=(("Accept", "text/csv, */*;q=0.5"),))


def read_answer(page: Page, source: Source, *, ask: Ask) -> Extraction:  # noqa: ARG001 - as all platforms
    """Read the whole file."""
    schema = _SCHEMAS[_option(source, "schema")]
    table = rows(decode(page).replace("\0", ""), schema.columns)
    if table is None:
        wanted = ", ".join(f"« {names[0]} »" for names in schema.required.values())
        changed(page, NAME, f"no line names the columns {wanted}")
    lacking = [names[0] for role, names in schema.required.items() if role not in table.roles]
    if lacking:
        changed(page, NAME, f"the file has no column « {lacking[0]} »")
    reading = schema.read()
    refused: list[Rejection] = []
    count = 0
    for row in table.rows:
        count += 1
        reason = row.fault or _fault(reading, row)
        if reason is not None:
            refused.append(Rejection(entry=cut(row.raw), reason=reason, line=row.line))
    if not reading.entries() and count:
        raise ReadError(
            f"{page.url}: none of the {count} rows can be read; line {refused[0].line}:"
            f" {refused[0].reason}",
            url=page.url,
        )
    about = page_of(_option(source, "file"))
    return Extraction(
        entries=tuple(replace(one, link=one.link or about) for one in reading.entries()),
        records=reading.records(),
        rejections=tuple(refused[:MOST_REFUSED]),
        warnings=tuple(_warnings(len(refused), count)),
        total=count,
        language="fr",
        may_be_empty=True,
    )


def recognise(url: str) -> tuple[tuple[str, str], ...] | None:
    """Tell such a file by its name, which the formats prescribe."""
    name = url.lower().partition("?")[0].rpartition("/")[2]
    if not name.endswith((".csv", ".txt", ".tsv")):
        return None
    for schema, word in (
        ("deliberations", "delib"),
        ("subventions", "subv"),
        ("presences", "pres"),
    ):
        if word in name:
            return (("schema", schema), ("file", url))
    return None


def _fault(reading: Reading, row: Row) -> str | None:
    """Take a row in; return why it cannot be."""
    try:
        reading.take(row)
    except Unreadable as error:
        return str(error)
    return None


def _option(source: Source, name: str) -> str:
    value = None if source.service is None else source.service.option(name)
    assert value is not None  # noqa: S101 - required by model.SERVICES
    return value


def _warnings(refused: int, count: int) -> list[str]:
    found = []
    if refused > MOST_REFUSED:
        found.append(f"{refused} rows cannot be read; the first {MOST_REFUSED} are listed")
    if count >= MOST_ROWS:
        found.append(f"only the first {MOST_ROWS} rows are read; split the file by year")
    return found
