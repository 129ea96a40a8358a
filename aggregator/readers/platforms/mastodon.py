"""Mastodon: the public posts of an account, or of a hashtag, by their feed.

https://docs.joinmastodon.org/user/network/#rss ; answers and boosts are not in it.
"""

import re
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote, urljoin, urlsplit

from aggregator.errors import ReadError
from aggregator.model import Ask, Entry, Extraction, Page, Source
from aggregator.readers.markup import html_of
from aggregator.readers.platforms.feeds import media_texts, read_platform_feed

NAME = "Mastodon"
_ACCOUNT = re.compile(r"/@(\w[\w.-]{0,60}?)(?:\.rss|/.*)?")
_TAG = re.compile(r"/tags/(\w{1,100}?)(?:\.rss|/)?")
# Many sites have addresses with « @name »; these are Mastodon's by their name.
_HOST = re.compile(r"(?:^|\.)(?:mastodon|mstdn|masto|mamot|piaille|pouet|toot)[\w-]*\.")
_SPACE = "\u00a0"


def first_ask(source: Source, *, now: datetime) -> Ask:  # noqa: ARG001 - as all platforms
    """Ask for the feed of an account, of a hashtag, or of what an account said under one.

    Raises:
        ReadError: Neither the options nor the address say which.
    """
    named = {} if source.service is None else dict(source.service.options)
    options = named or dict(_named_in(source.url))
    account, tag = options.get("account", "").lstrip("@"), options.get("tag", "").lstrip("#")
    if not (account or tag):
        raise ReadError(
            f"{source.url}: this address is neither an account's nor a hashtag's; add « mastodon:"
            " {account: nom} » or « mastodon: {tag: mot} »",
            url=source.url,
        )
    of_tag = quote(tag, safe="")
    path = f"/@{account}/tagged/{of_tag}" if account and tag else f"/@{account}" if account else ""
    return Ask(url=urljoin(source.url, f"{path or f'/tags/{of_tag}'}.rss"))


def read_answer(page: Page, source: Source, *, ask: Ask) -> Extraction:  # noqa: ARG001 - as all platforms
    """Read the feed, and what its authors wrote for those who do not see their images."""
    extraction = read_platform_feed(page, platform=NAME)
    texts = media_texts(page)
    entries = tuple(_described(entry, texts.get(entry.guid or "")) for entry in extraction.entries)
    return replace(extraction, entries=entries)


def recognise(url: str) -> tuple[tuple[str, str], ...] | None:
    """Tell an account or a hashtag of a server that has Mastodon in its name."""
    host = urlsplit(url).hostname or ""
    return _named_in(url) or None if _HOST.search(host) else None


def _named_in(url: str) -> tuple[tuple[str, str], ...]:
    path = urlsplit(url).path
    if match := _ACCOUNT.fullmatch(path):
        return (("account", match[1]),)
    match = _TAG.fullmatch(path)
    return (("tag", match[1]),) if match else ()


def _described(entry: Entry, texts: tuple[str, ...] | None) -> Entry:
    shown = "".join(f"<p>[Image{_SPACE}: {html_of(text)}]</p>" for text in texts or ())
    return replace(entry, html=entry.html + shown) if shown else entry
