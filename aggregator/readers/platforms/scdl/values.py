"""What stands in one cell: a day, an amount, a number, yes or no; and how French writes it.

What is wrong with a cell is said in French: the source's page shows it.
"""

import re
from datetime import date

from aggregator.language import fold
from aggregator.language.french_dates import french_day

_FIRST_YEAR, _LAST_YEAR = 1990, 2100
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].{0,40})?")
_FRENCH = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?: .{0,40})?")
_AMOUNT = re.compile(r"-?\d{1,3}(?:[ .,'’]\d{3})+(?:[.,]\d{1,4})?|-?\d{1,12}(?:[.,]\d{1,6})?")
_UNIT = re.compile(r"\s*(?:€|euros?|eur)\.?$", re.IGNORECASE)
_NUMBER = re.compile(r"\A(?:délibération\s+|décision\s+)?n(?:[°º]|o\.?\s)\s*", re.IGNORECASE)
_ODD_SPACES = re.compile(r"[\u00a0\u202f\u2009]")
_ONE_OR_THREE = 3  # digits after a sign that parts thousands
_SPACE, _NARROW = "\u00a0", "\u202f"
_SHOWN_CHARS = 40


class Unreadable(Exception):
    """A row cannot be read; the text says which column, what stands there, and what is wrong."""


def wrong(column: str, value: str, fault: str) -> Unreadable:
    """Write « montant : « trois mille » n’est pas un montant »."""
    shown = f"«{_SPACE}{value[:_SHOWN_CHARS]}{_SPACE}»"
    return Unreadable(f"{column}{_SPACE}: {shown} {fault}")


def required(value: str, column: str) -> str:
    """Return a text that must be there."""
    if not value:
        raise Unreadable(f"{column} est vide")
    return value


def day(value: str, column: str) -> date:
    """Read « 2024-03-12 » or « 12/03/2024 », with or without an hour."""
    required(value, column)
    if match := _ISO.fullmatch(value):
        year, month, month_day = map(int, match.groups())
    elif match := _FRENCH.fullmatch(value):
        month_day, month, year = map(int, match.groups())
    else:
        raise wrong(column, value, "n’est pas une date (à écrire 2024-03-12)")
    try:
        found = date(year, month, month_day)
    except ValueError:
        raise wrong(column, value, "n’existe pas au calendrier") from None
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise wrong(column, value, f"a une année invraisemblable ({found.year})")
    return found


def amount(value: str, column: str) -> float:
    """Read « 31 000,00 € », « 1.234,56 », « 1234.5 »."""
    required(value, column)
    plain = _UNIT.sub("", _ODD_SPACES.sub(" ", value)).strip()
    if not _AMOUNT.fullmatch(plain):
        raise wrong(column, value, "n’est pas un montant")
    return float(_with_a_point(re.sub(r"[ '’]", "", plain)))


def _with_a_point(digits: str) -> str:
    """Return a number with a point at most: which of its signs part thousands?"""
    signs = [sign for sign in digits if sign in ".,"]
    if not signs:
        return digits
    head, sign, tail = digits.rpartition(signs[-1])
    # Of two kinds the last one is the decimal one; twice the same one, it parts thousands. One
    # alone before three digits: « 1.234 » and « 1,234 » are thousands, as people write money.
    parts_thousands = signs.count(sign) > 1 or (len(signs) == 1 and len(tail) == _ONE_OR_THREE)
    whole = re.sub(r"[.,]", "", head)
    return whole + tail if parts_thousands else f"{whole}.{tail}"


def count(value: str, column: str) -> int | None:
    """Read a whole number, or nothing."""
    if not value:
        return None
    match = re.fullmatch(r"(\d{1,9})(?:[.,]0{1,6})?", value)
    if match is None:
        raise wrong(column, value, "n’est pas un nombre entier")
    return int(match[1])


def is_one_of(value: str, words: frozenset[str]) -> bool:
    """Tell whether a cell says one of some words, whatever its accents and capitals."""
    return fold(value[:80]).strip(" .") in words


def web_address(value: str) -> str:
    """Return an address, or nothing."""
    return value if value.lower().startswith(("https://", "http://")) else ""


def numbered(value: str) -> str:
    """Write a number of a decision: « n° 2024-12 », however the cell has it; a sentence stays."""
    bare = _NUMBER.sub("", value)
    return f"n°{_SPACE}{bare}" if bare and " " not in bare else value


def euros(value: float) -> str:
    """Write an amount: « 3 000 € », « 1 234,50 € »."""
    text = f"{value:,.0f}" if value == round(value) else f"{value:,.2f}"
    return f"{text.replace(',', _NARROW).replace('.', ',')}{_SPACE}€"


def written(value: date) -> str:
    """Write a day: « 12 mars 2024 »."""
    return french_day(value)


def counted(number: int, one: str, many: str) -> str:
    """Write how many: « 1 voix », « 12 voix »."""
    return f"{number}{_SPACE}{one if number < 2 else many}"
