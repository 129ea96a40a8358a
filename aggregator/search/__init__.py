"""French queries in, posts and facets out; knows SQLite, and nothing of web pages."""

from aggregator.search.as_json import to_json
from aggregator.search.engine import matching_uids, search
from aggregator.search.model import (
    CAPPED_FACETS,
    FACETS,
    MAX_PAGES,
    PAGE_SIZE,
    Archive,
    DocumentPlace,
    FacetValue,
    Hit,
    Note,
    Query,
    Results,
    Segment,
    Suggestion,
    Total,
    Wider,
)
from aggregator.search.query import parse_query, query_string, with_, without
from aggregator.search.suggesting import suggest, suggest_names

__all__ = [
    "CAPPED_FACETS",
    "FACETS",
    "MAX_PAGES",
    "PAGE_SIZE",
    "Archive",
    "DocumentPlace",
    "FacetValue",
    "Hit",
    "Note",
    "Query",
    "Results",
    "Segment",
    "Suggestion",
    "Total",
    "Wider",
    "matching_uids",
    "parse_query",
    "query_string",
    "search",
    "suggest",
    "suggest_names",
    "to_json",
    "with_",
    "without",
]
