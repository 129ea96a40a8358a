"""What each format offers: its columns, and a reading that takes rows in and gives the rest."""

import hashlib
import html
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from aggregator.model import Entry, Record
from aggregator.readers.platforms.scdl.rows import Row


class Reading(Protocol):
    """One file under way."""

    def take(self, row: Row) -> None:
        """Take in a row.

        Raises:
            Unreadable: It cannot be read.
        """

    def entries(self) -> tuple[Entry, ...]:
        """Return what the rows taken in have become, for people."""

    def records(self) -> tuple[Record, ...]:
        """Return what they have become, for the tables."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """A format: its columns, under the name of the format first, then other usual names."""

    required: Mapping[str, Sequence[str]]
    optional: Mapping[str, Sequence[str]]
    read: Callable[[], Reading]

    @property
    def columns(self) -> Mapping[str, Sequence[str]]:
        """All of them."""
        return {**self.required, **self.optional}


class Names:
    """Gives each row a guid that stays the same when its other cells are corrected.

    Rows that share all that names them are told apart by their order.
    """

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def of(self, *parts: str) -> str:
        """Return the name of a row, from the cells that identify it."""
        name = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
        self._seen[name] += 1
        return name if self._seen[name] == 1 else f"{name}-{self._seen[name]}"


def paragraphs(texts: Iterable[str]) -> str:
    """Return sentences as HTML."""
    return "".join(f"<p>{html.escape(text)}</p>" for text in texts if text)
