"""Civic data of the national formats: a row each, beside the posts they became."""

from collections.abc import Collection, Sequence
from datetime import datetime

from aggregator.clock import to_iso
from aggregator.model import Attendance, Deliberation, Record, Rejection, Subsidy
from aggregator.store import opening
from aggregator.store.database import Database
from aggregator.store.filed import rows_of

_Row = tuple[str | int | float | None, ...]


def _upsert(table: str, keys: Sequence[str], columns: Sequence[str]) -> str:
    names = (*keys, "source_id", *columns)
    values = ", ".join("?" for _ in names)
    news = ", ".join(f"excluded.{name}" for name in columns)
    olds = ", ".join(columns)
    return (
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({values})"  # noqa: S608 - names of ours
        f" ON CONFLICT DO UPDATE SET ({olds}) = ({news}) WHERE ({olds}) IS NOT ({news})"
    )


_DELIBERATION = _upsert(
    "deliberation_records",
    ["post_id"],
    [
        *("number", "day", "subject", "matter", "assembly", "budget_year"),
        *("votes_cast", "votes_for", "votes_against", "abstentions", "url"),
    ],
)
_SUBSIDY = _upsert(
    "subsidy_records",
    ["post_id"],
    [
        *("granted_by", "day", "decision", "beneficiary", "beneficiary_id", "purpose"),
        *("amount_euros", "in_kind"),
    ],
)
_ATTENDANCE = _upsert(
    "attendance_records", ["post_id", "councillor"], ["day", "assembly", "present", "proxy"]
)
_TABLES = ("deliberation_records", "subsidy_records", "attendance_records")
_REFUSE = """
INSERT OR REPLACE INTO refused_records (source_id, line, record, reason, seen)
VALUES (?, ?, ?, ?, ?)
"""


class Records(Database):
    """The part of the store that keeps them."""

    def save_records(self, slug: str, records: Sequence[Record]) -> None:
        """Keep records whose posts are saved; in a transaction.

        Args:
            slug: The source.
            records: Each with the guid of its post.

        Raises:
            StoreError: The source is not in the database, or the file cannot be written.
        """
        with opening.explained(self.path):
            source = self._id_of(slug)
            filed = rows_of(self._connection, source, [record.guid for record in records])
            rows: dict[str, list[_Row]] = {_DELIBERATION: [], _SUBSIDY: [], _ATTENDANCE: []}
            for record in records:
                if (post := filed.get(record.guid)) is not None:
                    sql, row = _row_of(record, post, source)
                    rows[sql].append(row)
            # A councillor may have been struck off a meeting.
            meetings = {(row[0],) for row in rows[_ATTENDANCE]}
            self._connection.executemany(
                "DELETE FROM attendance_records WHERE post_id = ?", meetings
            )
            for sql, found in rows.items():
                self._connection.executemany(sql, found)

    def forget_records(self, slug: str, but: Collection[str]) -> None:
        """Take out what the file of a source holds no more; its posts stay. In a transaction.

        Args:
            slug: The source.
            but: The guids of all records that it holds now.

        Raises:
            StoreError: The source is not in the database, or the file cannot be written.
        """
        with opening.explained(self.path):
            source = self._id_of(slug)
            kept = set(rows_of(self._connection, source, but).values())
            for table in _TABLES:
                known = self._connection.execute(
                    f"SELECT DISTINCT post_id FROM {table} WHERE source_id = ?",  # noqa: S608 - see above
                    (source,),
                )
                gone = [row for row in known if row[0] not in kept]
                self._connection.executemany(f"DELETE FROM {table} WHERE post_id = ?", gone)  # noqa: S608 - see above

    def save_refused(self, slug: str, refused: Sequence[Rejection], *, seen: datetime) -> None:
        """Keep what could not be read, instead of what could not the last time; in a transaction.

        Args:
            slug: The source.
            refused: Those without a line are left out.
            seen: The moment of the reading.

        Raises:
            StoreError: The source is not in the database, or the file cannot be written.
        """
        with opening.explained(self.path):
            source, now = self._id_of(slug), to_iso(seen)
            self._connection.execute("DELETE FROM refused_records WHERE source_id = ?", (source,))
            rows = [
                (source, one.line, one.entry, one.reason, now)
                for one in refused
                if one.line is not None
            ]
            self._connection.executemany(_REFUSE, rows)


def _row_of(record: Record, post: int, source: int) -> tuple[str, _Row]:
    """Return a record as a row, and the statement that writes it."""
    match record:
        case Deliberation():
            return _DELIBERATION, _deliberation(post, source, record)
        case Subsidy():
            return _SUBSIDY, _subsidy(post, source, record)
        case Attendance():
            return _ATTENDANCE, _attendance(post, source, record)


def _deliberation(post: int, source: int, record: Deliberation) -> _Row:
    return (
        *(post, source, record.number, record.day.isoformat(), record.subject, record.matter),
        *(record.assembly, record.budget_year, record.votes_cast, record.votes_for),
        *(record.votes_against, record.abstentions, record.url),
    )


def _subsidy(post: int, source: int, record: Subsidy) -> _Row:
    return (
        *(post, source, record.granted_by, record.day.isoformat(), record.decision),
        *(record.beneficiary, record.beneficiary_id, record.purpose, record.amount_euros),
        int(record.in_kind),
    )


def _attendance(post: int, source: int, record: Attendance) -> _Row:
    return (
        *(post, record.councillor, source, record.day.isoformat(), record.assembly),
        *(int(record.present), record.proxy),
    )
