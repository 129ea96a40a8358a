"""Results as /recherche.json and `aggregator search --json` print them: a fixed shape."""

from typing import Any

from aggregator.search.model import FacetValue, Hit, Results


def to_json(results: Results) -> dict[str, Any]:
    """Return plain values for `json.dumps`; programs of others rely on every key."""
    return {
        "total": {"value": results.total.value, "exact": results.total.exact},
        "results": [_hit(hit) for hit in results.hits],
        "facets": {
            facet: [_value(line) for line in lines] for facet, lines in results.facets.items()
        },
        "suggestion": None if results.suggestion is None else results.suggestion.text,
    }


def _hit(hit: Hit) -> dict[str, str | None]:
    return {
        "uid": hit.uid,
        "title": hit.title,
        "url": hit.url,
        "source": hit.source,
        "instance": hit.instance,
        "published": hit.published,
        "date_origin": hit.date_origin,
        "extract": hit.extract,
    }


def _value(line: FacetValue) -> dict[str, str | int]:
    return {"value": line.value, "label": line.label, "count": line.count}
