"""What a feed says of its own rhythm and of its hub, from a head that may say anything.

RSS 2.0 (`ttl`, `skipHours`, `skipDays`), the syndication module of RSS 1.0
(https://web.resource.org/rss/1.0/modules/syndication/) and WebSub (https://www.w3.org/TR/websub/).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lxml import etree

from aggregator.model import Hints
from aggregator.readers.addresses import absolute
from aggregator.readers.layout import Layout

_HOUR, _DAY = 3_600, 86_400
_LONGEST_S = 7 * _DAY
_READ = {"ttl", "skiphours", "skipdays", "link", "updateperiod", "updatefrequency"}
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# By how they begin: « Hourly », « 1 hour », « dayly », « every 2 hours », « montly ».
_UNITS = (
    (re.compile(r"\bmin"), 60),
    (re.compile(r"\b(?:h(?:ou|ro)|heure|horaire|h\b)"), _HOUR),
    (re.compile(r"\b(?:da[iy]|jour|quotidien)"), _DAY),
    (re.compile(r"\b(?:we+k|wekk|semaine|hebdo)"), 7 * _DAY),
    (re.compile(r"\b(?:mont|mois|mensu)"), 30 * _DAY),
    (re.compile(r"\b(?:year|ann[eu]|an\b)"), 365 * _DAY),
)
# Half a letter (« \\ud83d »), which JSON can write, is in no address.
_WEB = re.compile(r"https?://[^\s/\ud800-\udfff]+[^\ud800-\udfff]*\Z")
_NUMBER = re.compile(r"\d{1,6}(?:\.\d{1,6})?")


def hints_of(layout: Layout, *, url: str) -> Hints:
    """Return the hints in the head of an XML feed at `url`."""
    found: dict[str, list[etree._Element]] = defaultdict(list)
    for element in layout.head:
        if isinstance(element.tag, str):
            # A prefix that was never declared is a part of the name.
            name = re.split("[}:]", element.tag)[-1].lower()
            if name in _READ:
                found[name].append(element)
    links = {rel: _first_link(found["link"], rel, url) for rel in ("hub", "self")}
    return Hints(
        ttl_s=_slowest(_ttl_s(_said(found["ttl"])), _period_s(found)),
        skip_hours=frozenset(_hours(_inside(found["skiphours"]))),
        skip_days=frozenset(_days(_inside(found["skipdays"]))),
        hub=links["hub"],
        topic=links["self"],
    )


def hints_of_json(feed: Mapping[str, Any], *, url: str) -> Hints:
    """Return the hints of a JSON Feed at `url`: its `hubs` and its own address."""
    hubs = feed.get("hubs")
    found = (
        _web_address(url, hub.get("url"))
        for hub in (hubs if isinstance(hubs, list) else ())[:10]
        if isinstance(hub, dict) and str(hub.get("type", "")).lower() in {"websub", "pubsubhubbub"}
    )
    return Hints(hub=next(filter(None, found), None), topic=_web_address(url, feed.get("feed_url")))


def _said(elements: list[etree._Element]) -> str:
    return (elements[0].text or "").strip().lower() if elements else ""


def _inside(elements: list[etree._Element]) -> Iterable[str]:
    return ((inner.text or "").strip().lower() for outer in elements[:1] for inner in outer[:48])


def _ttl_s(text: str) -> int | None:
    """Read a `ttl`, in minutes."""
    found = _NUMBER.match(text)
    return min(int(float(found[0]) * 60), _LONGEST_S) if found else None


def _period_s(found: Mapping[str, list[etree._Element]]) -> int | None:
    """Read `updatePeriod` and `updateFrequency`, how often in it."""
    period = _said(found.get("updateperiod", []))[:50]
    unit_s = next((seconds for unit, seconds in _UNITS if unit.search(period)), None)
    if unit_s is None:
        return None
    count, times = _NUMBER.search(period), _NUMBER.match(_said(found.get("updatefrequency", [])))
    length_s = unit_s * (float(count[0]) if count else 1)
    return min(int(length_s / ((float(times[0]) if times else 1) or 1)), _LONGEST_S)


def _slowest(*periods_s: int | None) -> int | None:
    return max((period_s for period_s in periods_s if period_s is not None), default=None)


def _hours(texts: Iterable[str]) -> Iterator[int]:
    """Read hours in GMT; midnight is 0, and by an old habit 24."""
    for text in texts:
        if re.fullmatch(r"\d{1,2}", text, re.ASCII) and int(text) <= 24:
            yield int(text) % 24


def _days(texts: Iterable[str]) -> Iterator[int]:
    return (_DAYS.index(text[:3]) for text in texts if text[:3] in _DAYS)


def _first_link(links: list[etree._Element], rel: str, url: str) -> str | None:
    found = (
        _web_address(absolute(url, link.base or "") or url, link.get("href"))
        for link in links[:50]
        if rel in link.get("rel", "").lower().split()
    )
    return next(filter(None, found), None)


def _web_address(base: str, found: object) -> str | None:
    url = absolute(base, found.strip()) if isinstance(found, str) and found.strip() else None
    return url if url and _WEB.match(url) else None
