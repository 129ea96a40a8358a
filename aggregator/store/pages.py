"""Posts' own pages: which are to be opened, and what they gave; posts taken back by their source.

`posts.html` and `posts.text` always hold the better text; `post_pages` keeps the other one.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from aggregator.clock import from_iso, to_iso
from aggregator.model import DateBy, DateOrigin, Post
from aggregator.store import dates, ids, likeness, linking, opening, saving, tags
from aggregator.store.database import Database
from aggregator.store.known_pages import better_excerpt

# Missing twice, a day apart, a page was taken back; once, its server may have had a bad day.
SURE_AFTER = timedelta(hours=20)
# A post that its list no longer names is looked for this seldom.
LOOKED_FOR_EVERY = timedelta(days=60)
# A feed that has grown by so much carries the whole text itself.
_AS_LONG = 0.8
MISSED_AFTER = timedelta(days=2)  # last_seen is true to the day

_Kept = tuple[str, str, str | None]  # HTML, text and extract that are kept beside the post's
PageState = Literal["better", "kept", "refused", "reserved", "gone", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePage:
    """A post whose page is to be opened."""

    uid: str
    source: str  # slug
    url: str
    title: str
    text: str  # as its feed or list has it
    tries: int
    tdm_reserved: bool  # its source reserves text and data mining


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRead:
    """What opening the page of a post gave.

    Attributes:
        reason: Why its text was taken or left, or why there is none, in French.
        post: The post as its page has it; none where the page could not be read, or tells of
            something else.
        is_try: Whether the page was asked for; a host that wants to be left alone was not.
        next_try: When it is opened again; none: not before something changes.
    """

    state: PageState
    reason: str
    post: Post | None = None
    date_by: DateBy | None = None
    next_try: datetime | None = None
    is_try: bool = True


_DUE = """
SELECT p.uid, s.slug, p.url, p.title, iif(g.state = 'better', g.text, p.text), g.tries,
    coalesce(t.tdm_reserved, 0)
FROM post_pages AS g
JOIN posts AS p ON p.id = g.post_id
JOIN sources AS s ON s.id = p.source_id
JOIN source_states AS t ON t.source_id = s.id
WHERE g.next_try <= ? AND (p.first_seen >= ? OR g.wanted = 'again') AND s.listed AND NOT s.paused
ORDER BY g.next_try DESC LIMIT ?
"""
_ROW = """
SELECT
    p.id, p.title, p.excerpt, p.html, p.text, p.author, p.published, p.date_origin, p.first_seen,
    g.state, g.wanted, g.missing_since, g.html, g.text, g.excerpt
FROM posts AS p JOIN post_pages AS g ON g.post_id = p.id
WHERE p.uid = ?
"""
_REWRITE = """
UPDATE posts SET
    id = ?, excerpt = ?, html = ?, text = ?, author = ?, published = ?, date_origin = ?
WHERE id = ?
"""
_KEEP = """
UPDATE post_pages SET
    state = ?, reason = coalesce(?, reason), next_try = ?, asked = ?,
    tries = iif(?, tries + 1, 0), wanted = iif(wanted = 'again', 'text', wanted),
    missing_since = CASE WHEN ? THEN coalesce(missing_since, ?) WHEN ? THEN missing_since END,
    date = coalesce(?, date), date_by = coalesce(?, date_by), html = ?, text = ?,
    excerpt = ?
WHERE post_id = ?
"""
# Of sources that are lists, whose posts go when they are taken back; a feed forgets by itself.
# CROSS JOIN: the few lists first, else SQLite would read every post there is.
_MISSED = """
SELECT p.id
FROM sources AS s
CROSS JOIN source_states AS t ON t.source_id = s.id
CROSS JOIN posts AS p ON p.source_id = s.id
LEFT JOIN post_pages AS g ON g.post_id = p.id
WHERE s.reader IN ('recipe', 'scraper') AND s.listed AND NOT s.paused AND t.failures = 0
    AND p.last_seen < strftime('%Y-%m-%dT%H:%M:%SZ', t.last_success, :missed)
    AND p.url <> s.url
    AND (g.post_id IS NULL OR g.next_try IS NULL AND (
        coalesce(g.asked, '') < :before
        OR g.asked < strftime('%Y-%m-%dT%H:%M:%SZ', p.last_seen, :since)  -- it was listed then
    ))
