"""Hubs that tell us of news (W3C WebSub, https://www.w3.org/TR/websub/), on the subscriber's side.

A hub's message only wakes the source; the crawler fetches it as ever. What is posted is never read
as content: a signature proves who sent it, not that the site published it, a hub may send a part or
a stale copy, and one way to read a feed (robots, limits, validators, drift) is easier to trust than
two.

Polling goes on once a day behind a hub (crawl/rhythm.py), and as ever again when the hub refuses,
when the lease lapses, or when it let news pass in silence twice in a row.
"""

import logging
import secrets
from collections import deque
from collections.abc import AsyncIterable, Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from aggregator.crawl.agreed import Book
from aggregator.crawl.hubs import Seal, ask, lease_of
from aggregator.errors import BadStatus, ForbiddenAddress, SourceError
from aggregator.fetch import Web
from aggregator.model import Outcome, SourceResult
from aggregator.store import Store, Subscription

RENEW_AT = 0.75  # of the lease
ASK_AGAIN = timedelta(days=7)  # a hub that refused or said nothing
CHANGE_AGAIN = timedelta(days=1)  # a feed that names another hub at each visit
ANSWER_WITHIN = timedelta(days=1)  # what we asked must be verified
# A hub that did not hear our answer asks again.
VERIFY_AGAIN = timedelta(minutes=10)
WAKE_GAP = timedelta(minutes=1)
MISSES = 2  # news that the hub did not announce, in a row
ASKED_AT_ONCE = 20  # a minute: a hub of thousands of sources is asked little by little
LONGEST_CHALLENGE = 2_000

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Heard:
    """What a hub told us of one source, since we started."""

    woken: datetime | None = None
    pinged: datetime | None = None
    again: bool = False  # told while it was visited, or too soon after: to be woken later
    announced: bool = False  # and not found yet
    misses: int = 0
    seals: deque[str] = field(default_factory=lambda: deque(maxlen=16))


