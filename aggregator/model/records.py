"""Civic data of the national formats (SCDL): what a row of such a file says, checked.

https://scdl.opendatafrance.net/docs/
"""

from dataclasses import dataclass
from datetime import date

MOST_REFUSED = 1_000  # rows of a file told one by one: of a file of another kind each is


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliberation:
    """A decision of an assembly; `guid` is that of the entry it comes with."""

    guid: str
    number: str
    day: date
    subject: str
    matter: str = ""
    assembly: str = ""
    budget_year: int | None = None
    votes_cast: int | None = None
    votes_for: int | None = None
    votes_against: int | None = None
    abstentions: int | None = None
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subsidy:
    """Money or help in kind granted to an association; `guid` is that of its entry."""

    guid: str
    granted_by: str = ""
    day: date
    decision: str = ""
    beneficiary: str
    beneficiary_id: str = ""  # SIRET or RNA
    purpose: str = ""
    amount_euros: float | None  # none: help in kind whose value the file does not tell
    in_kind: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendance:
    """Whether a councillor was at a meeting; `guid` is that of the meeting's entry."""

    guid: str
    day: date
    assembly: str = ""
    councillor: str
    present: bool
    proxy: str = ""  # who voted in their name


Record = Deliberation | Subsidy | Attendance
