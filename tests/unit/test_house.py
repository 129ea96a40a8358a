"""The house's plan, asserted on the tree: arrows go downward, rooms stay small."""

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest
from conftest import REPOSITORY

PACKAGE = REPOSITORY / "aggregator"
GROUND = {"model", "errors", "clock", "paths", "scraping", "language"}
PATH = {"sources", "fetch", "readers", "normalise", "enrich", "store", "search", "publish"}
DRIVERS = {"crawl", "portal", "data", "service", "sample"}
MODULES = sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def rooms_imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
            if node.module == "aggregator":
                names = [f"aggregator.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == "aggregator" and len(parts) > 1:
                yield parts[1]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_arrows_go_downward(path: Path) -> None:
    room = room_of(path)
    allowed = {
        "ground": GROUND,
        "path": GROUND | {room},
        # The door of a child process starts the other drivers.
        "drivers": GROUND | PATH | ({room} if room != "service" else DRIVERS),
    }
    floor = next(
        (
            name
            for name, rooms in {"ground": GROUND, "path": PATH, "drivers": DRIVERS}.items()
            if room in rooms
        ),
        None,
    )
    if floor is not None:
        assert set(rooms_imported(path)) - {"__version__"} <= allowed[floor]


def test_every_room_is_on_the_plan() -> None:
    rooms = {room_of(path) for path in MODULES} - {"__init__", "__main__"}
    assert rooms <= GROUND | PATH | DRIVERS | {"cli"}


def test_only_the_clock_asks_the_time() -> None:
    for path in MODULES:
        if path.name == "clock.py":
            continue
        text = path.read_text(encoding="utf-8")
        assert "datetime.now(" not in text, path
        assert "utcnow(" not in text, path
        assert "time.time(" not in text, path


def test_modules_stay_small() -> None:
    lengths = {path: path.read_text(encoding="utf-8").count("\n") for path in MODULES}
    assert max(lengths.values()) <= 350, max(lengths, key=lambda path: lengths[path])
    assert median(lengths.values()) <= 150


def test_functions_stay_small() -> None:
    lengths = sorted(
        (node.end_lineno or 0) - node.lineno + 1
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    assert lengths[int(len(lengths) * 0.95)] <= 40
