"""The pages on sources: all of them, and one."""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import parse_qs

from datasette import Response

from aggregator.model import KINDS, MOST_REFUSED, Source, State, Town
from aggregator.portal import archived
from aggregator.portal.queries import sources as sources_sql
from aggregator.portal.queries.archives import Archive, Held, archives, held
from aggregator.portal.queries.documents import UnreadDocument, document_counts, unread_documents
from aggregator.portal.queries.refused import Refused, refused
from aggregator.portal.queries.rows import Named, SourceCard, SourcePosts
from aggregator.portal.refusals import Refusal
from aggregator.portal.site import Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The sources of one kind; the unlisted ones make a group of their own."""

    slug: str
    name: str
    cards: tuple[SourceCard, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the database knows of all sources."""

    cards: Mapping[str, SourceCard]
    documents: Mapping[str, int]
    unread: tuple[UnreadDocument, ...]
    archives: Mapping[str, Archive]


async def sources(visit: Visit) -> Response:
    """Show all sources and how they are."""

    def read(connection: sqlite3.Connection) -> Known:
        known = sources_sql.sources(connection, present=visit.present)
        return Known(
            cards=known,
            documents=document_counts(connection),
            unread=unread_documents(connection),
            archives=archives(connection),
        )

    known = await visit.read(read)
    cards = _all_cards(visit.town, known.cards)
    counts = {state: sum(card.state is state for card in cards) for state in State}
    return visit.page(
        "sources",
        groups=_groups(cards),
        counts=counts,
        total=len(cards),
        documents=known.documents,
        unread=known.unread,
        archives={slug: archived.in_short(one) for slug, one in known.archives.items()},
    )


def _all_cards(town: Town, known: Mapping[str, SourceCard]) -> tuple[SourceCard, ...]:
    """Join what the list says and what the database knows: a crawl brings the two together."""
    listed = {source.slug for source in town.sources}
    present = [known.get(source.slug) or _newcomer(source, town) for source in town.sources]
    past = [card for slug, card in known.items() if slug not in listed and not card.listed]
    return (*present, *past)


def _newcomer(source: Source, town: Town) -> SourceCard:
    instances = {instance.slug: instance.name for instance in town.instances}
    quartiers = {quartier.slug: quartier.name for quartier in town.quartiers}
    slug = source.instance
    return SourceCard(
        slug=source.slug,
        name=source.name,
        url=source.url,
        kind=Named(slug=source.kind, name=KINDS[source.kind]),
        instance=None if slug is None else Named(slug=slug, name=instances[slug]),
        quartiers=tuple(Named(slug=slug, name=quartiers[slug]) for slug in source.quartiers),
        display=source.display,
        language=source.language,
        feed_unverified=source.feed_unverified,
        note=source.note,
        listed=True,
        state=State.NEW,
        reason="",
        since=None,
    )


def _groups(cards: Iterable[SourceCard]) -> tuple[Group, ...]:
    order = [*KINDS, ""]

    def key(card: SourceCard) -> str:
        return card.kind.slug if card.listed else ""

    ordered = sorted(cards, key=lambda card: order.index(key(card)))
    return tuple(
        Group(slug=slug or "retirees", name=KINDS.get(slug, "Retirées"), cards=tuple(found))
        for slug, found in groupby(ordered, key)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What one source's page shows."""

    card: SourceCard
    posts: SourcePosts
    held: Held | None
    refused: Refused | None


async def source(visit: Visit) -> Response:
    """Show one source: its health, its posts, its years, its last fetches."""
    slug = visit.path_part("slug")
    page = _page(visit)

    def read(connection: sqlite3.Connection) -> Sheet | None:
        card = sources_sql.source(connection, slug, present=visit.present)
        card = card or _newcomer_named(visit.town, slug)
        if card is None:
            return None
        posts = sources_sql.source_posts(connection, slug, page=page, present=visit.present)
        past = held(connection, slug, present=visit.present)
        return Sheet(card=card, posts=posts, held=past, refused=refused(connection, slug))

    sheet = await visit.read(read)
    if sheet is None:
        raise Refusal(404)
    pages = max(-(-sheet.posts.total // sources_sql.POSTS_A_PAGE), 1)
    if page > pages:
        raise Refusal(404, first_page=f"/source/{slug}")
    return visit.page(
        "source",
        card=sheet.card,
        posts=sheet.posts,
        held=None if sheet.held is None else archived.figure(sheet.held, visit.calendar),
        gaps=() if sheet.held is None else archived.notes(sheet.held.archive),
        refused=sheet.refused,
        MOST_REFUSED=MOST_REFUSED,
        row_word="ligne" if sheet.held is not None and sheet.held.reader == "scdl" else "entrée",
        page=page,
        pages=pages,
    )


def _newcomer_named(town: Town, slug: str) -> SourceCard | None:
    return next((_newcomer(one, town) for one in town.sources if one.slug == slug), None)


def _page(visit: Visit) -> int:
    text = parse_qs(visit.request.query_string).get("page", ["1"])[0]
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and int(text) > 0):
        raise Refusal(404)
    return int(text)
