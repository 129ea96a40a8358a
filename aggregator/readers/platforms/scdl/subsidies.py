"""Subsidies: https://scdl.opendatafrance.net/docs/schemas/scdl-subventions.html."""

from collections.abc import Iterator

from aggregator.language import fold
from aggregator.model import Entry, Subsidy
from aggregator.readers.markup import html_of
from aggregator.readers.platforms.scdl import values
from aggregator.readers.platforms.scdl.rows import Row
from aggregator.readers.platforms.scdl.schema import Names, Schema, paragraphs

_SPACE = "\u00a0"


class _Subsidies:
    """One file under way."""

    def __init__(self) -> None:
        self._names = Names()
        self._found: list[tuple[Entry, Subsidy]] = []

    def take(self, row: Row) -> None:
        """See `Reading`."""
        beneficiary = values.required(row["beneficiary"], "nomBeneficiaire")
        day = values.day(row["day"], "dateConvention")
        in_kind = "nature" in fold(row["nature"][:200])
        # Help in kind need not be given a value.
        is_valued = bool(row["amount"]) or not in_kind
        granted = values.amount(row["amount"], "montant") if is_valued else None
        record = Subsidy(
            # Without the amount: one that is corrected stays the same subsidy.
            guid=self._names.of(
                *(row["granted_by"], day.isoformat(), row["decision"], beneficiary),
                *(row["beneficiary_id"], row["purpose"]),
            ),
            granted_by=row["granted_by"],
            day=day,
            decision=row["decision"],
            beneficiary=beneficiary,
            beneficiary_id=row["beneficiary_id"].replace(" ", ""),
            purpose=row["purpose"],
            amount_euros=granted,
            in_kind=in_kind,
        )
        self._found.append((_entry(record), record))

    def entries(self) -> tuple[Entry, ...]:
        """See `Reading`."""
        return tuple(entry for entry, _ in self._found)

    def records(self) -> tuple[Subsidy, ...]:
        """See `Reading`."""
        return tuple(record for _, record in self._found)


SUBSIDIES = Schema(
    required={
        "day": ("dateConvention", "date", "date_attribution", "date_decision"),
        "beneficiary": ("nomBeneficiaire", "nom_du_beneficiaire", "beneficiaire", "association"),
        "amount": ("montant", "montant_attribue", "montant_vote", "montant_subvention"),
    },
    optional={
        "granted_by": ("nomAttribuant", "attribuant", "collectivite"),
        "decision": ("referenceDecision", "decision", "deliberation"),
        "beneficiary_id": ("idBeneficiaire", "siret_beneficiaire", "rnaBeneficiaire", "siret"),
        "purpose": ("objet", "objet_subvention", "libelle"),
        "nature": ("nature", "nature_subvention"),
    },
    read=_Subsidies,
)


def _entry(record: Subsidy) -> Entry:
    return Entry(
        guid=record.guid,
        title=html_of(f"{_granted(record)} ({record.day.year})"),
        html=paragraphs(_sentences(record)),
        published=record.day.isoformat(),
    )


def _granted(record: Subsidy) -> str:
    money = "" if record.amount_euros is None else values.euros(record.amount_euros)
    # Names of associations begin with an article, or not: none is to follow « à ».
    if not record.in_kind:
        return f"{record.beneficiary}{_SPACE}: subvention de {money}"
    value = f", d’une valeur de {money}" if money else ""
    return f"{record.beneficiary}{_SPACE}: aide en nature{value}"


def _sentences(record: Subsidy) -> Iterator[str]:
    if record.purpose:
        yield f"Objet{_SPACE}: {record.purpose}."
    by = f" par {record.granted_by}" if record.granted_by else ""
    decided = f", décision {values.numbered(record.decision)}" if record.decision else ""
    yield f"Attribuée{by} le {values.written(record.day)}{decided}."
