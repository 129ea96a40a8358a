"""Bringing the database in line with the moderators' list.

What left the list stays in the database, marked: posts refer to it.
"""

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from aggregator.clock import to_iso
from aggregator.model import KINDS, Source, Town
from aggregator.store import archives, known_pages

# A row to be, without its slug.
Row = dict[str, str | int | None]

UNLISTED = "retirée de la liste\u202f; ses publications restent"
PAUSED = "mise en pause par l’équipe de modération"
WAITING = "pas encore relevée"
BACK = "de retour\u202f; relevée à la prochaine tournée"

# Why it is visited when it is.
FIRST_VISIT = "première lecture"
REDEFINED = "sa fiche a changé"
RETURNED = "de retour dans la liste des sources à lire"


def digest_of(town: Town, definitions: Mapping[str, str]) -> str:
    """Return a hash of all that `write` takes into account."""
    # Lines move whenever a comment is written; order counts, and is in the tuple.
    sources = tuple(replace(source, line=None) for source in town.sources)
    parts = (replace(town, sources=sources), sorted(definitions.items()), tuple(KINDS.items()))
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def is_current(connection: sqlite3.Connection, digest: str) -> bool:
    """Tell whether the database was last synchronised with this very list."""
    row = connection.execute("SELECT 1 FROM town WHERE digest = ?", (digest,)).fetchone()
    return row is not None


def write(
    connection: sqlite3.Connection,
    town: Town,
    *,
    definitions: Mapping[str, str],
    now: datetime,
    digest: str,
) -> None:
    """Write what differs; posts to be filed elsewhere are only marked (see retagging.py)."""
    _write_named(connection, "kinds", {slug: {"name": name} for slug, name in KINDS.items()})
    _write_named(connection, "instances", _instances(town))
    _write_named(connection, "quartiers", _quartiers(town))
    _write_synonyms(connection, town)
    rezoned = _write_town(connection, town, digest)
    for position, source in enumerate(town.sources):
        _write_source(
            connection, source, position, definition=definitions.get(source.slug, ""), now=now
        )
    listed = _json([source.slug for source in town.sources])
    connection.execute(
        "UPDATE sources SET listed = 0, unlisted_since = ?"
        " WHERE listed AND slug NOT IN (SELECT value FROM json_each(?))",
        (to_iso(now), listed),
    )
    if rezoned:  # years are the town's
        connection.execute(
            "UPDATE sources SET retagging = coalesce(retagging,"
            " json_object('instance', instance_id, 'quartiers', json(quartiers)))"
        )
    _write_standings(connection, to_iso(now))


def _instances(town: Town) -> dict[str, Row]:
    return {
        instance.slug: {
            "name": instance.name,
            "aliases": _json(instance.aliases),
            "since": instance.since.isoformat() if instance.since else None,
            "until": instance.until.isoformat() if instance.until else None,
            "became": _json(instance.became),
            "note": instance.note,
            "position": position,
            "listed": 1,
        }
        for position, instance in enumerate(town.instances)
    }


def _quartiers(town: Town) -> dict[str, Row]:
    return {
        quartier.slug: {
            "name": quartier.name,
            "sector": quartier.sector,
            "aliases": _json(quartier.aliases),
            "places": _json(quartier.places),
            "inferred": int(quartier.inferred),
            "note": quartier.note,
            "position": position,
            "listed": 1,
        }
        for position, quartier in enumerate(town.quartiers)
    }


def _write_named(connection: sqlite3.Connection, table: str, wanted: Mapping[str, Row]) -> None:
    for slug, row in wanted.items():
        _write_row(connection, table, slug, row, _read_row(connection, table, slug))
    if table != "kinds":  # those are the program's, not the list's
        connection.execute(
            f"UPDATE {table} SET listed = 0"  # noqa: S608 - our own table names
            " WHERE listed AND slug NOT IN (SELECT value FROM json_each(?))",
            (_json(list(wanted)),),
        )


def _write_synonyms(connection: sqlite3.Connection, town: Town) -> None:
    connection.execute("DELETE FROM synonyms")
    connection.executemany(
        "INSERT INTO synonyms (group_id, words) VALUES (?, ?)",
        ((number, name) for number, group in enumerate(town.synonyms, 1) for name in group),
    )


def _write_town(connection: sqlite3.Connection, town: Town, digest: str) -> bool:
    """Write the town's row; return whether its time zone moved."""
    old = connection.execute("SELECT timezone FROM town").fetchone()
    connection.execute(
        "INSERT OR REPLACE INTO town (id, name, timezone, digest) VALUES (1, ?, ?, ?)",
        (town.name, town.timezone, digest),
    )
    return old is not None and old[0] != town.timezone


