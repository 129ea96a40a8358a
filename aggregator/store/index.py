"""The full-text index follows posts.

`posts_fts` keeps no text of its own (FTS5 external content), so a row must be taken out while
its old text is still there, and put back after. Rows go in by the transaction, a third of what
one-row triggers cost.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Literal

from aggregator.language import is_plain
from aggregator.store.lexicon import Lexicon, pieces_of

# By which rules index, terms and facets are made. Another number makes them anew, the next time a
# database is opened: raise it when `indexed_text`, `lemma`, `sound` or the facet tokens change.
RULES = 2

# Of documents, that one transaction puts into the index: about 0.3 s.
MOST_CHARACTERS = 2_000_000
# Of documents, that one transaction of others takes out and puts back: about as long.
SPARED_CHARACTERS = 1_000_000

Origin = Literal["posts", "posts_indexed"]

_SELECTED = "WHERE id IN (SELECT value FROM json_each(?))"

# What is new of what may be shown; what was there before is kept true by triggers.
_SHOW = """
INSERT INTO shown_texts (id, excerpt, text)
SELECT p.id, p.excerpt, iif(s.display = 'full', p.text, '')
FROM json_each(?) AS wanted
CROSS JOIN posts AS p ON p.id = wanted.value
JOIN sources AS s ON s.id = p.source_id
WHERE s.display <> 'title'
ON CONFLICT DO NOTHING
"""
_DOCUMENTS = """
SELECT text FROM document_pages WHERE document_id IN (
    SELECT document_id FROM post_documents
    WHERE indexed = 1 AND post_id IN (SELECT value FROM json_each(?))
)
"""
_SIZES = """
SELECT l.post_id, sum(d.characters) FROM json_each(?) AS wanted
CROSS JOIN post_documents AS l ON l.post_id = wanted.value AND l.indexed = 1
JOIN documents AS d ON d.id = l.document_id
GROUP BY l.post_id
"""


class TooMuch(Exception):
    """A transaction would take too many words of documents out of the index, and put them back.

    Attributes:
        posts: Those whose documents it is about.
    """

    def __init__(self, posts: Sequence[int]) -> None:
        super().__init__(f"documents of {len(posts)} posts")
        self.posts = posts


class Backlog:
    """The posts that a transaction has written and whose copies are to follow.

    They go into the index and beside the texts that may be shown at once, before the commit
    (`flush`): one long statement costs less than many short ones, for each begins with a
    savepoint. Their words go into `terms`.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._posts: set[int] = set()
        self._plain: set[int] = set()  # of these, the ones that `indexed_text` leaves alone
        self._documented: set[int] = set()  # of these, the ones that have a new document
        self._pieces: set[str] = set()  # of texts: words, mostly
        self._lexicon = Lexicon(connection, "terms")
        self._next_lexicon = Lexicon(connection, "terms_next")
        self._others = -1  # PRAGMA data_version: moves when another connection commits
        self._is_sparing = False
        self._taken: dict[int, int] = {}  # characters of documents that were taken out, by post

    def sparing(self) -> None:
        """Have this transaction fail at its end, where it has too many words to take out.

        It goes on until then, without the index, so that all are known at once.
        """
        self._is_sparing = True

    def remove(self, posts: Iterable[int]) -> None:
        """Take posts out of the index, before they change."""
        indexed = [post for post in posts if post not in self._posts]
        for pending in (self._posts, self._plain, self._documented):
            pending.difference_update(posts)
        if self._is_sparing and indexed:
            self._taken |= _sizes(self._connection, indexed)
        if not self._has_too_much:
            remove(self._connection, indexed)

    def add(self, posts: Iterable[int]) -> None:
        """Copy posts when the transaction ends, as they are then."""
        self._posts.update(posts)

    def add_text(
        self, post: int, title: str, text: str, author: str | None, *, is_new: bool
    ) -> None:
        """Copy a post that is new or says something else, and learn its words."""
        self._posts.add(post)
        # One that was there before may have documents, which the view alone knows.
        if read(self._pieces, title, text, author) and is_new:
            self._plain.add(post)

    def add_documents(self, post: int) -> None:
        """Copy a post that has other documents now, and learn their words."""
        self._posts.add(post)
        self._documented.add(post)

    def learn(self, texts: Iterable[str]) -> None:
        """Learn the words of documents ahead: of a long one it takes as long as all the rest."""
        for text in texts:
            self._pieces.update(pieces_of(text, plain=is_plain(text)))

    def flush(self) -> None:
        """Bring the copies up to date; the last step of a transaction.

        Raises:
            TooMuch: See `sparing`.
        """
        if self._has_too_much:
            raise TooMuch(sorted(self._taken))
        if self._posts:
            self._connection.execute(_SHOW, (json.dumps(sorted(self._posts)),))
            add(self._connection, sorted(self._plain), origin="posts")
            add(self._connection, sorted(self._posts - self._plain))
            self._read_documents()
        if self._pieces:
            self._learn()
        self._empty()

    def clear(self) -> None:
        """Forget all, for the transaction was undone."""
        self._empty()
        self.forget_terms()

    def forget_terms(self) -> None:
        """Look up again which words `terms` holds, for some may have gone."""
        self._lexicon.forget()
        self._next_lexicon.forget()

    @property
    def _has_too_much(self) -> bool:
        return sum(self._taken.values()) > SPARED_CHARACTERS

    def _read_documents(self) -> None:
        # A post that moves may get past a rebuild, which then reads its documents nowhere.
        is_rebuilding = copied_up_to(self._connection) is not None
        posts = self._posts - self._plain if is_rebuilding else self._documented
        if posts:
            read_documents(self._connection, self._pieces, sorted(posts))

    def _learn(self) -> None:
        (others,) = self._connection.execute("PRAGMA data_version").fetchone()
        if others != self._others:  # they may have taken words out
            self._others = others
            self.forget_terms()
        self._lexicon.add(self._pieces)
        if copied_up_to(self._connection) is not None:
            self._next_lexicon.add(self._pieces)

    def _empty(self) -> None:
        self._posts.clear()
        self._plain.clear()
        self._documented.clear()
        self._pieces.clear()
        self._taken.clear()
        self._is_sparing = False


