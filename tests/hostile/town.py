"""The hostile town: all behaviours, a month of it, and what the month left."""

import asyncio
import socket
import sqlite3
import ssl
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme
from hostile.contents import CONTENTS
from hostile.oddities import ODDITIES
from hostile.pages import bad
from hostile.private import NAMES, PRIVATE
from hostile.redirects import REDIRECTS
from hostile.rhythm import RHYTHM
from hostile.robots import ROBOTS
from hostile.server import START, Asked, HostileServer, Reply
from hostile.standing import STANDING
from hostile.statuses import STATUSES
from hostile.table import Behaviour, Seen
from hostile.validators import VALIDATORS
from hostile.wire import WIRE
from virtual_time import VirtualLoop, wall_clock

from aggregator.clock import from_iso
from aggregator.crawl import crawl
from aggregator.fetch import Web, address
from aggregator.model import State, Town
from aggregator.readers import load_scrapers
from aggregator.store import Store

BEHAVIOURS: tuple[Behaviour, ...] = tuple(
    row
    for table in (
        VALIDATORS,
        REDIRECTS,
        PRIVATE,
        STATUSES,
        ROBOTS,
        RHYTHM,
        WIRE,
        CONTENTS,
        ODDITIES,
        STANDING,
    )
    for row in table.rows
)
DAY_S = 86_400
# More rarely than crawl/daemon.py: a pass over next to nothing takes time too.
WAKE_EVERY_S = 900
PASS_LIMIT_S = 120  # as there
_ROBOTS = {"/robots.txt", "/rules.txt"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """What a month of crawling left.

    Attributes:
        asked: Every request that the hosts saw, in order.
        strangers: Connections to the address that stands for a private network.
        connected: Every address that was connected to, or tried.
        seen: By behaviour.
    """

    asked: Sequence[Asked]
    strangers: int
    connected: Sequence[tuple[str, int]]
    port: int
    seen: dict[str, Seen]


# --- the town's web -----------------------------------------------------------------------------

_BY_HOST = {row.host: row for row in BEHAVIOURS}


def answer(asked: Asked) -> Reply:
    """Answer as the host does that was asked."""
    row = _BY_HOST.get(asked.host.removeprefix("guest."))
    if row is None:
        return bad(404)
    if asked.path in _ROBOTS:
        return (row.robots and row.robots(asked)) or bad(404)
    return row.answer(asked) or bad(404)


def certificates(authority: trustme.CA) -> dict[str, ssl.SSLContext]:
    """Return what servers show, by what is wrong with it."""
    real = datetime.now(tz=UTC)  # certificates are judged by OpenSSL, on the real clock
    day = timedelta(days=1)
    names = [row.host for row in BEHAVIOURS if row.name.startswith(("tls-", "plain-"))]
    issued = {
        "good": authority.issue_cert(*names),
        "expired": authority.issue_cert(*names, not_after=real - day),
        "future": authority.issue_cert(*names, not_before=real + day, not_after=real + 9 * day),
        "other-name": authority.issue_cert("somebody.example"),
        "self-signed": trustme.CA().issue_cert(*names),
    }
    contexts = {}
    for name, certificate in issued.items():
        contexts[name] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(contexts[name])
    return contexts


def resolver() -> Callable[[str, int], Awaitable[list[str]]]:
    """Return a DNS that knows the town's names, and numbers as the system writes them."""
    left = {name: list(answers) for name, answers in NAMES.items()}
    really = address.resolve

    async def resolve(host: str, port: int) -> list[str]:
        if host in left:
            answers = left[host]
            return answers.pop(0) if len(answers) > 1 else answers[0]
        if host.startswith("again."):
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        if _is_number(host):
            return await really(host, port)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    return resolve


def _is_number(host: str) -> bool:
    try:
        socket.inet_aton(host)
    except OSError:
        return ":" in host
    return True


# --- a month of it ------------------------------------------------------------------------------


async def live(database: Path, *, authority: trustme.CA, days: int, restarts: int) -> Month:
    """Crawl the town as the crawler does, minute after minute, with restarts between.

    Args:
        database: Where posts go.
        authority: Issues the certificates; the caller lets the fetch room trust it.
        days: How long.
        restarts: How often the process ends meanwhile and a new one begins.
    """
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    async with HostileServer(answer, certificates(authority)) as server:
        sources = tuple(
            source for row in BEHAVIOURS for source in row.listed(server.port, server.secure_ports)
        )
        town = Town(
            name="Hostile", timezone="Europe/Paris", contact="veille@example.org", sources=sources
        )
        part_s = days * DAY_S / (restarts + 1)
        for number in range(restarts + 1):
            await _one_process(database, town, until_s=(number + 1) * part_s)
        return Month(
            asked=server.asked,
            strangers=server.strangers,
            connected=loop.connected,
            port=server.port,
            seen=_seen(database, town, server.asked),
        )


async def _one_process(database: Path, town: Town, *, until_s: float) -> None:
    loop = asyncio.get_running_loop()
    clock = wall_clock(START)
    scrapers = load_scrapers(Path("no-scrapers"))
    with Store.open(database) as store:
        async with Web(contact=town.contact, clock=clock) as web:
            while loop.time() < until_s:
                await crawl(
                    town, store, scrapers=scrapers, web=web, clock=clock, limit_s=PASS_LIMIT_S
                )
                await asyncio.sleep(_next_wake_s(database, loop.time()) - loop.time())


def _next_wake_s(database: Path, now_s: float) -> float:
    """Return the next turn of the crawler at which something is due: those between pass in vain."""
    with closing(sqlite3.connect(database)) as connection:
        ((due,),) = connection.execute(
            "SELECT min(next_fetch) FROM source_states WHERE state <> 'paused'"
        )
    due_s = now_s if due is None else (from_iso(due) - START).total_seconds()
    return -(-max(due_s, now_s + 1e-6) // WAKE_EVERY_S) * WAKE_EVERY_S


def _seen(database: Path, town: Town, asked: Sequence[Asked]) -> dict[str, Seen]:
    by_host: dict[str, list[Asked]] = defaultdict(list)
    for one in asked:
        by_host[one.host].append(one)
    with closing(sqlite3.connect(database)) as connection, Store.open(database) as store:
        statuses = {status.source: status for status in store.statuses()}
        left = _Left(connection)
        return {
            row.name: Seen(
                asked=[one for one in by_host[row.host] if one.path not in _ROBOTS],
                robots=[one for one in by_host[row.host] if one.path == "/robots.txt"],
                states={slug: State(statuses[slug].state) for slug in _slugs(row, town)},
                reasons={slug: statuses[slug].reason for slug in _slugs(row, town)},
                errors=left.errors(row.name),
                proposed=left.proposed(row.name),
                titles=left.titles(row.name),
            )
            for row in BEHAVIOURS
        }


def _slugs(row: Behaviour, town: Town) -> list[str]:
    mine = {source.slug for source in row.listed(0, defaultdict(int))}
    return [source.slug for source in town.sources if source.slug in mine]


class _Left:
    """What the database holds of a source."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def _column(self, sql: str, slug: str) -> tuple[str, ...]:
        return tuple(value for (value,) in self._connection.execute(sql, (slug,)))

    def errors(self, slug: str) -> tuple[str, ...]:
        """Return the kinds of its errors, the newest last."""
        return self._column(
            "SELECT error_kind FROM fetch_log AS f JOIN sources AS s ON s.id = f.source_id"
            " WHERE s.slug = ? AND error_kind IS NOT NULL ORDER BY f.id",
            slug,
        )

    def proposed(self, slug: str) -> str | None:
        """Return the feed that is proposed."""
        (found,) = self._column(
            "SELECT proposed_feed FROM source_states AS t JOIN sources AS s ON s.id = t.source_id"
            " WHERE s.slug = ?",
            slug,
        )
        return found

    def titles(self, slug: str) -> tuple[str, ...]:
        """Return the titles of its posts, the newest first."""
        return self._column(
            "SELECT title FROM posts AS p JOIN sources AS s ON s.id = p.source_id"
            " WHERE s.slug = ? ORDER BY p.id DESC",
            slug,
        )
