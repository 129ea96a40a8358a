"""What is done once a day, at a quiet hour: sums of old fetches, counts of words, a backup.

In threads and on connections of their own: the crawl goes on. Nothing of it ends the crawler: a
full backup disk must not cost a town its news; the log and `/metrics` say so instead.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from aggregator.errors import AggregatorError
from aggregator.store import Store

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

KEPT = timedelta(days=90)  # fetches one by one; sums by day afterwards
BACKUP_EVERY = timedelta(days=1)
VERIFY_EVERY = timedelta(days=7)
BACKUPS = "backups"
MISSED = 500  # posts a night that left their list, whose pages are opened


def newest_backup(database: Path) -> datetime | None:
    """Return when the newest backup of a database was made."""
    made = []
    for file in backup_folder(database).glob("*.db"):
        with suppress(FileNotFoundError):  # its time was over, just now
            made.append(file.stat().st_mtime)
    return datetime.fromtimestamp(max(made), tz=UTC) if made else None


def backup_folder(database: Path) -> Path:
    """Return where the backups of a database are."""
    return database.parent / BACKUPS


class Upkeep:
    """The daily work on one database.

    Args:
        database: What is kept in order.
        log: Where the work is told.
        verified: Called when a backup was found whole.
    """

    def __init__(
        self,
        database: Path,
        *,
        log: "FilteringBoundLogger",
        verified: Callable[[datetime], None],
    ) -> None:
        self._database = database
        self._log = log
        self._verified = verified
        self._last_verified: datetime | None = None

    async def daily(self, now: datetime) -> None:
        """Sum up, count, look for what went, and back up; once a week, restore and compare."""
        for work in (self._roll_up, self._count, self._look_for_missed, self._back_up):
            try:
                await work(now)
            except (AggregatorError, OSError) as error:
                self._log.error("upkeep failed", error=str(error))

    async def catch_up(self, now: datetime) -> None:
        """Do the daily work where the machine was off, or busy starting again, at its hour."""
        newest = newest_backup(self._database)
        if newest is None or now - newest >= BACKUP_EVERY:
            await self.daily(now)

    async def _roll_up(self, now: datetime) -> None:
        def roll_up() -> int:
            with Store.open(self._database) as store:
                return store.roll_up(now - KEPT)

        self._log.info("rolled up", fetches=await asyncio.to_thread(roll_up))

    async def _count(self, now: datetime) -> None:
        def count() -> int:
            with Store.open(self._database) as store:
                store.count_terms()
                return store.count_topics(now)

        self._log.info("counted words", topics=await asyncio.to_thread(count))

    async def _look_for_missed(self, now: datetime) -> None:
        def look() -> int:
            with Store.open(self._database) as store:
                return store.look_for_missed(now, limit=MISSED)

        self._log.info("looked for withdrawn posts", posts=await asyncio.to_thread(look))

    async def _back_up(self, now: datetime) -> None:
        from aggregator.store.backup import back_up, verify  # noqa: PLC0415 - once a day

        folder = backup_folder(self._database)
        made = await asyncio.to_thread(back_up, self._database, folder, now=now)
        self._log.info("backed up", path=str(made), bytes=made.stat().st_size)
        if self._last_verified is not None and now - self._last_verified < VERIFY_EVERY:
            return
        found = await asyncio.to_thread(verify, made, self._database)
        if found.faults:
            self._log.error("backup not whole", path=str(made), faults="; ".join(found.faults))
            return
        self._last_verified = now
        self._verified(now)
        self._log.info("backup verified", path=str(made))
