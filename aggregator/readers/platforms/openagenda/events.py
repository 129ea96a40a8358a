"""One event of OpenAgenda.

https://developers.openagenda.com/evenements/structure.md
"""

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from aggregator.model import Entry
from aggregator.readers.markup import html_of
from aggregator.readers.platforms import answers
from aggregator.readers.platforms.answers import Fields

_MOST_TIMES = 800  # the platform's own limit
_TIMES_SHOWN = 30
_MOST_LINKS = 10
_SPACE = "\u00a0"
_STATUSES = {4: "Reporté", 5: "Complet", 6: "Annulé"}


class _Time(NamedTuple):
    begin: datetime
    end: datetime


def entry_of(one: Fields, *, agenda: str, language: str, now: datetime) -> Entry | None:
    """Return an event as an entry; None where no time of it can be read.

    Of one that takes place several times the next is the event's, and all are told in its text.

    Args:
        one: The event.
        agenda: The number of its agenda.
        language: Of several translations, the one that is wanted.
        now: The moment of the answer.
    """
    times = _times(one)
    if not times:
        return None
    time = next((time for time in times if time.end >= now), times[-1])
    uid = answers.text(one, "uid")
    title = translated(one, "title", language)
    status = _STATUSES.get(answers.number(one, "status") or 0)
    if status:
        title = f"{status}{_SPACE}: {title}"
    return Entry(
        link=answers.text(one, "canonicalUrl")
        or f"https://openagenda.com/agendas/{agenda}/events/{uid}",
        guid=uid or None,
        title=html_of(title) or None,
        html=_body(one, times, language),
        summary=html_of(translated(one, "description", language)),
        published=answers.text(one, "createdAt", "updatedAt") or None,
        updated=answers.text(one, "updatedAt") or None,
        categories=_keywords(one, language),
        starts=time.begin.isoformat(),
        ends=time.end.isoformat(),
        place=html_of(_place(one)) or None,
    )


def translated(holder: Fields, key: str, language: str) -> str:
    """Return a text in a language; in another one where it is missing."""
    texts = answers.part(holder, key)
    if not texts:
        return answers.text(holder, key)
    return answers.text(texts, language) or answers.text(texts, *texts)


def _times(one: Fields) -> Sequence[_Time]:
    found = one.get("timings")
    zone = _zone(answers.text(one, "timezone"))
    times = []
    for timing in found[:_MOST_TIMES] if isinstance(found, list) else ():
        if not isinstance(timing, dict):
            continue
        begin = _moment(answers.text(timing, "begin"), zone)
        if begin is not None:
            end = _moment(answers.text(timing, "end"), zone)
            times.append(_Time(begin, end if end is not None and end > begin else begin))
    return sorted(times)


def _zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):  # a name of nothing, or of another kind of file
        return None


def _moment(text: str, zone: tzinfo | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=zone or UTC) if moment.tzinfo is None else moment
        return moment.astimezone(zone) if zone else moment
    except (ValueError, OverflowError):
        return None


def _place(one: Fields) -> str:
    location = answers.part(one, "location")
    address = answers.text(location, "address")
    town = answers.text(location, "city")
    named = [
        answers.text(location, "name"),
        address,
        town if town.lower() not in address.lower() else "",
    ]
    return ", ".join(dict.fromkeys(part for part in named if part))


def _keywords(one: Fields, language: str) -> tuple[str, ...]:
    by_language = answers.part(one, "keywords")
    return answers.texts(by_language, language) or answers.texts(one, "keywords")


def _body(one: Fields, times: Sequence[_Time], language: str) -> str:
    # The long text is asked for as HTML; the short one is plain.
    text = translated(one, "longDescription", language)
    parts = [text or _paragraph(translated(one, "description", language))]
    parts.append(_paragraph(translated(one, "conditions", language), "Conditions"))
    parts.append(_paragraph(_place(one), "Lieu"))
    parts += [_times_told(times)] if len(times) > 1 else []
    parts += [_linked(url) for url in _links(one)]
    return "".join(parts)


def _paragraph(text: str, label: str = "") -> str:
    if not text:
        return ""
    return f"<p>{label + _SPACE + ': ' if label else ''}{html_of(' '.join(text.split()))}</p>"


def _times_told(times: Sequence[_Time]) -> str:
    told = [f"<li>{_told(time)}</li>" for time in times[:_TIMES_SHOWN]]
    left = len(times) - len(told)
    if left > 0:
        told.append(f"<li>et {left} autre{_plural(left)} date{_plural(left)}</li>")
    return f"<p>Dates{_SPACE}:</p><ul>{''.join(told)}</ul>"


def _plural(number: int) -> str:
    return "s" if number > 1 else ""


def _told(time: _Time) -> str:
    begin, end = time
    same_day = begin.date() == end.date()
    until = f"{end:%H:%M}" if same_day else f"{end:%d/%m/%Y %H:%M}"
    return f"{begin:%d/%m/%Y}, {begin:%H:%M}" + (f" – {until}" if end > begin else "")


def _links(one: Fields) -> list[str]:
    """Return the addresses at which one registers or takes part; no e-mails, no telephones."""
    found = one.get("registration")
    ways = [way for way in found if isinstance(way, dict)] if isinstance(found, list) else []
    urls = [answers.text(way, "value") for way in ways[:_MOST_LINKS]]
    urls.append(answers.text(one, "onlineAccessLink"))
    return [url for url in dict.fromkeys(urls) if url.startswith(("http://", "https://"))]


def _linked(url: str) -> str:
    shown = html_of(url).replace('"', "&quot;")
    return f'<p>Inscription ou accès{_SPACE}: <a href="{shown}">{shown}</a></p>'
