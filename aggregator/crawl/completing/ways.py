"""When a way through an archive has led to its end, and what becomes of it then; pure.

A site may be read back in several ways: its feed page by page, an interface, a sitemap. They are
tried in turn until one leads to its end.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.store import Archive, ArchiveWay

# Looking at the feed and the home page only shows the ways.
FEED, HOME, SCRAPER = "feed", "home", "scraper"
FEED_WAY, HOME_WAY = 0, 100  # ways that the feed shows come before the home page
# A feed with fewer posts than any platform puts into one holds all there is.
SHORT_FEED = 10
AGAIN_AFTER = timedelta(days=30)
# Methods of aggregator/readers/archives whose posts no feed announces, maybe.
SITEMAPS = ("sitemap", "robots")
_LISTED = (*SITEMAPS, "listing")

NO_ACCESS = "ce site ne donne pas accès à ses anciennes publications"
CLOSED = "le fichier robots.txt de ce site ferme ses archives aux programmes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is to be done.

    Attributes:
        go_on: Something is left to ask, `at` that time where it is not now.
        way: The way to be tried now.
        is_done: The reading ended and gave something; else it gave nothing, for the `reason`.
        whole: The last way led to its end.
    """

    go_on: bool = False
    at: datetime | None = None
    way: int | None = None
    is_done: bool = False
    whole: bool = False
    reason: str = ""


def judge(way: ArchiveWay, archive: Archive) -> Verdict:
    """Say what is to be done after a step."""
    if way.waiting:
        return Verdict(go_on=True, at=way.next_try)
    whole = leads_to_end(way)
    if not whole and way.next_way is not None:
        return Verdict(go_on=True, way=way.next_way)
    if whole or archive.added:
        return Verdict(is_done=True, whole=whole)
    return Verdict(reason=CLOSED if way.refused and way.refused == way.broken else NO_ACCESS)


def leads_to_end(way: ArchiveWay) -> bool:
    """Tell whether a way gave all that it could give."""
    if way.method in {FEED, HOME} or way.broken:
        return False
    return way.found > 0 or (way.ended and 0 < way.in_feed < SHORT_FEED)


def next_look(method: str | None, *, has_feed: bool, now: datetime) -> datetime | None:
    """Return when an archive that is done is read again; none: a feed tells what is new."""
    listed = method is not None and method.startswith(_LISTED)
    return now + AGAIN_AFTER if listed or not has_feed else None
