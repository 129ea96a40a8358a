"""What a site says of text and data mining (TDMRep, https://www.w3.org/community/reports/tdmrep/).

By article L.122-5-3 CPI (directive (EU) 2019/790, art. 4) a site may reserve it in a way that
machines read. What its feed publishes is indexed all the same; pages and documents are not opened
beyond that, and what they gave is given back. It is noted, and shown to everyone.

What was said holds until the site says otherwise, in the file, a header or a page: a request that
fails, a file that went or has no rule for the address is silence, and silence takes nothing back.
So a site is at worst taken to reserve more than it does any more, never less.
"""

import asyncio
import json
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from aggregator.crawl.visiting import Visit
from aggregator.errors import ForbiddenAddress, SourceError, StoreError
from aggregator.fetch import Web, fetch
from aggregator.fetch.urls import parse_url
from aggregator.model import Page
from aggregator.store import Store

ASKED_EVERY = timedelta(days=7)
AT_ONCE = 60  # sources asked in one go: 10,000 in a week, when that is every hour

_WELL_KNOWN = "/.well-known/tdmrep.json"
_MAX_BYTES = 200_000
# More than any site has use for; a rule beyond them is none, for matching it could take long.
_MAX_RULES, _MAX_LOCATION, _MAX_STARS = 200, 500, 5

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """What is said; `reserved` is none where nothing is."""

    reserved: bool | None = None
    policy: str | None = None


def stated(found: Visit) -> Reservation | None:
    """Return what the answer itself says: the page's `meta`, else the header (TDMRep §3.4)."""
    said = found.answer.said
    metas = (extraction.tdm_reserved for _, extraction in found.extractions)
    reserved = next((meta for meta in metas if meta is not None), said.tdm_reserved)
    if reserved is None:
        return None
    return Reservation(reserved=reserved, policy=said.tdm_policy)


async def ask_site(url: str, *, web: Web) -> Reservation:
    """Return what the file of a site says of one of its addresses; nothing where there is none."""
    try:
        page = await fetch(urljoin(url, _WELL_KNOWN), web=web)
    except SourceError:
        return Reservation()
    if not isinstance(page, Page):
        return Reservation()
    # Beside the event loop: a file may be made to be slow to read.
    return await asyncio.to_thread(_in_file, page, url)


async def ask_sites(database: Path, *, web: Web, now: datetime) -> None:
    """Ask the sites whose file was not read for a week, a few at a time, and keep their answers.

    Beside the crawl, on a connection of its own: such a request can wait, news cannot. A site whose
    answer we cannot cope with is asked again in a week, like the others.

    Raises:
        StoreError: The database cannot be used.
    """

    def keep(slug: str, said: Reservation) -> None:
        with Store.open(database) as store:
            store.note_tdm(slug, reserved=said.reserved, policy=said.policy, checked=now)

    for slug, url in await asyncio.to_thread(_unasked, database, now - ASKED_EVERY):
        try:
            said = await ask_site(url, web=web)
            await asyncio.to_thread(keep, slug, said)
        except StoreError:
            raise
        except Exception:  # noqa: BLE001 - whatever a stranger made of our faults is told below
            _log.exception("%s: what it says of data mining could not be kept; report it", slug)
            await asyncio.to_thread(keep, slug, Reservation())


def _unasked(database: Path, before: datetime) -> tuple[tuple[str, str], ...]:
    with Store.open(database) as store:
        return store.unasked_reservations(before=before, limit=AT_ONCE)


def _in_file(page: Page, url: str) -> Reservation:
    """Read tdmrep.json: the first rule whose location fits the address (TDMRep §3.3)."""
    try:
        rules = json.loads(page.body[:_MAX_BYTES])
    except (ValueError, RecursionError):
        return Reservation()
    path = urlsplit(url).path or "/"
    for rule in rules[:_MAX_RULES] if isinstance(rules, list) else []:
        if isinstance(rule, dict) and _fits(rule.get("location"), path):
            reserved = _flag(rule.get("tdm-reservation"))
            policy = _policy(rule.get("tdm-policy"), page) if reserved else None
            return Reservation(reserved=reserved, policy=policy)
    return Reservation()


def _flag(value: Any) -> bool | None:
    if value in (1, "1"):  # true too, which sites write
        return True
    return False if value in (0, "0") else None


def _policy(value: Any, page: Page) -> str | None:
    if not isinstance(value, str) or not value:
        return None
    try:
        return str(parse_url(page.url).joined(value))
    except ForbiddenAddress:
        return None


def _fits(location: Any, path: str) -> bool:
    if not isinstance(location, str) or len(location) > _MAX_LOCATION:
        return False
    if location.count("*") > _MAX_STARS:
        return False
    # As in robots.txt: a prefix, where * stands for anything and $ for the end.
    pattern = location.removesuffix("$") if location.endswith("$") else f"{location}*"
    return fnmatchcase(path, pattern.replace("[", "[[]").replace("?", "[?]"))