LIMIT :limit
"""
_LOOK = """
INSERT INTO post_pages (post_id, wanted, next_try)
SELECT id, 'presence', ? FROM posts WHERE id IN (SELECT value FROM json_each(?))
ON CONFLICT DO UPDATE SET wanted = 'presence', next_try = excluded.next_try
"""
_BACK = """
DELETE FROM withdrawn_posts WHERE noticed < (SELECT last_seen FROM posts WHERE id = post_id)
"""


class _Row(NamedTuple):
    """A post, and what is kept of its page."""

    id: int
    title: str
    excerpt: str
    html: str
    text: str
    author: str | None
    published: str
    date_origin: str
    first_seen: str
    state: str
    wanted: str
    missing_since: str | None
    other_html: str
    other_text: str
    other_excerpt: str | None

    @property
    def listed_excerpt(self) -> str:
        """The extract as its feed or list has it."""
        return self.excerpt if self.other_excerpt is None else self.other_excerpt

    @property
    def listed(self) -> tuple[str, str]:
        """HTML and text as its feed or list has them."""
        if self.state == "better":
            return self.other_html, self.other_text
        return self.html, self.text

    def outlives(self, read: PageRead) -> bool:
        """Tell whether the text of an earlier reading is better than what was read now.

        A page that went, or shows a wall or a notice today, takes nothing out of our memory.
        """
        if self.state != "better" or read.state in {"better", "reserved"}:
            return False
        _, listed = self.listed
        return read.post is None or len(listed) < _AS_LONG * len(self.text)

    def is_missing_since(self, moment: datetime) -> bool:
        """Tell whether the page was missing then already."""
        return self.missing_since is not None and from_iso(self.missing_since) <= moment


class Pages(Database):
    """What a post's own page adds to it."""

    def due_pages(
        self, now: datetime, *, limit: int, seen_since: datetime | None = None
    ) -> tuple[DuePage, ...]:
        """Return posts whose page is to be opened now, those that came last first.

        Args:
            now: The present moment.
            limit: How many, at most.
            seen_since: Only posts that we saw first since then, or that a moderator waits for.
        """
        since = "" if seen_since is None else to_iso(seen_since)
        with opening.explained(self.path):
            rows = self._connection.execute(_DUE, (to_iso(now), since, limit))
            return tuple(
                DuePage(
                    uid=uid,
                    source=source,
                    url=url,
                    title=title,
                    text=text,
                    tries=tries,
                    tdm_reserved=bool(reserved),
                )
                for uid, source, url, title, text, tries, reserved in rows
            )

    def save_page(self, uid: str, read: PageRead, *, now: datetime) -> None:
        """Keep what opening a page gave, and the better text where it stands; one transaction.

        Raises:
            StoreError: The file cannot be written.
        """
        with self.transaction():
            found = self._connection.execute(_ROW, (uid,)).fetchone()
            if found is None:
                return
            row = _Row(*found)
            if read.is_try:
                self._save(row, read, now)
            else:
                self._put_off(row, read)

    def _put_off(self, row: _Row, read: PageRead) -> None:
        self._connection.execute(
            "UPDATE post_pages SET next_try = ? WHERE post_id = ?",
            (read.next_try and to_iso(read.next_try), row.id),
        )

    def _save(self, row: _Row, read: PageRead, now: datetime) -> None:
        kept: _Kept = (row.other_html, row.other_text, row.other_excerpt)
        number, page = row.id, read.post
        outlives = row.outlives(read)
        if read.state == "reserved":
            number, kept = self._give_back(row), ("", "", None)
        elif page is not None and not outlives:
            number, kept = self._take(row, read, page, now)
            linking.attach_more(self._connection, self._backlog, number, page.attached, seen=now)
        is_sure = read.state == "gone" and row.is_missing_since(now - SURE_AFTER)
        again = None if is_sure else read.next_try
        is_dated = page is not None and read.date_by is not None and not outlives
        self._connection.execute(
            _KEEP,
            (
                *((row.state, None) if outlives else (read.state, read.reason)),
                *(again and to_iso(again), to_iso(now)),
                *(page is None, read.state == "gone", to_iso(now), page is None),
                to_iso(page.published) if page is not None and is_dated else None,
                *(read.date_by if is_dated else None, *kept, number),
            ),
        )
        self._note_presence(number, read, now, is_sure=is_sure)

    def _give_back(self, row: _Row) -> int:
        """Take out of a post what its page gave; the site reserves it."""
        html, text = row.listed
        excerpt = row.listed_excerpt if text else ""  # the feed has none where it has no text
        return self._rewrite(row, row._replace(html=html, text=text, excerpt=excerpt), ())

    def _take(self, row: _Row, read: PageRead, page: Post, now: datetime) -> tuple[int, _Kept]:
        """Write into the post what its page knows better.

        Returns:
            The post's id, which moves with its date, and what is not shown.
        """
        is_better = read.state == "better"
        html, text = (page.html, page.text) if is_better else row.listed
        listed, excerpt = row.listed_excerpt, row.listed_excerpt or page.excerpt
        if is_better:
            excerpt = better_excerpt(listed, page.excerpt)
        kept = row.listed if is_better else (page.html, page.text)
        stored = DateOrigin(row.date_origin)
        # Dates of lists that only lack the hour stay: a page tells when it was touched, at times.
        redated = stored in {DateOrigin.FIRST_SEEN, DateOrigin.INFERRED} and dates.replaces(
            (to_iso(page.published), page.date_origin),
            (row.published, stored),
            edited=False,
            first_seen=row.first_seen,
            seen=to_iso(now),
        )
        new = row._replace(
            excerpt=excerpt,
            html=html,
            text=text,
            author=row.author or page.author,
            published=to_iso(page.published) if redated else row.published,
            date_origin=page.date_origin.value if redated else row.date_origin,
        )
        # The site has edited its page; where a moderator says anew what its text is, nobody has.
        if row.state == "better" and row.wanted != "again" and new.text != row.text:
            self._connection.execute(saving.KEEP_VERSION, (to_iso(now), row.id))
            self._connection.execute(
                "UPDATE posts SET changed = ? WHERE id = ?", (to_iso(now), row.id)
            )
        number = self._rewrite(row, new, page.documents)
        return number, (*kept, listed if is_better and excerpt != listed else None)

    def _rewrite(self, row: _Row, new: _Row, documents: Iterable[str]) -> int:
        filed = self._filed(row, new, documents)
        if new == row and filed is None:
            return row.id
        connection, backlog, number = self._connection, self._backlog, row.id
        backlog.remove([row.id])
        if new.published != row.published:
            (number,) = ids.allocate(connection, [from_iso(new.published)])
        connection.execute(
            _REWRITE,
            (
                *(number, new.excerpt, new.html, new.text, new.author),
                *(new.published, new.date_origin, row.id),
            ),
        )
        if filed is not None:
            tags.write(connection, [(number, filed)])
        backlog.add_text(number, new.title, new.text, new.author, is_new=False)
        likeness.note(connection, [number])
        return number

    def _filed(self, row: _Row, new: _Row, documents: Iterable[str]) -> tags.Tags | None:
        """Return what the post is to be filed under; None where that stays as it is."""
        names = self._current_names()
        (filed,) = tags.filed_posts(self._connection, "p.id = ?", (row.id,))
        before = filed.tags(
            instance=filed.instance_id,
            quartiers=filed.quartier_ids,
            kind=filed.kind_id,
            timezone=names.timezone,
            themes=names.themes,
        )
        after = replace(before, documents=before.documents | tags.bits_of(documents))
        if new.published != row.published:
            after = replace(after, month=tags.month_of(from_iso(new.published), names.timezone))
        return after if filed.differs_from(after) else None

    def _note_presence(self, number: int, read: PageRead, now: datetime, *, is_sure: bool) -> None:
        if is_sure:
            self._connection.execute(
                "INSERT OR IGNORE INTO withdrawn_posts (post_id, noticed) VALUES (?, ?)",
                (number, to_iso(now)),
            )
        elif read.post is not None:
            self._connection.execute("DELETE FROM withdrawn_posts WHERE post_id = ?", (number,))

    def look_for_missed(self, now: datetime, *, limit: int) -> int:
        """Have the pages opened of posts that their list no longer names; return how many.

        Those that are back on it are taken back no longer.
        """
        parameters = {
            "missed": f"-{MISSED_AFTER.days} days",
            "since": f"+{MISSED_AFTER.days} days",
            "before": to_iso(now - LOOKED_FOR_EVERY),
            "limit": limit,
        }
        with opening.explained(self.path):
            # Looked for outside the transaction: a crawl need not wait meanwhile.
            missed = [post for (post,) in self._connection.execute(_MISSED, parameters)]
        with self.transaction():
            self._connection.execute(_BACK)
            self._connection.execute(_LOOK, (to_iso(now), json.dumps(missed)))
        return len(missed)
