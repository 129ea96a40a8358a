"""Opendatasoft portals: the records of a data set, or the catalogue (Explore API v2.1).

https://help.opendatasoft.com/apis/ods-explore-v2/ ; answers of the older v1 (records with
`fields`) are read as well.
"""

import hashlib
import json
import re
from datetime import datetime
from urllib.parse import quote, urlencode, urljoin

from aggregator.model import Ask, Entry, Extraction, Page, Source
from aggregator.readers.platforms import answers
from aggregator.readers.platforms.answers import Fields
from aggregator.readers.platforms.tables import columns, entry_of, missing

NAME = "Opendatasoft"
PAGE = 100  # the most that one request gives
LAST = 10_000  # offset and limit together stay below (the API's own bound)

_API = "/api/explore/v2.1/catalog/datasets"
_ADDRESS = re.compile(
    r"https?://[^/]+(?:/explore/(?:dataset|embed/dataset)/|/api/explore/v2[.\d]*/catalog/datasets/)"
    r"([\w.@-]+)"
)
_CATALOGUE = re.compile(r"https?://[^/]+/(?:api/)?explore/(?:v2|\?|$)")


def first_ask(source: Source, *, now: datetime) -> Ask:  # noqa: ARG001 - as all platforms
    """Ask for the first hundred records, or data sets."""
    return _ask(source, 0)


def _ask(source: Source, offset: int) -> Ask:
    dataset, date = _option(source, "dataset"), _option(source, "date")
    path = _API if dataset is None else f"{_API}/{quote(dataset, safe='')}/records"
    asked: dict[str, str | int] = {"limit": PAGE, "offset": offset}
    if dataset is None:
        asked["order_by"] = "modified desc"
    elif date is not None:
        asked["order_by"] = f"{date} desc"  # a visit does not read to the end of a long table
    return Ask(url=f"{urljoin(source.url, path)}?{urlencode(asked)}")


def read_answer(page: Page, source: Source, *, ask: Ask) -> Extraction:
    """Read records or data sets, and say what to ask for next."""
    answer = answers.read_json(page, platform=NAME)
    key = "results" if "results" in answer or "records" not in answer else "records"
    found = answers.objects(page, answer, key, platform=NAME)
    total = answers.number(answer, "total_count") or answers.number(answer, "nhits")
    offset = _offset(ask)
    if _option(source, "dataset") is None:
        extraction = _catalogue(page, found, source)
    else:
        extraction = _records(found, source)
    next_offset = offset + PAGE
    more = total is not None and next_offset < total and len(found) == PAGE
    return Extraction(
        entries=extraction.entries,
        warnings=extraction.warnings,
        total=total,
        next_ask=_ask(source, next_offset) if more and next_offset + PAGE <= LAST else None,
        # An agenda may be empty in winter; an answer of another shape was refused above.
        may_be_empty=True,
    )


def recognise(url: str) -> tuple[tuple[str, str], ...] | None:
    """Tell an Opendatasoft portal by its addresses."""
    if match := _ADDRESS.match(url):
        return (("dataset", match[1]),)
    return () if _CATALOGUE.match(url) else None


def _option(source: Source, name: str) -> str | None:
    return None if source.service is None else source.service.option(name)


def _offset(ask: Ask) -> int:
    match = re.search(r"[?&]offset=(\d{1,6})", ask.url)
    return int(match[1]) if match else 0


def _records(found: list[Fields], source: Source) -> Extraction:
    rows = [answers.part(one, "fields") or one for one in found]
    names = tuple(dict.fromkeys(name for row in rows for name in row))
    known = columns(names, source)
    dataset = _option(source, "dataset") or ""
    base = urljoin(source.url, f"/explore/dataset/{quote(dataset, safe='')}/")
    entries: list[Entry] = []
    for one, row in zip(found, rows, strict=True):
        entries.append(
            entry_of(row, known, guid=_guid(one, row, known.of(row, "id")), link=None, base=base)
        )
    lacking = missing(known, names) if rows else ()
    warnings = tuple(f"no record has the field « {name} »" for name in lacking)
    return Extraction(entries=tuple(entries), warnings=warnings)


def _guid(record: Fields, row: Fields, stated: str) -> str:
    """Return what identifies a record: its own id, else the portal's, else all it says."""
    known = stated or answers.text(record, "recordid")
    if known:
        return known
    return hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()


def _catalogue(page: Page, found: list[Fields], source: Source) -> Extraction:
    entries = [_dataset(one, source) for one in found if answers.text(one, "dataset_id")]
    if found and not entries:
        answers.changed(page, NAME, "no data set of the answer has a « dataset_id »")
    return Extraction(entries=tuple(entries))


def _dataset(one: Fields, source: Source) -> Entry:
    about = answers.part(answers.part(one, "metas"), "default")
    name = answers.text(one, "dataset_id")
    return Entry(
        link=urljoin(source.url, f"/explore/dataset/{quote(name, safe='')}/"),
        guid=name,
        title=answers.text(about, "title") or name,
        html=answers.text(about, "description"),
        # When its data last changed: there is no other date of a data set.
        published=answers.text(about, "modified", "data_processed") or None,
        author=answers.text(about, "publisher") or None,
        categories=(*answers.texts(about, "theme"), *answers.texts(about, "keyword")),
        base_url=source.url,
    )
