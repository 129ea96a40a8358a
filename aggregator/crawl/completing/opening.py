"""A post's own page, opened: its text, its date, or the news that it is gone; writes nothing."""

import asyncio
from datetime import datetime, timedelta
from functools import partial

from aggregator.crawl.completing.addresses import is_home
from aggregator.crawl.health import EXPLANATIONS, STATUSES
from aggregator.crawl.reading import reading
from aggregator.enrich import choose, enrich
from aggregator.errors import BadStatus, FetchError, ReadError, RobotsDisallowed
from aggregator.fetch import Web, fetch
from aggregator.model import ArticlePage, Entry, NotModified, Page, Post, Rejection, Source
from aggregator.readers.article import read_article
from aggregator.store import DuePage, PageRead

# After a failure that may pass: a day, then three, nine, 27; then the feed's text has to do.
TRIES = 5
WAIT = timedelta(days=1)
_GONE = {404, 410}

RESERVED = "le site réserve la fouille de textes\u202f: titre et lien seulement"
GONE = "la page n’existe plus sur le site"
NOT_THERE = "ce que la fiche de la source indique (article) n’est pas sur la page"
NO_ARTICLE = "la page n’a pas de texte lisible"


async def open_page(
    due: DuePage,
    *,
    source: Source,
    web: Web,
    turn: asyncio.Lock,
    timezone: str,
    now: datetime,
) -> PageRead:
    """Fetch and read the page of a post.

    Args:
        due: The post.
        source: Where it comes from.
        web: The network.
        turn: Held by whatever is heavy in a crawl (reading.py).
        timezone: The town's.
        now: The present moment.
    """
    try:
        answer = await fetch(due.url, web=web)
    except FetchError as error:
        return _unread(error, due, now)
    if is_home(answer.url, source.url) and not is_home(due.url, source.url):
        return PageRead(state="gone", reason=GONE, next_try=now + WAIT)
    if isinstance(answer, NotModified):  # to a first request: the site's fault
        return _failed(due, "le site n’a pas donné la page", now)
    if answer.said.tdm_reserved:
        return reserved()
    work = partial(_read, answer, due, source=source, timezone=timezone, now=now)
    try:
        return await reading(answer.url, work, turn=turn)
    except ReadError:
        return PageRead(state="kept", reason=NO_ARTICLE)


def reserved() -> PageRead:
    """Return what is known of the page of a site that reserves text and data mining."""
    return PageRead(state="reserved", reason=RESERVED)


def _unread(error: FetchError, due: DuePage, now: datetime) -> PageRead:
    if isinstance(error, RobotsDisallowed) and not error.passing:
        return PageRead(state="refused", reason=_explained(error))
    if isinstance(error, BadStatus) and error.status in _GONE:
        return PageRead(state="gone", reason=GONE, next_try=now + WAIT)
    if isinstance(error, BadStatus) and error.retry_after_s is not None:
        # The host wants to be left alone; the other pages of it are not even asked for.
        rested = now + timedelta(seconds=max(error.retry_after_s, 60))
        return PageRead(state="failed", reason=_explained(error), next_try=rested, is_try=False)
    return _failed(due, _explained(error), now)


def _explained(error: FetchError) -> str:
    if isinstance(error, BadStatus):
        return STATUSES.get(error.status, f"le site répond par une erreur ({error.status})")
    return EXPLANATIONS.get(type(error).__name__, "la page n’a pas pu être relevée")


def _failed(due: DuePage, reason: str, now: datetime) -> PageRead:
    again = now + WAIT * 3**due.tries if due.tries + 1 < TRIES else None
    return PageRead(state="failed", reason=reason, next_try=again)


def _read(answer: Page, due: DuePage, *, source: Source, timezone: str, now: datetime) -> PageRead:
    from aggregator.normalise import normalise  # noqa: PLC0415 - needed when something is new

    article = read_article(answer, source.article, title=due.title)
    if article.tdm_reserved:
        return reserved()
    post = normalise(
        _entry(article, due),
        source=source,
        page_url=answer.url,
        language=article.language,
        seen=now,
        timezone=timezone,
    )
    if isinstance(post, Rejection):
        return PageRead(state="kept", reason=NO_ARTICLE)
    asked = source.article is not None and source.article.text is not None
    return _judged(enrich(post, source=source), article, due, was_told=asked)


def _entry(article: ArticlePage, due: DuePage) -> Entry:
    return Entry(
        link=due.url,
        title=article.title or due.title,
        html=article.html,
        published=article.published,
        author=article.author,
        base_url=article.url,
    )


def _judged(post: Post, article: ArticlePage, due: DuePage, *, was_told: bool) -> PageRead:
    if article.by == "selectors" and post.text:
        # Somebody looked, and said where the text is.
        return PageRead(
            state="better",
            reason="le texte est là où la fiche de la source le dit",
            post=post,
            date_by=article.date_by,
        )
    choice = choose(due.text, post.text)
    return PageRead(
        state="better" if choice.page_is_better else "kept",
        reason=f"{NOT_THERE}\u202f; {choice.reason}" if was_told else choice.reason,
        post=post if choice.is_its_own else None,
        date_by=article.date_by,
    )
