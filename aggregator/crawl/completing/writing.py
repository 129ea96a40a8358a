"""The store of one worker: in a thread, one thing at a time."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from aggregator.store import Store

_T = TypeVar("_T")


class Desk:
    """Lets tasks of one event loop use one store.

    Args:
        store: Nobody else may use it meanwhile.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._turn = asyncio.Lock()

    async def do(self, work: Callable[[Store], _T]) -> _T:
        """Do something with the store; a stop waits for its end."""
        async with self._turn:
            # A stop must not leave the thread writing to a store that is being closed.
            doing = asyncio.ensure_future(asyncio.to_thread(work, self._store))
            try:
                return await asyncio.shield(doing)
            except asyncio.CancelledError:
                await asyncio.wait([doing])
                raise
