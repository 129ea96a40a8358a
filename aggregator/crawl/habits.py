"""What a source accustoms us to: when its posts appear, and what they are like."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from aggregator.model import DateOrigin, Habits, Post, Source

LAST_TIMES = 40
LAST_POSTS = 20
LAST_VISITS = 40
RECENT = 5  # posts by which a change of manners shows (crawl/health.py)
# Platforms whose posts are dated by when they were published. On the others, calendars and data
# sets, a date says when something was decided, paid, measured or entered.
_VOICES = frozenset({"consul", "decidim", "mailbox", "mastodon", "peertube", "youtube"})
_HALF_A_DAY = timedelta(hours=12)  # a day without an hour is kept as its noon


def dates_its_posts(source: Source) -> bool:
    """Tell whether the dates of a source's posts say when it published them."""
    return source.service is None or source.service.name in _VOICES


def learn(
    habits: Habits,
    *,
    source: Source,
    new: Sequence[Post],
    changed: Sequence[Post],
    items: int | None,
    previous: datetime | None,
    now: datetime,
) -> Habits:
    """Return the habits after a visit that was answered.

    Args:
        habits: As they were known before.
        source: Whose they are.
        new: The posts that this visit brought.
        changed: The posts that this visit found edited.
        items: How many items the page holds; none when it has not changed.
        previous: When the last visit before was answered; none at the first.
        now: The moment of this visit.
    """
    visits, fruitful = habits.visits + 1, habits.fruitful + bool(new or changed)
    if visits >= LAST_VISITS:
        visits, fruitful = visits // 2, fruitful // 2
    learnt = replace(
        habits, items=_usual(habits.items, items), visits=visits, fruitful=min(fruitful, visits)
    )
    if not new and not changed:
        return learnt
    # A page rebuilt edits all its posts at once: they must not push out what they were before.
    room = LAST_POSTS if previous is None else RECENT
    sample = sorted((*new, *changed), key=lambda post: post.published)[-room:]
    return replace(
        learnt,
        times=_times(habits.times, new, previous=previous, now=now, source=source),
        lengths=(*habits.lengths, *(len(post.text) for post in sample))[-LAST_POSTS:],
        titles=(*habits.titles, *(_mark(post.title) for post in sample))[-LAST_POSTS:],
        ahead=(*habits.ahead, *(post.published > now for post in sample))[-LAST_POSTS:],
    )


def _usual(before: int, items: int | None) -> int:
    # 0 says that the page was empty when it was last read, and is believed at once.
    if items is None:
        return before
    return max(1, round((3 * before + items) / 4)) if before and items else items


def _mark(title: str) -> str:
    return hashlib.blake2b(title.encode(), digest_size=4).hexdigest()


def _times(
    known: tuple[datetime, ...],
    new: Sequence[Post],
    *,
    previous: datetime | None,
    now: datetime,
    source: Source,
) -> tuple[datetime, ...]:
    if previous is None and not dates_its_posts(source):
        found = []
    elif previous is None:
        found = [
            post.published
            for post in new
            if post.published <= now
            and post.date_origin in {DateOrigin.STATED, DateOrigin.DAY_ONLY}
        ]
    else:
        found = [_appeared(post, previous=min(previous, now), now=now) for post in new]
    return tuple(sorted((*known, *found))[-LAST_TIMES:])


def _appeared(post: Post, *, previous: datetime, now: datetime) -> datetime:
    """Return when a post appeared, as well as we can know.

    What its date does not tell, the two visits do: it was not there at the one, and was at the
    other. The middle between them is wrong by the least; the end of it would make a daily post,
    seen by daily visits, look as if it came at the hour of our visits, for ever.
    """
    if post.date_origin is DateOrigin.STATED and previous <= post.published <= now:
        return post.published
    earliest, latest = previous, now
    if post.date_origin is DateOrigin.DAY_ONLY:
        earliest = max(previous, post.published - _HALF_A_DAY)
        latest = min(now, post.published + _HALF_A_DAY)
    if earliest > latest:  # announced, or dated back
        earliest, latest = previous, now
    return (earliest + (latest - earliest) / 2).replace(microsecond=0)
