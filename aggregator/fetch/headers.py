"""The fields of an answer, and what they say besides the page."""

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime

from aggregator.errors import ForbiddenAddress
from aggregator.fetch.urls import Url
from aggregator.model import Said

# A site may spare us visits, but not for longer than this.
MAX_FRESH_S = 7 * 86_400
_MAX_LINKS = 16_000  # characters; a CDN's list of what to load beforehand may be long
# Commas part links, but stand in addresses and quoted texts too.
_LINK = re.compile(r"<([^<>]{1,8000})>((?:[^,<>\"]|\"[^\"]{0,1000}\")*)")
_RELATION = re.compile(
    r"(?:^|;)\s{0,9}rel\s{0,9}=\s{0,9}(?:\"([^\"]*)\"|([^\s;,\"]+))", re.IGNORECASE
)


class Headers:
    """The fields as received: every byte one character (latin-1); names in lower case."""

    def __init__(self, fields: Iterable[tuple[bytes, bytes]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in fields:
            self._values.setdefault(name.decode("latin-1"), []).append(value.decode("latin-1"))

    def first(self, name: str) -> str | None:
        """Return the first field of a name."""
        values = self._values.get(name)
        return None if values is None else values[0]

    def joined(self, name: str) -> str:
        """Return all fields of a name, as the one list they stand for (RFC 9110 §5.3)."""
        return ", ".join(self._values.get(name, ()))


def said(url: Url, headers: Headers, now: datetime) -> Said:
    """Read what concerns our next visits, and what the page may be used for.

    Args:
        url: The page, which relative addresses start from.
        headers: Of its answer.
        now: When it came.
    """
    reserved = {"1": True, "0": False}.get((headers.first("tdm-reservation") or "").strip())
    policy = None
    if reserved and (text := headers.first("tdm-policy")):
        # https://www.w3.org/community/reports/tdmrep/CG-FINAL-tdmrep-20240510/
        with suppress(ForbiddenAddress):
            policy = str(url.joined(text))
    total = headers.first("x-wp-total")
    return Said(
        fresh_s=_fresh_s(headers, now),
        tdm_reserved=reserved,
        tdm_policy=policy,
        total=None if total is None else seconds(total),
        next_url=_next_url(url, headers),
    )


def _next_url(url: Url, headers: Headers) -> str | None:
    """Return where the first link to a next page leads (RFC 8288 §3)."""
    text = headers.joined("link")[:_MAX_LINKS]
    for link in _LINK.finditer(text):
        relation = _RELATION.search(link[2])
        if relation and "next" in (relation[1] or relation[2]).lower().split():
            with suppress(ForbiddenAddress):
                return str(url.joined(link[1].strip()))
    return None


def _fresh_s(headers: Headers, now: datetime) -> int | None:
    """Return for how long the answer stays fresh (RFC 9111 §4.2), as a private cache sees it."""
    lifetime = _lifetime_s(headers, now)
    if lifetime is None:
        return None
    age = seconds(headers.first("age") or "") or 0
    return min(max(lifetime - age, 0), MAX_FRESH_S)


def _lifetime_s(headers: Headers, now: datetime) -> int | None:
    directives = _directives(headers.joined("cache-control"))
    if "no-store" in directives or "no-cache" in directives:
        return 0
    if (max_age := directives.get("max-age")) is not None:
        return seconds(max_age) or 0  # §4.2.1: what cannot be read is stale
    expires = headers.first("expires")
    if expires is None:
        return None
    until = http_date(expires)
    if until is None:  # §5.3: « 0 » above all
        return 0
    return round((until - (http_date(headers.first("date") or "") or now)).total_seconds())


def _directives(text: str) -> dict[str, str]:
    """Read a Cache-Control field; of two directives of one name, the first counts (§4.2.1)."""
    found: dict[str, str] = {}
    for part in text.split(","):
        name, _, value = part.partition("=")
        found.setdefault(name.strip().lower(), value.strip().strip('"'))
    return found


def seconds(text: str) -> int | None:
    """Read a number of seconds (RFC 9111 §1.2.2)."""
    text = text.strip()
    # Ten digits are longer than any wait; more could not even be read.
    return int(text[:10]) if text.isascii() and text.isdigit() else None


def http_date(text: str) -> datetime | None:
    """Read a date in any form that HTTP has ever had (RFC 9110 §5.6.7)."""
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - few answers need it

    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
