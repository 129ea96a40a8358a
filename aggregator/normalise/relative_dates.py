"""Dates told from the reader's present: « hier », « il y a 3 jours »."""

import re
from datetime import datetime, timedelta

from dateutil.relativedelta import relativedelta

from aggregator.normalise.reading import Reading
from aggregator.normalise.written_dates import CLOCK_AFTER, LEAD_IN, clock_of

_DAYS_AGO = {"aujourd'hui": 0, "ce matin": 0, "cet apres-midi": 0, "hier": 1, "avant-hier": 2}
_DAY_WORD = re.compile(
    rf"{LEAD_IN}(?P<day>{'|'.join(_DAYS_AGO)})(?:\s(?:soir|matin|midi|apres-midi))?"
)
_WORDS = {
    "un": 1,
    "une": 1,
    "deux": 2,
    "trois": 3,
    "quatre": 4,
    "cinq": 5,
    "six": 6,
    "sept": 7,
    "huit": 8,
    "neuf": 9,
    "dix": 10,
    "onze": 11,
    "douze": 12,
}
_UNITS = {
    "years": r"ans?|annees?",
    "months": r"mois",
    "weeks": r"semaines?|sem",
    "days": r"jours?|j",
    "hours": r"heures?|h",
    "minutes": r"minutes?|min|mn",
    "seconds": r"secondes?|sec|s",
}
_AMOUNT = (
    rf"(?:(?P<number>\d{{1,3}})|(?P<word>{'|'.join(_WORDS)}))\s?"
    rf"(?:{'|'.join(f'(?P<{unit}>{names})' for unit, names in _UNITS.items())})(?![a-z])\.?"
)
_ONE_AMOUNT = re.compile(_AMOUNT)
_UNNAMED_AMOUNT = re.sub(r"\?P<\w+>", "?:", _AMOUNT)
_AGO = re.compile(
    rf"{LEAD_IN}(?:il\s?y\s?a|voici|depuis)\s(?P<less>moins\s(?:de\s|d'))?(?:environ\s)?"
    rf"(?P<amounts>{_UNNAMED_AMOUNT}(?:(?:\s?,\s?|\set\s|\s){_UNNAMED_AMOUNT}){{0,6}})[\s.,;!'|]*"
)


def read_relative_date(text: str, *, seen: datetime) -> Reading | None:
    """Read « hier », « avant-hier à 18h30 », « il y a 3 jours »; always inferred.

    Only what tells the day to within a week: « il y a 2 mois » or « il y a un an » alone are
    coarse, as are days of the week (« mardi soir »); what is to come is no publication.

    Args:
        text: Folded by `fold_date_text`.
        seen: The moment of the crawl, in the town's zone.
    """
    if match := _AGO.fullmatch(text):
        return _read_ago(match, seen)
    match = _DAY_WORD.match(text)
    if match is None:
        return None
    clock = CLOCK_AFTER.match(text, match.end())
    if text[clock.end() if clock else match.end() :].strip(" .,;!|"):
        return None
    day = seen.date() - timedelta(days=_DAYS_AGO[match["day"]])
    return Reading(day=day, clock=clock_of(clock) if clock else None, inferred=True)


def _read_ago(match: re.Match[str], seen: datetime) -> Reading | None:
    amounts = dict(map(_amount, _ONE_AMOUNT.finditer(match["amounts"])))
    finest = [unit for unit in _UNITS if unit in amounts][-1]
    if finest in {"years", "months"} or (match["less"] and finest in {"weeks", "days"}):
        return None
    # Wall-clock years and months; the hours across a change of clock do not matter here.
    then = seen - relativedelta(**amounts)  # type: ignore[arg-type]  # names are the units'
    clock = None if finest in {"weeks", "days"} else then.timetz().replace(tzinfo=None)
    return Reading(day=then.date(), clock=clock, zone=then.tzinfo, inferred=True)


def _amount(match: re.Match[str]) -> tuple[str, int]:
    unit = next(unit for unit in _UNITS if match[unit])
    return unit, int(match["number"]) if match["number"] else _WORDS[match["word"]]
