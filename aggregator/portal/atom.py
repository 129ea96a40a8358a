"""A search as an Atom feed, at the address the visitor used."""

from aggregator.clock import from_iso
from aggregator.portal.site import Visit
from aggregator.publish import AtomEntry, atom
from aggregator.search import Hit, Results, query_string


def results_atom(visit: Visit, results: Results) -> bytes:
    """Return the feed of one page of results."""
    asked = query_string(results.query)
    suffix = f"?{asked}" if asked else ""
    entries = [_entry(hit, visit.root) for hit in results.hits]
    return atom(
        title=_title(visit, results),
        self_url=f"{visit.root}/recherche.atom{suffix}",
        page_url=f"{visit.root}/recherche{suffix}",
        entries=entries,
        # A date announced is none of the feed's: readers would wait for it.
        updated=max(
            (entry.published for entry in entries if entry.published <= visit.now),
            default=visit.now,
        ),
    )


def _title(visit: Visit, results: Results) -> str:
    text = results.query.text
    asked = f"«\u00a0{text}\u00a0» – " if text else ""
    return f"{asked}{visit.portal.masthead.title}"


def _entry(hit: Hit, root: str) -> AtomEntry:
    page = f"{root}/publication/{hit.uid}"
    return AtomEntry(
        id=page,
        title=hit.title,
        url=hit.url,
        page_url=page,
        author=hit.source_name,
        summary=hit.extract,
        published=from_iso(hit.published),
    )
