"""The room's door: one untrusted entry becomes one post, or is refused with a reason."""

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from aggregator.clock import to_iso
from aggregator.model import DateOrigin, Entry, Post, Rejection, Source
from aggregator.normalise.dates import ReadDate, post_date
from aggregator.normalise.events import event_of, told
from aggregator.normalise.extracts import excerpt, without_labels
from aggregator.normalise.markup import html_and_text, text_of
from aggregator.normalise.plain import cut_at_word, fold_spaces
from aggregator.normalise.titles import clean_title, derived_title, plain_line, title_from_url
from aggregator.normalise.urls import URL_CHARACTERS, absolute, canonical, plain_address

_AUTHOR_CHARACTERS = 120
_CATEGORY_CHARACTERS = 80
_MAX_CATEGORIES = 30
_NAME_CHARACTERS = 2_400  # read of an author or a category, which may hold markup
_GUID_CHARACTERS = 1_000
_SUMMARY_CHARACTERS = 20_000  # of HTML; an extract has 300 characters
# The site said so itself: such a date is part of what readers see.
_TOLD = (DateOrigin.STATED, DateOrigin.DAY_ONLY)
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9_-]{1,30})?", re.IGNORECASE)
_NO_LANGUAGE = {"und", "mul", "zxx", "mis"}
# An author's address is personal data that nobody asked to spread (RGPD art. 5.1 c).
_EMAIL = re.compile(r"[^\s<>()\[\]:;,\"@]{1,64}@[^\s<>()\[\]:;,\"@]{1,255}")
_LEFT_OVER = re.compile(r"mailto:|<\s*>|\(\s*\)", re.IGNORECASE)
_BRACKETS = re.compile(r"^\((.*)\)$")


def normalise(
    entry: Entry,
    *,
    source: Source,
    page_url: str,
    language: str | None,
    seen: datetime,
    timezone: str,
) -> Post | Rejection:
    """Turn an entry as published into a post that can be kept and shown.

    An entry that carries a title, a text, a link or a date is a post; one with only an
    identifier says nothing to a reader and is refused.

    Pure and deterministic. The digest does not hold `seen`, nor anything worked out from it (an
    inferred date), so an entry that did not change gives the same digest at each crawl.

    Args:
        entry: What a reader found; every field may be missing, broken or hostile.
        source: Where it comes from; its own address stands in for a missing link.
        page_url: The address of the feed or page it was found on.
        language: What that page declares, if anything.
        seen: The moment of the crawl, aware.
        timezone: The town's, as `Europe/Paris`.
    """
    home = _page(source.url) or source.url
    base = _base(entry.base_url, page_url) or home
    link = _link(entry, base, page_url, home)
    html, text, summary = _body(entry, base)
    date = post_date(entry.published, entry.updated, seen=seen, timezone=timezone)
    title = clean_title(entry.title or "")
    if not (title or text or link or date.origin is not DateOrigin.FIRST_SEEN):
        return Rejection(
            entry=cut_at_word(fold_spaces(entry.guid or "entrée vide"), 120),
            reason="neither title, text, link nor date",
        )
    derived = "" if title else derived_title(text) or title_from_url(link or "")
    shown = title or derived or _fallback_title(source, date, timezone)
    url, short, author = (
        link or home,
        excerpt(summary or text),
        _author((entry.author or "")[:_NAME_CHARACTERS]),
    )
    written_in = _language(entry.language, language, source.language)
    categories = _categories(entry.categories)
    event = event_of(entry, seen=seen, timezone=timezone) if entry.starts else None
    return Post(
        source=source.slug,
        guid=_guid(entry, base, (page_url, source.url)) or _hash(title, _told(date), text),
        url=url,
        title=shown,
        title_derived=not title,
        excerpt=short,
        html=html,
        text=text,
        author=author,
        language=written_in,
        published=date.moment,
        date_origin=date.origin,
        categories=categories,
        event=event,
        digest=_hash(
            *(shown, url, short, html, text, author or "", written_in, _told(date)),
            *sorted(categories),
            *told(event),
        ),
    )


