"""What a moderator's selectors find on the page of a post."""

from dataclasses import dataclass, replace

from aggregator.model import Article, Page
from aggregator.scraping import parse_selector, pick, pick_html, soup


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """What selectors found; a field that has none, or that matched nothing, is empty."""

    html: str = ""
    title: str | None = None
    published: str | None = None
    author: str | None = None


def select(page: Page, article: Article | None) -> Selected:
    """Read by selectors. Of `<time>` the machine-readable form is taken, where it is there."""
    if article is None or article == Article():
        return Selected()
    document = soup(page)

    def text(selector: str | None) -> str | None:
        return pick(document, selector) if selector else None

    stated = None
    if article.date and not parse_selector(article.date).attribute:
        stated = pick(document, replace(parse_selector(article.date), attribute="datetime"))
    return Selected(
        html=pick_html(document, article.text) if article.text else "",
        title=text(article.title),
        published=stated or text(article.date),
        author=text(article.author),
    )
