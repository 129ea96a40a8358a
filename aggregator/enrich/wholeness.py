"""Whether a post is whole as its feed or list has it, and whether its own page says more."""

import re
from dataclasses import dataclass
from itertools import islice
from typing import Literal
from urllib.parse import urlsplit

from aggregator.language import words
from aggregator.model import DateOrigin, Post, Source

Lack = Literal["text", "date"]

# A shorter text is mostly a summary: WordPress cuts at 55 words (wp_trim_excerpt), Overblog at 400
# characters. A short post that was whole costs one request, once.
SHORT_CHARACTERS = 450
_CUT = re.compile(r"(?:…|\.\.\.)\s?[\])»]?\s*\Z")
_FILE = re.compile(
    r"\.(?:pdf|docx?|odt|rtf|xlsx?|ods|csv|pptx?|odp|jpe?g|png|mp[34])\Z", re.IGNORECASE
)
_COMPARED_WORDS = 3_000
# Of the feed's words, how many the page's text must hold to be the same post's; markup, dashes and
# an editor's last corrections take some.
_HELD = 0.7
_LONGER = 1.15
_TRUSTED = {DateOrigin.STATED, DateOrigin.DAY_ONLY}


def lack(post: Post, *, source: Source) -> Lack | None:
    """Return what a post's own page is to be opened for; None where nothing is missing.

    Platforms give what they have; a post without an address of its own has no page; a file is read
    as a document.
    """
    if source.service is not None or not _has_own_page(post, source):
        return None
    if len(post.text) < SHORT_CHARACTERS or _CUT.search(post.text[-40:]):
        return "text"
    return None if post.date_origin in _TRUSTED else "date"


def _has_own_page(post: Post, source: Source) -> bool:
    url = urlsplit(post.url)
    home = urlsplit(source.url)
    own = (url.netloc, url.path.rstrip("/"), url.query)
    if own == (home.netloc, home.path.rstrip("/"), home.query) or own[1:] == ("", ""):
        return False
    return not _FILE.search(url.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which of two texts is indexed, and why, as people read it."""

    page_is_better: bool
    reason: str
    is_its_own: bool = True  # the page tells of the post, not of something else


def choose(published: str, page: str) -> Choice:
    """Choose between the text a feed publishes and that of the post's page, both plain.

    The page's must be longer, and hold what the feed says: else it is another page, a menu, or a
    wall before the article.
    """
    if not page.strip():
        return Choice(
            page_is_better=False, is_its_own=False, reason="la page ne contient pas de texte"
        )
    said = list(islice(words(published), _COMPARED_WORDS))
    if not said:
        return Choice(page_is_better=True, reason="la source n’en donne pas d’autre")
    if len(page) < _LONGER * len(published):
        return Choice(page_is_better=False, reason="la page n’en dit pas plus")
    known = set(words(page))
    held = sum(word in known for word in said) / len(said)
    if held < _HELD:
        return Choice(
            page_is_better=False,
            is_its_own=False,
            reason="le texte de la page n’est pas celui que la source annonce",
        )
    return Choice(
        page_is_better=True,
        reason="la source n’en donne que le début\u202f; la page le donne entier",
    )