@lru_cache(maxsize=256)
def _page(url: str) -> str | None:
    """Return `canonical(url)`, remembered: all entries of a page ask for the same two or three."""
    return canonical(url)


@lru_cache(maxsize=256)
def _base(base_url: str | None, page_url: str) -> str | None:
    """Return the address that relative links start from, itself maybe relative to the page."""
    stated = absolute(base_url, base=page_url) if base_url else None
    return _page(stated or page_url) or _page(page_url)


def _link(entry: Entry, base: str, page_url: str, home: str) -> str | None:
    """Return the item's own address, canonical; None where it has no usable one."""
    link = entry.link or ""
    if len(link) <= URL_CHARACTERS and (url := plain_address(link)):
        return url
    found = absolute(link, base=base)
    if found is None:
        return None
    url = canonical(found)
    if "#" in found and url in (home, _page(page_url)):  # items anchored on one page
        return canonical(found, fragment=True)
    return url


def _body(entry: Entry, base: str) -> tuple[str, str, str]:
    """Return html, text and summary; the summary is the body where that holds no word."""
    html, text = html_and_text(entry.html, base=base)
    if text := without_labels(text):
        if entry.summary == entry.html:
            return html, text, ""
        summary = text_of(entry.summary[:_SUMMARY_CHARACTERS], base=base)
        return html, text, without_labels(summary)
    html, text = html_and_text(entry.summary, base=base)
    return html, without_labels(text), ""


def _told(date: ReadDate) -> str:
    """Return the moment as text where the site itself told it, so that it stays the same."""
    return to_iso(date.moment) if date.origin in _TOLD else ""


def _fallback_title(source: Source, date: ReadDate, timezone: str) -> str:
    """Name a post after its source, and the day where the site told it."""
    if not _told(date):
        return source.name
    return f"{source.name}, {date.moment.astimezone(ZoneInfo(timezone)):%d/%m/%Y}"


def _guid(entry: Entry, base: str, pages: Iterable[str]) -> str | None:
    """Return what identifies an item in its source: its id, else its address.

    Fragments count here: the events of one page are several. The page itself identifies nothing.
    """
    stated = fold_spaces(entry.guid or "")
    if stated:
        return stated if len(stated) <= _GUID_CHARACTERS else _hash(stated)
    found = absolute(entry.link or "", base=base)
    url = None if found is None else canonical(found, fragment=True)
    return None if url in {_page(page) for page in pages} else url


# Authors and categories come again with each entry of a feed; only so many characters of them
# are read.
@lru_cache(maxsize=512)
def _author(raw: str) -> str | None:
    # RSS writes « jean@example.org (Jean Dupont) », e-mail « Jean Dupont <jean@example.org> ».
    name = _EMAIL.sub("", plain_line(raw, limit=_AUTHOR_CHARACTERS))
    name = _LEFT_OVER.sub("", name).strip(" ,;:-–")
    return _BRACKETS.sub(r"\1", name).strip() or None


@lru_cache(maxsize=512)
def _category(raw: str) -> str:
    return plain_line(raw, limit=_CATEGORY_CHARACTERS)


@lru_cache(maxsize=256)
def _language(*stated: str | None) -> str:
    """Return the first usable language as a primary tag of BCP 47: `fr-FR` → `fr`."""
    for tag in stated:
        match = _LANGUAGE.fullmatch(tag.strip()) if tag else None
        if match and match[1].lower() not in _NO_LANGUAGE:
            return match[1].lower()
    return "fr"


def _categories(raw: Iterable[str]) -> tuple[str, ...]:
    names = dict.fromkeys([_category(name[:_NAME_CHARACTERS]) for name in raw])
    names.pop("", None)
    return tuple(names)[:_MAX_CATEGORIES]


def _hash(*parts: str) -> str:
    # No part holds a unit separator: unseen characters are out.
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
