from pathlib import Path

import pytest
from click.testing import CliRunner
from e2e.portal_town import build_town

from aggregator.cli.searching import search


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_town(tmp_path_factory.mktemp("searched"))[1]


def said(database: Path, *typed: str) -> str:
    done = CliRunner().invoke(search, ["--db", str(database), *typed])
    assert done.exit_code == 0
    return done.output


def test_a_correction_is_told(database: Path) -> None:
    text = said(database, "mirabele")
    assert "nothing found for 'mirabele'" in text
    assert "1 found for 'mirabelle'" in text


def test_what_was_not_understood_is_told(database: Path) -> None:
    text = said(database, "ecole", "quartier:filatur")
    assert "quartier:filatur: no such value, searched as plain words" in text
    assert "did you mean quartier:filature?" in text
