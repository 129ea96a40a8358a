"""The database that the guard is attacked on."""

from pathlib import Path

import pytest
from unit.data.withheld import build


@pytest.fixture(scope="session")
def posts_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four posts of each source."""
    return build(tmp_path_factory.mktemp("data") / "veille.db")
