"""A visit to the mailbox of newsletters: what one sender wrote since the last one."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from aggregator.crawl.reading import normalise_all, reading
from aggregator.crawl.visiting import Past, Visit
from aggregator.errors import NothingFound
from aggregator.fetch.mailbox import Mailbox, Mails, fetch_mails
from aggregator.model import Extraction, Memory, NotModified, Page, Rejection, Source
from aggregator.readers.platforms import first_ask, read_answer
from aggregator.readers.platforms.mailbox import days_of, sender_of

_MAIL = "message/rfc822"


async def visit_mailbox(
    source: Source, *, past: Past, timezone: str, seen: datetime, turn: asyncio.Lock
) -> Visit:
    """Fetch and read a sender's newsletters.

    Args:
        source: Its service is the mailbox.
        past: What earlier visits left.
        timezone: Where times without a zone are.
        seen: The moment of this visit.
        turn: Held by whatever is heavy in a crawl (reading.py).

    Raises:
        SourceError: The mailbox cannot be read, or the environment does not say where it is.
    """
    key = first_ask(source, now=seen).url
    clock, mailbox = asyncio.get_running_loop().time, Mailbox.from_environment()
    begun = clock()
    mails = await fetch_mails(
        mailbox,
        sender=sender_of(source),
        since=(seen - timedelta(days=days_of(source))).date(),
        mark=(past.memories.get(key) or Memory()).etag or "",
    )
    memory = Memory(etag=mails.mark)
    elapsed_s = round(clock() - begun, 3)
    if mails.known and not mails.bodies:
        unchanged = NotModified(
            requested_url=mails.url,
            url=mails.url,
            status=304,
            memory=memory,
            fetched=seen,
            elapsed_s=elapsed_s,
        )
        return Visit(answer=unchanged, memories={key: memory})
    pages = [
        Page(
            requested_url=mails.url,
            url=source.url,
            body=body,
            status=200,
            content_type=_MAIL,
            memory=memory,
            fetched=seen,
            elapsed_s=elapsed_s,
        )
        for body in mails.bodies or (b"",)
    ]
    work = partial(_read, pages, mails, source=source, timezone=timezone, seen=seen)
    return replace(await reading(mails.url, work, turn=turn), memories={key: memory})


def _read(
    pages: list[Page], mails: Mails, *, source: Source, timezone: str, seen: datetime
) -> Visit:
    extractions = tuple(_extractions(pages, source, seen))
    posts, rejections = normalise_all(extractions, source=source, timezone=timezone, seen=seen)
    refused = [one for _, extraction in extractions for one in extraction.rejections]
    first, *rest = extractions
    counted = (first[0], replace(first[1], known=mails.known))
    return Visit(
        answer=pages[0],
        extractions=(counted, *rest),
        posts=posts,
        rejections=(*refused, *rejections),
    )


def _extractions(
    pages: list[Page], source: Source, seen: datetime
) -> Iterator[tuple[Page, Extraction]]:
    ask = first_ask(source, now=seen)
    for page in pages:
        if not page.body:  # nothing came in, or the mail was deleted meanwhile
            yield page, Extraction(entries=(), may_be_empty=True)
            continue
        try:
            yield page, read_answer(page, source, ask=ask)
        except NothingFound as error:  # the others are read
            refused = Rejection(entry="mail", reason=str(error))
            yield page, Extraction(entries=(), rejections=(refused,), may_be_empty=True)
