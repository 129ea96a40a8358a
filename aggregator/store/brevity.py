"""Writes that stay short, however long the documents are that their posts link to.

A post goes into the index with the words of its documents, and is taken out with them: an edit of
twenty posts that link to five hundred pages would hold others up for seconds.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from aggregator.store import index, opening
from aggregator.store.database import Database
from aggregator.store.lock import let_others_write

_T = TypeVar("_T")

# Another may put documents back in between.
_ATTEMPTS = 2


class Brevity(Database):
    """The part of the store that keeps writes short."""

    def write(self, work: Callable[[], _T]) -> _T:
        """Do some work in one transaction; return what it returns.

        Where its posts have long documents, these leave the index first, a post a transaction, and
        are not found until `index_documents` has put them back.

        Args:
            work: Saves posts. It is called again where it was undone.

        Raises:
            StoreError: The file cannot be written.
        """
        for _ in range(_ATTEMPTS):
            try:
                with self.transaction():
                    self._backlog.sparing()
                    return work()
            except index.TooMuch as found:
                self._set_aside(found.posts)
        with self.transaction():
            return work()

    def _set_aside(self, posts: Sequence[int]) -> None:
        """Take the documents of posts out of the index, to be put back later."""
        with opening.explained(self.path):
            while posts:
                with self.transaction():
                    batch = posts[: index.affordable(self._connection, posts)]
                    self._backlog.remove(batch)
                    self._connection.executemany(
                        "UPDATE post_documents SET indexed = 2 WHERE post_id = ? AND indexed = 1",
                        [(post,) for post in batch],
                    )
                    self._backlog.add(batch)
                posts = posts[len(batch) :]
                let_others_write()
