"""YouTube: the newest videos of a channel or a list, by its feed (the last fifteen)."""

import re
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlencode, urljoin

from aggregator.errors import ReadError
from aggregator.model import Ask, Entry, Extraction, Page, Source
from aggregator.readers.markup import html_of
from aggregator.readers.platforms.feeds import media_texts, read_platform_feed

NAME = "YouTube"
_CHANNEL = re.compile(r"/channel/(UC[\w-]{22})(?![\w-])|[?&]channel_id=(UC[\w-]{22})(?![\w-])")
_PLAYLIST = re.compile(r"[?&](?:list|playlist_id)=([\w-]{12,60})")
_HOST = re.compile(r"https?://(?:www\.|m\.)?youtube\.com/")


def first_ask(source: Source, *, now: datetime) -> Ask:  # noqa: ARG001 - as all platforms
    """Ask for the feed of a list, else of a channel.

    Raises:
        ReadError: Neither the options nor the address say which.
    """
    named = None if source.service is None else dict(source.service.options)
    options = named or dict(_named_in(source.url))
    for option, parameter in (("playlist", "playlist_id"), ("channel", "channel_id")):
        if option in options:
            asked = urlencode({parameter: options[option]})
            return Ask(url=urljoin(source.url, f"/feeds/videos.xml?{asked}"))
    raise ReadError(
        f"{source.url}: this address does not hold the number of a channel; add it as « youtube:"
        " {channel: UC…} »: on the channel's page, « … plus », « Partager la chaîne », « Copier"
        " l’ID de la chaîne »",
        url=source.url,
    )


def read_answer(page: Page, source: Source, *, ask: Ask) -> Extraction:  # noqa: ARG001 - as all platforms
    """Read the feed; what is said of a video is plain text."""
    extraction = read_platform_feed(page, platform=NAME)
    texts = media_texts(page)
    entries = tuple(_described(entry, texts.get(entry.guid or "")) for entry in extraction.entries)
    return replace(extraction, entries=entries)


def recognise(url: str) -> tuple[tuple[str, str], ...] | None:
    """Tell a channel or a list by its number; pages of other names announce their feed."""
    return _named_in(url) or None if _HOST.match(url) else None


def _named_in(url: str) -> tuple[tuple[str, str], ...]:
    if match := _CHANNEL.search(url):
        return (("channel", match[1] or match[2]),)
    match = _PLAYLIST.search(url)
    return (("playlist", match[1]),) if match else ()


def _described(entry: Entry, texts: tuple[str, ...] | None) -> Entry:
    return replace(entry, html=html_of("\n\n".join(texts)), summary="") if texts else entry
