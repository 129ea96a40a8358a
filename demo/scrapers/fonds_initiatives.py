"""Fonds d’initiatives citoyennes: one hand-written page, a table row a project.

No class names but `projet` and `texte`, days written « 12.03.2024 » in the first cell.
"""

from collections.abc import Iterator

from aggregator.model import Entry, Page
from aggregator.scraping import blocks, parse_selector, pick, pick_html

LINK = parse_selector("b a@href")
TITLE = parse_selector("b a")
DAY = parse_selector("td font")
TEXT = parse_selector(".texte")


def scrape(page: Page) -> Iterator[Entry]:
    """Yield the projects of the page, newest first."""
    for row in blocks(page, "tr.projet"):
        yield Entry(
            link=pick(row, LINK),
            title=pick(row, TITLE),
            published=pick(row, DAY),
            html=pick_html(row, TEXT) or "",
            base_url=page.url,
        )
