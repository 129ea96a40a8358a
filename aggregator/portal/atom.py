"""A search as an Atom feed, at the address the visitor used."""

from aggregator.clock import from_iso
from aggregator.portal.chosen import chips
from aggregator.portal.french import Calendar
from aggregator.portal.links import ATOM, address
from aggregator.portal.site import Visit
from aggregator.publish import AtomEntry, atom
from aggregator.search import Hit, Results


def results_atom(visit: Visit, results: Results) -> bytes:
    """Return the feed of one page of results."""
    page = results.query.page
    # Who follows a word wants that word, not the one that is nearest today.
    hits = () if results.corrected else results.hits
    entries = [_entry(hit, visit.root, visit.calendar) for hit in hits]
    return atom(
        title=_title(visit, results),
        self_url=visit.root + address(results.query, ATOM, page=page),
        page_url=visit.root + address(results.query, page=page),
        entries=entries,
        # A date announced is none of the feed's: readers would wait for it.
        updated=max(
            (entry.published for entry in entries if entry.published <= visit.now),
            default=visit.now,
        ),
    )


def _title(visit: Visit, results: Results) -> str:
    text = results.query.text
    asked = [f"«\u00a0{text}\u00a0»"] if text else []
    asked += [chip.label for chip in chips(results.facets, results.query)]
    return " – ".join([", ".join(asked)] * bool(asked) + [visit.portal.masthead.title])


def _entry(hit: Hit, root: str, calendar: Calendar) -> AtomEntry:
    page = f"{root}/publication/{hit.uid}"
    told = ["Dépubliée par la source."] if hit.withdrawn else []
    told += [f"{calendar.event(hit.event).capitalize()}."] if hit.event else []
    return AtomEntry(
        id=page,
        title=hit.title,
        url=page if hit.withdrawn else hit.url,
        page_url=page,
        author=hit.source_name,
        summary=" ".join(filter(None, (*told, hit.extract))),
        published=from_iso(hit.published),
    )
