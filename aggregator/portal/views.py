"""The pages, one function each: what a request asks, what is read, which template shows it."""

import sqlite3
from dataclasses import dataclass
from itertools import groupby

from datasette import Response

from aggregator import __version__
from aggregator.model import PRODUCT, Tab, Town
from aggregator.portal.queries import home as home_sql
from aggregator.portal.queries import publications as publications_sql
from aggregator.portal.queries.rows import Box, PostLine, Topic
from aggregator.portal.refusals import Refusal
from aggregator.portal.site import PAGE_HEADERS, Visit

# Boxes with titles; more would make the page heavy on a small connection.
FULL_BOXES = 18
NAMED_BOXES = 40  # others, by name alone
FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}
# Answers to every possible question are no content: search engines would ask for ever.
ROBOTS = "User-agent: *\nDisallow: /recherche\nDisallow: /donnees/\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """What the home page shows."""

    boxes: tuple[Box, ...]
    others: tuple[Box, ...]  # named only
    unnamed: int  # how many more there are
    topics: tuple[Topic, ...]
    coming: tuple[PostLine, ...]  # the nearest dates announced
    river: tuple[PostLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The river's posts of one day."""

    heading: str
    posts: tuple[PostLine, ...]


async def home(visit: Visit) -> Response:
    """Show the search box, the tabs with a box per source, and the river."""
    tab = _tab(visit.town, next(iter(visit.parameters.get("onglet", ())), ""))
    slugs = {source.slug for source in visit.town.sources if tab is None or tab.holds(source)}

    def read(connection: sqlite3.Connection) -> Front:
        boxes = home_sql.boxes(connection, slugs, full=FULL_BOXES, present=visit.present)
        others = [box for box in boxes if not box.posts]
        return Front(
            boxes=tuple(box for box in boxes if box.posts),
            others=tuple(others[:NAMED_BOXES]),
            unnamed=len(others[NAMED_BOXES:]),
            topics=home_sql.topics(connection),
            coming=home_sql.coming(connection, present=visit.present),
            river=home_sql.river(connection, present=visit.present),
        )

    front = await visit.read(read)
    days = [
        Day(heading=heading, posts=tuple(posts))
        for heading, posts in groupby(
            front.river, lambda post: visit.calendar.heading(post.published)
        )
    ]
    return visit.page("accueil", front=front, days=days, tab=tab)


def _tab(town: Town, slug: str) -> Tab | None:
    if not slug:
        return town.tabs[0] if town.tabs else None
    for tab in town.tabs:
        if tab.slug == slug:
            return tab
    raise Refusal(404)


async def publication(visit: Visit) -> Response:
    """Show one post: what its source allows, and where it came from."""
    uid = visit.path_part("uid")
    found = await visit.read(lambda connection: publications_sql.publication(connection, uid))
    if found is None:
        raise Refusal(404)
    address = f"{visit.root}/publication/{uid}"
    return visit.page("publication", post=found, address=address)


async def about(visit: Visit) -> Response:
    """Say what the portal is, and how it works."""
    return visit.page("a-propos")


async def robot(visit: Visit) -> Response:
    """Tell the owners of sites who visits them, and how to be removed."""
    return visit.page("robot", version=__version__, product=PRODUCT)


async def accessibility(visit: Visit) -> Response:
    """Declare the state of accessibility (law 2005-102, article 47)."""
    return visit.page("accessibilite")


async def static_file(visit: Visit) -> Response:
    """Give the style sheet, the icon or the script."""
    asset = visit.portal.assets.by_name.get(visit.path_part("name"))
    if asset is None:
        raise Refusal(404)
    return Response(asset.body, headers=FOREVER, content_type=asset.content_type)


async def robots(visit: Visit) -> Response:
    """Tell robots what not to read."""
    del visit
    return Response.text(ROBOTS, headers=PAGE_HEADERS)


async def nothing_here(visit: Visit) -> Response:
    """Refuse every address that is not ours."""
    del visit
    raise Refusal(404)
