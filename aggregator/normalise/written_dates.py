"""Dates as French sites write them, and the English and Spanish forms of their software."""

import re
from collections.abc import Iterator
from datetime import date, time, timedelta

from aggregator.normalise.reading import Reading, read_zone

# Names and abbreviations without accents (CLDR fr, en, es), by month and by day from Monday.
_MONTH_NAMES = (
    "janvier janv jan january enero ene",
    "fevrier fevr fev february feb febrero",
    "mars mar march marzo",
    "avril avr april apr abril abr",
    "mai may mayo",
    "juin jun june junio",
    "juillet juil juill jul july julio",
    "aout aou august aug agosto ago",
    "septembre sept sep september septiembre",
    "octobre oct october octubre",
    "novembre nov november noviembre",
    "decembre dec december diciembre dic",
)
_DAY_NAMES = (
    "lundi lun monday mon lunes",
    "mardi mar tuesday tues tue martes",
    "mercredi mer wednesday wed miercoles mie",
    "jeudi jeu thursday thurs thur thu jueves",
    "vendredi ven friday fri viernes vie",
    "samedi sam saturday sat sabado sab",
    "dimanche dim sunday sun domingo dom",
)
_MONTHS = {name: i for i, names in enumerate(_MONTH_NAMES, 1) for name in names.split()}
_DAYS = {name: i for i, names in enumerate(_DAY_NAMES) for name in names.split()}


def _any_of(names: dict[str, int]) -> str:
    return "|".join(sorted(names, key=len, reverse=True))


_MONTH = rf"(?:{_any_of(_MONTHS)})(?![a-z])\.?"
_DAY_NAME = _any_of(_DAYS)
_WEEKDAY = rf"(?:{_DAY_NAME})s?(?![a-z])\.?,?\s"
_YEAR = r"(?:19|20)\d\d(?!\d)"
_NUMBER = r"(?<!\d)[0-3]?\d(?!\d)(?:\s?(?:er|st|nd|rd|th)\b)?"
_TO_MONTH = r"[\s./-]*(?:de\s|of\s)?"
_TO_YEAR = r"[\s,./-]*(?:de\s|del\s)?"
# « du 15 au », « 15, 16 et »: days before the one that has the month; not the minutes of 10:05.
_FIRST_DAYS = (
    rf"(?:(?<![:h]){_NUMBER}\s?(?:-|–|/|,|&|\bet\b|\bau\b)\s?(?:le\s|{_WEEKDAY}){{0,2}}){{1,4}}"
)
_DAY_MONTH = rf"(?P<firsts>{_FIRST_DAYS})?(?P<day>{_NUMBER}){_TO_MONTH}(?P<month>{_MONTH})"

_WHOLE_FORMS = (
    # « 1er avril et le 8 juillet 2022 », « du 28 octobre au 5 novembre 2022 »: one year for both.
    re.compile(
        rf"(?P<day>{_NUMBER}){_TO_MONTH}(?P<month>{_MONTH})\s(?:et|au|-|–)\s(?:le\s|{_WEEKDAY}){{0,2}}"
        rf"{_NUMBER}{_TO_MONTH}(?P<later>{_MONTH}){_TO_YEAR}(?P<year>{_YEAR})"
    ),
    re.compile(rf"{_DAY_MONTH}{_TO_YEAR}(?P<year>{_YEAR})"),
    re.compile(
        rf"(?<![a-z])(?P<month>{_MONTH})\s(?P<day>[0-3]?\d)(?:er|st|nd|rd|th)?,?\s(?P<year>{_YEAR})"
    ),
    re.compile(
        rf"(?<![\d/.:-])(?P<day>[0-3]?\d)\s?(?P<sep>[/.-])\s?(?P<month>[01]?\d)\s?(?P=sep)\s?"
        rf"(?P<year>{_YEAR})"
    ),
    re.compile(
        r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<sep>[/.-])(?P<month>[01]?\d)(?P=sep)(?P<day>[0-3]?\d)"
        r"(?!\d)"
    ),
)
# « Salle 2 - 3 mai 2023 » is no range: one starts the text, or follows « du », « les », « samedi ».
_BEFORE_FIRSTS = re.compile(rf"(?:^|[|>:(]|\b(?:du|le|les|de|des|{_DAY_NAME})s?\b\.?,?)\s*$")
_ANY_DAY_MONTH = re.compile(rf"{_NUMBER}{_TO_MONTH}{_MONTH}")

