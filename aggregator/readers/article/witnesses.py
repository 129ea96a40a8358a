"""Who says what the text of a page is."""

from collections.abc import Iterator
from copy import deepcopy
from typing import TYPE_CHECKING

from aggregator.language import words
from aggregator.readers.article.choosing import MAX_WORDS, Witness

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# Of one element: trafilatura takes the square of them, 33 s for 30,000.
_MAX_CHILDREN = 3_000


def witnesses(tree: "HtmlElement") -> Iterator[Witness]:
    """Ask trafilatura for the main text, and for all that is written in paragraphs.

    They err in different ways: the first leaves out parts, the second takes in too much.
    """
    import trafilatura  # noqa: PLC0415 - slow to import, and a crawl of feeds needs none of it

    if max(map(len, tree.iter())) <= _MAX_CHILDREN:
        # Its other algorithms, asked where it doubts (`fast=False`), change nothing here.
        text = trafilatura.extract(deepcopy(tree), include_comments=False, fast=True)
        yield _witness(text or "")
    yield _witness(trafilatura.baseline(deepcopy(tree))[1])


def _witness(text: str) -> Witness:
    return Witness(words=words(text)[:MAX_WORDS])
