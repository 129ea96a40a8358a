"""What was agreed with hubs: kept in memory for quick answers, and in the database."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from aggregator.store import Store, Subscription

_T = TypeVar("_T")


class Book:
    """All subscriptions, a source each; written by one process alone (lock.py).

    Every use of the database is a connection of its own, in a thread: the crawl's belongs to the
    crawl, and its transactions must not hold up a hub.
    """

    def __init__(self, database: Path) -> None:
        self._database = database
        self._by_source: dict[str, Subscription] = {}
        self._by_token: dict[str, Subscription] = {}

    async def load(self) -> None:
        """Read what was agreed before this process began.

        Raises:
            StoreError: The database cannot be used; so do the others.
        """
        for subscription in await self.in_store(lambda store: store.subscriptions()):
            self._remember(subscription)

    def all(self) -> list[Subscription]:
        """Return all, the oldest first."""
        return sorted(self._by_source.values(), key=lambda one: one.asked)

    def of_source(self, slug: str) -> Subscription | None:
        """Return that of a source."""
        return self._by_source.get(slug)

    def of_token(self, token: str) -> Subscription | None:
        """Return the one whose hub knows this token."""
        return self._by_token.get(token)

    async def save(self, subscription: Subscription) -> None:
        """Keep one, in place of what its source had."""
        # In memory first: a hub may come while the disk writes.
        self._remember(subscription)
        await self.in_store(lambda store: store.save_subscription(subscription))

    async def drop(self, slug: str) -> None:
        """Forget that of a source."""
        dropped = self._by_source.pop(slug, None)
        if dropped is not None:
            self._by_token.pop(dropped.token, None)
            await self.in_store(lambda store: store.drop_subscription(slug))

    async def in_store(self, work: Callable[[Store], _T]) -> _T:
        """Do something with the database, beside the event loop."""

        def do() -> _T:
            with Store.open(self._database) as store:
                return work(store)

        return await asyncio.to_thread(do)

    def _remember(self, subscription: Subscription) -> None:
        before = self._by_source.get(subscription.source)
        if before is not None:
            self._by_token.pop(before.token, None)
        self._by_source[subscription.source] = subscription
        self._by_token[subscription.token] = subscription
