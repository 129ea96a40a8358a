"""robots.txt (RFC 9309): what a site asks programs to leave alone."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aggregator.errors import RobotsDisallowed, TooManyRedirects
from aggregator.fetch.acquaintances import UNUSED_S, Acquaintance, Acquaintances
from aggregator.fetch.exchange import Exchange
from aggregator.fetch.hops import Answer, Terms
from aggregator.fetch.pacing import Pacer
from aggregator.fetch.urls import Url
from aggregator.model import PRODUCT

if TYPE_CHECKING:
    from protego import Protego

# RFC 9309 §2.5: at least 500 KiB are read; what comes after may be ignored.
MAX_BYTES = 500 * 1024
# RFC 9309 §2.4: not longer than a day.
KEPT_S = 86_400.0
# A site that fails is asked anew soon: its pages stay closed until then.
FAILURE_KEPT_S = 600.0
# RFC 9309 §2.3.1.4: who fails for a month has no robots.txt any more. We know of failures since
# our start alone: a crawler that is started anew waits for another month.
FAILURE_BELIEVED_S = 30 * 86_400.0
# The parser keeps a list of rules for each user agent of a group. The longest honest files name
# a few hundred agents; 500 kB of agents and rules multiplied would fill the memory.
_MAX_WORK = 500_000
_USER_AGENT_LINE = re.compile(r"user.?agent", re.IGNORECASE)

Ask = Callable[[Url, Terms, Exchange], Awaitable[Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What one robots.txt says.

    Attributes:
        parsed: None where there are no rules.
        refusal: Why nothing at all may be fetched, when that is so.
        passing: The rules are not known just now: that refuses.
    """

    parsed: "Protego | None" = None
    refusal: str | None = None
    passing: bool = False

    @classmethod
    def parse(cls, body: bytes) -> "Rules":
        """Read a robots.txt; whatever is no rule in it, HTML for instance, is passed over."""
        text = body.decode("utf-8-sig", errors="replace")
        work = len(_USER_AGENT_LINE.findall(text)) * len(text.splitlines())
        if work > _MAX_WORK:
            return cls(refusal="its robots.txt is too intricate to be read")
        from protego import Protego  # noqa: PLC0415 - a crawl of feeds needs no robots.txt

        return cls(parsed=Protego.parse(text))

    def allows(self, url: str, agent: str = PRODUCT) -> bool:
        """Tell whether an address may be fetched."""
        if self.parsed is None:
            return self.refusal is None
        return bool(self.parsed.can_fetch(url, agent))

    def gap_s(self, agent: str = PRODUCT) -> float | None:
        """Return the gap between requests that the site asks for (Crawl-delay)."""
        delay = None if self.parsed is None else self.parsed.crawl_delay(agent)
        return None if delay is None else float(delay)


@dataclass(slots=True, kw_only=True)
class _Record(Acquaintance):
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    rules: Rules = field(default_factory=Rules)
    until: float = float("-inf")  # on the event loop's clock
    failing_since: float | None = None

    @property
    def kept_s(self) -> float:
        """As long as it takes to tell that a site fails for good, where it fails."""
        return UNUSED_S if self.failing_since is None else FAILURE_BELIEVED_S


class Robots:
    """The robots.txt of each origin, asked for once."""

    def __init__(self, ask: Ask, pacer: Pacer) -> None:
        self._ask = ask
        self._pacer = pacer
        self._records = Acquaintances(_Record)

    async def check(self, url: Url, exchange: Exchange) -> None:
        """Make sure that an address may be fetched.

        Raises:
            RobotsDisallowed: It may not, or the site fails to say.
            FetchError: The site cannot be reached at all, or wants to be left alone.
        """
        rules = await self._rules(url, exchange)
        if rules.refusal is not None:
            raise RobotsDisallowed(
                f"{url}: not asked: {rules.refusal}", url=str(url), passing=rules.passing
            )
        if not rules.allows(str(url)):
            raise RobotsDisallowed(
                f"{url}: the site's robots.txt closes this page to programs; ask its owner to"
                f" let {PRODUCT} in, or list a feed of the site",
                url=str(url),
            )

    async def _rules(self, url: Url, exchange: Exchange) -> Rules:
        self._pacer.check(url)
        place = url.at("/robots.txt")
        record = self._records.of(str(place))
        loop = asyncio.get_running_loop()
        async with exchange.holding(record.lock):
            if loop.time() >= record.until:
                record.rules = await self._read(place, record, exchange)
                kept_s = KEPT_S if record.failing_since is None else FAILURE_KEPT_S
                record.until = loop.time() + kept_s
        self._pacer.check(url)  # robots.txt itself may have asked for quiet, and says until when
        gap_s = record.rules.gap_s()
        if gap_s is not None:
            self._pacer.widen(url, gap_s)
        return record.rules

    async def _read(self, place: Url, record: _Record, exchange: Exchange) -> Rules:
        try:
            answer = await self._ask(place, Terms(limit=MAX_BYTES, cut=True), exchange)
        except TooManyRedirects:
            record.failing_since = None
            return Rules()  # RFC 9309 §2.3.1.2
        if answer.status >= 500:
            return _failing(record, answer.status)
        record.failing_since = None
        if answer.status >= 300:  # §2.3.1.3: there are no rules
            return Rules()
        return Rules.parse(answer.body)


def _failing(record: _Record, status: int) -> Rules:
    """Return what holds while the rules are not known: nothing is allowed (§2.3.1.4)."""
    now = asyncio.get_running_loop().time()
    if record.failing_since is None:
        record.failing_since = now
    if now - record.failing_since >= FAILURE_BELIEVED_S:
        return Rules()
    return Rules(
        refusal=f"its robots.txt answers {status}, and pages must not be read while the rules"
        " are unknown; it is asked again later",
        passing=True,
    )
