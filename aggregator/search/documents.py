"""Which page of a post's documents says what was searched.

The index knows that one of them does, and not where. Pages are read for the posts on the screen
only, those whose title and text do not say it all; a page is looked at closely only where it holds
the letters of a word searched.
"""

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from aggregator.language import fold
from aggregator.search.expansion import Concept, Wording
from aggregator.search.lighting import SEARCHED_CHARACTERS, Finder
from aggregator.search.model import DocumentPlace

# Read for one screen: 30 ms. Twenty posts may well have documents of two hundred pages.
READ_CHARACTERS = 6_000_000
_OVERLAP = 120  # of the next page: a phrase may go on there
_LONGEST_ACRONYM = 6

_PAGES = """
SELECT d.url, n.label, n.title, d.media, g.page, g.text
FROM post_documents AS l JOIN documents AS d ON d.id = l.document_id
LEFT JOIN shown_documents AS n ON n.post_id = l.post_id AND n.document_id = l.document_id
JOIN document_pages AS g ON g.document_id = d.id
WHERE l.post_id = ? AND l.indexed = 1 ORDER BY l.position, l.document_id, g.page
"""
_PAGED = frozenset({"pdf"})  # the others come as one long page

_LETTERS = bytes(
    ord(folded) if len(folded := fold(chr(code))) == 1 and folded.isascii() else code
    for code in range(256)
)
# What French texts have beyond Latin-1.
_BEYOND = (("’", "'"), ("œ", "oe"), ("Œ", "OE"), ("–", "-"), ("—", "-"), ("…", "."), ("•", "-"))
_QUOTES = (("“", '"'), ("”", '"'), ("€", "E"), ("\u202f", " "))


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A page, or a part of a long one, and where it stands."""

    place: DocumentPlace
    text: str
    next: str = ""  # how what follows begins


class Documents:
    """Looks for what one query wants, in the documents of the posts on one screen."""

    def __init__(
        self, connection: sqlite3.Connection, concepts: Sequence[Concept], finder: Finder
    ) -> None:
        self._connection = connection
        self._finder = finder
        self._needles = [_needles(concept) for concept in concepts]
        self._left = READ_CHARACTERS

    def best(self, post: int, missing: Collection[int]) -> Passage | None:
        """Return the first of the pages that say most.

        Args:
            post: Its id.
            missing: The concepts, by number, that neither its title nor its text says: the page
                says one of them at least.
        """
        best, most = None, 0
        for passage in self._passages(post):
            text = passage.text + passage.next
            hay = _letters(text)
            held = {
                number
                for number, needles in enumerate(self._needles)
                if any(needle in hay for needle in needles)
            }
            if len(held) <= most or held.isdisjoint(missing):
                continue
            places = [one for one in self._finder.places(text) if one.start < len(passage.text)]
            said = {one.concept for one in places}
            if len(said) > most and not said.isdisjoint(missing):
                goes_on = any(one.end > len(passage.text) for one in places)
                best = replace(passage, text=text) if goes_on else passage
                most = len(said)
                if most == len(self._needles):
                    break
        return best

    def _passages(self, post: int) -> Iterator[Passage]:
        before: Passage | None = None
        for url, label, title, media, page, text in self._connection.execute(_PAGES, (post,)):
            self._left -= len(text)
            if self._left < 0:
                break
            place = DocumentPlace(
                label=label or title or _name_of(url),
                url=url,
                media=media,
                page=page if media in _PAGED else None,
            )
            for start in range(0, max(len(text), 1), SEARCHED_CHARACTERS):
                part = Passage(place=place, text=text[start : start + SEARCHED_CHARACTERS])
                if before is not None:
                    yield _followed(before, part)
                before = part
        if before is not None:
            yield before


def _followed(before: Passage, after: Passage) -> Passage:
    """Return a part of a document with the beginning of the next one, if there is one."""
    if before.place.url != after.place.url:
        return before
    parted = "" if before.place == after.place else "\n"
    return replace(before, next=parted + after.text[:_OVERLAP])


def _name_of(url: str) -> str:
    return unquote(PurePosixPath(urlsplit(url).path).name) or url


def _letters(text: str) -> bytes:
    """Return the folded letters of a text; of Latin ones a hundred times as fast as `fold`."""
    for sign, plain in (*_BEYOND, *_QUOTES):
        text = text.replace(sign, plain)
    try:
        return text.encode("latin-1").translate(_LETTERS)
    except UnicodeEncodeError:
        return fold(text).encode()


def _needles(concept: Concept) -> tuple[bytes, ...]:
    """Return what a page must hold one of to say something."""
    return tuple({one for wording in (*concept.typed, *concept.same) for one in _needle(wording)})


def _needle(wording: Wording) -> Iterator[bytes]:
    longest = max(wording.words, key=len)
    yield longest.encode()
    if 1 < len(longest) <= _LONGEST_ACRONYM and longest.isalpha():
        yield ".".join(longest).encode()
