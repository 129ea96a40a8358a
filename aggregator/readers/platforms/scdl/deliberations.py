"""Decisions of an assembly: https://scdl.opendatafrance.net/docs/schemas/scdl-deliberations.html."""

from collections.abc import Iterator

from aggregator.model import Deliberation, Entry
from aggregator.readers.markup import html_of
from aggregator.readers.platforms.scdl import values
from aggregator.readers.platforms.scdl.rows import Row
from aggregator.readers.platforms.scdl.schema import Names, Schema, paragraphs

_SPACE = "\u00a0"


class _Deliberations:
    """One file under way."""

    def __init__(self) -> None:
        self._names = Names()
        self._found: list[tuple[Entry, Deliberation]] = []

    def take(self, row: Row) -> None:
        """See `Reading`."""
        number = values.required(row["number"], "DELIB_ID")
        day = values.day(row["day"], "DELIB_DATE")
        subject = values.required(row["subject"], "DELIB_OBJET")
        year = values.count(row["budget_year"], "BUDGET_ANNEE")
        votes = {role: values.count(row[role], column) for role, column in _VOTES.items()}
        record = Deliberation(
            # A number is given anew by each assembly, and by some each year.
            guid=self._names.of(row["siret"] or row["assembly"], number, day.isoformat()[:4]),
            number=number,
            day=day,
            subject=subject,
            matter=row["matter"],
            assembly=row["assembly"],
            budget_year=year,
            votes_cast=votes["votes_cast"],
            votes_for=votes["votes_for"],
            votes_against=votes["votes_against"],
            abstentions=votes["abstentions"],
            url=values.web_address(row["url"]),
        )
        self._found.append((_entry(record), record))

    def entries(self) -> tuple[Entry, ...]:
        """See `Reading`."""
        return tuple(entry for entry, _ in self._found)

    def records(self) -> tuple[Deliberation, ...]:
        """See `Reading`."""
        return tuple(record for _, record in self._found)


_VOTES = {
    "votes_cast": "VOTE_REEL",
    "votes_for": "VOTE_POUR",
    "votes_against": "VOTE_CONTRE",
    "abstentions": "VOTE_ABSTENTION",
}

DELIBERATIONS = Schema(
    required={
        "number": ("DELIB_ID", "numero", "num_delib", "numero_deliberation", "identifiant"),
        "day": ("DELIB_DATE", "date", "date_deliberation", "date_seance"),
        "subject": ("DELIB_OBJET", "objet", "titre", "intitule"),
    },
    optional={
        "assembly": ("COLL_NOM", "collectivite", "assemblee", "instance"),
        "siret": ("COLL_SIRET", "siret"),
        "matter": ("DELIB_MATIERE_NOM", "matiere", "theme"),
        "budget_year": ("BUDGET_ANNEE",),
        "votes_cast": ("VOTE_REEL", "votants"),
        "votes_for": ("VOTE_POUR", "pour"),
        "votes_against": ("VOTE_CONTRE", "contre"),
        "abstentions": ("VOTE_ABSTENTION", "VOTE_ABST", "abstention", "abstentions"),
        "url": ("DELIB_URL", "url", "lien"),
    },
    read=_Deliberations,
)


def _entry(record: Deliberation) -> Entry:
    return Entry(
        link=record.url or None,
        guid=record.guid,
        title=html_of(record.subject),
        html=paragraphs(_sentences(record)),
        published=record.day.isoformat(),
        categories=(record.matter,) if record.matter else (),
    )


def _sentences(record: Deliberation) -> Iterator[str]:
    of = f", {record.assembly}" if record.assembly else ""
    yield f"Délibération {values.numbered(record.number)} du {values.written(record.day)}{of}."
    if record.matter:
        yield f"Matière{_SPACE}: {record.matter}."
    votes = [
        f"{number}{_SPACE}{word}"
        for number, word in (
            (record.votes_for, "pour"),
            (record.votes_against, "contre"),
            (record.abstentions, "abstention" if (record.abstentions or 0) < 2 else "abstentions"),
        )
        if number is not None
    ]
    if votes:
        yield f"Votes{_SPACE}: {', '.join(votes)}."
