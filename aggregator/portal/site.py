"""What all pages of one portal share, and how they are rendered and read."""

import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import parse_qs
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from datasette import Response
from datasette.app import Datasette
from datasette.utils import sqlite_timelimit
from datasette.utils.asgi import Request
from jinja2 import Environment

from aggregator import clock
from aggregator.model import Town
from aggregator.portal.assets import Assets
from aggregator.portal.french import Calendar
from aggregator.portal.queries.reading import Present
from aggregator.portal.town import Masthead, TownWatch
from aggregator.search import Query

_T = TypeVar("_T")

NO_QUERY = Query()

DATABASE = "portail"  # Datasette's name for it; never in an address
SQL_LIMIT_MS = 2_000  # for all statements of one page together
PAGE_HEADERS = {"Cache-Control": "public, max-age=60"}
_HOST = re.compile(
    r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252})?(:[0-9]{1,5})?|\[[0-9a-fA-F:.]{2,45}\](:[0-9]{1,5})?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """What was read at the start."""

    watch: TownWatch
    masthead: Masthead
    assets: Assets
    templates: Environment


# The hooks of a Datasette plugin act on every Datasette of the process; ours on these only.
portals: WeakKeyDictionary[Datasette, Portal] = WeakKeyDictionary()


class Visit:
    """One request to the portal, with all that answering it needs."""

    def __init__(self, datasette: Datasette, request: Request, town: Town) -> None:
        self._datasette = datasette
        self.request = request
        self.portal = portals[datasette]
        self.town = town
        self.now = clock.now()
        zone = ZoneInfo(town.timezone)
        self.calendar = Calendar(zone=zone, now=self.now)

    @property
    def present(self) -> Present:
        """What parts the dates announced from the others."""
        return Present(now=self.now, tomorrow=self.calendar.tomorrow)

    @property
    def root(self) -> str:
        """The portal's own address as this visitor wrote it; empty if that is no address."""
        host = self.request.host
        return f"{self.request.scheme}://{host}" if _HOST.fullmatch(host) else ""

    def path_part(self, name: str) -> str:
        """Return a named group of the route's pattern."""
        return str(self.request.url_vars[name])

    @property
    def parameters(self) -> Mapping[str, Sequence[str]]:
        """What follows the « ? »."""
        return parse_qs(self.request.query_string)

    async def read(self, query: Callable[[sqlite3.Connection], _T]) -> _T:
        """Run a page's SQL in one of Datasette's threads, on one snapshot, within the limit.

        Raises:
            sqlite3.Error: Among them: out of time, locked, missing, not migrated.
        """

        def limited(connection: sqlite3.Connection) -> _T:
            with sqlite_timelimit(connection, SQL_LIMIT_MS):
                connection.execute("BEGIN")
                try:
                    return query(connection)
                finally:
                    connection.rollback()

        answer: _T = await self._datasette.get_database(DATABASE).execute_fn(limited)
        return answer

    def page(
        self, template: str, *, status: int = 200, query: Query = NO_QUERY, **context: Any
    ) -> Response:
        """Render one of our templates; `query` is what its search box shows."""
        headers = PAGE_HEADERS if status == 200 else {"Cache-Control": "no-store"}
        found = self.portal.templates.get_template(f"portail/{template}.html")
        html = found.render(
            visit=self,
            town=self.town,
            masthead=self.portal.masthead,
            assets=self.portal.assets,
            calendar=self.calendar,
            query=query,
            **context,
        )
        return Response.html(html, status=status, headers=headers)


async def arrive(datasette: Datasette, request: Request) -> Visit:
    """Begin a visit."""
    return Visit(datasette, request, await portals[datasette].watch.town())
