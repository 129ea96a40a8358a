"""Dates as they stand in a page: which day a text names, and whether it says « published »."""

import re
from datetime import date

from aggregator.language import fold
from aggregator.language.french_dates import MONTHS

_ENGLISH = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
    *("october", "november", "december"),
)
_SHORT = {"janv": 1, "fev": 2, "fevr": 2, "avr": 4, "juil": 7, "sept": 9, "aug": 8} | {
    name[:3]: number for number, name in enumerate(_ENGLISH, 1)
}
_MONTHS = (
    {fold(name): number for number, name in enumerate(MONTHS, 1)}
    | {name: number for number, name in enumerate(_ENGLISH, 1)}
    | _SHORT
)
_YEAR = r"(?:19|20)\d\d"
DATE = re.compile(
    rf"(?<![\d/.-])(?:"
    rf"(?P<iso>{_YEAR}-\d\d-\d\d)(?:[T ]\d\d:\d\d(?::\d\d)?(?:\.\d{{1,6}})?(?:Z|[+-]\d\d:?\d\d)?)?"
    rf"|(?P<day>\d{{1,2}})(?:er|st|nd|rd|th)?\s(?:of\s)?(?P<month>[a-zéû]{{3,9}})\.?,?\s"
    rf"(?P<year>{_YEAR})"
    rf"|(?P<month2>[a-z]{{3,9}})\.?\s(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?P<year2>{_YEAR})"
    rf"|(?P<dd>\d{{1,2}})(?P<mark>[./-])(?P<mm>\d{{1,2}})(?P=mark)(?P<yy>{_YEAR}|\d\d)"
    rf")(?![\d/])(?:,?\s(?:[àa-]\s|at\s)?\d{{1,2}}\s?[h:]\s?\d\d)?",
    re.IGNORECASE,
)
_PUBLISHED = (
    r"publi[ée]e?s?|post[ée]e?s?|mise? en ligne|parue?|parution|r[ée]dig[ée]e?|[ée]crite?"
    r"|publication|posted|published|cr[ée]{1,2}e?"
)
_UPDATED = r"mise? [àa] jour|modifi[ée]e?|modification|updated|maj|expire|jusqu"
_LABEL = re.compile(rf"(?i)\b(?:(?P<published>{_PUBLISHED})|(?P<updated>{_UPDATED}))")
_LABEL_CHARACTERS, _LABEL_START = 60, 3
# « 16 novembre 2011 3 16 /11 /novembre /2011 19:50 » (Overblog), « mardi 3 mars 2015 ».
_ONLY_DATE = re.compile(r"[\s\d/:,.|h–-]{0,60}")


def day_of(found: re.Match[str], *, day_first: bool) -> date | None:
    """Return the day a match of `DATE` names; None where it is none, or could be another.

    Args:
        found: The match.
        day_first: Whether 03/04 can only be the 3rd of April, as in French.
    """
    part = found.groupdict()
    try:
        if part["iso"]:
            return date.fromisoformat(part["iso"])
        if part["mm"]:
            year = int(part["yy"]) + (0 if len(part["yy"]) == 4 else 2_000)
            return date(year, int(part["mm"]), int(part["dd"])) if day_first else None
        month = _MONTHS.get(fold(part["month"] or part["month2"]))
        year, day = int(part["year"] or part["year2"]), int(part["day"] or part["day2"])
        return date(year, month, day) if month else None
    except ValueError:  # the 31st of February
        return None


def label_before(text: str, start: int) -> str | None:
    """Return what is said just before a date: « published », « updated », or nothing."""
    labels = list(_LABEL.finditer(text[max(0, start - _LABEL_CHARACTERS) : start]))
    return labels[-1].lastgroup if labels else None


def opens_with_label(text: str) -> bool:
    """Tell whether a text begins with « Publié le » or the like."""
    found = _LABEL.search(text)
    return found is not None and found.start() <= _LABEL_START


def is_only_date(text: str, found: re.Match[str]) -> bool:
    """Tell whether a text says nothing but its date, perhaps twice."""
    rest = f"{text[: found.start()]} {text[found.end() :]}"
    rest = " ".join(word for word in rest.split() if fold(word.strip("/,.")) not in _SPOKEN)
    return bool(_ONLY_DATE.fullmatch(rest))


_SPOKEN = _MONTHS.keys() | {
    *("le", "du", "on", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
}
