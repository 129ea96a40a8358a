"""Attendance of councillors: a row each and meeting; a meeting becomes one post.

No national format exists; towns name the columns in ways that are close to one another. Whoever
had somebody vote in their name was absent.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from aggregator.language import fold
from aggregator.model import Attendance, Entry
from aggregator.readers.markup import html_of
from aggregator.readers.platforms.scdl import values
from aggregator.readers.platforms.scdl.rows import Row
from aggregator.readers.platforms.scdl.schema import Names, Schema, paragraphs

if TYPE_CHECKING:
    from datetime import date

_SPACE = "\u00a0"
_PRESENT = frozenset({"oui", "o", "1", "x", "p", "present", "presente", "vrai", "true"})
_ABSENT = frozenset(
    {
        *("non", "n", "0", "a", "absent", "absente", "faux", "false", "ae", "excuse", "excusee"),
        *("absent excuse", "absente excusee", "absent(e)", "excuse(e)", "represente"),
        *("representee", "represente(e)", "pouvoir", "procuration", "absent represente"),
        *("absente representee", "absent non excuse", "absente non excusee"),
    }
)


class _Attendances:
    """One file under way."""

    def __init__(self) -> None:
        self._names = Names()
        self._meetings: dict[tuple[date, str], dict[str, tuple[int, Attendance]]] = {}
        self._guids: dict[tuple[date, str], str] = {}

    def take(self, row: Row) -> None:
        """See `Reading`."""
        day = values.day(row["day"], "date")
        name = " ".join(filter(None, (row["first_name"], row["councillor"])))
        councillor = values.required(name, "elu")
        proxy = row["proxy"]
        present = _is_present(row["present"], proxy)
        key = day, fold(row["assembly"][:200])
        meeting = self._meetings.setdefault(key, {})
        if councillor in meeting:
            raise values.Unreadable(
                f"{councillor} est déjà à la ligne {meeting[councillor][0]} pour cette séance"
            )
        guid = self._guids.get(key) or self._names.of(day.isoformat(), key[1])
        self._guids[key] = guid
        meeting[councillor] = (
            row.line,
            Attendance(
                guid=guid,
                day=day,
                assembly=row["assembly"],
                councillor=councillor,
                present=present,
                proxy="" if present else proxy,
            ),
        )

    def entries(self) -> tuple[Entry, ...]:
        """See `Reading`."""
        return tuple(
            _entry([record for _, record in meeting.values()])
            for meeting in self._meetings.values()
            if meeting
        )

    def records(self) -> tuple[Attendance, ...]:
        """See `Reading`."""
        meetings = self._meetings.values()
        return tuple(record for meeting in meetings for _, record in meeting.values())


ATTENDANCES = Schema(
    required={
        "day": ("date", "date_seance", "date_conseil", "seance", "date_reunion"),
        "councillor": ("elu", "nom_elu", "conseiller", "conseillere", "nom", "nom_de_l_elu"),
        "present": ("presence", "present", "statut", "etat", "presence_elu"),
    },
    optional={
        "first_name": ("prenom", "prenom_elu", "prenom_de_l_elu"),
        "assembly": ("assemblee", "instance", "conseil", "type_seance", "COLL_NOM", "reunion"),
        "proxy": ("pouvoir", "pouvoir_a", "procuration", "mandataire", "represente_par"),
    },
    read=_Attendances,
)


def _is_present(value: str, proxy: str) -> bool:
    if not value and proxy:
        return False
    if values.is_one_of(value, _PRESENT):
        return True
    if values.is_one_of(value, _ABSENT):
        return False
    if not value:
        raise values.Unreadable("présence est vide")
    raise values.wrong("présence", value, "ne dit ni présent ni absent")


def _entry(records: Sequence[Attendance]) -> Entry:
    first = records[0]
    name = first.assembly or "séance"
    return Entry(
        guid=first.guid,
        title=html_of(f"Présence des élus{_SPACE}: {name} du {values.written(first.day)}"),
        html=paragraphs(_sentences(records)),
        published=first.day.isoformat(),
    )


def _sentences(records: Sequence[Attendance]) -> Iterator[str]:
    present = [one.councillor for one in records if one.present]
    proxies = [f"{one.councillor} (à {one.proxy})" for one in records if one.proxy]
    absent = [one.councillor for one in records if not one.present and not one.proxy]
    counts = [
        values.counted(len(present), "présent", "présents"),
        values.counted(len(proxies), "pouvoir donné", "pouvoirs donnés"),
        values.counted(len(absent), "absent", "absents"),
    ]
    yield f"{', '.join(counts)}."
    for label, names in (
        ("Présents", present),
        ("Ont donné pouvoir", proxies),
        ("Absents", absent),
    ):
        if names:
            yield f"{label}{_SPACE}: {', '.join(names)}."