def read(pieces: set[str], title: str, text: str, author: str | None) -> bool:
    """Add to pieces those of a post's title and text, for a `Lexicon`.

    Returns:
        Whether the index is given all of the post as it is written.
    """
    plain = [is_plain(words) for words in (title, text)]
    pieces.update(pieces_of(title, plain=plain[0]))
    pieces.update(pieces_of(text, plain=plain[1]))
    return all(plain) and is_plain(author or "")


def read_documents(connection: sqlite3.Connection, pieces: set[str], posts: Sequence[int]) -> None:
    """Add to pieces those of posts' documents, as far as these are in the index."""
    for (text,) in connection.execute(_DOCUMENTS, (json.dumps(posts),)):
        pieces.update(pieces_of(text, plain=is_plain(text)))


def affordable(connection: sqlite3.Connection, posts: Sequence[int]) -> int:
    """Return how many of some posts, from the first, one transaction can put into the index."""
    sizes = _sizes(connection, posts)
    characters = 0
    for place, post in enumerate(posts):
        characters += sizes.get(post, 0)
        if place and characters > MOST_CHARACTERS:
            return place
    return len(posts)


def remove(connection: sqlite3.Connection, posts: Sequence[int]) -> None:
    """Take posts out of the index, before they change."""
    for table, ids in _targets(connection, posts):
        connection.execute(
            f"INSERT INTO {table} ({table}, rowid, title, text, documents, author, fac)"  # noqa: S608 - our own names
            " SELECT 'delete', id, title, text, documents, author, fac FROM posts_indexed"
            f" {_SELECTED}",
            (json.dumps(ids),),
        )


def add(
    connection: sqlite3.Connection, posts: Sequence[int], *, origin: Origin = "posts_indexed"
) -> None:
    """Put posts into the index, after they changed; from `posts`, they must be plain."""
    for table, ids in _targets(connection, posts):
        insert(connection, table, ids, origin=origin)


def insert(
    connection: sqlite3.Connection, table: str, posts: Sequence[int], *, origin: Origin
) -> None:
    """Put posts into one index; from `posts`, they must be plain and have no documents."""
    documents = "documents" if origin == "posts_indexed" else "''"
    connection.execute(
        f"INSERT INTO {table} (rowid, title, text, documents, author, fac)"  # noqa: S608 - our own names
        f" SELECT id, title, text, {documents}, coalesce(author, ''), fac FROM {origin}"
        f" {_SELECTED}",
        (json.dumps(posts),),
    )


def copied_up_to(connection: sqlite3.Connection) -> int | None:
    """Return the last post that is in the index being built, or None where none is built."""
    row = connection.execute("SELECT copied FROM reindexing").fetchone()
    return None if row is None else int(row[0])


def _sizes(connection: sqlite3.Connection, posts: Sequence[int]) -> dict[int, int]:
    """Return how long the documents are that the index has of posts, of those that have any."""
    return dict(connection.execute(_SIZES, (json.dumps(posts),)).fetchall())


def _targets(
    connection: sqlite3.Connection, posts: Sequence[int]
) -> list[tuple[str, Sequence[int]]]:
    """Return the index, and the one being built beside it as far as it has got."""
    if not posts:
        return []
    copied = copied_up_to(connection)
    if copied is None:
        return [("posts_fts", posts)]
    return [("posts_fts", posts), ("posts_fts_next", [post for post in posts if post <= copied])]
