"""How much of a source's past we hold, in words: the figure, what is under way, what is missing."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from aggregator.language.french_dates import MONTHS
from aggregator.model import SERVICES
from aggregator.portal.french import SPACE, Calendar, counted, number
from aggregator.portal.queries.archives import Archive, Held

RECENT = timedelta(days=31)  # a source that published since is said to go on « aujourd’hui »

# Why pages are missing, of one and of many; the keys are those of `archives.missing`.
MISSING: Mapping[str, tuple[str, str]] = {
    "robots": ("page refusée par robots.txt", "pages refusées par robots.txt"),
    "gone": ("page introuvable", "pages introuvables"),
    "closed": ("page que le site refuse d’ouvrir", "pages que le site refuse d’ouvrir"),
    "failing": ("page en panne à chaque essai", "pages en panne à chaque essai"),
    "unreadable": ("page illisible", "pages illisibles"),
    "elsewhere": (
        "page qui mène à une autre publication",
        "pages qui mènent à une autre publication",
    ),
    "repeats": ("page qui en répète une autre", "pages qui en répètent d’autres"),
}


# What gives all it has at each visit; the others are platforms.
_GIVERS: Mapping[str, str] = {
    "scdl": "le fichier",
    "icalendar": "le calendrier",
    "mailbox": "la boîte aux lettres",
}


def figure(held: Held, calendar: Calendar) -> str:
    """Write « 412 publications sur environ 430, de mars 2009 à aujourd’hui »."""
    text, span = counted(held.total, "publication", "publications"), _span(held, calendar)
    if held.reader in SERVICES:
        return f"ce que {_GIVERS.get(held.reader, 'la plateforme')} donne{SPACE}: {text}{span}"
    if held.archive is None:
        return f"{text}{span}\u202f; les archives n’ont pas {'encore ' * held.listed}été cherchées"
    expected = _expected(held.total, held.archive)
    if expected > held.total:
        return f"{text} sur environ{SPACE}{number(expected)}{span}"
    if held.archive.state != "done" or held.archive.missing:
        return f"{text}{span}"
    if held.archive.expected is None:
        return f"{text}{span}\u202f; le site ne dit pas s’il y en a d’autres"
    return f"{text}{SPACE}: tout est là{span}"


def notes(archive: Archive | None) -> tuple[str, ...]:
    """Say what is under way, and why something is missing."""
    if archive is None:
        return ()
    return tuple(filter(None, (_state(archive), *_gaps(archive))))


def in_short(archive: Archive) -> str:
    """Say it in few words, after « Archives »."""
    match archive.state:
        case "waiting" | "running":
            of_about = f" sur environ{SPACE}{number(archive.expected)}" if archive.expected else ""
            found = counted(archive.found, "publication retrouvée", "publications retrouvées")
            return f"en cours de lecture{SPACE}: {found}{of_about}"
        case "done" if archive.lacking:
            lacking = counted(archive.lacking, "publication manque", "publications manquent")
            return f"lues\u202f; environ {lacking}"
        case "done":
            return "lues"
    return archive.reason


def _state(archive: Archive) -> str:
    match archive.state:
        case "waiting" | "running":
            found = counted(archive.found, "publication retrouvée", "publications retrouvées")
            return f"les archives sont en cours de lecture{SPACE}: {found} jusqu’ici"
        case "stopped":
            return f"la lecture des archives s’est arrêtée{SPACE}: {archive.reason}"
    return archive.reason


def _gaps(archive: Archive) -> list[str]:
    known = {why: words for why, words in MISSING.items() if archive.missing.get(why)}
    return [counted(archive.missing[why], *words) for why, words in known.items()]


def _expected(total: int, archive: Archive) -> int:
    # What came since the reading ended was not expected then.
    return total + archive.lacking if archive.state == "done" else archive.expected or 0


def _span(held: Held, calendar: Calendar) -> str:
    if held.oldest is None or held.newest is None:
        return ""
    first, last = _month(held.oldest, calendar), _month(held.newest, calendar)
    if calendar.now - held.newest < RECENT:
        return f", {_from(first)} à aujourd’hui"
    return f", en {first}" if first == last else f", {_from(first)} à {last}"


def _month(moment: datetime, calendar: Calendar) -> str:
    day = calendar.day_of(moment)
    return f"{MONTHS[day.month - 1]} {day.year}"


def _from(month: str) -> str:
    return f"d’{month}" if month[0] in "ao" else f"de {month}"
