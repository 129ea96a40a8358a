"""Which element of a page is the text of its post: the one most witnesses agree on.

Every witness says of some words that they are the text. An element's mark is how well its words
agree with theirs: precision and recall at once (F1), by runs of three words. So what libraries
find is never shown as they write it, but as the page itself has it: with its links and headings.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aggregator.language import words

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_RUN = 3
MAX_WORDS = 100_000  # of a page; what follows counts for nothing
_OPENING = 40  # words
_CONTAINERS = frozenset(
    ("article", "blockquote", "body", "center", "dd", "div", "main", "ol", "p", "pre", "section")
) | {"table", "tbody", "td", "tr", "ul"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """Words that somebody takes for the text of the post."""

    words: Sequence[str]
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The words of a page in a row, and where each element begins and ends in it."""

    words: Sequence[str]
    spans: "dict[HtmlElement, tuple[int, int]]"


def line_up(tree: "HtmlElement") -> Line:
    """Put the words of a page in a row."""
    from lxml import etree  # noqa: PLC0415 - slow to import, and a crawl of feeds needs none of it

    row: list[str] = []
    starts: dict[HtmlElement, int] = {}
    spans: dict[HtmlElement, tuple[int, int]] = {}
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        if event == "start":
            starts[element] = len(row)
            text = element.text
        else:
            spans[element] = (starts[element], len(row))
            text = element.tail
        if text and len(row) < MAX_WORDS:
            row += words(text)[: MAX_WORDS - len(row)]
    return Line(words=row, spans=spans)


def choose(line: Line, witnesses: "Iterable[Witness]") -> "HtmlElement | None":
    """Return the element that agrees best with the witnesses; None where there are none."""
    marks: dict[HtmlElement, float] = {}
    for witness in witnesses:
        if not witness.words:
            continue
        agreed = _agreed(line.words, witness.words)
        for element, (start, end) in line.spans.items():
            if element.tag in _CONTAINERS and end > start:
                both = agreed[end] - agreed[start]
                f1 = 2 * both / (end - start + len(witness.words))
                marks[element] = marks.get(element, 0.0) + witness.weight * f1
    # Of equals the innermost: it comes first, since elements end from the inside out.
    return max(marks, key=lambda element: marks[element]) if marks else None


def late_in(line: Line, chosen: "HtmlElement") -> "set[HtmlElement]":
    """Return the elements that begin after the opening of a text."""
    opening = line.spans[chosen][0] + _OPENING
    return {element for element, (start, _) in line.spans.items() if start > opening}


def _agreed(row: Sequence[str], said: Sequence[str]) -> list[int]:
    """Return how many of the first n words are in a run of words that a witness has too."""
    size = min(_RUN, len(said), len(row))
    known = set(_runs(said, size))
    covered = bytearray(len(row))
    for at, run in enumerate(_runs(row, size)):
        if run in known:
            covered[at : at + size] = b"\1" * size
    sums = [0]
    for is_covered in covered:
        sums.append(sums[-1] + is_covered)
    return sums


def _runs(row: Sequence[str], size: int) -> Iterable[tuple[str, ...]]:
    return zip(*(row[shift:] for shift in range(size)), strict=False)
