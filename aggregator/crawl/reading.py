"""Making something of strangers' bytes: in a thread, and never the end of the crawl."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

from aggregator.enrich import enrich
from aggregator.errors import NothingFound, ReadError, SourceError
from aggregator.model import Extraction, Page, Post, Rejection, Source

_T = TypeVar("_T")
_log = logging.getLogger(__name__)


async def reading(
    url: str, work: Callable[[], _T], *, turn: asyncio.Lock, quick: bool = False
) -> _T:
    """Make something of strangers' bytes.

    In a thread, so that the clocks of other exchanges go on; at once where it is `quick`. And in
    turn: Python's threads only get in each other's way, which cost a quarter of a cold crawl.

    Args:
        url: Where the bytes come from.
        work: What makes something of them.
        turn: Held by whatever is heavy in a crawl.
        quick: It takes milliseconds.

    Raises:
        SourceError: What the work raised; a ReadError too where we have a fault that this page
            brings out, or the page would stop every crawl of all sources, for ever.
    """
    try:
        async with turn:
            return work() if quick else await asyncio.to_thread(work)
    except SourceError:
        raise
    except Exception as error:
        _log.exception("%s: a fault of this program", url)
        raise ReadError(
            f"{url}: this program has a fault that the page brings out ({error!r:.200}); report it"
            " with a copy of the page",
            url=url,
        ) from error


def normalise_all(
    extractions: Iterable[tuple[Page, Extraction]],
    *,
    source: Source,
    timezone: str,
    seen: datetime,
) -> tuple[tuple[Post, ...], tuple[Rejection, ...]]:
    """Turn the entries of a source's pages into posts and rejections.

    Raises:
        NothingFound: Nothing can be kept where something is expected.
    """
    from aggregator.normalise import normalise  # noqa: PLC0415 - needed when something is new

    posts: list[Post] = []
    rejections: list[Rejection] = []
    known, may_be_empty, address = 0, True, source.url
    for page, extraction in extractions:
        known += extraction.known
        # A feed that is well-formed may hold nothing worth keeping; anything else may not.
        may_be_empty = may_be_empty and extraction.may_be_empty
        address = page.url
        for entry in extraction.entries:
            result = normalise(
                entry,
                source=source,
                page_url=page.url,
                language=extraction.language,
                seen=seen,
                timezone=timezone,
            )
            if isinstance(result, Rejection):
                rejections.append(result)
            else:
                posts.append(enrich(result, source=source))
    if not (posts or known or may_be_empty):
        reasons = "; ".join(dict.fromkeys(rejection.reason for rejection in rejections))
        raise NothingFound(
            f"nothing could be kept of {address} ({reasons or 'it holds no item'})", url=address
        )
    return tuple(posts), tuple(rejections)
