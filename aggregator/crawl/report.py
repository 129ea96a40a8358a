"""What a crawl says of itself: the fixed JSON shape, and one line a person can forward."""

from collections.abc import Sequence
from typing import Any

from aggregator.model import Outcome, SaveCount, SourceResult


def to_json(results: Sequence[SourceResult]) -> dict[str, Any]:
    """Return a crawl in its fixed shape; others build on it."""
    count = _total(results)
    return {
        "sources": len(results),
        "new": count.new,
        "changed": count.changed,
        "unchanged": count.unchanged,
        "failed": _failed(results),
        "results": [
            {
                "source": result.source,
                "outcome": result.outcome.value,
                "new": result.count.new,
                "changed": result.count.changed,
                "unchanged": result.count.unchanged,
                "rejected": len(result.rejections),
                "error": result.error,
                "bytes": result.size_bytes,
                "elapsed_s": result.elapsed_s,
            }
            for result in results
        ],
    }


def summary(results: Sequence[SourceResult]) -> str:
    """Return one line: « 12 sources: 31 new, 2 changed, 340 unchanged, 1 failed »."""
    count = _total(results)
    noun = "source" if len(results) == 1 else "sources"
    return (
        f"{len(results)} {noun}: {count.new} new, {count.changed} changed,"
        f" {count.unchanged} unchanged, {_failed(results)} failed"
    )


def line(result: SourceResult) -> str:
    """Return one source's line, for a log."""
    if result.outcome is Outcome.FAILED:
        return f"{result.source}: failed: {result.error}"
    if result.outcome is Outcome.NOT_MODIFIED:
        return f"{result.source}: not modified"
    count = result.count
    text = f"{result.source}: {count.new} new, {count.changed} changed, {count.unchanged} unchanged"
    return f"{text}, {len(result.rejections)} rejected" if result.rejections else text


def nothing_reached(results: Sequence[SourceResult]) -> bool:
    """Tell whether not one source could be reached: the machine itself is cut off, no doubt."""
    return bool(results) and all(result.error_kind == "HostUnreachable" for result in results)


def _total(results: Sequence[SourceResult]) -> SaveCount:
    return sum((result.count for result in results), start=SaveCount())


def _failed(results: Sequence[SourceResult]) -> int:
    return sum(result.outcome is Outcome.FAILED for result in results)
