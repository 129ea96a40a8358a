"""The health of sources as text that fits a terminal."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from aggregator.clock import from_iso
from aggregator.model import State
from aggregator.store import Archive, SourceStatus

# What a person should look at first.
WORST_FIRST = (
    *(State.FAILING, State.GONE, State.DRIFTED, State.EMPTY, State.MOVED, State.LATE),
    *(State.SILENT, State.NEW, State.OK, State.PAUSED, State.UNLISTED),
)
SHORTEST_SLUG, LONGEST_SLUG = 12, 28
OTHER_COLUMNS, REJECTED_COLUMN = 56, 10  # wide at most, all but slug and reason
LEAST_REASON = 30  # columns; where fewer are left, the reason stands on a line of its own
NOTHING = "-"
_NUMBERS = frozenset({"failures", "rejected", "status", "new", "changed", "bytes", "seconds"})


class Refusal(NamedTuple):
    """One row of the view `refused_rows`."""

    line: int
    reason: str


class Fetch(NamedTuple):
    """One row of the view `fetches`."""

    fetched: str
    outcome: str
    status: int | None
    new: int
    changed: int
    size_bytes: int
    elapsed_s: float
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """How moments are written: in the town's zone, the nearer the finer."""

    now: datetime
    zone: ZoneInfo

    def short(self, moment: str | None) -> str:
        """Write « 14:05 » of today, « Tue 14:05 » of this week, a date of any other time."""
        if moment is None:
            return NOTHING
        here, today = from_iso(moment).astimezone(self.zone), self.now.astimezone(self.zone)
        if here.date() == today.date():
            return f"{here:%H:%M}"
        if abs(here.date() - today.date()) < timedelta(days=7):
            return f"{here:%a %H:%M}"
        return f"{here:%Y-%m-%d}"

    def whole(self, moment: str | None) -> str:
        """Write date, hour and minute."""
        if moment is None:
            return NOTHING
        return f"{from_iso(moment).astimezone(self.zone):%Y-%m-%d %H:%M}"


def health_of_all(rows: Sequence[SourceStatus], *, times: Clock, width: int | None) -> str:
    """Return the count of each state, then a line a source, the worst first.

    Args:
        rows: In the order of the list, which stands among those of one state.
        times: How moments are written.
        width: Columns of the terminal; None: nothing is cut.
    """
    ranked = sorted(rows, key=lambda row: WORST_FIRST.index(State(row.state)))
    names = ["source", "state", "since", "last post", "next fetch", "failures"]
    # Few towns have open data whose rows are refused: a column for those alone.
    if any(row.rejected for row in rows):
        names.append("rejected")
    others = OTHER_COLUMNS + REJECTED_COLUMN * (names[-1] == "rejected")
    slug = width and min(max(width - others, SHORTEST_SLUG), LONGEST_SLUG)
    head, *lines = _table(names, [_cells(row, times, slug)[: len(names)] for row in ranked])
    title = f"{summary(rows)} (times: {times.zone.key})"
    left = None if width is None else width - len(head) - 2
    if width is None or left is None or left >= LEAST_REASON:
        reasons = ["REASON", *(_cut(row.reason, left) for row in ranked)]
        beside = zip([head, *lines], reasons, strict=True)
        return "\n".join([title, *(f"{line}  {reason}".rstrip() for line, reason in beside)])
    below = (
        f"\n    {_cut(row.reason, width - 4)}" if row.state != State.OK and row.reason else ""
        for row in ranked
    )
    return "\n".join([title, head, *map("".join, zip(lines, below, strict=True))])


def summary(rows: Iterable[SourceStatus]) -> str:
    """Return « 35 sources: 28 ok, 3 late, 2 failing, 2 paused »."""
    counts = Counter(State(row.state) for row in rows)
    noun = "source" if counts.total() == 1 else "sources"
    order = (State.OK, *(state for state in WORST_FIRST if state is not State.OK))
    each = ", ".join(f"{counts[state]} {state}" for state in order if counts[state])
    return f"{counts.total()} {noun}: {each or 'the list is empty'}"


def health_of_one(
    row: SourceStatus,
    fetches: Iterable[Fetch],
    *,
    times: Clock,
    archive: Archive | None = None,
    refused: Sequence[Refusal] = (),
) -> str:
    """Return all that is known of one source, and its last fetches, the newest first.

    Args:
        row: The source.
        fetches: The newest first.
        times: How moments are written.
        archive: How far its archive is read.
        refused: The first rows of its open data that could not be read.
    """
    said = {
        "source": f"{row.source} - {row.name}",
        "state": f"{row.state}, since {times.whole(row.since)}",
        "reason": row.reason,
        "last post": times.whole(row.last_post),
        "last answer": times.whole(row.last_success),
        "failures": f"{row.failures} in a row" if row.failures else "",
        "next fetch": times.whole(row.next_fetch),
        "because": row.next_reason,
        "proposed feed": row.proposed_feed,
        "moved to": row.moved_to,
        "text mining": _mining(row.tdm_reserved),
        "archive": "" if archive is None else _archive(archive),
        "rejected": _rejected(row.rejected),
    }
    facts = (f"{name + ':':<15}{_cut(text, None)}" for name, text in said.items() if text)
    log = _table(
        ["fetched", "outcome", "status", "new", "changed", "bytes", "seconds", "error"],
        [
            (
                times.whole(fetch.fetched),
                fetch.outcome,
                fetch.status or NOTHING,
                fetch.new,
                fetch.changed,
                fetch.size_bytes,
                f"{fetch.elapsed_s:.1f}",
                _cut(fetch.error or "", None),
            )
            for fetch in fetches
        ],
    )
    rows = (f"  line {one.line}: {_cut(one.reason, None)}" for one in refused)
    return "\n".join([*facts, *rows, "", f"last fetches (times: {times.zone.key})", *log])


def _archive(archive: Archive) -> str:
    of_about = f" of about {archive.expected}" if archive.expected else ""
    missing = "".join(f", {count} pages {why}" for why, count in archive.missing.items())
    told = f": {archive.reason}" if archive.reason else ""
    return f"{archive.state}{told}, {archive.found}{of_about} posts{missing}"


def _rejected(count: int) -> str:
    if not count:
        return ""
    return f"{count} {'row' if count == 1 else 'rows'} of its open data cannot be read"


def _mining(reserved: bool | None) -> str:
    if reserved is None:
        return ""
    return "reserved" if reserved else "allowed"


def _cells(row: SourceStatus, times: Clock, slug: int | None) -> tuple[object, ...]:
    return (
        _cut(row.source, slug),
        row.state,
        times.short(row.since),
        times.short(row.last_post),
        times.short(row.next_fetch),
        row.failures or NOTHING,
        row.rejected or NOTHING,
    )


def _table(headers: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    from tabulate import tabulate  # noqa: PLC0415 - not for whoever asks for JSON

    return tabulate(
        [[name.upper() for name in headers], *rows],
        tablefmt="plain",
        disable_numparse=True,
        colalign=["right" if name in _NUMBERS else "left" for name in headers],
    ).splitlines()


def _cut(text: str, width: int | None) -> str:
    """Put a text on one line, without what a terminal could take for a command."""
    line = "".join(char if char.isprintable() else "?" for char in " ".join(text.split()))
    return line if width is None or len(line) <= width else line[: width - 1].rstrip() + "…"
