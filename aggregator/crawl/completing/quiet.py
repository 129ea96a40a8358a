"""The hours in which a town sleeps, and its sites have time for us."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

BEGINS, ENDS = 22, 7  # by the town's clock


def quiet_until(now: datetime, timezone: str) -> datetime | None:
    """Return when the quiet hours end that a moment lies in; none outside of them."""
    local = now.astimezone(ZoneInfo(timezone))
    if ENDS <= local.hour < BEGINS:
        return None
    morning = local.replace(hour=ENDS, minute=0, second=0, microsecond=0, fold=0)
    if local.hour >= BEGINS:
        # Days of the calendar, not of 24 hours: a clock may be changed that night.
        morning += timedelta(days=1)
    return morning.astimezone(now.tzinfo)
