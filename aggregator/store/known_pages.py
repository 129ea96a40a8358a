"""What a post's own page has added to its row, so that its feed does not take it back."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, replace

from aggregator.model import Post

_WANT = """
INSERT INTO post_pages (post_id, wanted, next_try) VALUES (?, ?, ?) ON CONFLICT DO NOTHING
"""
# An edit may be a counter of visits: once a day is enough to see what else changed.
_AGAIN = """
UPDATE post_pages SET
    wanted = 'text',
    next_try = max(:seen, coalesce(strftime('%Y-%m-%dT%H:%M:%SZ', asked, '+1 day'), ''))
WHERE post_id = :post
"""

_KNOWN = """
SELECT g.state = 'better', g.html, g.text, g.excerpt, p.html, p.text, p.excerpt, p.author,
    f.documents
FROM post_pages AS g
JOIN posts AS p ON p.id = g.post_id
LEFT JOIN post_facets AS f ON f.id = p.id
WHERE g.post_id = ? AND g.state IN ('better', 'kept')
"""

SHORT_EXCERPT = 120  # characters


def better_excerpt(listed: str, page: str) -> str:
    """Return the extract of a feed, or that of a page where the feed says little or stops."""
    is_short = len(listed) < SHORT_EXCERPT or listed.endswith("…")
    return page if is_short and len(page) > len(listed) else listed


@dataclass(frozen=True, slots=True)
class KnownPage:
    """A page that was read.

    Attributes:
        is_better: The post shows the page's text: `listed_html` and `listed_text` are the feed's.
        listed_excerpt: The feed's, where the post shows the page's.
        documents: What feed or page link to, as `tags.bits_of` gives it.
    """

    is_better: bool
    listed_html: str
    listed_text: str
    listed_excerpt: str | None
    html: str
    text: str
    excerpt: str
    author: str | None
    documents: int

    def completing(self, post: Post) -> Post:
        """Return a post of the feed with what the page has better."""
        excerpt = post.excerpt or self.excerpt
        if self.listed_excerpt is not None:
            excerpt = better_excerpt(post.excerpt, self.excerpt)
        whole = replace(post, excerpt=excerpt, author=post.author or self.author)
        return replace(whole, html=self.html, text=self.text) if self.is_better else whole


def known_page(connection: sqlite3.Connection, post_id: int) -> KnownPage | None:
    """Return what the page of a post has added; None where it was never read."""
    row = connection.execute(_KNOWN, (post_id,)).fetchone()
    return None if row is None else KnownPage(bool(row[0]), *row[1:])


def open_all_again(connection: sqlite3.Connection, source_id: int, now: str) -> None:
    """Have the pages of a source opened anew, for its list says anew where their text is."""
    connection.execute(
        "UPDATE post_pages SET next_try = ?, wanted = 'again', tries = 0"
        " WHERE post_id IN (SELECT id FROM posts WHERE source_id = ?)",
        (now, source_id),
    )


def want(
    connection: sqlite3.Connection, lacks: Iterable[tuple[int, str | None]], seen: str
) -> None:
    """Have the pages opened of posts that lack something, given by id; of new ones at once."""
    connection.executemany(_WANT, [(post, lack, seen) for post, lack in lacks if lack])


def want_again(connection: sqlite3.Connection, post_id: int, lack: str | None, seen: str) -> None:
    """Have the page opened again of a post that was edited: it says something else too, by now."""
    connection.execute(_AGAIN, {"seen": seen, "post": post_id})
    want(connection, [(post_id, lack)], seen)
