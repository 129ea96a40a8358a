"""The templates, compiled once and rendered without waiting for anything.

Our own environment: Datasette's renders asynchronously, which takes twice as long for pages whose
values are all there.
"""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from aggregator.clock import from_iso
from aggregator.language.french_dates import french_day
from aggregator.model import DateOrigin, Display, Outcome, State
from aggregator.portal import french, labels, links
from aggregator.search import CAPPED_FACETS

FOLDER = Path(__file__).parent / "templates"
_GLOBALS: dict[str, Any] = {
    "DateOrigin": DateOrigin,
    "Display": Display,
    "Outcome": Outcome,
    "State": State,
    "CAPPED_FACETS": CAPPED_FACETS,
    "HINT": labels.HINT,
    "STATES": labels.STATES,
    "DATED_STATES": labels.DATED_STATES,
    "from_iso": from_iso,
    "search_address": links.address,
    "kept": links.kept,
    "ATOM": links.ATOM,
    "JSON": links.JSON,
    "french_day": french_day,
    "counted": french.counted,
    "number": french.number,
    "bound": french.bound,
    "cut": french.cut,
    "state_count": labels.state_count,
    "host_of": labels.host_of,
    "document_count": labels.document_count,
    "document_line": labels.document_line,
    "document_notes": labels.document_notes,
    "DOCUMENT_COUNTS": labels.DOCUMENT_COUNTS,
    "language_mark": labels.language_mark,
    "segments": labels.segments,
    "third_party": labels.third_party,
}


def environment() -> Environment:
    """Return what finds and renders templates."""
    found = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        # A misspelt name is an error in tests, never an empty place on a page.
        undefined=StrictUndefined,
    )
    found.globals.update(_GLOBALS)
    return found
