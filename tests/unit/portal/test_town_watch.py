import asyncio
import json
import os
from pathlib import Path

import pytest

from aggregator.errors import TownError
from aggregator.paths import TownFolder
from aggregator.portal.town import Masthead, TownWatch

LIST = "version: 1\ntown: {name: %s, timezone: Europe/Paris, contact: a@b.example}\nsources: []\n"


def _write(path: Path, text: str, moment: int) -> None:
    path.write_text(text, encoding="utf-8")
    os.utime(path, (moment, moment))


def _names(path: Path, *texts: str) -> list[str]:
    """The town's name after each edit of its list."""

    async def run() -> list[str]:
        watch = TownWatch(path)
        names = []
        for moment, text in enumerate(texts, start=1):
            _write(path, text, moment)
            names.append((await watch.town()).name)
        return names

    _write(path, LIST % "Premier", 0)
    return asyncio.run(run())


def test_the_list_is_read_again_when_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    assert _names(path, LIST % "Valmont", LIST % "Corbas") == ["Valmont", "Corbas"]


def test_a_broken_list_leaves_the_last_good_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "sources.yaml"
    assert _names(path, LIST % "Valmont", "version: [", LIST % "Corbas") == [
        "Valmont", "Valmont", "Corbas",
    ]  # fmt: skip
    assert "keeps the list as it was" in caplog.text


def test_a_missing_list_leaves_the_last_good_one(tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    _write(path, LIST % "Valmont", 0)

    async def run() -> str:
        watch = TownWatch(path)
        path.unlink()
        return (await watch.town()).name

    assert asyncio.run(run()) == "Valmont"


def test_without_a_first_good_list_there_is_no_portal(tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    _write(path, "version: [", 0)
    with pytest.raises(TownError):
        TownWatch(path)


def test_the_masthead_is_read_from_metadata(tmp_path: Path) -> None:
    (tmp_path / "metadata.json").write_text(
        json.dumps({"title": "Veille", "plugins": {"portal": {"publisher": "Mairie"}}}), "utf-8"
    )
    masthead = Masthead.read(TownFolder(root=tmp_path))
    assert (masthead.title, masthead.publisher, masthead.director) == ("Veille", "Mairie", "")


@pytest.mark.parametrize("plugins", [None, [], {"portal": None}, {"portal": {"host": 3}}])
def test_an_odd_masthead_says_nothing(tmp_path: Path, plugins: object) -> None:
    (tmp_path / "metadata.json").write_text(json.dumps({"plugins": plugins}), "utf-8")
    assert Masthead.read(TownFolder(root=tmp_path)).host == ""


@pytest.mark.parametrize("text", ["{", "[]"])
def test_bad_metadata_is_a_complaint_with_its_file(tmp_path: Path, text: str) -> None:
    (tmp_path / "metadata.json").write_text(text, "utf-8")
    with pytest.raises(TownError, match=r"metadata\.json:1: not"):
        Masthead.read(TownFolder(root=tmp_path))
