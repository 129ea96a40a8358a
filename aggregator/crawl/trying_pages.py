"""The workbench's look at one post's own page: which text would be kept, and why."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime

from aggregator.crawl.completing.opening import open_page
from aggregator.enrich import lack
from aggregator.fetch import Web
from aggregator.model import Post, Source
from aggregator.store import DuePage

SHOWN_CHARACTERS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedPage:
    """What opening the page of a post would give.

    Attributes:
        state: As `post_pages.state`: better, kept, refused, reserved, gone, failed.
        reason: In French, as the portal shows it.
        text: The beginning of the text that the page has; empty where it has none.
        characters: How long it is in all.
    """

    url: str
    state: str
    reason: str
    text: str
    characters: int


async def try_page(
    posts: tuple[Post, ...],
    *,
    source: Source,
    web: Web,
    timezone: str,
    now: datetime,
    turn: asyncio.Lock,
) -> TriedPage | None:
    """Open the page of the first post that lacks something; None where none does.

    Where the list says how pages are read (`article`), any post's own page will do.
    """
    asked = source.article is not None
    # A text that is whole needs no page, unless somebody wants to see what their selectors find.
    wanted = (replace(post, text="") if asked else post for post in posts)
    post = next((one for one in wanted if lack(one, source=source) is not None), None)
    if post is None:
        return None
    due = DuePage(
        uid="",
        source=source.slug,
        url=post.url,
        title=post.title,
        text=next(one.text for one in posts if one.url == post.url),
        tries=0,
        tdm_reserved=False,
    )
    read = await open_page(due, source=source, web=web, turn=turn, timezone=timezone, now=now)
    text = read.post.text if read.post is not None else ""
    return TriedPage(
        url=post.url,
        state=read.state,
        reason=read.reason,
        text=" ".join(text[:SHOWN_CHARACTERS].split()),
        characters=len(text),
    )