_CLOCK = (
    r"(?<!\d)(?P<hour>\d{1,2})"
    r"(?:\s?h(?:eures?|rs?)?(?![a-z])\s?(?P<minute_h>[0-5]\d(?!\d))?(?:\s?(?:min|mn)\b)?"
    r"|\s?:\s?(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d)(?:[.,]\d{1,9})?)?)"
    r"(?:\s?(?P<half>[ap])\.?m\b\.?)?"
    r"(?:\s?(?P<zone>(?:utc|gmt)?[+-]\d\d:?\d\d|utc|gmt|cest|cet|z)(?![a-z\d]))?"
)
_TO_CLOCK = r"[\s,;:|.–—-]*(?:\b(?:a|de|des|at|vers|from|las|t)\b\s?)?"
CLOCK_AFTER = re.compile(_TO_CLOCK + _CLOCK)
LEAD_IN = (
    r"[\s>|:.,*•–—-]*(?:(?:publiee?s?|postee?s?|redigee?s?|ecrite?s?|modifiee?s?|actualisee?s?|"
    r"mise? a jour|mise? en ligne)\b)?\s?:?\s?(?:(?:le|du|ce)\s)?"
)
# Without a year a text must be nothing but the date: « rue du 4 Septembre » is an address.
_YEARLESS = re.compile(
    rf"{LEAD_IN}(?:(?P<weekday>{_DAY_NAME})s?(?![a-z])\.?,?\s)?(?:le\s)?(?P<day>{_NUMBER}){_TO_MONTH}(?P<month>{_MONTH})"
    rf"(?:{_TO_CLOCK}{_CLOCK}(?:\s?(?:a|-|–)\s?\d{{1,2}}\s?[h:]\s?(?:\d\d)?)?)?[\s.,;!|]*"
)
_PUBLISHED = re.compile(
    r"\b(?:publiee?s?|postee?s?|mise? en ligne|published|posted|publicado)\b(?:\s(?:le|on|el))?"
)
# Overblog prints each date twice: « 16 novembre 2011 3 16 /11 /novembre /2011 19:50 ».
_PRINTED_AGAIN = re.compile(rf"\s\d\s\d{{1,2}} ?/ ?\d{{1,2}} ?/ ?{_MONTH} ?/ ?\d{{4}}")


def read_written_date(text: str, *, today: date) -> Reading | None:
    """Read a date in words or digits, day first; its time of day when one follows it.

    A missing year is the one that puts the date nearest to `today`, never more than 31 days
    ahead: associations announce the coming weeks, they do not post-date. With a day of the week
    and no year (« jeudi 25 mai » fits 2006, 2017, 2023) it is read only within 31 days of
    `today`, where the days agree. With a year, a wrong day of the week is the author's slip: the
    date stays. Several days give the first. Two-digit years, months alone and school years are
    not read.

    Args:
        text: Folded by `fold_date_text`.
        today: The day of the crawl in the town's zone.
    """
    text = _PRINTED_AGAIN.sub("", text)
    if said := _PUBLISHED.search(text):
        after = text[said.end() :]
        found = next(_whole_dates(after), None)
        if found is not None:
            return found
    return next(_whole_dates(text), None) or _read_yearless(text, today)


def _whole_dates(text: str) -> Iterator[Reading]:
    found = [match for form in _WHOLE_FORMS for match in form.finditer(text)]
    end = 0
    # The earliest, and of those that start together the longest: the one with two days.
    for match in sorted(found, key=lambda match: (match.start(), -match.end())):
        if match.start() < end:
            continue
        if _ANY_DAY_MONTH.search(text[end : match.start()]):
            return  # a day without its year comes first: which is meant?
        end = match.end()
        day = _day_of(match)
        if day is not None and day.year >= 1990:  # « rue du 8 Mai 1945 »
            yield _with_clock(day, CLOCK_AFTER.match(text, end))


def _day_of(match: re.Match[str]) -> date | None:
    found = match.groupdict()
    year, month, day = int(found["year"]), _month(found["month"]), _number(found["day"])
    if found.get("later") and month > _month(found["later"]):
        year -= 1  # « du 20 décembre au 3 janvier 2023 »
    if found.get("firsts"):
        first = _number(found["firsts"])
        stands_first = _BEFORE_FIRSTS.search(match.string, 0, match.start())
        if not stands_first or first > day:  # « du 30 au 2 mai »: the first one's month is another
            return None
        day = first
    return _valid_date(year, month, day)


def _read_yearless(text: str, today: date) -> Reading | None:
    match = _YEARLESS.fullmatch(text)
    if match is None:
        return None
    month, day = _month(match["month"]), _number(match["day"])
    years = (today.year - 1, today.year, today.year + 1)
    days = [found for year in years if (found := _valid_date(year, month, day)) is not None]
    days = [found for found in days if found <= today + timedelta(days=31)]
    if not days:
        return None
    nearest = min(days, key=lambda found: abs(found - today))
    if match["weekday"]:
        close = abs(nearest - today) <= timedelta(days=31)
        if not close or nearest.weekday() != _DAYS[match["weekday"]]:
            return None
    clock = match if match["hour"] else None
    return _with_clock(nearest, clock, inferred=True)


def _with_clock(day: date, match: re.Match[str] | None, *, inferred: bool = False) -> Reading:
    clock = None if match is None else clock_of(match)
    zone = None if match is None or clock is None else read_zone(match["zone"])
    return Reading(day=day, clock=clock, zone=zone, inferred=inferred)


def clock_of(match: re.Match[str]) -> time | None:
    """Return the time of day that the clock's pattern matched; None for 25h30."""
    hour = int(match["hour"])
    if match["half"]:
        hour = hour % 12 + (12 if match["half"] == "p" else 0)
    minute = int(match["minute_h"] or match["minute"] or 0)
    return time(hour, minute, int(match["second"] or 0)) if hour < 24 else None


def _month(text: str) -> int:
    return int(text) if text.isdecimal() else _MONTHS[text.rstrip(".")]


def _number(text: str) -> int:
    match = re.match(r"\d+", text)
    return int(match[0]) if match else 0


def _valid_date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
