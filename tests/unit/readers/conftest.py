"""A page out of bytes."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aggregator.model import Page
from aggregator.readers import Scrapers, load_scrapers


@pytest.fixture
def page_of() -> Callable[..., Page]:
    def make(body: bytes | str, url: str = "https://exemple.fr/", content_type: str = "") -> Page:
        return Page(
            requested_url=url,
            url=url,
            body=body if isinstance(body, bytes) else body.encode(),
            status=200,
            content_type=content_type,
            fetched=datetime(2024, 5, 1, tzinfo=UTC),
            elapsed_s=0.1,
        )

    return make


@pytest.fixture
def no_scrapers(tmp_path: Path) -> Scrapers:
    return load_scrapers(tmp_path / "missing")
