"""What the crawler counts, as Prometheus reads it.

No label has more values than this program has words for: no slug, address or host. At 10,000
sources a series each would cost the monitoring more than the crawl; which source is late, and why,
is said by `aggregator status --json` and the view `sources_health`.

prometheus_client is imported when a crawler process starts, nowhere else.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from aggregator.clock import from_iso, to_iso
from aggregator.crawl.upkeep import newest_backup
from aggregator.errors import StoreError
from aggregator.model import SourceResult, State
from aggregator.store import reading

if TYPE_CHECKING:
    from prometheus_client.metrics_core import GaugeMetricFamily, Metric

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_FETCH_S = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_PASS_S = (0.1, 1.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0)

_STATES = """
SELECT t.state, count(*) FROM source_states AS t JOIN sources AS s ON s.id = t.source_id
GROUP BY t.state
"""
_DUE = """
SELECT count(*), min(t.next_fetch) FROM source_states AS t JOIN sources AS s ON s.id = t.source_id
WHERE s.listed AND NOT s.paused AND t.next_fetch <= ?
"""
_SUBSCRIPTIONS = "SELECT state, count(*) FROM subscriptions GROUP BY state"


class Metrics:
    """The counters of one crawler process.

    Args:
        database: Read when someone asks, by a connection of its own.
        clock: Tells the time.
    """

    def __init__(self, database: Path, *, clock: Callable[[], datetime]) -> None:
        import prometheus_client as prometheus  # noqa: PLC0415 - see above

        # When a counter began is of no use here, and a third of all lines.
        prometheus.disable_created_metrics()  # type: ignore[no-untyped-call]
        # Its own: the library's default one is shared by all that a process imports.
        self._registry = registry = prometheus.CollectorRegistry()
        self._fetches = prometheus.Counter(
            "aggregator_fetches",
            "Visits to sources, by outcome; error is the kind of failure.",
            ["outcome", "error"],
            registry=registry,
        )
        self._bytes = prometheus.Counter(
            "aggregator_received_bytes",
            "Bytes of pages and feeds, after decompression.",
            registry=registry,
        )
        self._posts = prometheus.Counter(
            "aggregator_posts", "Posts saved, by what they are.", ["change"], registry=registry
        )
        self._fetch_s = prometheus.Histogram(
            "aggregator_fetch_seconds",
            "How long a visit to a source took.",
            buckets=_FETCH_S,
            registry=registry,
        )
        self._pass_s = prometheus.Histogram(
            "aggregator_pass_seconds",
            "How long a pass over what was due took.",
            buckets=_PASS_S,
            registry=registry,
        )
        self._last_pass = prometheus.Gauge(
            "aggregator_last_pass_timestamp_seconds",
            "When the last pass ended.",
            registry=registry,
        )
        self._verified = prometheus.Gauge(
            "aggregator_backup_verified_timestamp_seconds",
            "When a backup was last restored and compared, and found whole.",
            registry=registry,
        )
        self._hub_messages = prometheus.Counter(
            "aggregator_hub_messages",
            "Messages of hubs (WebSub), by what became of them.",
            ["verdict"],
            registry=registry,
        )
        prometheus.ProcessCollector(registry=registry)
        registry.register(_Database(database, clock))

    def observe(self, result: SourceResult) -> None:
        """Count one visit."""
        self._fetches.labels(result.outcome.value, result.error_kind or "").inc()
        self._bytes.inc(result.size_bytes)
        self._posts.labels("new").inc(result.count.new)
        self._posts.labels("changed").inc(result.count.changed)
        self._fetch_s.observe(result.elapsed_s)

    def pass_ended(self, *, elapsed_s: float, now: datetime) -> None:
        """Count one pass."""
        self._pass_s.observe(elapsed_s)
        self._last_pass.set(now.timestamp())

    def backup_verified(self, now: datetime) -> None:
        """Note that a backup was found whole."""
        self._verified.set(now.timestamp())

    def hub_message(self, verdict: str) -> None:
        """Count a message of a hub; `verdict` is a word of ours (websub.py), never theirs."""
        self._hub_messages.labels(verdict).inc()

    def text(self) -> bytes:
        """Return all of it in the text format; reads the database, so not on the event loop."""
        from prometheus_client import generate_latest  # noqa: PLC0415 - see above

        return generate_latest(self._registry)


class _Database:
    """What the database and its files say at the moment someone asks."""

    def __init__(self, path: Path, clock: Callable[[], datetime]) -> None:
        self._path = path
        self._clock = clock

    def describe(self) -> list["Metric"]:
        """Return nothing: registering must not read the database."""
        return []

    def collect(self) -> Iterator["GaugeMetricFamily"]:
        now = self._clock()
        yield _gauge("aggregator_database_bytes", "Size of the database and its log.", self._size())
        backup = newest_backup(self._path)
        if backup is not None:
            yield _gauge(
                "aggregator_backup_timestamp_seconds",
                "When the newest backup was made.",
                backup.timestamp(),
            )
        # A database that is away for a moment must not hide the counters.
        try:
            yield from self._ask(now)
        except StoreError:
            return

    def _ask(self, now: datetime) -> Iterator["GaugeMetricFamily"]:
        with reading(self._path) as connection:
            states = dict(connection.execute(_STATES).fetchall())
            due, oldest = connection.execute(_DUE, (to_iso(now),)).fetchone()
            subscriptions = dict(connection.execute(_SUBSCRIPTIONS).fetchall())
        late_s = (now - from_iso(oldest)).total_seconds() if oldest else 0.0
        yield _by_state(
            "aggregator_sources", "Sources, by state.", {state.value: 0 for state in State} | states
        )
        yield _gauge("aggregator_sources_due", "Sources to be visited now.", due)
        yield _gauge(
            "aggregator_oldest_due_seconds", "For how long the first of them has waited.", late_s
        )
        yield _by_state(
            "aggregator_subscriptions",
            "Subscriptions at hubs (WebSub), by state.",
            {"asked": 0, "verified": 0, "refused": 0} | subscriptions,
        )

    def _size(self) -> int:
        files = (self._path, self._path.with_name(f"{self._path.name}-wal"))
        size = 0
        for file in files:
            with suppress(FileNotFoundError):  # the log goes whenever the last reader does
                size += file.stat().st_size
        return size


def _gauge(name: str, about: str, value: float) -> "GaugeMetricFamily":
    from prometheus_client.metrics_core import GaugeMetricFamily  # noqa: PLC0415 - see above

    return GaugeMetricFamily(name, about, value=value)


def _by_state(name: str, about: str, counts: dict[str, int]) -> "GaugeMetricFamily":
    from prometheus_client.metrics_core import GaugeMetricFamily  # noqa: PLC0415 - see above

    family = GaugeMetricFamily(name, about, labels=["state"])
    for state, count in counts.items():
        family.add_metric([str(state)], count)
    return family
