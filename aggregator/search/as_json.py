"""Results as /recherche.json and `aggregator search --json` print them: a fixed shape."""

from dataclasses import asdict
from typing import Any

from aggregator.model import Event
from aggregator.search.model import FACETS, FacetValue, Hit, Note, Query, Results, Wider


def to_json(results: Results) -> dict[str, Any]:
    """Return plain values for `json.dumps`; programs of others rely on every key."""
    corrected = results.corrected
    return {
        "query": _query(results.query),
        "total": {"value": results.total.value, "exact": results.total.exact},
        "results": [_hit(hit) for hit in results.hits],
        "nearby": [_hit(hit) for hit in results.nearby],
        "facets": {
            facet: [_value(line) for line in lines] for facet, lines in results.facets.items()
        },
        "facets_exact": results.facets_exact,
        "reach": None if results.reach is None else results.reach.isoformat(),
        "suggestion": None if results.suggestion is None else results.suggestion.text,
        "corrected": None if corrected is None else corrected.text,
        "notes": [_note(note) for note in results.notes],
        "wider": [_wider(one) for one in results.wider],
    }


def _query(query: Query) -> dict[str, Any]:
    """Return a query by its parameters; filters that it has not are left out."""
    bounds = (("depuis", query.since), ("avant", query.until))
    return {
        "q": query.text,
        **{facet: list(query.selected(facet)) for facet in FACETS if query.selected(facet)},
        **({"auteur": query.author} if query.author else {}),
        **{name: day.isoformat() for name, day in bounds if day is not None},
        "tri": query.order,
        "page": query.page,
    }


def _note(note: Note) -> dict[str, str]:
    return {"kind": note.kind, "typed": note.typed, "nearest": note.nearest}


def _wider(wider: Wider) -> dict[str, Any]:
    return {
        "query": _query(wider.query),
        "kind": wider.kind,
        "dropped": list(wider.dropped),
        "total": {"value": wider.total.value, "exact": wider.total.exact},
    }


def _hit(hit: Hit) -> dict[str, Any]:
    place = hit.extract_from
    return {
        "uid": hit.uid,
        "title": hit.title,
        "url": hit.url,
        "source": hit.source,
        "instance": hit.instance,
        "published": hit.published,
        "date_origin": hit.date_origin,
        "extract": hit.extract,
        "extract_from": None if place is None else asdict(place),
        "event": None if hit.event is None else _event(hit.event),
        "withdrawn": hit.withdrawn,
    }


def _event(event: Event) -> dict[str, str | None]:
    starts, ends = event.moments()
    return {"starts": starts, "ends": ends, "place": event.place}


def _value(line: FacetValue) -> dict[str, str | int | bool]:
    return {
        "value": line.value,
        "label": line.label,
        "count": line.count,
        "selected": line.selected,
        "exact": line.exact,
        "group": line.group,
    }
