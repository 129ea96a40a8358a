"""What saving a batch of posts will write: it only reads, and names themes that are new.

Stored rows are compared by digest after one select a batch; texts are fetched only where the
digest moved.
"""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from aggregator.clock import from_iso, to_iso
from aggregator.model import DateOrigin, Post
from aggregator.store import dates, ids
from aggregator.store.identity import Item, Stored
from aggregator.store.known_pages import KnownPage, known_page
from aggregator.store.tags import (
    UNKNOWN_MONTH,
    Names,
    Tags,
    bits_of,
    language_of,
    month_of,
    month_written,
)

# last_seen is true to the day: rewriting every row at every crawl would cost more than the rest.
LAST_SEEN_AFTER = timedelta(days=1)

_JSON = json.JSONEncoder(ensure_ascii=False)  # `json.dumps` would make one each time


class Shown(NamedTuple):
    """What readers see of a post, its date aside."""

    url: str
    title: str
    title_derived: int
    excerpt: str
    html: str
    text: str
    author: str | None
    language: str
    categories: str  # a JSON array


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One row to insert, where `stored` is None, or to update."""

    guid: str
    post: Post
    stored: Stored | None
    published: datetime
    date_origin: DateOrigin
    tags: Tags
    filed_at: datetime  # where it stands among posts, mostly its date
    changed: bool = True  # else only the tags did
    edited: bool = False  # title or text did: the old ones are kept as a version
    keys: tuple[int, ...] = ()  # of a new one, where they are known already
    # HTML, text and extract of the feed, where the page's are shown; no extract: it is shown.
    listed: tuple[str, str, str | None] | None = None

    @property
    def is_news(self) -> bool:
        """Whether readers see another title or text: behind a page's text the feed's may change."""
        if self.listed is None or self.stored is None:
            return self.edited
        return self.post.title != self.stored.title

    @property
    def moves(self) -> bool:
        """Whether it needs an id: it has none, or its date is new."""
        return self.stored is None or self.stored.published != to_iso(self.published)


@dataclass(slots=True, kw_only=True)
class Plan:
    """All that a batch will write."""

    writes: list[Write] = field(default_factory=list)
    still_there: list[int] = field(default_factory=list)  # rows whose last_seen has aged
    unchanged: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Planner:
    """Compares the posts of one source with its rows."""

    connection: sqlite3.Connection
    source_id: int
    kind_id: int
    names: Names
    seen: datetime
    is_first: bool  # nothing was kept of this source before, or these come from its archive

    def plan(self, items: Iterable[Item]) -> Plan:
        """Return what is to be written, in the order of the page."""
        plan = Plan()
        aged = to_iso(self.seen - LAST_SEEN_AFTER)
        for item in items:
            write = self._insert(item) if item.stored is None else self._compare(item, item.stored)
            if write is not None:
                plan.writes.append(write)
            if write is None or not write.changed:
                plan.unchanged += 1
                if item.stored is not None and item.stored.last_seen <= aged:
                    plan.still_there.append(item.stored.id)
        return plan

    def _insert(self, item: Item) -> Write:
        post = item.post
        # What a source already held when we met it, without a date, is of any age: it is no news,
        # and belongs to no month.
        of_any_age = self.is_first and post.date_origin is DateOrigin.FIRST_SEEN
        month = UNKNOWN_MONTH if of_any_age else month_of(post.published, self.names.timezone)
        return Write(
            guid=item.guid,
            post=post,
            stored=None,
            published=post.published,
            filed_at=ids.EPOCH if of_any_age else post.published,
            date_origin=post.date_origin,
            tags=self._tags(post, month),
            keys=item.keys,
        )

    def _compare(self, item: Item, stored: Stored) -> Write | None:
        post = item.post
        shown_changed, edited, page = False, False, None
        if stored.digest != post.digest or stored.url != post.url:
            # The digest alone does not decide: it may hold a date that we do not take.
            page = known_page(self.connection, stored.id)
            shown_changed, edited = self._differences(stored.id, post, page)
        date = (to_iso(post.published), post.date_origin)
        # Asked only where it matters: most posts come back as they were.
        redated = date != (stored.published, stored.date_origin) and dates.replaces(
            date,
            (stored.published, DateOrigin(stored.date_origin)),
            edited=edited,
            renamed=item.is_renamed,
            first_seen=stored.first_seen,
            seen=to_iso(self.seen),
        )
        tags = self._tags(post, self._month(post, stored, redated=redated))
        if redated or tags.fac != stored.fac:
            page = page or known_page(self.connection, stored.id)
            if page is not None:
                tags = replace(tags, documents=tags.documents | page.documents)
        if not (shown_changed or redated or tags.fac != stored.fac):
            return None
        published = post.published if redated else from_iso(stored.published)
        whole = post if page is None else page.completing(post)
        hidden = None if whole.excerpt == post.excerpt else post.excerpt
        return Write(
            guid=item.guid,
            post=whole,
            stored=stored,
            published=published,
            filed_at=published,
            date_origin=post.date_origin if redated else DateOrigin(stored.date_origin),
            tags=tags,
            changed=shown_changed or redated,
            edited=edited,
            listed=(post.html, post.text, hidden) if page is not None and page.is_better else None,
        )

    def _differences(self, row_id: int, post: Post, page: KnownPage | None) -> tuple[bool, bool]:
        """Tell whether anything shown differs, and whether title or text do."""
        row = self.connection.execute(
            "SELECT url, title, title_derived, excerpt, html, text, author, language, categories"
            " FROM posts WHERE id = ?",
            (row_id,),
        ).fetchone()
        old, new = Shown(*row), shown(post)
        if page is not None:
            new = shown(replace(page.completing(post), html=post.html, text=post.text))
        if page is not None and page.is_better:
            old = old._replace(html=page.listed_html, text=page.listed_text)
            if page.listed_excerpt is not None:
                old, new = (
                    old._replace(excerpt=page.listed_excerpt),
                    new._replace(excerpt=post.excerpt),
                )
        return old != new, (old.title, old.text) != (new.title, new.text)

    def _month(self, post: Post, stored: Stored, *, redated: bool) -> int:
        if redated:
            return month_of(post.published, self.names.timezone)
        if stored.year:
            return month_written(stored.published, self.names.timezone)
        return UNKNOWN_MONTH

    def _tags(self, post: Post, month: int) -> Tags:
        return Tags(
            source_id=self.source_id,
            kind_id=self.kind_id,
            instance_id=None if post.instance is None else self.names.instances[post.instance],
            quartier_ids=tuple(self.names.quartiers[slug] for slug in post.quartiers),
            month=month,
            language=language_of(post.language),
            documents=bits_of(post.documents) if post.documents else 0,
            theme_ids=self.names.themes.of(post.categories),
        )


def shown(post: Post) -> Shown:
    """Return what readers see of a post, as its row holds it."""
    return Shown(
        url=post.url,
        title=post.title,
        title_derived=int(post.title_derived),
        excerpt=post.excerpt,
        html=post.html,
        text=post.text,
        author=post.author,
        language=post.language,
        categories=_JSON.encode(post.categories) if post.categories else "[]",
    )
