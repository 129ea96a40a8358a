"""One article from one page: a moderator's selectors first, then what can be found by itself."""

from typing import TYPE_CHECKING

from aggregator.model import Article, ArticlePage, Page
from aggregator.readers.article.choosing import choose, late_in, line_up
from aggregator.readers.article.clues import find_clues
from aggregator.readers.article.dates import Dated, choose_date, shown_date, stated_date
from aggregator.readers.article.linked import find_documents, missing_from
from aggregator.readers.article.naming import Names, read_names
from aggregator.readers.article.parsing import parse
from aggregator.readers.article.polishing import append, polish, write
from aggregator.readers.article.selected import select
from aggregator.readers.article.structured import Stated, read_stated
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
    stated = read_stated(tree)
    names = read_names(tree, stated, url=page.url)
    html, dated = _extract(tree, stated, names, titles=(title, names.title))
    return ArticlePage(
        url=page.url,
        canonical=names.canonical,
        title=selected.title or names.title or title,
        html=selected.html or html,
        by="selectors" if selected.html else "extraction",
        published=selected.published or (dated.text if dated else None),
        date_by="selector" if selected.published else (dated.by if dated else None),
        author=selected.author or names.author,
        language=names.language,
        tdm_reserved=names.tdm_reserved,
    )


def _extract(
    tree: "HtmlElement", stated: Stated, names: Names, *, titles: tuple[str | None, ...]
) -> tuple[str, Dated | None]:
    """Return the text of a page as markup, empty where there is none, and its date.

    The tree is used up.
    """
    documents = find_documents(tree)
    clues = find_clues(tree, day_first=names.is_day_first)
    trim(tree)
    line = line_up(tree)
    chosen = choose(line, witnesses(tree))
    said = stated_date(stated, day_first=names.is_day_first)
    if chosen is None:
        return "", choose_date(said, None, url=names.canonical or names.url)
    shown = shown_date(clues, chosen, late=late_in(line, chosen), titles=titles)
    polish(chosen, titles=titles)
    append(chosen, missing_from(chosen, documents))
    dated = choose_date(said, shown, url=names.canonical or names.url)
    return write(chosen, base=names.base), dated
