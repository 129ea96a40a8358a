"""What tests that go through several rooms may use."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from aggregator.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty database, migrated."""
    with Store.open(tmp_path / "veille.db") as opened:
        yield opened
