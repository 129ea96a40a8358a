"""The town on screen: the list, followed as moderators edit it, and the portal's own words."""

import asyncio
import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aggregator.errors import Complaint, TownError
from aggregator.model import Town
from aggregator.paths import TownFolder
from aggregator.sources import WatchedTown

_log = logging.getLogger(__name__)


class TownWatch:
    """Follows the town as sources.yaml last described it without fault."""

    def __init__(self, path: Path) -> None:
        """Read the list for the first time.

        Raises:
            TownError: The list is wrong; there is no earlier one to keep.
        """
        self._watched = WatchedTown(path)
        self._town = self._watched.current(complain=_keep_the_old)
        self._reading = asyncio.Lock()

    async def town(self) -> Town:
        """Return the town; reads the file again when it has changed."""
        if self._watched.is_stale and not self._reading.locked():
            async with self._reading:
                # Reading takes long enough to be felt by other visitors.
                self._town = await asyncio.to_thread(self._watched.current, complain=_keep_the_old)
        return self._town


def _keep_the_old(error: TownError) -> None:
    _log.warning("the portal keeps the list as it was; the new one is wrong:\n%s", error)


@dataclass(frozen=True, slots=True, kw_only=True)
class Masthead:
    """What metadata.json says of the portal itself; empty where it says nothing.

    The three last ones are those that law 2004-575, article 1-1, wants on the page; they stand
    in metadata.json under plugins, portal, as Datasette keeps settings of plugins.
    """

    title: str
    description: str
    description_html: str  # written by the operator, trusted
    license: str
    license_url: str
    publisher: str
    director: str
    host: str

    @classmethod
    def read(cls, folder: TownFolder) -> "Masthead":
        """Read metadata.json.

        Raises:
            TownError: It cannot be read, or is no JSON object.
        """
        path = folder.metadata
        if path is None:
            return cls.of({})
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            message = f"cannot be read: {error.strerror}; check the path"
            raise TownError([Complaint(path=str(path), line=None, message=message)]) from error
        except ValueError as error:
            line = getattr(error, "lineno", None)
            complaint = Complaint(path=str(path), line=line, message=f"not JSON: {error}")
            raise TownError([complaint]) from error
        if not isinstance(found, dict):
            raise TownError([Complaint(path=str(path), line=1, message="not a JSON object")])
        return cls.of(found)

    @classmethod
    def of(cls, found: dict[str, Any]) -> "Masthead":
        """Take from metadata what the portal says of itself."""
        own = _part(_part(found, "plugins"), "portal")
        return cls(
            title=_text(found, "title") or "Veille citoyenne",
            description=_text(found, "description"),
            description_html=_text(found, "description_html"),
            license=_text(found, "license"),
            license_url=_text(found, "license_url"),
            publisher=_text(own, "publisher"),
            director=_text(own, "director"),
            host=_text(own, "host"),
        )


def _part(found: dict[str, Any], key: str) -> dict[str, Any]:
    value = found.get(key)
    return value if isinstance(value, dict) else {}


def _text(found: dict[str, Any], key: str) -> str:
    value = found.get(key)
    return value if isinstance(value, str) else ""
