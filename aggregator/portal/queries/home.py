"""SQL of the home page: boxes of a tab, and the river."""

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice

from aggregator.clock import to_iso
from aggregator.model import State
from aggregator.portal.queries.reading import ANNOUNCED, LINE, OUT, Present, post_line, when
from aggregator.portal.queries.rows import Box, Named, PostLine, Topic

POSTS_A_BOX = 5
COMING = 5
COMING_WITHIN = timedelta(days=92)
COMING_SCAN = 200  # announced dates and events each: a daily one must not hide all others
TOPICS = 8
RIVER = 20
IN_A_ROW = 3  # posts of one source that may follow each other in the river
# A source that posts hundreds of items at once must not make the page read all of them.
RIVER_SCAN = 400


def boxes(
    connection: sqlite3.Connection, slugs: Collection[str], *, full: int, present: Present
) -> tuple[Box, ...]:
    """Return the boxes of some sources, the most recently active first.

    Args:
        connection: The database.
        slugs: Which sources.
        full: How many boxes get their newest posts; the others say only that they exist.
        present: Dates announced come first, the nearest before the others.
    """
    rows = connection.execute(
        "SELECT s.id, s.slug, s.name, coalesce(t.state, 'new') AS state, t.since,"
        " coalesce("
        "  (SELECT max(p.id) FROM posts AS p WHERE p.source_id = s.id AND p.id < :tomorrow),"
        "  (SELECT min(p.id) FROM posts AS p WHERE p.source_id = s.id)) AS newest"
        " FROM sources AS s LEFT JOIN source_states AS t ON t.source_id = s.id WHERE s.listed",
        present.ids,
    ).fetchall()
    found = {
        row["id"]: Box(
            source=Named(slug=row["slug"], name=row["name"]),
            state=State(row["state"]),
            since=when(row["since"]),
            newest_id=row["newest"],
        )
        for row in rows
        if row["slug"] in slugs
    }
    order = sorted(found, key=lambda key: found[key].newest_id or 0, reverse=True)
    return tuple(
        replace(found[key], posts=_newest(connection, key, present)) if place < full else found[key]
        for place, key in enumerate(order)
    )


def _newest(
    connection: sqlite3.Connection, source_id: int, present: Present
) -> tuple[PostLine, ...]:
    posts: list[PostLine] = []
    for condition in (f"{ANNOUNCED} ORDER BY p.id", f"{OUT} ORDER BY p.id DESC"):
        rows = connection.execute(
            f"SELECT {LINE} FROM posts AS p JOIN sources AS s ON s.id = p.source_id"  # noqa: S608 - our own text
            f" WHERE p.source_id = :source AND {condition} LIMIT :room",
            {**present.ids, "source": source_id, "room": POSTS_A_BOX - len(posts)},
        )
        posts += map(post_line, rows)
    return tuple(posts)


def topics(connection: sqlite3.Connection) -> tuple[Topic, ...]:
    """Return what is talked about this week, as last counted."""
    rows = connection.execute(
        "SELECT words, posts, sources FROM topics ORDER BY position LIMIT ?", (TOPICS,)
    )
    return tuple(Topic(words=row[0], posts=row[1], sources=row[2]) for row in rows)


def coming(connection: sqlite3.Connection, *, present: Present) -> tuple[PostLine, ...]:
    """Return the nearest events and dates announced, of the whole town.

    Of those of one source and title the next one, which tells when it is again.
    """
    found: dict[tuple[str, str], PostLine] = {}
    for post in merge(_announced(connection, present), _events(connection, present), key=_moment):
        name = post.source.slug, post.title
        if (first := found.get(name)) is None:
            found[name] = post
        elif first.again is None:
            found[name] = replace(first, again=post.event)
    return tuple(islice(found.values(), COMING))


def _moment(post: PostLine) -> datetime:
    return post.published if post.event is None else post.event.starts


def _announced(connection: sqlite3.Connection, present: Present) -> Iterator[PostLine]:
    rows = connection.execute(
        f"SELECT {LINE} FROM posts AS p CROSS JOIN sources AS s ON s.id = p.source_id"  # noqa: S608 - our own text
        f" WHERE {ANNOUNCED} ORDER BY p.id LIMIT :room",
        {**present.ids, "room": COMING_SCAN},
    )
    return (post for post in map(post_line, rows) if post.event is None and not post.withdrawn)


def _events(connection: sqlite3.Connection, present: Present) -> Iterator[PostLine]:
    # What lasts all day is kept as its midnight: today's is still to be told. A day has 25 hours
    # when summer time ends.
    rows = connection.execute(
        f"SELECT {LINE} FROM post_events AS e CROSS JOIN posts AS p ON p.id = e.post_id"  # noqa: S608 - our own text
        " CROSS JOIN sources AS s ON s.id = p.source_id"
        " WHERE e.starts >= :today AND e.starts < :horizon AND (e.all_day OR e.starts >= :now)"
        " ORDER BY e.starts LIMIT :room",
        {
            "today": to_iso(present.tomorrow - timedelta(hours=25)),
            "now": to_iso(present.now),
            "horizon": to_iso(present.now + COMING_WITHIN),
            "room": COMING_SCAN,
        },
    )
    return (post for post in map(post_line, rows) if not post.withdrawn)


def river(connection: sqlite3.Connection, *, present: Present) -> tuple[PostLine, ...]:
    """Return the town's newest posts, no voice filling it alone; announced dates are left out."""
    # CROSS JOIN fixes the order: posts by rowid, which is date order, without sorting.
    rows = connection.execute(
        f"SELECT {LINE} FROM posts AS p CROSS JOIN sources AS s ON s.id = p.source_id"  # noqa: S608 - our own text
        f" WHERE {OUT} ORDER BY p.id DESC LIMIT :room",
        {**present.ids, "room": RIVER_SCAN},
    )
    return tuple(islice(_taking_turns(post_line(row) for row in rows), RIVER))


def _taking_turns(posts: Iterable[PostLine]) -> Iterator[PostLine]:
    last: str | None = None
    run = 0
    for post in posts:
        run = run + 1 if post.source.slug == last else 1
        last = post.source.slug
        if run <= IN_A_ROW:
            yield post
