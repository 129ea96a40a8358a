"""Many sources, a day in virtual time; benchmarks/many_sources.py does it with ten thousand."""

import runpy
from typing import Any

import pytest
from conftest import REPOSITORY

SOURCES = 300  # on 40 hosts, the largest of which holds 25
# A pass begins every minute, and a host's sources wait for each other.
MOST_LATE_S = 600


@pytest.fixture(scope="module")
def day() -> Any:
    """Let the day pass."""
    live = runpy.run_path(str(REPOSITORY / "benchmarks" / "many_sources.py"))["live"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AGGREGATOR_ALLOW_NETWORKS", "127.0.0.1/32")
        return live(SOURCES)


def test_every_source_that_is_due_is_visited_in_time(day: Any) -> None:
    assert day.left == 0
    assert day.failed == 0
    assert len({ask.source for ask in day.asks}) == SOURCES
    assert len(day.asks) > 2 * SOURCES
    # To the whole second before an appointment: moments are kept in seconds.
    assert min(day.late_s) > -1
    assert max(day.late_s) < MOST_LATE_S


def test_every_host_keeps_its_gaps(day: Any) -> None:
    assert day.hosts == 40
    assert day.least_gap_s() >= 2.0 - 1e-6
