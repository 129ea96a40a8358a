"""At which address an opened page stands: the one that it calls its own, where it may be believed.

One template may name the same page as the own address of every other, and a site may redirect all
that is no more to one page: an archive must not collapse into that one.
"""

from urllib.parse import urlsplit

from aggregator.crawl.completing.known import Known, bare
from aggregator.readers.archives import may_be_post, site_of


def written(url: str) -> str:
    """Return an address as posts bear it."""
    from aggregator.normalise.urls import canonical  # noqa: PLC0415 - needed for pages alone

    return canonical(url) or url


def leads_elsewhere(found: str, *, asked: str, known: Known) -> bool:
    """Tell whether a page that was asked led to one that is not its post's.

    Args:
        found: The address after redirects.
        asked: What was asked.
        known: Tells which addresses others have.
    """
    if bare(found) == bare(asked):
        return False
    if known.is_of_another(found, asked=asked):
        return True
    if _path(found) == _path(asked):  # « index.php?id=7 » that leads to « index.php »
        return not _keeps_query(found, asked)
    return not may_be_post(found, site=site_of(found))


def own_address(canonical: str | None, found: str, *, asked: str, known: Known) -> str:
    """Return the address that a page calls its own; its address, where that cannot be believed.

    It names what was asked, on the same site; it is no folder above and no list, as where one
    template names the home page everywhere; and it is not the address of another.

    Args:
        canonical: What the page calls its own address.
        found: The page's address.
        asked: What was asked, before redirects.
        known: Tells which addresses others have.
    """
    if (
        canonical is None
        or not may_be_post(canonical, site=site_of(found))
        or not _keeps_query(canonical, found)
        or _is_above(canonical, found)
        or known.is_of_another(canonical, asked=asked)
    ):
        return found
    return canonical


def _path(url: str) -> str:
    return urlsplit(url).path.rstrip("/")


def _keeps_query(url: str, asked: str) -> bool:
    return set(urlsplit(asked).query.split("&")) <= {"", *urlsplit(url).query.split("&")}


def _is_above(url: str, page: str) -> bool:
    return urlsplit(page).path.startswith(f"{_path(url)}/") and _path(url) != _path(page)


def is_home(url: str, home: str) -> bool:
    """Tell whether an address is the home page, of its site or of the source.

    Many sites lead there from pages that are no more, instead of saying 404.
    """
    found, own = urlsplit(url), urlsplit(home)
    is_root = found.path in {"", "/"} and not found.query
    places = [(parts.hostname, parts.path.rstrip("/"), parts.query) for parts in (found, own)]
    return is_root or places[0] == places[1]
