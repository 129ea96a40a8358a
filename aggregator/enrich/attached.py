"""The documents that a post links to whose text can be read: PDF, ODT, DOCX."""

import html
import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from aggregator.model import Attached, Post

MOST = 20
LABEL_CHARACTERS = 200

# As in documents.py: the HTML is our own sanitiser's, so strict patterns are exact on it.
_ENDING = r"[^\"?#]*\.(?:pdf|odt|docx)"
_DOCUMENT = re.compile(rf"https?://[^\"?#/]+/{_ENDING}(?:[?#].*)?", re.ASCII | re.IGNORECASE)
_LINK = re.compile(
    rf'<a href="(https?://[^"?#/]+/{_ENDING}(?:[?#][^"]*)?)"[^>]*>((?:(?!</?a[ >]).)*)',
    re.ASCII | re.IGNORECASE | re.DOTALL,
)
_READABLE = {"pdf", "texte"}
_TAG = re.compile(r"<[^>]*>")
_PORTS = {"http": ":80", "https": ":443"}


def attached(post: Post, kinds: Iterable[str]) -> tuple[Attached, ...]:
    """Return a post's documents: what it is itself, then what it links to, in order.

    Each address stands once, with the words of the first link that has any.

    Args:
        post: With sanitised HTML.
        kinds: Of DOCUMENTS, those that it links to: most posts link to none.
    """
    found: dict[str, str] = {}
    for url, label in _links(post, kinds):
        if not found.get(url) and (url in found or len(found) < MOST):
            found[url] = label
    return tuple(Attached(url=url, label=label) for url, label in found.items())


def _links(post: Post, kinds: Iterable[str]) -> Iterator[tuple[str, str]]:
    if _DOCUMENT.fullmatch(post.url):
        yield post.url.partition("#")[0], ""
    if _READABLE.intersection(kinds):
        for link, words in _LINK.findall(post.html):
            if url := _canonical(html.unescape(link)):
                yield url, _plain(words)


def _plain(words: str) -> str:
    return " ".join(html.unescape(_TAG.sub(" ", words)).split())[:LABEL_CHARACTERS].rstrip()


def _canonical(link: str) -> str | None:
    """Write an address in one form: no fragment, no default port, letters encoded."""
    if link.isascii() and link.startswith(("http://", "https://")) and " " not in link:
        written = link
    else:
        # Takes 10 ms, and few posts need it.
        from w3lib.url import safe_url_string  # noqa: PLC0415 - start-up

        written = safe_url_string(link)
    try:
        parts = urlsplit(written)
    except ValueError:  # an unfinished [IPv6] host
        return None
    host = parts.netloc.rpartition("@")[2].lower().removesuffix(_PORTS[parts.scheme])
    return parts._replace(netloc=host, fragment="").geturl() if host else None
