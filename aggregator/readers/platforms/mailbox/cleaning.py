"""What of a newsletter is meant for us alone is taken out of it.

Whoever follows our link to unsubscribe ends our subscription, and whoever reads our address may
write to it.
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from aggregator.model import Page
from aggregator.scraping import soup

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

_OURS_ALONE = re.compile(
    r"unsub|opt-?out|d[ée]sabonn|d[ée]sinscri|se d[ée]sabonner|ne plus recevoir"
    r"|(?:vos|mes|ses) pr[ée]f[ée]rences|votre profil|mettre [àa] jour (?:vos|votre)"
    r"|manage.{0,20}(?:preferences|subscription)|update.{0,20}(?:preferences|profile)"
    r"|email-?preferences|forward to a friend|transf[ée]rer (?:ce|cet|à un ami)|list-unsubscribe",
    re.IGNORECASE,
)
_IN_BROWSER = re.compile(
    r"(?:dans|avec|sur|via|depuis|in)\s(?:le|la|un|une|votre|ton|your|a|the)?\s?"
    r"(?:navigateur|browser)|version\s(?:en\sligne|web)|voir\s(?:cet\s\w+|la\slettre)?\s?en\sligne"
    r"|(?:lire|consulter|visualiser|afficher|ouvrir).{0,40}en\sligne|view.{0,40}online|web\sversion"
    r"|miroir",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"display\s{0,5}:\s{0,5}none|max-height\s{0,5}:\s{0,5}0", re.IGNORECASE)
_NO_TEXT = {"script", "style", "head", "title", "template"}
# The reader's number or address: the same page is shown without it.
_PERSONAL = {"email", "mail", "e-mail", "subscriber", "subscriber_id"}
_NUMBERED = re.compile(r"(?:^|\.)(?:list-manage\.com|campaign-archive\.com|mailchi\.mp)$")
_STYLE_CHARS = 2_000
_MOST_LINKS = 2_000
_LABEL_CHARS = 300


def cleaned_html(
    page: Page, *, ours: Sequence[str], unsubscribes: frozenset[str]
) -> tuple[str, str | None]:
    """Return the body of a mail for all, and its address on the web where it tells one.

    Args:
        page: Its HTML part.
        ours: The addresses it was sent to.
        unsubscribes: What the mail itself says ends the subscription (List-Unsubscribe).
    """
    document = soup(page)
    _cut_hidden(document)
    secrets, web = _secrets(ours), None
    for rank, link in enumerate(document.select("a[href]")):
        if link.decomposed:
            continue
        url, label = str(link["href"]).strip(), link.get_text(" ", strip=True)[:_LABEL_CHARS]
        is_ours = url in unsubscribes or rank >= _MOST_LINKS
        clean = None if is_ours else _public(url, label, secrets)
        if clean is not None and web is None and _IN_BROWSER.search(label):
            web, clean = clean, None  # it is the post's own link
        if clean is None:
            link.decompose()
        else:
            link["href"] = clean
    body = document.body or document
    is_web = web is not None and web.startswith(("http://", "https://"))
    return _without(body.decode_contents(), ours), web if is_web else None


def cleaned_text(text: str, *, ours: Sequence[str], unsubscribes: frozenset[str]) -> str:
    """Return the plain body of a mail for all: lines that are meant for us alone go."""
    secrets = _secrets(ours)
    lines = [
        line
        for line in text.splitlines()
        if not (
            _OURS_ALONE.search(line[:2_000])
            or any(secret in unquote(line).lower() for secret in secrets)
            or any(url in line for url in unsubscribes)
        )
    ]
    return _without("\n".join(lines), ours)


def _cut_hidden(document: "BeautifulSoup") -> None:
    for tag in document.select("script, style, head, title, template, [style]"):
        if tag.decomposed:  # with what is around it
            continue
        if tag.name in _NO_TEXT or _HIDDEN.search(str(tag.get("style"))[:_STYLE_CHARS]):
            tag.decompose()


def _public(url: str, label: str, secrets: Sequence[str]) -> str | None:
    """Return an address without what tells who we are; None where it is nothing without it."""
    if _OURS_ALONE.search(label) or _OURS_ALONE.search(unquote(url[:2_000])):
        return None
    try:
        parts = urlsplit(url)
        query = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=200)
    except ValueError:
        return None
    personal = _PERSONAL | {"e"} if _NUMBERED.search(parts.hostname or "") else _PERSONAL
    kept = [
        (name, value)
        for name, value in query
        if name.lower() not in personal and not _tells(value, secrets)
    ]
    if len(kept) != len(query):
        url = parts._replace(query=urlencode(kept)).geturl()
    return None if _tells(url, secrets) else url


def _tells(text: str, secrets: Sequence[str]) -> bool:
    folded = unquote(unquote(text)).lower()
    return any(secret in folded for secret in secrets)


def _secrets(ours: Sequence[str]) -> list[str]:
    """Return our addresses in the forms in which links hide them, in lower case."""
    found: list[str] = []
    for address in ours:
        encoded = address.encode()
        found += [
            address,
            quote(address, safe="").lower(),
            base64.b64encode(encoded).decode().rstrip("=").lower(),
            hashlib.md5(encoded, usedforsecurity=False).hexdigest(),
            hashlib.sha1(encoded, usedforsecurity=False).hexdigest(),
            hashlib.sha256(encoded).hexdigest(),
        ]
    return found


def _without(text: str, ours: Sequence[str]) -> str:
    for address in ours:
        text = re.sub(re.escape(address), "", text, flags=re.IGNORECASE)
    return text