class Subscriber:
    """Speaks with hubs; lives in the crawler's event loop.

    Args:
        database: Where subscriptions are kept.
        web: The network.
        address: Public address of the portal, without a slash at its end.
        count: Called with what became of each message of a hub.
    """

    def __init__(
        self, database: Path, web: Web, address: str, *, count: Callable[[str], None]
    ) -> None:
        self._book = Book(database)
        self._web = web
        self._address = address
        self._count = count
        self._heard: dict[str, _Heard] = {}
        self._changed: set[str] = set()
        self._fallen: set[str] = set()

    async def load(self) -> None:
        """Read what was agreed before this process began."""
        await self._book.load()

    # --- the crawler's side -------------------------------------------------------------------

    def checked(self, result: SourceResult) -> None:
        """Take note of a visit: what the feed may say of its hub, and whether the hub is reliable.

        Args:
            result: As the crawl reports it.
        """
        slug = result.source
        if result.outcome is Outcome.SAVED:
            self._changed.add(slug)
        subscription, heard = self._book.of_source(slug), self._heard.get(slug)
        begun = result.fetched - timedelta(seconds=result.elapsed_s)
        if heard and heard.pinged and heard.pinged >= begun:
            # Told while it was visited: this visit may have come too early.
            heard.again = True
        if subscription is None or subscription.state != "verified" or not result.count.new:
            return
        heard = self._heard.setdefault(slug, _Heard())
        heard.misses = 0 if heard.announced else heard.misses + 1
        heard.announced = False
        if heard.misses >= MISSES:
            self._fallen.add(slug)

    async def tend(self, now: datetime) -> None:
        """Do what waits: wakes put off, hubs that let news pass, feeds that name a hub.

        Raises:
            StoreError: The database cannot be used.
        """
        for slug, heard in list(self._heard.items()):
            if heard.again and (heard.woken is None or now - heard.woken >= WAKE_GAP):
                heard.again = False
                await self._wake(slug, heard, now)
        while self._fallen:
            slug = self._fallen.pop()
            _log.warning("%s: its hub lets news pass in silence: polled again", slug)
            self._heard.pop(slug, None)
            if fallen := self._book.of_source(slug):
                await self._refuse(fallen, now)
        some = [self._changed.pop() for _ in range(min(len(self._changed), 500))]
        for number, (slug, hub, topic) in enumerate(await self._news_of(some)):
            if number < ASKED_AT_ONCE:
                await self.consider(slug, hub, topic, now)
            else:
                self._changed.add(slug)

    async def consider(self, slug: str, hub: str | None, topic: str | None, now: datetime) -> None:
        """Subscribe where a feed names a hub and itself; drop what it no longer names.

        Args:
            slug: The source.
            hub: As its feed says.
            topic: As its feed says.
            now: The present moment.

        Raises:
            StoreError: The database cannot be used.
        """
        known = self._book.of_source(slug)
        if hub is None or topic is None:
            await self._drop(slug)
        elif known is None or _is_replaced(known, hub, topic, now):
            await self._ask(_fresh(slug, hub, topic, now), now)

    async def renew(self, now: datetime, *, listed: Collection[str]) -> None:
        """Ask again for leases that run out; drop those of sources that left the list.

        Args:
            now: The present moment.
            listed: The slugs that are crawled.

        Raises:
            StoreError: The database cannot be used.
        """
        for subscription in self._book.all():
            if subscription.source not in listed:
                await self._drop(subscription.source)
        due = [one for one in self._book.all() if now >= _ask_again(one)]
        for subscription in due[: 3 * ASKED_AT_ONCE]:
            await self._ask(subscription, now)

    # --- the hubs' side -----------------------------------------------------------------------

    async def verify(self, token: str, query: Mapping[str, str], now: datetime) -> tuple[int, str]:
        """Answer a hub that asks whether we meant it (§5.3), or says that it refuses (§5.2).

        Returns:
            An HTTP status and the body.
        """
        known = self._book.of_token(token)
        mode, challenge = query.get("hub.mode"), query.get("hub.challenge", "")
        if known is None or query.get("hub.topic") != known.topic:
            self._count("unknown")
            return 404, ""
        if mode == "denied":
            self._count("denied")
            _log.warning("%s: the hub %s refuses", known.source, known.hub)
            await self._refuse(known, now)
            return 200, ""
        # We never asked to end one: a lease that nobody renews ends by itself.
        fits = mode == "subscribe" and 0 < len(challenge) <= LONGEST_CHALLENGE
        if not fits or not _is_pending(known, now):
            self._count("not asked")
            return 404, ""
        self._count("verified")
        lease_until = now + lease_of(query.get("hub.lease_seconds"))
        await self._book.save(replace(known, state="verified", lease_until=lease_until))
        return 200, challenge

    async def receive(
        self, token: str, headers: Mapping[str, str], body: AsyncIterable[bytes], now: datetime
    ) -> int:
        """Take a message of a hub (§7); a signed one wakes its source.

        Args:
            token: Of the address it was sent to.
            headers: Names in small letters.
            body: Hashed and forgotten.
            now: The present moment.

        Returns:
            An HTTP status: 202 also for what is ignored (§7.1); 410 ends a subscription we do not
            hold; 413 for more bytes than any feed has.
        """
        known = self._book.of_token(token)
        if known is None or known.state == "refused":
            self._count("unknown")
            return 410
        seal = await Seal.of(headers, body, secret=known.secret)
        verdict = self._judge(known, seal, now)
        self._count(verdict)
        if verdict == "accepted":
            heard = self._heard.setdefault(known.source, _Heard())
            heard.seals.append(seal.value)
            heard.pinged, heard.announced = now, True
            if heard.woken is not None and now - heard.woken < WAKE_GAP:
                heard.again = True
            else:
                await self._wake(known.source, heard, now)
        return 413 if verdict == "too large" else 202

    def _judge(self, known: Subscription, seal: Seal, now: datetime) -> str:
        if seal.too_large:
            return "too large"
        if not seal.value:
            return "unsigned"
        if not seal.genuine:
            return "forged"
        if known.lease_until is None or known.lease_until <= now:
            return "lapsed"
        heard = self._heard.get(known.source)
        return "repeated" if heard and seal.value in heard.seals else "accepted"

    # ------------------------------------------------------------------------------------------

    async def _ask(self, wanted: Subscription, now: datetime) -> None:
        held = wanted.lease_until if wanted.lease_until and wanted.lease_until > now else None
        # Before the request: a hub may verify before it answers.
        await self._book.save(replace(wanted, state="asked", asked=now, lease_until=held))
        try:
            status = await ask(self._web, wanted, f"{self._address}/websub/{wanted.token}")
        except BadStatus as error:
            status = error.status
        except ForbiddenAddress:
            status = 403
        except SourceError as error:
            _log.warning("%s: its hub cannot be asked: %s", wanted.source, error)
            return
        current = self._book.of_source(wanted.source)
        answered = current is None or current.token != wanted.token or current.state != "asked"
        # Too many requests and timeouts pass; other answers of this kind are a no.
        if current and not answered and 400 <= status < 500 and status not in {408, 429}:
            _log.warning("%s: the hub %s refuses (status %d)", wanted.source, wanted.hub, status)
            await self._refuse(current, now)

    async def _wake(self, slug: str, heard: _Heard, now: datetime) -> None:
        heard.woken = now
        await self._book.in_store(lambda store: store.wake(slug, now))

    async def _refuse(self, subscription: Subscription, now: datetime) -> None:
        await self._book.save(replace(subscription, state="refused", lease_until=None, asked=now))

    async def _drop(self, slug: str) -> None:
        self._heard.pop(slug, None)
        await self._book.drop(slug)

    async def _news_of(self, slugs: Collection[str]) -> list[tuple[str, str | None, str | None]]:
        """Return hub and topic, as their feeds last said, where that is news to us."""

        def look(store: Store) -> list[tuple[str, str | None, str | None]]:
            hints = ((slug, store.history(slug).habits.hints) for slug in slugs)
            return [(slug, one.hub, one.topic) for slug, one in hints]

        found = await self._book.in_store(look) if slugs else []
        return [one for one in found if self._is_news(*one)]

    def _is_news(self, slug: str, hub: str | None, topic: str | None) -> bool:
        known = self._book.of_source(slug)
        if known is None:
            return hub is not None and topic is not None
        return (known.hub, known.topic) != (hub, topic)


def _fresh(slug: str, hub: str, topic: str, now: datetime) -> Subscription:
    return Subscription(
        source=slug,
        hub=hub,
        topic=topic,
        token=secrets.token_urlsafe(32),
        secret=secrets.token_urlsafe(48),  # under 200 bytes (§5.1)
        lease_until=None,
        asked=now,
        state="asked",
    )


def _ask_again(subscription: Subscription) -> datetime:
    """Return when to ask next: at 3/4 of what is left of a lease, so ever sooner as it runs out."""
    asked, until = subscription.asked, subscription.lease_until
    if until is None:
        return asked + ASK_AGAIN
    return asked + RENEW_AT * (until - asked)


def _is_replaced(known: Subscription, hub: str, topic: str, now: datetime) -> bool:
    return (known.hub, known.topic) != (hub, topic) and now - known.asked >= CHANGE_AGAIN


def _is_pending(subscription: Subscription, now: datetime) -> bool:
    within = ANSWER_WITHIN if subscription.state == "asked" else VERIFY_AGAIN
    return subscription.state != "refused" and now - subscription.asked <= within
