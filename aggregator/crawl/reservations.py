"""What a site says of text and data mining (TDMRep, https://www.w3.org/community/reports/tdmrep/).

By article L.122-5-3 CPI (directive (EU) 2019/790, art. 4) a site may reserve it in a way that
machines read. We index for search and show extracts, so it does not stop us; it is noted, and
shown to everyone.
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from aggregator.crawl.visiting import Visit
from aggregator.errors import SourceError
from aggregator.fetch import Web, fetch
from aggregator.model import Page
from aggregator.store import Store

ASKED_EVERY = timedelta(days=7)
AT_ONCE = 60  # sources asked in one go: 10,000 in a week, when that is every hour

_WELL_KNOWN = "/.well-known/tdmrep.json"
_MAX_BYTES = 200_000
_MAX_POLICY = 500


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
    """Return what the file of a site says of one of its addresses."""
    try:
        page = await fetch(urljoin(url, _WELL_KNOWN), web=web)
    except SourceError:
        return Reservation()
    return _in_file(page, url) if isinstance(page, Page) else Reservation()


async def ask_sites(database: Path, *, web: Web, now: datetime) -> None:
    """Ask the sites whose file was not read for a week, a few at a time, and keep their answers.

    Beside the crawl, on a connection of its own: such a request can wait, news cannot.

    Raises:
        StoreError: The database cannot be used.
    """

    def unasked() -> Sequence[tuple[str, str]]:
        with Store.open(database) as store:
            return store.unasked_reservations(before=now - ASKED_EVERY, limit=AT_ONCE)

    def keep(found: Sequence[tuple[str, Reservation]]) -> None:
        with Store.open(database) as store, store.transaction():
            for slug, said in found:
                store.note_tdm(slug, reserved=said.reserved, policy=said.policy, checked=now)

    asked = await asyncio.to_thread(unasked)
    found = [(slug, await ask_site(url, web=web)) for slug, url in asked]
    if found:
        await asyncio.to_thread(keep, found)


def _in_file(page: Page, url: str) -> Reservation:
    """Read tdmrep.json: the first rule whose location fits the address (TDMRep §3.3)."""
    try:
        rules = json.loads(page.body[:_MAX_BYTES])
    except (ValueError, RecursionError):
        return Reservation()
    path = urlsplit(url).path or "/"
    for rule in rules if isinstance(rules, list) else []:
        if isinstance(rule, dict) and _fits(rule.get("location"), path):
            policy = rule.get("tdm-policy")
            return Reservation(
                reserved=rule.get("tdm-reservation") in (1, "1", True),
                policy=policy[:_MAX_POLICY] if isinstance(policy, str) else None,
            )
    return Reservation()


def _fits(location: Any, path: str) -> bool:
    if not isinstance(location, str):
        return False
    # As in robots.txt: a prefix, where * stands for anything and $ for the end.
    pattern = location.removesuffix("$") if location.endswith("$") else f"{location}*"
    return fnmatchcase(path, pattern.replace("[", "[[]").replace("?", "[?]"))
