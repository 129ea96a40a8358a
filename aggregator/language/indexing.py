"""What the index is given of a text."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from aggregator.language.folding import MARKS, fold

_SPELT = {"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ﬁ": "fi", "ﬂ": "fl", "\u00ad": ""}
_UNCLEAN = re.compile(f"[{''.join(_SPELT)}]")
_WORD = re.compile(rf"(?:[^\W_]|[{MARKS}])+")


class Token(NamedTuple):
    """A visible word: where it stands in the text, and the folded words the index holds for it."""

    start: int
    end: int
    forms: tuple[str, ...]


def indexed_text(text: str) -> str:
    """Return what the index is given of a text; the very same object where nothing is to do."""
    return text.translate(str.maketrans(_SPELT)) if _UNCLEAN.search(text) else text


def is_plain(text: str) -> bool:
    """Tell whether `indexed_text` gives the text back unchanged."""
    return indexed_text(text) is text


def tokens(text: str) -> Iterator[Token]:
    """Yield the visible words of a text, as written."""
    for match in _WORD.finditer(text):
        if form := fold(match[0]):
            yield Token(match.start(), match.end(), (form,))
