"""A document that posts link to, fetched and read; writes nothing."""

import asyncio
import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from aggregator.crawl.completing.patience import in_passing_thread
from aggregator.crawl.health import EXPLANATIONS, STATUSES
from aggregator.enrich import deliberation_numbers, document_kind
from aggregator.errors import (
    BadStatus,
    FetchError,
    PageTooLarge,
    RobotsDisallowed,
)
from aggregator.fetch import Web, fetch
from aggregator.model import NotModified, Page
from aggregator.readers import read_document
from aggregator.store import DueDocument, ReadDocument, Store

MAX_BYTES = 30_000_000
# Documents seldom change; after two looks in vain they are left alone.
LOOKED_AT_AGAIN = timedelta(days=30)
LOOKS = 2
# After a failure that may pass: a day, then three, then nine.
TRIES = 4
WAIT = timedelta(days=1)
SHORTEST_REST_S = 60  # of a document whose host wants to be left alone
_GONE_WAIT = timedelta(days=7)
_GONE_TRIES = 2
_GONE = {404, 410}
_BEGINNING = 2  # pages that may tell what it is

RESERVED = "Le site réserve la fouille de textes."
GONE = "Le document n’est plus sur le site."
TOO_LARGE = f"Le fichier dépasse {MAX_BYTES // 1_000_000}\u00a0Mo\u00a0: il n’est pas lu."
UNREADABLE = "La lecture du document a échoué."
NOT_GIVEN = "Le site n’a pas donné le document."

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What asking for a document gave: its text, or why there is none, or that it is the same."""

    url: str
    found: ReadDocument | None = None
    state: str = ""  # reserved, refused, gone, too_large or failed; nothing where it is the same
    reason: str = ""
    next_try: datetime | None = None
    was_asked: bool = True  # else its host wants to be left alone until the next try

    def keep(self, store: Store, now: datetime) -> None:
        """Write it."""
        if not self.was_asked:
            store.put_off_document(self.url, self.next_try)
        elif self.found is not None:
            store.save_document(self.found)
        elif self.state == "reserved":
            store.withdraw_document(self.url, reason=self.reason, asked=now, next_try=self.next_try)
        elif self.state:
            store.document_failed(
                self.url, state=self.state, reason=self.reason, asked=now, next_try=self.next_try
            )
        else:
            store.document_unchanged(self.url, asked=now, next_try=self.next_try)


def reserved(due: DueDocument, now: datetime) -> Opened:
    """Leave a document alone whose site reserves text and data mining; it may stop to do so."""
    return Opened(url=due.url, state="reserved", reason=RESERVED, next_try=now + LOOKED_AT_AGAIN)


async def open_document(due: DueDocument, *, web: Web, turn: asyncio.Lock, now: datetime) -> Opened:
    """Fetch and read a document.

    Args:
        due: Which one.
        web: The network.
        turn: Held while one is read: one at a time.
        now: The present moment.
    """
    try:
        answer = await fetch(due.url, web=web, memory=due.memory, max_bytes=MAX_BYTES)
    except FetchError as error:
        return _unread(error, due, now)
    if answer.said.tdm_reserved:
        return reserved(due, now)
    if isinstance(answer, NotModified):
        return _unchanged(due, now)
    try:
        async with turn:
            return await in_passing_thread(lambda: _read(answer, due, now))
    except Exception:  # noqa: BLE001 - whatever a stranger made of our faults is told below
        _log.exception("%s: a fault of this program that the document brings out", due.url)
        return Opened(url=due.url, state="failed", reason=UNREADABLE)


def _read(answer: Page, due: DueDocument, now: datetime) -> Opened:
    text = read_document(answer.body, content_type=answer.content_type, url=answer.url)
    name = unquote(PurePosixPath(urlsplit(answer.url).path).name)
    found = ReadDocument(
        url=due.url,
        text=text,
        kind=document_kind(text.title or name, due.label, "\n".join(text.pages[:_BEGINNING])),
        refs=deliberation_numbers("\n".join(text.pages)),
        size_bytes=len(answer.body),
        memory=answer.memory,
        asked=now,
        next_try=now + LOOKED_AT_AGAIN,
    )
    return Opened(url=due.url, found=found)


def _unchanged(due: DueDocument, now: datetime) -> Opened:
    if due.memory.body_sha256 is None:  # to a first request: the site's fault
        return _failed(due, NOT_GIVEN, now)
    again = now + LOOKED_AT_AGAIN if due.tries + 1 < LOOKS else None
    return Opened(url=due.url, next_try=again)


def _unread(error: FetchError, due: DueDocument, now: datetime) -> Opened:
    if isinstance(error, BadStatus) and error.not_asked:
        rested = now + timedelta(seconds=max(error.retry_after_s or 0, SHORTEST_REST_S))
        return Opened(url=due.url, next_try=rested, was_asked=False)
    failed = _failed(due, _explained(error), now)
    if isinstance(error, RobotsDisallowed) and not error.passing:
        again = now + LOOKED_AT_AGAIN if due.tries + 1 < LOOKS else None
        return replace(failed, state="refused", next_try=again)
    if isinstance(error, BadStatus) and error.status in _GONE:
        again = now + _GONE_WAIT if due.tries + 1 < _GONE_TRIES else None
        return replace(failed, state="gone", reason=GONE, next_try=again)
    if isinstance(error, PageTooLarge):
        return replace(failed, state="too_large", reason=TOO_LARGE, next_try=None)
    return failed


def _failed(due: DueDocument, reason: str, now: datetime) -> Opened:
    again = now + WAIT * 3**due.tries if due.tries + 1 < TRIES else None
    return Opened(url=due.url, state="failed", reason=reason, next_try=again)


def _explained(error: FetchError) -> str:
    if isinstance(error, BadStatus):
        said = STATUSES.get(error.status, f"le site répond par une erreur ({error.status})")
    else:
        said = EXPLANATIONS.get(type(error).__name__, NOT_GIVEN)
    return f"{said[:1].upper()}{said[1:].rstrip('.')}."