def _write_source(
    connection: sqlite3.Connection,
    source: Source,
    position: int,
    *,
    definition: str,
    now: datetime,
) -> None:
    old = _read_row(connection, "sources", source.slug)
    row = _source_row(connection, source) | {"definition": definition, "position": position}
    if old is None:
        row["listed_since"] = to_iso(now)
        source_id = _write_row(connection, "sources", source.slug, row, None)
        connection.execute(
            "INSERT INTO source_states (source_id, reason, since, next_fetch, next_reason)"
            " VALUES (?, ?, ?, ?, ?)",
            (source_id, WAITING, to_iso(now), to_iso(now), FIRST_VISIT),
        )
        return
    if not old["listed"]:
        row |= {"listed_since": to_iso(now), "unlisted_since": None}
    tagged = ("kind_id", "instance_id", "quartiers")
    if any(old[column] != row[column] for column in tagged) and old["retagging"] is None:
        before = {"instance": old["instance_id"], "quartiers": json.loads(old["quartiers"])}
        row["retagging"] = _json(before)
    _write_row(connection, "sources", source.slug, row, old)
    if old["article"] != row["article"]:
        known_pages.open_all_again(connection, old["id"], to_iso(now))
    if old["definition"] != definition:
        _forget(connection, old["id"], to_iso(now))


def _source_row(connection: sqlite3.Connection, source: Source) -> Row:
    return {
        "name": source.name,
        "url": source.url,
        "kind_id": _id_of(connection, "kinds", source.kind),
        "instance_id": source.instance and _id_of(connection, "instances", source.instance),
        "quartiers": _json(source.quartiers),
        "reader": source.reader,
        "feed": source.feed,
        "article": "" if source.article is None else repr(source.article),
        "feed_unverified": int(source.feed_unverified),
        "language": source.language,
        "display": source.display.value,
        "paused": int(source.paused),
        "note": source.note,
        "listed": 1,
    }


def _forget(connection: sqlite3.Connection, source_id: int, now: str) -> None:
    """Read a source afresh: what its URLs told us was read in another way."""
    connection.execute("DELETE FROM http_memory WHERE source_id = ?", (source_id,))
    archives.forget(connection, source_id)
    connection.execute(
        "UPDATE source_states SET discovered_feed = NULL, proposed_feed = NULL, moved_to = NULL,"
        " moved_since = NULL, moved_fetches = 0, next_fetch = ?, next_reason = ?"
        " WHERE source_id = ?",
        (now, REDEFINED, source_id),
    )


def _write_standings(connection: sqlite3.Connection, now: str) -> None:
    """Give sources the state that the list alone decides, and take it back."""
    rows = connection.execute(
        "SELECT s.id, s.listed, s.paused, s.note, t.state, t.reason, t.failures, t.last_success"
        " FROM sources AS s JOIN source_states AS t ON t.source_id = s.id"
    ).fetchall()
    for source_id, listed, paused, note, state, reason, failures, last_success in rows:
        fetch_next: str | None = None
        why_then = ""
        if not listed:
            new = ("unlisted", UNLISTED)
        elif paused:
            new = ("paused", f"{PAUSED}\u00a0: {note}" if note else PAUSED)
        elif state in {"unlisted", "paused"}:
            back = "failing" if failures else "ok" if last_success else "new"
            new, fetch_next, why_then = (back, BACK), now, RETURNED
        else:
            continue
        if new != (state, reason):
            connection.execute(
                "UPDATE source_states SET since = CASE WHEN state = ? THEN since ELSE ? END,"
                " state = ?, reason = ?, next_fetch = ?, next_reason = ? WHERE source_id = ?",
                (new[0], now, *new, fetch_next, why_then, source_id),
            )


def _read_row(connection: sqlite3.Connection, table: str, slug: str) -> dict[str, Any] | None:
    cursor = connection.execute(
        f"SELECT * FROM {table} WHERE slug = ?",  # noqa: S608 - our own table names
        (slug,),
    )
    row = cursor.fetchone()
    return None if row is None else {c[0]: v for c, v in zip(cursor.description, row, strict=True)}


def _write_row(
    connection: sqlite3.Connection,
    table: str,
    slug: str,
    row: Row,
    old: Mapping[str, Any] | None,
) -> int:
    """Insert or update a row, where it differs; return its id."""
    if old is None:
        columns, marks = ", ".join(row), ", ".join("?" * len(row))
        cursor = connection.execute(
            f"INSERT INTO {table} (slug, {columns}) VALUES (?, {marks})",  # noqa: S608 - our own names
            (slug, *row.values()),
        )
        return int(cursor.lastrowid or 0)
    moved = {column: value for column, value in row.items() if old[column] != value}
    if moved:
        columns = ", ".join(f"{column} = ?" for column in moved)
        connection.execute(
            f"UPDATE {table} SET {columns} WHERE id = ?",  # noqa: S608 - our own names
            (*moved.values(), old["id"]),
        )
    return int(old["id"])


def _id_of(connection: sqlite3.Connection, table: str, slug: str) -> int:
    (number,) = connection.execute(
        f"SELECT id FROM {table} WHERE slug = ?",  # noqa: S608 - our own table names
        (slug,),
    ).fetchone()
    return int(number)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
