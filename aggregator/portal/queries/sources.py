"""SQL of the pages on sources."""

import json
import sqlite3
from collections.abc import Mapping

from aggregator.clock import from_iso
from aggregator.model import Display, Outcome, State
from aggregator.portal.queries.reading import (
    ANNOUNCED,
    LINE,
    OUT,
    Present,
    named,
    post_line,
    scalar,
    when,
)
from aggregator.portal.queries.rows import Fetch, Named, PostLine, SourceCard, SourcePosts

POSTS_A_PAGE = 20
FETCHES_SHOWN = 10

_SOURCES = f"""
SELECT s.*, k.slug AS kind, k.name AS kind_name, i.slug AS instance, i.name AS instance_name,
    coalesce(t.state, 'new') AS state, coalesce(t.reason, '') AS reason, t.since,
    t.last_success, t.next_fetch, coalesce(t.next_reason, '') AS next_reason,
    t.proposed_feed, t.tdm_reserved,
    (
        SELECT p.published FROM posts AS p
        WHERE p.source_id = s.id AND p.date_origin <> 'first_seen' AND {OUT}
        ORDER BY p.id DESC LIMIT 1
    ) AS last_post,
    (
        SELECT p.published FROM posts AS p WHERE p.source_id = s.id AND {ANNOUNCED}
        ORDER BY p.id DESC LIMIT 1
    ) AS announced_until
FROM sources AS s
JOIN kinds AS k ON k.id = s.kind_id
LEFT JOIN instances AS i ON i.id = s.instance_id
LEFT JOIN source_states AS t ON t.source_id = s.id
"""  # noqa: S608 - our own conditions


def sources(connection: sqlite3.Connection, *, present: Present) -> dict[str, SourceCard]:
    """Return all sources that ever were, by slug, in the list's order."""
    quartiers = quartier_names(connection)
    rows = connection.execute(f"{_SOURCES} ORDER BY s.position, s.id", present.ids)
    return {row["slug"]: _card(row, quartiers) for row in rows}


def source(connection: sqlite3.Connection, slug: str, *, present: Present) -> SourceCard | None:
    """Return one source, or nothing."""
    asked = {**present.ids, "slug": slug}
    row = connection.execute(f"{_SOURCES} WHERE s.slug = :slug", asked).fetchone()
    return None if row is None else _card(row, quartier_names(connection))


def quartier_names(connection: sqlite3.Connection) -> dict[str, str]:
    """Return the quartiers' names by slug."""
    return dict(connection.execute("SELECT slug, name FROM quartiers").fetchall())


def _card(row: sqlite3.Row, quartiers: Mapping[str, str]) -> SourceCard:
    return SourceCard(
        slug=row["slug"],
        name=row["name"],
        url=row["url"],
        kind=Named(slug=row["kind"], name=row["kind_name"]),
        instance=named(row["instance"], row["instance_name"]),
        quartiers=tuple(
            Named(slug=slug, name=quartiers.get(slug, slug))
            for slug in json.loads(row["quartiers"])
        ),
        display=Display(row["display"]),
        language=row["language"],
        feed_unverified=bool(row["feed_unverified"]),
        note=row["note"],
        listed=bool(row["listed"]),
        state=State(row["state"]) if row["listed"] else State.UNLISTED,
        reason=row["reason"],
        since=when(row["since"]),
        last_success=when(row["last_success"]),
        last_post=when(row["last_post"]),
        announced_until=when(row["announced_until"]),
        next_fetch=when(row["next_fetch"]),
        next_reason=row["next_reason"],
        proposed_feed=row["proposed_feed"],
        mining_reserved=bool(row["tdm_reserved"]),
        unlisted_since=when(row["unlisted_since"]),
    )


def source_posts(
    connection: sqlite3.Connection, slug: str, *, page: int, present: Present
) -> SourcePosts:
    """Return one page of a source's posts, its years and its last fetches.

    Args:
        connection: The database.
        slug: Which source; nothing is found for an unknown one.
        page: From 1; beyond the last there are no posts.
        present: Dates announced come first, the nearest before the others.
    """
    row = connection.execute("SELECT id FROM sources WHERE slug = ?", (slug,)).fetchone()
    source_id = None if row is None else row[0]
    announced, posts = _page(connection, source_id, present, (page - 1) * POSTS_A_PAGE)
    # The narrow twin: counting years never touches a text.
    years = connection.execute(
        "SELECT f.year, count(*) FROM posts AS p INDEXED BY posts_source_date"
        " JOIN post_facets AS f ON f.id = p.id WHERE p.source_id = ? AND f.year > 0"
        " GROUP BY 1 ORDER BY 1 DESC",
        (source_id,),
    )
    return SourcePosts(
        total=scalar(connection, "SELECT count(*) FROM posts WHERE source_id = ?", (source_id,)),
        announced=announced,
        posts=posts,
        years=tuple((row[0], row[1]) for row in years),
        fetches=_fetches(connection, source_id),
    )


def _page(
    connection: sqlite3.Connection, source_id: int | None, present: Present, start: int
) -> tuple[tuple[PostLine, ...], tuple[PostLine, ...]]:
    """Return the dates announced and the other posts that a page holds, from place `start`."""
    asked = {**present.ids, "source": source_id}
    ahead = scalar(
        connection,
        f"SELECT count(*) FROM posts AS p WHERE p.source_id = :source AND {ANNOUNCED}",  # noqa: S608 - our own condition
        asked,
    )
    shown = min(max(ahead - start, 0), POSTS_A_PAGE)

    def some(condition: str, room: int, offset: int) -> tuple[PostLine, ...]:
        rows = connection.execute(
            f"SELECT {LINE} FROM posts AS p JOIN sources AS s ON s.id = p.source_id"  # noqa: S608 - our own text
            f" WHERE p.source_id = :source AND {condition} LIMIT :room OFFSET :offset",
            {**asked, "room": room, "offset": offset},
        )
        return tuple(map(post_line, rows))

    return (
        some(f"{ANNOUNCED} ORDER BY p.id", shown, start),
        some(f"{OUT} ORDER BY p.id DESC", POSTS_A_PAGE - shown, max(start - ahead, 0)),
    )


def _fetches(connection: sqlite3.Connection, source_id: int | None) -> tuple[Fetch, ...]:
    rows = connection.execute(
        "SELECT fetched, outcome, new, changed, status FROM fetch_log"
        " WHERE source_id = ? ORDER BY fetched DESC LIMIT ?",
        (source_id, FETCHES_SHOWN),
    )
    return tuple(
        Fetch(
            fetched=from_iso(row["fetched"]),
            outcome=Outcome(row["outcome"]),
            new=row["new"],
            changed=row["changed"],
            status=row["status"],
        )
        for row in rows
    )
