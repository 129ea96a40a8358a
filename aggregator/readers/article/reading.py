"""One article from one page: a moderator's selectors first, then what can be found by itself."""

from typing import TYPE_CHECKING

from aggregator.model import Article, ArticlePage, Page
from aggregator.readers.article.choosing import choose, line_up
from aggregator.readers.article.linked import find_documents, missing_from
from aggregator.readers.article.parsing import parse
from aggregator.readers.article.polishing import append, polish, write
from aggregator.readers.article.selected import select
from aggregator.readers.article.trimming import trim
from aggregator.readers.article.witnesses import witnesses

if TYPE_CHECKING:
    from lxml.html import HtmlElement


def read_article(page: Page, article: Article | None, *, title: str | None = None) -> ArticlePage:
    """Read the page of one post.

    Args:
        page: As fetched; only its first megabytes count.
        article: The selectors of a moderator; what they do not give is extracted.
        title: What the feed or list calls the post.

    Raises:
        ReadError: The page is empty.
    """
    tree = parse(page)
    selected = select(page, article)
    return ArticlePage(
        url=page.url,
        title=selected.title or title,
        html=selected.html or _extract(tree, base=page.url, title=title),
        by="selectors" if selected.html else "extraction",
        published=selected.published,
        date_by="selector" if selected.published else None,
        author=selected.author,
        language=tree.get("lang"),
    )


def _extract(tree: "HtmlElement", *, base: str, title: str | None) -> str:
    """Return the text of a page as markup; empty where there is none. The tree is used up."""
    documents = find_documents(tree)
    trim(tree)
    line = line_up(tree)
    chosen = choose(line, witnesses(tree))
    if chosen is None:
        return ""
    polish(chosen, title=title)
    append(chosen, missing_from(chosen, documents))
    return write(chosen, base=base)
