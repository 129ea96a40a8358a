"""The Datasette plugin: hooks only, and only those that Datasette 1.0 keeps."""

import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any

from datasette import hookimpl
from datasette.app import Datasette
from jinja2 import Environment, StrictUndefined

from aggregator.clock import from_iso
from aggregator.model import DateOrigin, Display, Outcome, State
from aggregator.portal import french, labels
from aggregator.portal.guard import App, guarded
from aggregator.portal.routes import routes
from aggregator.portal.site import portals
from aggregator.search import FACETS, PAGE_SIZE, query_string, with_, without

MMAP_BYTES = 2**30
CACHE_KIB = 64 * 1024  # a thread

_GLOBALS: dict[str, Any] = {
    "DateOrigin": DateOrigin,
    "Display": Display,
    "Outcome": Outcome,
    "State": State,
    "FACETS": FACETS,
    "PAGE_SIZE": PAGE_SIZE,
    "SHORT": labels.SHORT_FACET,
    "LONG": labels.LONG_FACET,
    "HINT": labels.HINT,
    "from_iso": from_iso,
    "chosen_label": labels.chosen_label,
    "STATES": labels.STATES,
    "DATED_STATES": labels.DATED_STATES,
    "FACET_TITLES": labels.FACET_TITLES,
    "query_string": query_string,
    "with_": with_,
    "without": without,
    "counted": french.counted,
    "number": french.number,
    "bound": french.bound,
    "cut": french.cut,
    "state_count": labels.state_count,
    "host_of": labels.host_of,
    "language_mark": labels.language_mark,
    "third_party": labels.third_party,
}


@hookimpl  # type: ignore[untyped-decorator]
def register_routes(datasette: Datasette) -> list[tuple[str, Callable[..., Awaitable[Any]]]]:
    """Answer every address ourselves."""
    return routes() if datasette in portals else []


@hookimpl  # type: ignore[untyped-decorator]
def asgi_wrapper(datasette: Datasette) -> Callable[[App], App]:
    """Stand before everything."""
    return guarded if datasette in portals else lambda app: app


@hookimpl  # type: ignore[untyped-decorator]
def prepare_jinja2_environment(env: Environment, datasette: Datasette) -> None:
    """Give our templates their words; none of Datasette's are shown."""
    if datasette not in portals:
        return
    env.globals.update(_GLOBALS)
    env.trim_blocks = env.lstrip_blocks = True
    # A misspelt name is an error in tests, never an empty place on a page.
    env.undefined = StrictUndefined


@hookimpl  # type: ignore[untyped-decorator]
def prepare_connection(conn: sqlite3.Connection, datasette: Datasette) -> None:
    """Read fast, and never write."""
    if datasette not in portals:
        return
    conn.execute("PRAGMA query_only = ON")
    conn.execute(f"PRAGMA mmap_size = {MMAP_BYTES}")
    conn.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
