"""What the head of a feed says of the site and of its other pages."""

import json
import re
from dataclasses import dataclass

from aggregator.errors import ReadError
from aggregator.model import Page
from aggregator.readers.addresses import absolute, host
from aggregator.readers.charset import decode

_ATOM = "{http://www.w3.org/2005/Atom}link"
_MAX_ELEMENTS = 200  # of a head; the longest of the corpus has 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The head of a feed.

    Attributes:
        generator: What it was made with, lower case.
        site: The address of the site, absolute.
        next: The page after this one (RFC 5005 §3), of the same host.
        previous_archive: The archive before this one (RFC 5005 §4), of the same host.
    """

    generator: str = ""
    site: str | None = None
    next: str | None = None
    previous_archive: str | None = None


def head_of(page: Page) -> Head:
    """Read the head of a feed; of what is none, nothing."""
    text = page.body.lstrip()
    if text[:1] == b"{":
        return _json_head(page)
    from aggregator.readers.layout import lay_out  # noqa: PLC0415 - an import of lxml
    from aggregator.readers.wellformed import mend  # noqa: PLC0415 - an import of lxml

    try:
        mended = mend(page)
    except ReadError:
        return Head()
    generator, site = "", None
    links: dict[str, str | None] = {}
    for element in lay_out(mended.root, mended.encoded).head[:_MAX_ELEMENTS]:
        if not isinstance(element.tag, str):
            continue
        # A prefix that was never declared is a part of the name.
        name = re.split("[}:]", element.tag)[-1].lower()
        href = element.get("href")
        if name == "generator":
            generator += f" {element.text or ''} {element.get('uri', '')}".lower()[:500]
        elif name == "link" and (element.tag == _ATOM or href):
            base = absolute(page.url, element.base or "") or page.url
            for rel in (element.get("rel") or "alternate").lower().split()[:9]:
                links.setdefault(rel, absolute(base, (href or "").strip()))
        elif name == "link" and site is None:
            site = absolute(page.url, (element.text or "").strip())
    return Head(
        generator=generator,
        site=site or links.get("alternate"),
        next=_other_page(links.get("next"), page),
        previous_archive=_other_page(links.get("prev-archive"), page),
    )


def _json_head(page: Page) -> Head:
    try:
        value = json.loads(decode(page).lstrip("\ufeff \t\r\n\0"))
    except (ValueError, RecursionError):
        return Head()
    found, site = (value.get(key) for key in ("next_url", "home_page_url"))
    return Head(
        site=site if isinstance(site, str) else None,
        next=_other_page(absolute(page.url, found) if isinstance(found, str) else None, page),
    )


def _other_page(url: str | None, page: Page) -> str | None:
    """Return an address without its fragment; only of this host, never this page."""
    url = (url or "").partition("#")[0]
    own = {page.url, page.requested_url}
    return url if host(url) == host(page.url) and url not in own else None
