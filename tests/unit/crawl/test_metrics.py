"""What Prometheus reads, over a real port."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from aggregator.crawl.metrics import Metrics
from aggregator.crawl.receiving import Reception, listen_on_port, listen_on_socket, serving
from aggregator.crawl.upkeep import backup_folder
from aggregator.model import Outcome, SaveCount, Source, SourceResult, Town
from aggregator.store import Store, Subscription

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def town(*slugs: str) -> Town:
    sources = tuple(
        Source(slug=slug, name=slug, url=f"https://{slug}.example/", kind="blog") for slug in slugs
    )
    return Town(name="T", timezone="Europe/Paris", contact="a@example.org", sources=sources)


def result(**facts: object) -> SourceResult:
    values = {"source": "a", "outcome": Outcome.SAVED, "fetched": NOW} | facts
    return SourceResult(**values)  # type: ignore[arg-type]


def samples(text: bytes) -> dict[tuple[str, tuple[str, ...]], float]:
    """Return every sample by its name and the values of its labels."""
    return {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


def test_visits_and_passes_are_counted(tmp_path: Path) -> None:
    metrics = Metrics(tmp_path / "veille.db", clock=lambda: NOW)
    metrics.observe(result(count=SaveCount(new=3, changed=1), size_bytes=1_000, elapsed_s=0.2))
    metrics.observe(result(outcome=Outcome.NOT_MODIFIED, elapsed_s=0.01))
    for _ in range(2):
        metrics.observe(result(outcome=Outcome.FAILED, error_kind="NotAFeed", elapsed_s=40.0))
    metrics.pass_ended(elapsed_s=3.0, now=NOW)
    metrics.backup_verified(NOW)
    metrics.hub_message("accepted")
    found = samples(metrics.text())
    assert found["aggregator_fetches_total", ("", "saved")] == 1
    assert found["aggregator_fetches_total", ("", "not_modified")] == 1
    assert found["aggregator_fetches_total", ("NotAFeed", "failed")] == 2
    assert found["aggregator_posts_total", ("new",)] == 3
    assert found["aggregator_posts_total", ("changed",)] == 1
    assert found["aggregator_received_bytes_total", ()] == 1_000
    assert found["aggregator_fetch_seconds_bucket", ("0.05",)] == 1
    assert found["aggregator_fetch_seconds_count", ()] == 4
    assert found["aggregator_pass_seconds_sum", ()] == 3.0
    assert found["aggregator_last_pass_timestamp_seconds", ()] == NOW.timestamp()
    assert found["aggregator_backup_verified_timestamp_seconds", ()] == NOW.timestamp()
    assert found["aggregator_hub_messages_total", ("accepted",)] == 1
    assert found["process_resident_memory_bytes", ()] > 0
    # No database yet: what it would say is left out.
    assert ("aggregator_sources_due", ()) not in found


def test_the_database_is_asked_when_someone_looks(tmp_path: Path) -> None:
    database = tmp_path / "veille.db"
    now = NOW
    metrics = Metrics(database, clock=lambda: now)
    with Store.open(database) as store:
        store.sync_town(town("a", "b", "c"), definitions={}, now=NOW)
        subscription = Subscription(
            source="b",
            hub="https://hub.example/",
            topic="https://b.example/feed",
            token="x",
            secret="y",
            lease_until=None,
            asked=NOW,
            state="verified",
        )
        store.save_subscription(subscription)
        backup = backup_folder(database) / "veille-1.db"
        backup.parent.mkdir()
        backup.write_bytes(b"")
        now = NOW + timedelta(minutes=3)
        found = samples(metrics.text())
    assert found["aggregator_sources", ("new",)] == 3
    assert found["aggregator_sources", ("failing",)] == 0
    assert found["aggregator_sources_due", ()] == 3
    assert found["aggregator_oldest_due_seconds", ()] == 180
    assert found["aggregator_subscriptions", ("verified",)] == 1
    assert found["aggregator_subscriptions", ("refused",)] == 0
    assert found["aggregator_database_bytes", ()] >= database.stat().st_size
    assert int(found["aggregator_backup_timestamp_seconds", ()]) == int(backup.stat().st_mtime)
    # A thousand sources have no more series than three.
    with Store.open(database) as store:
        store.sync_town(town(*(f"s{i}" for i in range(1_000))), definitions={}, now=NOW)
    assert set(samples(metrics.text())) == set(found)


def test_the_port_shows_metrics_and_the_socket_does_not(tmp_path: Path) -> None:
    metrics = Metrics(tmp_path / "veille.db", clock=lambda: NOW)
    path = tmp_path / "hubs.sock"
    path.touch()  # a crawler that was killed left it

    async def go() -> None:
        port = listen_on_port(0)
        number = port.getsockname()[1]
        assert port.getsockname()[0] == "127.0.0.1"
        reception = Reception(metrics, None, clock=lambda: NOW)
        by_path = httpx.AsyncHTTPTransport(uds=str(path))
        async with (
            serving(reception, [port, listen_on_socket(path)]),
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{number}", trust_env=False) as open_door,
            httpx.AsyncClient(base_url="http://x", transport=by_path) as hubs,
        ):
            answer = await open_door.get("/metrics")
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
            assert "# HELP aggregator_fetches_total" in answer.text
            assert (await open_door.head("/metrics")).status_code == 200
            assert (await open_door.post("/metrics")).status_code == 405
            assert (await open_door.get(f"/websub/{'x' * 43}")).status_code == 404
            for asked in ("/metrics", f"/websub/{'x' * 43}", "/"):
                assert (await hubs.get(asked)).status_code == 404

    asyncio.run(go())
