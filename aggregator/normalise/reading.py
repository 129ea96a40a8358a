"""What a text says of a moment, before it is placed in the town's time."""

import re
import unicodedata
from datetime import UTC, date, time, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import NamedTuple

# Names that email.utils does not know, in hours; summer ones as written.
_ZONES = {"wet": 0, "west": 1, "bst": 1, "cet": 1, "cest": 2, "met": 1, "mest": 2, "eet": 2}


class Reading(NamedTuple):
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


@lru_cache(maxsize=128)
def read_zone(name: str | None) -> tzinfo | None:
    """Read `Z`, `UTC`, `CET`, `+02:00`, `+0200` or `+02`; None for anything else."""
    if name is None:
        return None
    name = name.lower()
    if name in {"z", "ut", "utc", "gmt"}:
        return UTC
    if name in _ZONES:
        return timezone(timedelta(hours=_ZONES[name]))
    digits = name.lstrip("utcgm").replace(":", "")
    if not re.fullmatch(r"[+-]\d\d(?:\d\d)?", digits):
        return None
    offset = timedelta(hours=int(digits[1:3]), minutes=int(digits[3:] or 0))
    if offset >= timedelta(hours=24):
        return None
    return timezone(-offset if digits[0] == "-" else offset)
