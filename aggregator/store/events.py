"""When and where the events take place that posts announce."""

from collections.abc import Sequence

from aggregator.clock import to_iso
from aggregator.model import Event, Post
from aggregator.store import opening
from aggregator.store.database import Database
from aggregator.store.filed import rows_of

_SAVE = """
INSERT INTO post_events (post_id, starts, ends, all_day, place) VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET
    starts = excluded.starts, ends = excluded.ends, all_day = excluded.all_day,
    place = excluded.place
WHERE (starts, ends, all_day, place)
    IS NOT (excluded.starts, excluded.ends, excluded.all_day, excluded.place)
"""


class Events(Database):
    """The part of the store that keeps them."""

    def save_events(self, slug: str, posts: Sequence[Post]) -> None:
        """Keep the events of posts that are saved, as they are announced now; in a transaction.

        Args:
            slug: The source.
            posts: All that were read; one that announces no event any more has none.

        Raises:
            StoreError: The source is not in the database, or the file cannot be written.
        """
        with opening.explained(self.path):
            filed = rows_of(self._connection, self._id_of(slug), [post.guid for post in posts])
            events = {filed[post.guid]: post.event for post in posts if post.guid in filed}
            self._connection.executemany(
                _SAVE, [_row(number, event) for number, event in events.items() if event]
            )
            self._connection.executemany(
                "DELETE FROM post_events WHERE post_id = ?",
                [(number,) for number, event in events.items() if event is None],
            )


def _row(number: int, event: Event) -> tuple[int, str, str | None, int, str]:
    ends = None if event.ends is None else to_iso(event.ends)
    return number, to_iso(event.starts), ends, int(event.all_day), event.place
