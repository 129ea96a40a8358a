"""SQL of a publication's page."""

import sqlite3
from collections.abc import Mapping

from aggregator.clock import from_iso
from aggregator.model import Display
from aggregator.portal.queries.documents import post_documents
from aggregator.portal.queries.reading import LINE, named, post_line, when
from aggregator.portal.queries.rows import Named, OwnPage, PostLine, Publication, Version

VERSIONS_SHOWN = 20
SIMILAR_SHOWN = 5


def publication(connection: sqlite3.Connection, uid: str) -> Publication | None:
    """Return a post with its versions and neighbours, or nothing."""
    row = connection.execute(
        f"SELECT {LINE}, p.id, p.source_id, p.url, p.author, p.excerpt, p.html, p.title_derived,"  # noqa: S608 - our own columns
        " p.first_seen, p.changed, s.display, s.listed, k.slug AS kind, k.name AS kind_name,"
        " i.slug AS instance, i.name AS instance_name, w.noticed AS withdrawn,"
        " g.state AS page_state, g.reason AS page_reason,"
        " iif(g.date = p.published, g.date_by, NULL) AS dated"
        " FROM posts AS p JOIN sources AS s ON s.id = p.source_id"
        " JOIN kinds AS k ON k.id = p.kind_id"
        " LEFT JOIN instances AS i ON i.id = p.instance_id"
        " LEFT JOIN withdrawn_posts AS w ON w.post_id = p.id"
        " LEFT JOIN post_pages AS g ON g.post_id = p.id AND g.state <> 'waiting'"
        " WHERE p.uid = ?",
        (uid,),
    ).fetchone()
    if row is None:
        return None
    display = Display(row["display"])
    return Publication(
        line=post_line(row),
        url=row["url"],
        author=row["author"],
        excerpt="" if display is Display.TITLE else row["excerpt"],
        html=row["html"] if display is Display.FULL else "",
        display=display,
        title_derived=bool(row["title_derived"]),
        kind=Named(slug=row["kind"], name=row["kind_name"]),
        instance=named(row["instance"], row["instance_name"]),
        quartiers=_quartiers(connection, row["id"]),
        first_seen=from_iso(row["first_seen"]),
        changed=when(row["changed"]),
        source_listed=bool(row["listed"]),
        withdrawn=when(row["withdrawn"]),
        own_page=_own_page(row),
        documents=post_documents(connection, row["id"]),
        versions=_versions(connection, row["id"], shows_text=display is Display.FULL),
        similar=_similar(connection, row["id"]),
        neighbours=_neighbours(connection, row["id"], row["source_id"]),
    )


def _own_page(row: sqlite3.Row) -> OwnPage | None:
    if row["page_state"] is None:
        return None
    return OwnPage(
        is_better=row["page_state"] == "better", reason=row["page_reason"], dated=row["dated"]
    )


def _quartiers(connection: sqlite3.Connection, post_id: int) -> tuple[Named, ...]:
    rows = connection.execute(
        "SELECT q.slug, q.name FROM post_quartiers AS pq"
        " JOIN quartiers AS q ON q.id = pq.quartier_id"
        " WHERE pq.post_id = ? ORDER BY q.position",
        (post_id,),
    )
    return tuple(Named(slug=row["slug"], name=row["name"]) for row in rows)


def _versions(
    connection: sqlite3.Connection, post_id: int, *, shows_text: bool
) -> tuple[Version, ...]:
    rows = connection.execute(
        "SELECT seen_from, seen_until, title, text FROM post_versions"
        " WHERE post_id = ? ORDER BY seen_until DESC, id DESC LIMIT ?",
        (post_id, VERSIONS_SHOWN),
    )
    return tuple(
        Version(
            seen_from=from_iso(row["seen_from"]),
            seen_until=from_iso(row["seen_until"]),
            title=row["title"],
            text=row["text"] if shows_text else "",
        )
        for row in rows
    )


def _similar(connection: sqlite3.Connection, post_id: int) -> tuple[PostLine, ...]:
    rows = connection.execute(
        f"SELECT {LINE} FROM similar_posts AS near JOIN posts AS p ON p.id = near.similar_id"  # noqa: S608 - our own text
        " JOIN sources AS s ON s.id = p.source_id"
        " WHERE near.post_id = ? ORDER BY near.score DESC, p.id DESC LIMIT ?",
        (post_id, SIMILAR_SHOWN),
    )
    return tuple(map(post_line, rows))


def _neighbours(
    connection: sqlite3.Connection, post_id: int, source_id: int
) -> tuple[PostLine, ...]:
    found = []
    for beyond, order, limit in ((">", "ASC", 2), ("<", "DESC", 3)):
        rows = connection.execute(
            f"SELECT {LINE} FROM posts AS p JOIN sources AS s ON s.id = p.source_id"  # noqa: S608 - our own text
            f" WHERE p.source_id = ? AND p.id {beyond} ? ORDER BY p.id {order} LIMIT ?",
            (source_id, post_id, limit),
        )
        found += [post_line(row) for row in rows]
    return tuple(sorted(found, key=lambda line: line.published, reverse=True))


def foreign_languages(connection: sqlite3.Connection, uids: tuple[str, ...]) -> Mapping[str, str]:
    """Return the languages of those of some posts that are not in French."""
    marks = ",".join("?" * len(uids))
    return dict(
        connection.execute(
            f"SELECT uid, language FROM posts WHERE uid IN ({marks}) AND language <> 'fr'",  # noqa: S608 - marks only
            uids,
        ).fetchall()
    )
