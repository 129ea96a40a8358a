"""Builds the portal and serves it: the one place that knows Datasette's settings and uvicorn."""

from pathlib import Path

import uvicorn
from datasette.app import Datasette
from datasette.database import Database
from datasette.plugins import pm

from aggregator.language import lemma
from aggregator.paths import TownFolder
from aggregator.portal import plugin
from aggregator.portal.assets import Assets
from aggregator.portal.callbacks import Callbacks
from aggregator.portal.gateway import Gateway
from aggregator.portal.rendering import environment
from aggregator.portal.site import DATABASE, Portal, portals
from aggregator.portal.town import Masthead, TownWatch

SETTINGS = {
    "default_allow_sql": False,
    "allow_download": False,
    "allow_csv_stream": False,
    "suggest_facets": False,
    "num_sql_threads": 2,
    "sql_time_limit_ms": 500,
    "max_returned_rows": 200,
}
# A stop must be over within 5 s, whoever is still reading.
STOP_WITHIN_S = 2


def build_portal(database: Path, town: TownFolder) -> Datasette:
    """Build the portal; `.app()` is its ASGI application.

    Args:
        database: May be missing yet: pages say so until it is there.
        town: The folder with sources.yaml and metadata.json.

    Raises:
        TownError: One of these two is wrong.
    """
    if not pm.is_registered(plugin):
        pm.register(plugin)
    portal = Portal(
        watch=TownWatch(town.sources),
        masthead=Masthead.read(town),
        assets=Assets.load(),
        templates=environment(),
    )
    datasette = Datasette(settings=SETTINGS)
    datasette.add_database(Database(datasette, path=str(database)), name=DATABASE)
    portals[datasette] = portal
    return datasette


def serve(
    database: Path,
    town: TownFolder,
    *,
    host: str,
    port: int,
    data_socket: Path | None,
    hubs_socket: Path | None = None,
) -> None:
    """Serve the portal until SIGINT or SIGTERM.

    Args:
        database: As for `build_portal`.
        town: As for `build_portal`.
        host: Where to listen.
        port: Where to listen.
        data_socket: Of the analysts' process, which /donnees/ is forwarded to.
        hubs_socket: Of the crawler's process, which /websub/ is forwarded to.

    Raises:
        TownError: As for `build_portal`.
    """
    portal = build_portal(database, town)
    lemma("dictionnaire")  # loads it: 0.2 s that the first visitor would wait
    uvicorn.run(
        Gateway(Callbacks(portal.app(), hubs_socket), data_socket),
        host=host,
        port=port,
        log_level="error",  # what strangers send is no news
        access_log=False,
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=STOP_WITHIN_S,
    )
