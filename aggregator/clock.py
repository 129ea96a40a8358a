"""The only place that asks what time it is.

Everywhere else time is an argument, so that tests and simulations decide it.
"""

from datetime import UTC, datetime

ISO_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


def now() -> datetime:
    """Return the present moment, aware, in UTC, to the second."""
    return datetime.now(tz=UTC).replace(microsecond=0)


def to_iso(moment: datetime) -> str:
    """Write an aware moment as the database does: ISO 8601, UTC, to the second, ending in Z."""
    utc = moment.astimezone(UTC)
    # strftime("%Y") does not pad years below 1000 on Linux, and text must sort as time does.
    return f"{utc.year:04d}{utc.strftime(ISO_FORMAT[2:])}"


def from_iso(text: str) -> datetime:
    """Read what `to_iso` wrote.

    Raises:
        ValueError: The text is not of that form.
    """
    return datetime.strptime(text, ISO_FORMAT).replace(tzinfo=UTC)
