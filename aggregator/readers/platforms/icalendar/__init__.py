"""Calendars (.ics, RFC 5545): an entry an event, and an occurrence of those that repeat."""

import json
import subprocess
import sys
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from aggregator.errors import ReadError
from aggregator.model import Ask, Entry, Extraction, Page, Rejection, Source
from aggregator.readers.markup import html_of
from aggregator.readers.platforms import answers
from aggregator.readers.platforms.answers import Fields
from aggregator.readers.platforms.icalendar.limits import WALL_S

NAME = "iCalendar"
# What repeats is read from a month ago to a year ahead: older posts are kept, they were read then.
_BEFORE, _AHEAD = timedelta(days=31), timedelta(days=366)
_SPACE = "\u00a0"


def first_ask(source: Source, *, now: datetime) -> Ask:  # noqa: ARG001 - as all platforms
    """Ask for the file."""
    url = None if source.service is None else source.service.option("file")
    assert url is not None  # noqa: S101 - required by model.SERVICES
    return Ask(url=url, headers=(("Accept", "text/calendar, */*;q=0.5"),))


def read_answer(page: Page, source: Source, *, ask: Ask) -> Extraction:  # noqa: ARG001 - as all platforms
    """Read the whole calendar."""
    if b"BEGIN:VCALENDAR" not in page.body[:10_000].upper():
        answers.changed(page, NAME, "the file does not begin with « BEGIN:VCALENDAR »")
    told = _told(page)
    events = answers.objects(page, told, "events", platform=NAME)
    lacking = [event for event in events if not event.get("starts")]
    entries = tuple(_entry(event) for event in events if event.get("starts"))
    return Extraction(
        entries=entries,
        rejections=tuple(
            Rejection(
                entry=answers.cut(answers.text(event, "title", "guid")),
                reason="aucun début lisible (DTSTART)",
                line=answers.number(event, "rank"),
            )
            for event in lacking
        ),
        warnings=answers.texts(told, "warnings"),
        title=answers.text(told, "name") or None,
        total=len(events),
        # Who announces nothing for the moment has an empty calendar.
        may_be_empty=True,
        ages=True,
    )


def recognise(url: str) -> tuple[tuple[str, str], ...] | None:
    """Tell a calendar by its name."""
    path = urlsplit(url).path.lower()
    return (("file", url),) if path.endswith((".ics", ".ical")) else None


def _told(page: Page) -> Fields:
    """Return what the process that reads the file says of it.

    A rule may repeat for ever, or never (« 30 February »), and the search for the next day that
    fits has no end that we could set from here: so it goes on in a process with limits.
    """
    begin, end = page.fetched - _BEFORE, page.fetched + _AHEAD
    command = [sys.executable, "-m", f"{__name__}.expanding", begin.isoformat(), end.isoformat()]
    try:
        done = subprocess.run(  # noqa: S603 - ours
            command, input=page.body, capture_output=True, timeout=WALL_S, check=False
        )
        told = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError) as error:
        raise ReadError(
            f"{page.url}: the calendar cannot be read within its limits of time and memory; an"
            " event perhaps repeats without end: ask its owner for a smaller export",
            url=page.url,
        ) from error
    if told.get("fault"):
        answers.changed(page, NAME, f"the file is no calendar ({answers.text(told, 'fault')})")
    return told  # type: ignore[no-any-return]  # our own process


def _entry(event: Fields) -> Entry:
    title = answers.text(event, "title")
    cancelled = event.get("status") == "CANCELLED"
    if cancelled:
        title = f"Annulé{_SPACE}: {title}" if title else "Annulé"
    return Entry(
        link=answers.text(event, "url") or None,
        guid=answers.text(event, "guid") or None,
        title=html_of(title) or None,
        html=_body(event),
        # Not DTSTAMP: most programs write the moment of the export there.
        published=answers.text(event, "created", "modified") or None,
        updated=answers.text(event, "modified") or None,
        categories=answers.texts(event, "categories"),
        starts=answers.text(event, "starts"),
        ends=answers.text(event, "ends") or None,
        place=html_of(answers.text(event, "place")) or None,
    )


def _body(event: Fields) -> str:
    text, place = answers.text(event, "text"), answers.text(event, "place")
    body = text if "</" in text or "<br" in text else html_of(text)
    return body + (f"<p>{html_of(place)}</p>" if place and place not in text else "")
