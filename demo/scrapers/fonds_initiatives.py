"""Fonds d’initiatives citoyennes: one hand-written page, a table row a project.

The day stands in the first cell, written « 12.03.2024 »; the page says ISO-8859-1.
"""

from collections.abc import Iterator

from aggregator.model import Entry, Page
from aggregator.scraping import blocks, pick, pick_html


def scrape(page: Page) -> Iterator[Entry]:
    """Yield the projects of the page, newest first."""
    for row in blocks(page, "tr.projet"):
        yield Entry(
            link=pick(row, "b a@href"),
            title=pick(row, "b a"),
            published=pick(row, "td font"),
            html=pick_html(row, ".texte"),
            base_url=page.url,
        )
