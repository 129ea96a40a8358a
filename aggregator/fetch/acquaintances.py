"""What is known of hosts, for as long as it serves."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

# So many are kept without a thought: more than a town has.
MANY = 4096
# No pause that a host asks for is longer, nor is a robots.txt believed for longer.
UNUSED_S = 86_400.0


@dataclass(slots=True, kw_only=True)
class Acquaintance:
    """What is known of one host or site."""

    used: float = 0.0  # on the event loop's clock

    @property
    def kept_s(self) -> float:
        """For how long it is worth keeping after its last use."""
        return UNUSED_S


Known = TypeVar("Known", bound=Acquaintance)


class Acquaintances(Generic[Known]):
    """Makes them when they are first met; forgets those out of use when there are many.

    Args:
        make: Makes one.
    """

    def __init__(self, make: Callable[[], Known]) -> None:
        self._make = make
        self._known: dict[str, Known] = {}
        self._enough = MANY

    def __len__(self) -> int:
        return len(self._known)

    def of(self, name: str) -> Known:
        """Return the one of this name, and note its use."""
        now = asyncio.get_running_loop().time()
        one = self._known.get(name)
        if one is None:
            if len(self._known) >= self._enough:
                self._forget(now)
            one = self._known[name] = self._make()
        one.used = now
        return one

    def _forget(self, now: float) -> None:
        self._known = {
            name: one for name, one in self._known.items() if now - one.used < one.kept_s
        }
        # Not looked through again for each newcomer where all are in use.
        self._enough = max(MANY, 2 * len(self._known))
