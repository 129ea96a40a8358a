"""OpenAgenda: the events of an agenda that end from a month ago on (API v2, with a key).

https://developers.openagenda.com/evenements/lecture.md
"""

import os
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

from aggregator.errors import ReadError
from aggregator.model import Ask, Entry, Extraction, Page, Rejection, Source
from aggregator.readers.platforms import answers
from aggregator.readers.platforms.answers import Fields
from aggregator.readers.platforms.openagenda.events import entry_of

NAME = "OpenAgenda"
KEY_VARIABLE = "AGGREGATOR_OPENAGENDA_KEY"
# The key is the operator's, and so is where it goes: no address of the list gets it.
API_VARIABLE = "AGGREGATOR_OPENAGENDA_API"
_API = "https://api.openagenda.com"
_PAGE = 100
_BEFORE = timedelta(days=31)
_AGENDA = re.compile(r"https?://(?:www\.)?openagenda\.com/(?:[a-z]{2}/)?agendas/(\d{1,12})(?!\d)")
_MOST_CURSORS, _LONGEST_CURSOR = 10, 200


def first_ask(source: Source, *, now: datetime) -> Ask:
    """Ask for the first hundred events, with the operator's key.

    Raises:
        ReadError: There is no key.
    """
    key = os.environ.get(KEY_VARIABLE, "").strip()
    if not key:
        raise ReadError(
            f"{source.url}: OpenAgenda wants a key: whoever runs this program asks for one on"
            f" openagenda.com, for nothing, and puts it into the variable {KEY_VARIABLE}",
            url=source.url,
        )
    api = os.environ.get(API_VARIABLE, "").strip().rstrip("/") or _API
    asked = {
        "detailed": "1",
        "longDescriptionFormat": "HTML",
        "monolingual": _language(source),
        "size": str(_PAGE),
        "sort": "timings.asc",
        # To the day, so that the same is asked all day long.
        "timings[gte]": f"{now - _BEFORE:%Y-%m-%dT00:00:00.000Z}",
    }
    url = f"{api}/v2/agendas/{_option(source, 'agenda')}/events?{urlencode(asked)}"
    return Ask(url=url, headers=(("key", key),))


def read_answer(page: Page, source: Source, *, ask: Ask) -> Extraction:
    """Read events, and say what to ask for next."""
    answer = answers.read_json(page, platform=NAME)
    found = answers.objects(page, answer, "events", platform=NAME)
    agenda, language = _option(source, "agenda"), _language(source)
    entries: list[Entry] = []
    refused: list[Rejection] = []
    for rank, one in enumerate(found, 1):
        entry = entry_of(one, agenda=agenda, language=language, now=page.fetched)
        if entry is None:
            name = answers.cut(answers.text(one, "slug", "uid"))
            reason = "aucun horaire lisible (timings)"
            refused.append(Rejection(entry=name, reason=reason, line=rank))
        else:
            entries.append(entry)
    return Extraction(
        entries=tuple(entries),
        rejections=tuple(refused),
        total=answers.number(answer, "total"),
        next_ask=_next_ask(answer, ask) if found else None,
        language=language,
        may_be_empty=True,
        ages=True,  # which time of an event comes next
    )


def recognise(url: str) -> tuple[tuple[str, str], ...] | None:
    """Tell an agenda by its number."""
    match = _AGENDA.match(url)
    return (("agenda", match[1]),) if match else None


def _option(source: Source, name: str) -> str:
    return (source.service.option(name) if source.service else None) or ""


def _language(source: Source) -> str:
    return _option(source, "language") or "fr"


def _next_ask(answer: Fields, ask: Ask) -> Ask | None:
    after = answer.get("after")
    if not isinstance(after, list) or not 0 < len(after) <= _MOST_CURSORS:
        return None
    cursors = [str(one)[:_LONGEST_CURSOR] for one in after if isinstance(one, str | int | float)]
    return Ask(url=_with_cursors(ask.url, cursors), headers=ask.headers)


def _with_cursors(url: str, cursors: Iterable[str]) -> str:
    parts = urlsplit(url)
    asked = [(name, value) for name, value in parse_qsl(parts.query) if name != "after[]"]
    asked += [("after[]", cursor) for cursor in cursors]
    return parts._replace(query=urlencode(asked)).geturl()
