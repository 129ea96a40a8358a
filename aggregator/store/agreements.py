"""What we agreed with others: pauses of hosts, subscriptions at hubs, reservations of sites."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from aggregator.clock import from_iso, to_iso
from aggregator.store import opening
from aggregator.store.database import Database
from aggregator.store.model import HostPause, Subscription

# No pause is longer than a day. One that ends later was written while the clock was wrong; a minute
# is for clocks that were only set right.
_LONGEST_PAUSE = timedelta(days=1, minutes=1)

# What two answers asked for, the longer one says, where both can be true.
_PAUSE = """
INSERT INTO hosts (host, paused_until, paused_by) VALUES (:host, :until, :status)
ON CONFLICT DO UPDATE SET paused_until = excluded.paused_until, paused_by = excluded.paused_by
WHERE excluded.paused_until > paused_until OR paused_until > :believable
"""
_PAUSED = """
SELECT host, paused_until, paused_by FROM hosts WHERE paused_until > ? AND paused_until <= ?
"""
_SUBSCRIPTIONS = """
SELECT s.slug, n.hub, n.topic, n.token, n.secret, n.lease_until, n.asked, n.state
FROM subscriptions AS n JOIN sources AS s ON s.id = n.source_id
"""
_SUBSCRIBE = """
INSERT OR REPLACE INTO subscriptions (
    source_id, hub, topic, token, secret, lease_until, asked, state
) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_RESERVATION = """
UPDATE source_states SET tdm_reserved = coalesce(?1, tdm_reserved),
    tdm_policy = iif(?1 IS NULL, tdm_policy, ?2), tdm_checked = ?3
WHERE source_id = ?4
"""
# What was read of its documents before is to be forgotten: the worker of documents comes by.
_WITHDRAW = """
UPDATE documents SET next_try = ?1
WHERE characters AND id IN (
    SELECT l.document_id FROM posts AS p JOIN post_documents AS l ON l.post_id = p.id
    WHERE p.source_id = ?2
)
"""
# They are not opened for it: their turn gives back what was taken of them.
_GIVE_BACK = """
UPDATE post_pages SET next_try = ?1
WHERE state IN ('better', 'kept') AND post_id IN (SELECT id FROM posts WHERE source_id = ?2)
"""
# A site that answered lately, and was not asked for its reservations since.
_UNASKED = """
SELECT s.slug, coalesce(s.feed, t.discovered_feed, s.url)
FROM sources AS s JOIN source_states AS t ON t.source_id = s.id
WHERE s.listed AND NOT s.paused AND t.last_success > :before
    AND (t.tdm_checked IS NULL OR t.tdm_checked <= :before)
ORDER BY t.tdm_checked, s.position LIMIT :limit
"""


class Agreements(Database):
    """The part of the store that keeps them."""

    def hosts(self, now: datetime) -> Mapping[str, HostPause]:
        """Return the hosts to be left alone now; none for longer than a day."""
        limits = to_iso(now), to_iso(now + _LONGEST_PAUSE)
        with opening.explained(self.path):
            rows = self._connection.execute(_PAUSED, limits).fetchall()
        return {host: HostPause(until=from_iso(until), status=by) for host, until, by in rows}

    def pause_host(self, host: str, *, until: datetime, status: int) -> None:
        """Leave a host alone; a longer pause that it asked for before stays.

        One that ends more than a day after this one goes: it is no pause.
        """
        pause = {
            "host": host,
            "until": to_iso(until),
            "status": status,
            "believable": to_iso(until + _LONGEST_PAUSE),
        }
        with opening.explained(self.path):
            self._connection.execute(_PAUSE, pause)

    def note_tdm(
        self, slug: str, *, reserved: bool | None, policy: str | None, checked: datetime
    ) -> None:
        """Keep what a site says of text and data mining (TDMRep).

        None: it says nothing, and what it said before holds.

        Raises:
            StoreError: The source is not in the database, or the file cannot be written.
        """
        with opening.explained(self.path):
            source = self._id_of(slug)
            is_news = reserved and not self._is_reserved(source)
            row = (reserved, policy, to_iso(checked), source)
            self._connection.execute(_RESERVATION, row)
            if is_news:
                self._connection.execute(_WITHDRAW, (to_iso(checked), source))
                self._connection.execute(_GIVE_BACK, (to_iso(checked), source))

    def _is_reserved(self, source: int) -> bool:
        row = self._connection.execute(
            "SELECT tdm_reserved FROM source_states WHERE source_id = ?", (source,)
        ).fetchone()
        return row is not None and bool(row[0])

    def unasked_reservations(self, *, before: datetime, limit: int) -> tuple[tuple[str, str], ...]:
        """Return slug and address of sources not asked since then, longest ago first."""
        asked = {"before": to_iso(before), "limit": limit}
        with opening.explained(self.path):
            return tuple(self._connection.execute(_UNASKED, asked).fetchall())

    def subscriptions(self) -> tuple[Subscription, ...]:
        """Return all subscriptions at hubs, by source."""
        with opening.explained(self.path):
            rows = self._connection.execute(f"{_SUBSCRIPTIONS} ORDER BY s.slug").fetchall()
        return tuple(map(_subscription, rows))

    def save_subscription(self, subscription: Subscription) -> None:
        """Write a source's one subscription in place of what it had.

        Raises:
            StoreError: The source is not in the database, or the file cannot be written.
        """
        lease = subscription.lease_until
        with opening.explained(self.path):
            row = (
                self._id_of(subscription.source),
                subscription.hub,
                subscription.topic,
                subscription.token,
                subscription.secret,
                lease and to_iso(lease),
                to_iso(subscription.asked),
                subscription.state,
            )
            self._connection.execute(_SUBSCRIBE, row)

    def drop_subscription(self, slug: str) -> None:
        """Forget a source's subscription, if it has one.

        Raises:
            StoreError: The source is not in the database, or the file cannot be written.
        """
        with opening.explained(self.path):
            self._connection.execute(
                "DELETE FROM subscriptions WHERE source_id = ?", (self._id_of(slug),)
            )


def _subscription(row: Sequence[Any]) -> Subscription:
    return Subscription(
        source=row[0],
        hub=row[1],
        topic=row[2],
        token=row[3],
        secret=row[4],
        lease_until=row[5] and from_iso(row[5]),
        asked=from_iso(row[6]),
        state=row[7],
    )
