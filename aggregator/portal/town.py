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
from aggregator.sources import load_sources

_log = logging.getLogger(__name__)


class TownWatch:
    """Keeps the town as sources.yaml last described it without fault."""

    def __init__(self, path: Path) -> None:
        """Read the list for the first time.

        Raises:
            TownError: The list is wrong; there is no earlier one to keep.
        """
        self._path = path
        self._stamp = _stamp(path)
        self._town = load_sources(path)
        self._reading = asyncio.Lock()

    async def town(self) -> Town:
        """Return the town; reads the file again when it has changed."""
        if _stamp(self._path) != self._stamp and not self._reading.locked():
            async with self._reading:
                await self._read()
        return self._town

    async def _read(self) -> None:
        # Taken first: a change made during the reading is read next time.
        self._stamp = _stamp(self._path)
        try:
            # Reading takes long enough to be felt by other visitors.
            self._town = await asyncio.to_thread(load_sources, self._path)
        except (TownError, OSError) as error:
            _log.warning("the portal keeps the list as it was; the new one is wrong:\n%s", error)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:  # an editor is just replacing it
        return None
    return found.st_mtime_ns, found.st_size


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
            TownError: It is no JSON object.
        """
        path = folder.metadata
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            line = getattr(error, "lineno", None)
            complaint = Complaint(path=str(path), line=line, message=f"not JSON: {error}")
            raise TownError([complaint]) from error
        if not isinstance(found, dict):
            raise TownError([Complaint(path=str(path), line=1, message="not a JSON object")])
        own = found.get("plugins", {}).get("portal", {})
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


def _text(found: dict[str, Any], key: str) -> str:
    value = found.get(key)
    return value if isinstance(value, str) else ""
