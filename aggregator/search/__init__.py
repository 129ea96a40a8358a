"""French queries in, posts and facets out; knows SQLite, and nothing of web pages."""

from aggregator.search.as_json import to_json
from aggregator.search.engine import search
from aggregator.search.finding import matching_uids
from aggregator.search.model import (
    FACETS,
    MAX_PAGES,
    PAGE_SIZE,
    FacetValue,
    Hit,
    Query,
    Results,
    Segment,
    Total,
)
from aggregator.search.query import parse_query, query_string, with_, without

__all__ = [
    "FACETS",
    "MAX_PAGES",
    "PAGE_SIZE",
    "FacetValue",
    "Hit",
    "Query",
    "Results",
    "Segment",
    "Total",
    "matching_uids",
    "parse_query",
    "query_string",
    "search",
    "to_json",
    "with_",
    "without",
]
