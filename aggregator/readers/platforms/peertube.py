"""PeerTube: the newest videos of a channel, of an account, or of a whole site, by their feed.

https://docs.joinpeertube.org/api-rest-reference.html#tag/Video-Feeds
"""

import re
from datetime import datetime
from urllib.parse import urlencode, urljoin, urlsplit

from aggregator.model import Ask, Extraction, Page, Source
from aggregator.readers.platforms.feeds import read_platform_feed

NAME = "PeerTube"
_CHANNEL = re.compile(r"/(?:c|video-channels)/([\w.@:-]{1,120})(?:/.*)?")
_ACCOUNT = re.compile(r"/(?:a|accounts)/([\w.@:-]{1,120})(?:/.*)?")
_LONG = re.compile(r"/(?:video-channels|accounts)/")  # no other software has these
_HOST = re.compile(r"(?:^|[.-])(?:peertube|tube|video)[\w-]*\.")


def first_ask(source: Source, *, now: datetime) -> Ask:  # noqa: ARG001 - as all platforms
    """Ask for the feed of a channel or an account; of all that the site itself holds otherwise."""
    named = {} if source.service is None else dict(source.service.options)
    options = named or dict(_named_in(source.url))
    if "channel" in options:
        asked = {"videoChannelName": options["channel"]}
    elif "account" in options:
        asked = {"accountName": options["account"]}
    else:
        asked = {"isLocal": "true"}  # not the videos of sites that it follows
    return Ask(url=urljoin(source.url, f"/feeds/videos.xml?{urlencode(asked)}"))


def read_answer(page: Page, source: Source, *, ask: Ask) -> Extraction:  # noqa: ARG001 - as all platforms
    """Read the feed, whose items hold the whole text."""
    return read_platform_feed(page, platform=NAME)


def recognise(url: str) -> tuple[tuple[str, str], ...] | None:
    """Tell a channel or an account by its address."""
    parts = urlsplit(url)
    if _LONG.match(parts.path) or _HOST.search(parts.hostname or ""):
        return _named_in(url) or None
    return None


def _named_in(url: str) -> tuple[tuple[str, str], ...]:
    path = urlsplit(url).path
    if match := _CHANNEL.fullmatch(path):
        return (("channel", match[1]),)
    match = _ACCOUNT.fullmatch(path)
    return (("account", match[1]),) if match else ()
