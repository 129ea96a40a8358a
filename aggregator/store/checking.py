"""Whether index, terms and facets are what posts make of them."""

import sqlite3
from collections.abc import Callable

from aggregator.store import counting, rebuilding, tags
from aggregator.store.model import IndexCheck

BATCH = 1000  # posts looked at at once
SHOWN = 5  # examples of one kind of fault

Say = Callable[[str], None]


def check(copy: sqlite3.Connection, say: Say = lambda _: None) -> IndexCheck:
    """Compare all that is made of posts with posts.

    Args:
        copy: A copy of the database that nobody else sees: posts are filed anew in it.
        say: Told what is being compared.
    """
    (posts,) = copy.execute("SELECT count(*) FROM posts").fetchone()
    if posts and not rebuilding.is_current(copy):
        return IndexCheck(posts=posts, has_stale_rules=True)
    say("comparing the index with the posts, word for word")
    if not is_sound(copy):
        return IndexCheck(posts=posts, is_sound=False)
    say("looking for words without a term")
    missing = counting.missing(copy, SHOWN)
    say("filing the posts anew")
    return IndexCheck(posts=posts, missing_terms=missing, misfiled=_misfiled(copy, posts))


def is_sound(connection: sqlite3.Connection) -> bool:
    """Tell whether the full-text index holds exactly the posts, word for word."""
    try:
        # Rank 1 compares with the content too (https://www.sqlite.org/fts5.html#the_integrity_check_command).
        connection.execute("INSERT INTO posts_fts (posts_fts, rank) VALUES ('integrity-check', 1)")
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_CORRUPT_VTAB:
            return False
        raise
    return True


def _misfiled(copy: sqlite3.Connection, posts: int) -> tuple[str, ...]:
    """Return the public names of posts that are filed otherwise than `tags` would, the first."""
    found: list[int] = []
    after = -1  # ids are never negative
    while len(found) < SHOWN and (filed := _filed(copy, "p.id > ?", after)):
        first, last = filed[0].id, filed[-1].id
        tags.refile(copy, [post.id for post in filed])
        again = _filed(copy, "p.id >= ?", first)
        found += [old.id for old, new in zip(filed, again, strict=True) if old != new]
        after = last
    uids = [copy.execute("SELECT uid FROM posts WHERE id = ?", (post,)) for post in found[:SHOWN]]
    named = tuple(str(uid) for (uid,) in map(sqlite3.Cursor.fetchone, uids))
    (facets,) = copy.execute("SELECT count(*) FROM post_facets").fetchone()
    return named or (() if facets == posts else ("facets of no post",))


def _filed(copy: sqlite3.Connection, where: str, post: int) -> list[tags.Filed]:
    return tags.filed_posts(copy, f"{where} ORDER BY p.id LIMIT {BATCH}", (post,))
