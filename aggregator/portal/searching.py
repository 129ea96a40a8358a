"""The search: a page, JSON, an Atom feed, and what may be typed next."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace

from datasette import Response

from aggregator.portal.advice import count_of, misread, widened
from aggregator.portal.atom import results_atom
from aggregator.portal.chosen import chips
from aggregator.portal.facets import facets
from aggregator.portal.links import address
from aggregator.portal.queries.publications import foreign_languages
from aggregator.portal.refusals import Refusal
from aggregator.portal.site import PAGE_HEADERS, Visit
from aggregator.search import (
    PAGE_SIZE,
    Results,
    Suggestion,
    parse_query,
    search,
    suggest,
    suggest_names,
    to_json,
)

_OPEN = {**PAGE_HEADERS, "Access-Control-Allow-Origin": "*"}
_JSON = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is read for a page of results."""

    results: Results
    languages: Mapping[str, str]  # of the posts that are not in French, by uid
    names: tuple[Suggestion, ...]  # to filter by, that the text may mean


async def search_page(visit: Visit) -> Response:
    """Show one page of the posts that answer a query, and what can narrow it."""
    query = parse_query(visit.parameters)

    def read(connection: sqlite3.Connection) -> Found:
        results = search(connection, query)
        uids = tuple(hit.uid for hit in (*results.hits, *results.nearby))
        names = suggest_names(connection, results.query.text)
        return Found(results=results, languages=foreign_languages(connection, uids), names=names)

    found = await visit.read(read)
    results = found.results
    shown = results.corrected or results.query
    if query.page > max(results.pages, 1):
        raise Refusal(404, first_page=address(shown))
    return visit.page(
        "recherche",
        query=results.query,
        results=results,
        shown=shown,
        order_links={
            "date": address(replace(shown, order="date")),
            "pertinence": address(replace(shown, order="pertinence")),
        },
        count=count_of(results.total),
        start=(query.page - 1) * PAGE_SIZE + 1,
        languages=found.languages,
        names=[_suggestion(one) for one in found.names],
        chips=chips(results.facets, shown),
        facets=facets(results.facets, shown),
        notes=[misread(note, results.query) for note in results.notes],
        wider=[widened(one) for one in results.wider],
    )


async def search_json(visit: Visit) -> Response:
    """Answer the same query for programs."""
    body = json.dumps(to_json(await _results(visit)), ensure_ascii=False)
    return Response(body, headers=_OPEN, content_type=_JSON)


async def search_atom(visit: Visit) -> Response:
    """Answer the same query for feed readers."""
    body = results_atom(visit, await _results(visit))
    return Response(body, headers=PAGE_HEADERS, content_type="application/atom+xml; charset=utf-8")


async def suggestions(visit: Visit) -> Response:
    """Tell what a text may become; nothing where it cannot be told."""
    text = parse_query(visit.parameters).text
    try:
        found = await visit.read(lambda connection: suggest(connection, text))
    except sqlite3.Error:
        # Whoever types has the search itself to be told of it.
        found = ()
    body = json.dumps([_suggestion(one) for one in found], ensure_ascii=False)
    return Response(body, headers=_OPEN, content_type=_JSON)


async def _results(visit: Visit) -> Results:
    query = parse_query(visit.parameters)
    return await visit.read(lambda connection: search(connection, query))


def _suggestion(one: Suggestion) -> dict[str, str]:
    url = f"/source/{one.query.sources[0]}" if one.kind == "source" else address(one.query)
    return {"kind": one.kind, "label": one.label, "url": url}
