"""Feeds of the kinds a French town has, with what is read from each.

`tests/golden/feeds/<case>/`: `input.*` as served, `expected.json` as read. To write the
expectations anew after a wanted change, delete them, run the test twice, and read the diff.
"""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aggregator.model import Page
from aggregator.readers import read_feed

CASES = sorted(path for path in (Path(__file__).parent / "feeds").iterdir() if path.is_dir())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_feed_is_read_as_expected(case: Path) -> None:
    (served,) = case.glob("input.*")
    page = Page(
        requested_url="https://exemple.fr/flux",
        url="https://exemple.fr/flux",
        body=served.read_bytes(),
        status=200,
        content_type="text/html; charset=utf-8",
        fetched=datetime(2024, 9, 10, tzinfo=UTC),
        elapsed_s=0.1,
    )
    extraction = asdict(read_feed(page))
    extraction["marks"] = len(extraction["marks"]) // 8
    read = json.loads(json.dumps(extraction, default=sorted))
    expected = case / "expected.json"
    if not expected.exists():
        text = json.dumps(read, ensure_ascii=False, indent=1)
        expected.write_text(text + "\n", encoding="utf-8")
        pytest.fail(f"{expected} was missing and is now written: read it before you trust it")

    assert read == json.loads(expected.read_text(encoding="utf-8"))
