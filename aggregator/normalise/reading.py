"""What a text says of a moment, before it is placed in the town's time."""

import unicodedata
from dataclasses import dataclass
from datetime import date, time, tzinfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A day, maybe with a time of day, as written."""

    day: date
    clock: time | None = None
    zone: tzinfo | None = None  # None: the town's
    inferred: bool = False  # a part was worked out


def fold_date_text(text: str) -> str:
    """Write a text without accents, capitals, superscripts and odd spaces: 1ᵉʳ FÉVR. → 1er fevr."""
    letters = unicodedata.normalize("NFKD", text.replace("’", "'"))
    folded = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(folded.casefold().split())
