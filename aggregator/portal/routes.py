"""The portal's addresses, and the one boundary where whatever goes wrong becomes a page."""

import logging
import sqlite3
from collections.abc import Awaitable, Callable

from datasette import Response
from datasette.app import Datasette
from datasette.utils.asgi import Request

from aggregator.portal import listings, searching, views
from aggregator.portal.refusals import REGRETS, Refusal
from aggregator.portal.site import Visit, arrive

_log = logging.getLogger(__name__)

View = Callable[[Visit], Awaitable[Response]]
LONGEST_QUERY_BYTES = 2_000
RETRY_AFTER_S = 60

_SLUG = "(?P<slug>[a-z0-9][a-z0-9-]{0,99})"
_PATTERNS: tuple[tuple[str, View], ...] = (
    (r"^/$", views.home),
    (r"^/recherche$", searching.search_page),
    (r"^/recherche\.json$", searching.search_json),
    (r"^/recherche\.atom$", searching.search_atom),
    (r"^/suggestions\.json$", searching.suggestions),
    (r"^/publication/(?P<uid>[A-Za-z0-9_-]{1,64})$", views.publication),
    (r"^/sources$", listings.sources),
    (rf"^/source/{_SLUG}$", listings.source),
    (r"^/a-propos$", views.about),
    (r"^/robot$", views.robot),
    (r"^/accessibilite$", views.accessibility),
    (r"^/statique/(?P<name>[a-z0-9.]{1,60})$", views.static_file),
    (r"^/robots\.txt$", views.robots),
    # Everything else, Datasette's own pages included.
    (r"(?s)^.*$", views.nothing_here),
)


def routes() -> list[tuple[str, Callable[..., Awaitable[Response]]]]:
    """Return what Datasette's `register_routes` hook wants."""
    return [(pattern, _answering(view)) for pattern, view in _PATTERNS]


def _answering(view: View) -> Callable[..., Awaitable[Response]]:
    async def answer(datasette: Datasette, request: Request) -> Response:
        visit = await arrive(datasette, request)
        try:
            return await _checked(view, visit)
        except Refusal as refusal:
            return await _regret(visit, refusal.status, refusal.first_page)
        except sqlite3.Error:
            _log.exception("%s: the database cannot be read", request.path)
            return await _regret(visit, 503)
        except Exception:  # noqa: BLE001 - the last boundary before a visitor: no trace leaves the server
            _log.exception("%s: a page failed", request.path)
            return await _regret(visit, 500)

    return answer


async def _checked(view: View, visit: Visit) -> Response:
    if visit.request.method not in {"GET", "HEAD"}:
        raise Refusal(405)
    if not visit.root:
        raise Refusal(400)
    if len(visit.request.query_string) > LONGEST_QUERY_BYTES:
        raise Refusal(414)
    return await view(visit)


async def _regret(visit: Visit, status: int, first_page: str = "") -> Response:
    response = visit.page("erreur", status=status, regret=REGRETS[status], first_page=first_page)
    if status == 405:
        response.headers["Allow"] = "GET, HEAD"
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response
