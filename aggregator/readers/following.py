"""The following page of a listing."""

from urllib.parse import urljoin, urlsplit

from aggregator.model import Page


def following(found: str | None, page: Page, base: str) -> str | None:
    """Return the absolute address of the next page; only on the same host, never this page."""
    if not found:
        return None
    try:
        url = urljoin(base, found).partition("#")[0]
        same_host = urlsplit(url).netloc == urlsplit(page.url).netloc
    except ValueError:  # « http://[ »
        return None
    return url if same_host and url not in {page.url, page.requested_url} else None
