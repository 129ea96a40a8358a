"""A portal to ask, shared or one's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e.portal_town import build_town
from e2e.portal_visitor import Visitor

from aggregator.paths import TownFolder


@pytest.fixture(scope="module")
def valmont(tmp_path_factory: pytest.TempPathFactory) -> tuple[TownFolder, Path]:
    return build_town(tmp_path_factory.mktemp("valmont"), many=60)


@pytest.fixture(scope="module")
def visitor(valmont: tuple[TownFolder, Path]) -> Iterator[Visitor]:
    town, database = valmont
    found = Visitor(database, town)
    yield found
    found.close()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[tuple[Visitor, Path]]:
    """A portal whose database a test may spoil."""
    town, database = build_town(tmp_path)
    found = Visitor(database, town)
    yield found, database
    found.close()
