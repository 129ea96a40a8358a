"""One article from one page: a moderator's selectors first, then what can be found by itself."""

from aggregator.model import Article, ArticlePage, Page
from aggregator.readers.article.parsing import parse
from aggregator.readers.article.selected import select


def read_article(page: Page, article: Article | None, *, title: str | None = None) -> ArticlePage:
    """Read the page of one post.

    Raises:
        ReadError: It is empty.
    """
    import trafilatura  # noqa: PLC0415 - slow to import, and a crawl of feeds needs none of it

    tree = parse(page)
    selected = select(page, article)
    text = selected.html or trafilatura.extract(
        tree,
        url=page.url,
        output_format="html",
        include_comments=False,
        include_links=True,
        include_formatting=True,
    )
    said = trafilatura.extract_metadata(tree, default_url=page.url)
    return ArticlePage(
        url=page.url,
        canonical=said.url,
        title=selected.title or said.title or title,
        html=text or "",
        by="selectors" if selected.html else "extraction",
        published=selected.published,
        date_by="selector" if selected.published else None,
        author=selected.author or said.author,
        language=tree.get("lang"),
    )
