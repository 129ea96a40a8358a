"""Newsletters of the operator's mailbox: a post a mail, without what is meant for us alone.

A mail is fetched by fetch/mailbox.py; its bytes come here as a page.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from email import message_from_bytes
from email.errors import MessageError
from email.header import Header, decode_header
from email.message import Message
from email.utils import getaddresses

from aggregator.errors import NothingFound
from aggregator.model import Ask, Entry, Extraction, Page, Rejection, Source
from aggregator.readers.markup import html_of
from aggregator.readers.platforms import answers
from aggregator.readers.platforms.mailbox.bodies import body_of
from aggregator.readers.platforms.mailbox.cleaning import cleaned_html, cleaned_text
from aggregator.readers.platforms.mailbox.trust import doubt, is_from

DAYS = 90  # how far back mails are read, where the list says nothing
_HEADER_CHARS = 4_000
_TO = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "Cc")
_MOST_BOUNDARIES = 50  # each line is compared with all that are open
_FAULTS = (MessageError, RecursionError, ValueError, LookupError, TypeError, AttributeError)
_LISTED = re.compile(r"<(https?://[^<>\s]{1,4000})>")


def first_ask(source: Source, *, now: datetime) -> Ask:  # noqa: ARG001 - as all platforms
    """Name the sender; crawl/mailing.py asks for the mails."""
    return Ask(url=f"imaps:{sender_of(source)}")


def sender_of(source: Source) -> str:
    """Return whose mails are a source's: an address, or a domain."""
    sender = None if source.service is None else source.service.option("from")
    assert sender is not None  # noqa: S101 - required by model.SERVICES
    return sender.lower()


def days_of(source: Source) -> int:
    """Return how many days back mails are read."""
    return int((source.service.option("days") if source.service else None) or DAYS)


def read_answer(page: Page, source: Source, *, ask: Ask) -> Extraction:  # noqa: ARG001 - as all platforms
    """Read one mail; nothing of it, where it is no newsletter of this sender.

    Raises:
        NothingFound: It is no mail.
    """
    if page.body.lower().count(b"boundary=") > _MOST_BOUNDARIES:
        raise NothingFound("a mail consists of too many parts", url=source.url)
    try:
        found = _read(page, source)
    # Parts within parts without end; and faults of the library, which strangers' mails find.
    except _FAULTS as error:
        raise NothingFound(
            f"a mail cannot be read ({type(error).__name__})", url=source.url
        ) from error
    return Extraction(
        entries=(found,) if isinstance(found, Entry) else (),
        rejections=(found,) if isinstance(found, Rejection) else (),
        may_be_empty=True,
    )


def recognise(url: str) -> tuple[tuple[str, str], ...] | None:  # noqa: ARG001 - as all platforms
    """Tell nothing: no address is a mailbox's."""
    return None


def header(mail: Message, name: str) -> str:
    """Return a header as a text on one line."""
    raw: object = mail.get(name)  # whatever its types say
    if raw is None:
        return ""
    parts = []
    # Bytes that are not ASCII make a `Header` of it.
    text_or_bytes = raw if isinstance(raw, Header) else str(raw)[:_HEADER_CHARS]
    for text, charset in decode_header(text_or_bytes):
        if isinstance(text, bytes):
            try:
                parts.append(text.decode(charset or "ascii", "replace"))
            except LookupError:  # a charset that nobody knows
                parts.append(text.decode("utf-8", "replace"))
        else:
            parts.append(text)
    return " ".join("".join(parts)[:_HEADER_CHARS].split())


def _read(page: Page, source: Source) -> Entry | Rejection | None:
    mail = message_from_bytes(page.body)
    subject = header(mail, "Subject")
    ((name, address),) = getaddresses([header(mail, "From")])[:1] or [("", "")]
    sender = sender_of(source)
    if not is_from(address, sender):
        return None  # the search finds parts of addresses
    reason = doubt(mail, subject, is_exact=address.lower() == sender)
    if reason is not None:
        return Rejection(entry=answers.cut(subject or address), reason=reason)
    sent_to = getaddresses([header(mail, one) for one in _TO])
    ours = tuple({found.lower() for _, found in sent_to if "@" in found} - {address.lower()})
    listed = str(mail.get("List-Unsubscribe", ""))[:_HEADER_CHARS]
    body, link = _cleaned(mail, page, ours, frozenset(_LISTED.findall(listed)))
    return Entry(
        link=link,
        guid=header(mail, "Message-ID") or hashlib.sha256(page.body).hexdigest(),
        title=html_of(subject) or None,
        html=body,
        published=header(mail, "Date") or None,
        author=html_of(name) or None,
        base_url=source.url,
    )


def _cleaned(
    mail: Message, page: Page, ours: Sequence[str], unsubscribes: frozenset[str]
) -> tuple[str, str | None]:
    body = body_of(mail)
    if not body.is_html:
        return html_of(cleaned_text(body.text, ours=ours, unsubscribes=unsubscribes)), None
    html = replace(
        page,
        body=body.text.encode("utf-8", "replace"),
        content_type="text/html; charset=utf-8",
    )
    return cleaned_html(html, ours=ours, unsubscribes=unsubscribes)
