"""robots.txt (RFC 9309): what a site asks programs to leave alone."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
from protego import Protego

from aggregator.errors import RobotsDisallowed, TooManyRedirects
from aggregator.fetch.exchange import Exchange
from aggregator.fetch.hops import Answer, Terms
from aggregator.fetch.pacing import Pacer

PRODUCT = "civic-aggregator"
# RFC 9309 §2.5: at least 500 KiB are read; what comes after may be ignored.
MAX_BYTES = 500 * 1024
# RFC 9309 §2.4: not longer than a day.
KEPT = timedelta(hours=24)
# A site that fails is asked anew soon: its pages stay closed until then.
FAILURE_KEPT = timedelta(minutes=10)
# The parser keeps a list of rules for each user agent of a group. The longest honest files name
# a few hundred agents; 500 kB of agents and rules multiplied would fill the memory.
_MAX_WORK = 500_000
_USER_AGENT_LINE = re.compile(r"user.?agent", re.IGNORECASE)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)

Ask = Callable[[httpx.URL, Terms, Exchange], Awaitable[Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What one robots.txt says.

    Attributes:
        refusal: Why nothing at all may be fetched, when that is so.
    """

    parsed: Protego
    refusal: str | None = None

    @classmethod
    def parse(cls, body: bytes) -> "Rules":
        """Read a robots.txt; whatever is no rule in it, HTML for instance, is passed over."""
        text = body.decode("utf-8-sig", errors="replace")
        work = len(_USER_AGENT_LINE.findall(text)) * len(text.splitlines())
        if work > _MAX_WORK:
            return cls.closed("its robots.txt is too intricate to be read")
        return cls(parsed=Protego.parse(text))

    @classmethod
    def open(cls) -> "Rules":
        """Return rules that allow all."""
        return cls(parsed=Protego.parse(""))

    @classmethod
    def closed(cls, refusal: str) -> "Rules":
        """Return rules that allow nothing, and why."""
        return cls(parsed=Protego.parse(""), refusal=refusal)

    def allows(self, url: str, agent: str = PRODUCT) -> bool:
        """Tell whether an address may be fetched."""
        return self.refusal is None and bool(self.parsed.can_fetch(url, agent))

    def gap_s(self, agent: str = PRODUCT) -> float | None:
        """Return the gap between requests that the site asks for (Crawl-delay)."""
        delay = self.parsed.crawl_delay(agent)
        return None if delay is None else float(delay)


@dataclass(slots=True, kw_only=True)
class _Record:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    rules: Rules = field(default_factory=Rules.open)
    until: datetime = _LONG_AGO


class Robots:
    """The robots.txt of each origin, asked for once."""

    def __init__(self, ask: Ask, pacer: Pacer, clock: Callable[[], datetime]) -> None:
        self._ask = ask
        self._pacer = pacer
        self._clock = clock
        self._records: dict[str, _Record] = {}

    async def check(self, url: httpx.URL, exchange: Exchange) -> None:
        """Make sure that an address may be fetched.

        Raises:
            RobotsDisallowed: It may not, or the site fails to say.
            FetchError: The site cannot be reached at all.
        """
        rules = await self._rules(url, exchange)
        if rules.refusal is not None:
            raise RobotsDisallowed(f"{url}: not asked: {rules.refusal}", url=str(url))
        if not rules.allows(str(url)):
            raise RobotsDisallowed(
                f"{url}: the site's robots.txt closes this page to programs; ask its owner to"
                f" let {PRODUCT} in, or list a feed of the site",
                url=str(url),
            )

    async def _rules(self, url: httpx.URL, exchange: Exchange) -> Rules:
        place = url.copy_with(raw_path=b"/robots.txt")
        record = self._records.setdefault(str(place), _Record())
        async with exchange.holding(record.lock):
            if self._clock() >= record.until:
                record.rules = await self._read(place, exchange)
                kept = KEPT if record.rules.refusal is None else FAILURE_KEPT
                record.until = self._clock() + kept
        gap_s = record.rules.gap_s()
        if gap_s is not None:
            self._pacer.widen(url, gap_s)
        return record.rules

    async def _read(self, place: httpx.URL, exchange: Exchange) -> Rules:
        terms = Terms(headers={}, limit=MAX_BYTES, cut=True)
        try:
            answer = await self._ask(place, terms, exchange)
        except TooManyRedirects:
            return Rules.open()  # RFC 9309 §2.3.1.2
        if answer.status >= 500:  # §2.3.1.4: the rules are not known, so nothing is allowed
            return Rules.closed(
                f"its robots.txt answers {answer.status}, and pages must not be read while the"
                " rules are unknown; it is asked again later"
            )
        if answer.status >= 300:  # §2.3.1.3: there are no rules
            return Rules.open()
        return Rules.parse(answer.body)
