"""Who says what the text of a page is."""

from collections.abc import Iterator
from copy import deepcopy
from typing import TYPE_CHECKING

from aggregator.language import words
from aggregator.readers.article.choosing import Witness

if TYPE_CHECKING:
    from lxml.html import HtmlElement


def witnesses(tree: "HtmlElement") -> Iterator[Witness]:
    """Ask trafilatura for the main text, and for all that is written in paragraphs.

    They err in different ways: the first leaves out parts, the second takes in too much.
    """
    import trafilatura  # noqa: PLC0415 - slow to import, and a crawl of feeds needs none of it

    # Its other algorithms, asked where it doubts (`fast=False`), change nothing here.
    text = trafilatura.extract(deepcopy(tree), include_comments=False, fast=True)
    yield Witness(words=words(text or ""))
    _, text, _ = trafilatura.baseline(deepcopy(tree))
    yield Witness(words=words(text))
