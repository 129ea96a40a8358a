"""How dates, hours and numbers are written on screen: in French, in the town's time zone."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from aggregator.language.french_dates import MONTHS, WEEKDAYS, french_day
from aggregator.model import DateOrigin, Event

NARROW_SPACE = "\u202f"  # between thousands (Imprimerie nationale)
SPACE = "\u00a0"  # keeps « 14 h 30 » on one line
A_WEEK = 7
_A_NIGHT = timedelta(hours=12)
ANNOUNCED = "à venir, "  # before a date beyond now
_LOOSE_SIGN = re.compile(r" (?=[?!:;»](?:\s|$))|(?<=«) ")
MORE = "\u00a0…"


def number(value: int) -> str:
    """Write a whole number: 12 345."""
    return f"{value:,}".replace(",", NARROW_SPACE)


def counted(value: int, one: str, many: str) -> str:
    """Write how many: « 0 source », « 1 source », « 12 sources » (French counts 0 as singular)."""
    return f"{number(value)}{SPACE}{one if value < 2 else many}"


def size(size_bytes: int) -> str:
    """Write the size of a file: « 2,3 Mo », « 340 ko »."""
    if size_bytes < 999_500:
        return f"{number(max(round(size_bytes / 1000), 1))}{SPACE}ko"
    return f"{size_bytes / 1_000_000:.1f}".replace(".", ",").removesuffix(",0") + f"{SPACE}Mo"


def cut(text: str, length: int) -> str:
    """Cut a text at a word, so that it has at most `length` characters and the ellipsis."""
    if len(text) <= length:
        return text
    head, space, _ = text[: length + 1].rpartition(" ")
    return (head if space else text[:length]).rstrip(" ,;:.!?«(–-") + MORE


def bound(text: str) -> str:
    """Keep signs on the line of their word: no line begins with « ? » or « » »."""
    return _LOOSE_SIGN.sub(SPACE, text)


def _written(day: date) -> str:
    return french_day(day).replace(" ", SPACE, 1)


def _hour(local: datetime) -> str:
    return f"{local.hour}{SPACE}h{SPACE}{local.minute:02d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Writes moments as days of the town, seen from `now`."""

    zone: ZoneInfo
    now: datetime

    @property
    def today(self) -> date:
        """The town's day."""
        return self.day_of(self.now)

    @property
    def tomorrow(self) -> datetime:
        """When the town's next day begins."""
        return datetime.combine(self.today + timedelta(days=1), time(), self.zone)

    def is_announced(self, moment: datetime, origin: DateOrigin) -> bool:
        """Tell whether a date is still to come: an event's, never a publication's.

        A bare day is stored as its noon: today's is not announced in the morning.
        """
        return moment > self.now and (origin is DateOrigin.STATED or moment >= self.tomorrow)

    def day_of(self, moment: datetime) -> date:
        """Return the town's day that holds a moment."""
        return moment.astimezone(self.zone).date()

    def day(self, moment: datetime) -> str:
        """Write the day alone: « 3 mars 2016 »."""
        return _written(self.day_of(moment))

    def full(self, moment: datetime) -> str:
        """Write day and time: « jeudi 3 mars 2016 à 14 h 30 »."""
        local = moment.astimezone(self.zone)
        return f"{WEEKDAYS[local.weekday()]} {self.day(moment)} à {_hour(local)}"

    def minute(self, moment: datetime) -> str:
        """Write when we did something: « 3 mars 2016 à 14 h 30 », the year only where needed."""
        local = moment.astimezone(self.zone)
        return f"{self._without_year(local.date())} à {_hour(local)}"

    def heading(self, moment: datetime) -> str:
        """Write a heading: « Aujourd’hui », « Hier », « Mardi 17 novembre », then « Mars 2016 »."""
        day = self.day_of(moment)
        age = (self.today - day).days
        if age < 2:
            return "Hier" if age == 1 else "Aujourd’hui"
        if age < A_WEEK:
            return f"{WEEKDAYS[day.weekday()]} {self._without_year(day)}".capitalize()
        return f"{MONTHS[day.month - 1]} {day.year}".capitalize()

    def is_recent(self, moment: datetime) -> bool:
        """Tell whether `heading` names the very day."""
        return (self.today - self.day_of(moment)).days < A_WEEK

    def brief(self, moment: datetime, origin: DateOrigin) -> str:
        """Write a post's day where there is little room: « 3 mars », « vers le 3 mars 2016 »."""
        day = self._without_year(self.day_of(moment))
        if self.is_announced(moment, origin):
            return f"{ANNOUNCED}{'vers ' * (origin is DateOrigin.INFERRED)}le {day}"
        if origin is DateOrigin.INFERRED:
            return f"vers le {day}"
        if origin is DateOrigin.FIRST_SEEN:
            return f"sans date, vue le {day}"
        return day

    def _without_year(self, day: date) -> str:
        """Write a day; the year goes without saying when it is this one."""
        text = _written(day)
        return text.removesuffix(f" {day.year}") if day.year == self.today.year else text

    def dated(self, moment: datetime, origin: DateOrigin) -> str:
        """Write a post's day and where it comes from, as lists do.

        Feeds make up hours; lists show days only. « à venir, le 3 mars 2027 » is announced.
        """
        coming = ANNOUNCED if self.is_announced(moment, origin) else ""
        return coming + self._dated(self.day(moment), origin)

    @staticmethod
    def _dated(day: str, origin: DateOrigin) -> str:
        if origin is DateOrigin.INFERRED:
            return f"vers le {day} (date déduite)"
        if origin is DateOrigin.FIRST_SEEN:
            return f"date inconnue, vue le {day}"
        return f"le {day}"

    def dated_in_full(self, moment: datetime, origin: DateOrigin) -> str:
        """Write a post's date as its own page does, with the hour where the site states one."""
        coming = ANNOUNCED if self.is_announced(moment, origin) else ""
        if origin is DateOrigin.STATED:
            return f"{coming}le {self.full(moment)}"
        if origin is DateOrigin.DAY_ONLY:
            return f"{coming}le {WEEKDAYS[self.day_of(moment).weekday()]} {self.day(moment)}"
        return self.dated(moment, origin)

    def event(self, event: Event) -> str:
        """Write when an event takes place: « jeudi 12 mars 2026, de 18 h 30 à 20 h »."""
        starts, ends = event.starts, event.ends
        first = self._weekday(starts)
        if ends is None:
            return first if event.all_day else f"{first}, à {self._clock(starts)}"
        if event.all_day:
            return f"du {first} au {self._weekday(ends)}"
        if self._is_of_one_day(event, ends):
            return f"{first}, de {self._clock(starts)} à {self._clock(ends)}"
        return f"du {first} à {self._clock(starts)} au {self._weekday(ends)} à {self._clock(ends)}"

    def begins(self, event: Event) -> str:
        """Write in a list when it takes place: « jeudi 12 mars 2026 à 18 h 30 », or its days."""
        starts, ends = event.starts, event.ends
        if ends is not None and not self._is_of_one_day(event, ends):
            return f"du {self.day(starts)} au {self.day(ends)}"
        hour = "" if event.all_day else f" à {self._clock(starts)}"
        return self._weekday(starts) + hour

    def _is_of_one_day(self, event: Event, ends: datetime) -> bool:
        # What ends in the night that follows is of one evening.
        is_short = not event.all_day and ends - event.starts < _A_NIGHT
        return is_short or self.day_of(ends) == self.day_of(event.starts)

    def event_machine(self, event: Event) -> str:
        """Write the value of a `datetime` attribute for an event's beginning."""
        return event.seen_in(self.zone).moments()[0]

    def _weekday(self, moment: datetime) -> str:
        return f"{WEEKDAYS[self.day_of(moment).weekday()]} {self.day(moment)}"

    def _clock(self, moment: datetime) -> str:
        local = moment.astimezone(self.zone)
        return _hour(local) if local.minute else f"{local.hour}{SPACE}h"

    def machine(self, moment: datetime, origin: DateOrigin) -> str:
        """Write the value of a `datetime` attribute: no hour where none is known."""
        local = moment.astimezone(self.zone)
        if origin is DateOrigin.STATED:
            return local.isoformat(timespec="minutes")
        return local.date().isoformat()
