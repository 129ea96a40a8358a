"""What a test of a scraper may use: `read_saved("name", "page.html")`."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aggregator.model import Entry, Page, Source
from aggregator.readers import load_scrapers, read

HERE = Path(__file__).parent
SCRAPERS = HERE.parent.parent / "scrapers"


@pytest.fixture
def read_saved() -> Callable[..., tuple[Entry, ...]]:
    """Read a page saved beside the test with a scraper of the town."""

    def read_page(
        name: str, saved: str, *, folder: Path = HERE, scrapers: Path = SCRAPERS
    ) -> tuple[Entry, ...]:
        url = "https://exemple.fr/"
        page = Page(
            requested_url=url,
            url=url,
            body=(folder / saved).read_bytes(),
            status=200,
            fetched=datetime(2024, 5, 1, tzinfo=UTC),
            elapsed_s=0.1,
        )
        source = Source(slug="saved", name="Saved", url=url, kind="blog", scraper=name)
        return read(page, source, scrapers=load_scrapers(scrapers)).entries

    return read_page
