"""Addresses found in pages: relative, foreign, or none at all."""

from urllib.parse import urljoin, urlsplit

from aggregator.model import Page


def absolute(base: str, found: str) -> str | None:
    """Return an address as an absolute one; None where it is none, such as « http://[ »."""
    try:
        return urljoin(base, found)
    except ValueError:
        return None


def join(base: str, relative: str | None) -> str:
    """Join two addresses; the base alone where the other is missing or none."""
    return absolute(base, relative or "") or base


def host(url: str) -> str:
    """Return the host and port of an address; empty where it has none."""
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""


def following(found: str | None, page: Page, base: str) -> str | None:
    """Return the absolute address of the next page; only on the same host, never this page."""
    url = (absolute(base, found) if found else None) or ""
    url = url.partition("#")[0]
    return (
        url if host(url) == host(page.url) and url not in {page.url, page.requested_url} else None
    )
