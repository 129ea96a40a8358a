"""ArcGIS: the rows of a layer of a FeatureServer, or the catalogue of a Hub site.

https://developers.arcgis.com/rest/services-reference/enterprise/query-feature-service-layer/
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urljoin

from aggregator.errors import ReadError
from aggregator.model import Ask, Entry, Extraction, Page, Source
from aggregator.readers.markup import html_of
from aggregator.readers.platforms import answers
from aggregator.readers.platforms.answers import Fields
from aggregator.readers.platforms.following import following_ask
from aggregator.readers.platforms.tables import columns, entry_of, missing

NAME = "ArcGIS"
PAGE = 1_000  # rows; a server may give fewer, and says when there are more

_HUB = "/api/search/v1/collections/dataset/items?limit=100"
_LAYER = re.compile(r"(https?://[^?#]+/(?:FeatureServer|MapServer)/\d+)", re.IGNORECASE)
_DATES = {"esriFieldTypeDate", "esriFieldTypeTimestampOffset"}
_DAY_MS = 86_400_000
# From 1990 to 2100: of answers that do not say which fields are dates (GeoJSON).
_MOMENTS_MS = range(631_152_000_000, 4_102_444_800_000)


def first_ask(source: Source, *, now: datetime) -> Ask:  # noqa: ARG001 - as all platforms
    """Ask for the first rows of the layer, or for the first data sets of the site."""
    layer = _option(source, "layer")
    return Ask(url=urljoin(source.url, _HUB)) if layer is None else _ask(layer, source, 0)


def _ask(layer: str, source: Source, offset: int) -> Ask:
    asked: dict[str, str | int] = {
        "where": "1=1",
        "outFields": "*",
        "returnGeometry": "false",
        "f": "json",
        "resultOffset": offset,
        "resultRecordCount": PAGE,
    }
    if (date := _option(source, "date")) is not None:
        asked["orderByFields"] = f"{date} DESC"
    match = _LAYER.match(layer)
    return Ask(url=f"{match[1] if match else layer.rstrip('/')}/query?{urlencode(asked)}")


def read_answer(page: Page, source: Source, *, ask: Ask) -> Extraction:
    """Read rows or data sets, and say what to ask for next."""
    answer = answers.read_json(page, platform=NAME)
    if error := answers.part(answer, "error"):
        # With status 200.
        raise ReadError(
            f"{page.url}: ArcGIS refuses: {answers.cut(answers.text(error, 'message'))}; check the"
            " address of the layer and the names of its fields",
            url=page.url,
        )
    layer = _option(source, "layer")
    if layer is None:
        return _hub(page, answer, source)
    features = answers.objects(page, answer, "features", platform=NAME)
    extraction = _rows(features, _date_fields(answer), source)
    match = re.search(r"[?&]resultOffset=(\d{1,8})", ask.url)
    offset = (int(match[1]) if match else 0) + len(features)
    more = answer.get("exceededTransferLimit") is True or (
        answers.part(answer, "properties").get("exceededTransferLimit") is True
    )
    return Extraction(
        entries=extraction.entries,
        warnings=extraction.warnings,
        next_ask=_ask(layer, source, offset) if more and features else None,
        may_be_empty=True,
    )


def recognise(url: str) -> tuple[tuple[str, str], ...] | None:
    """Tell a layer by its address."""
    match = _LAYER.match(url)
    return (("layer", match[1]),) if match else None


def _option(source: Source, name: str) -> str | None:
    return None if source.service is None else source.service.option(name)


def _date_fields(answer: Fields) -> frozenset[str] | None:
    """Return which fields hold moments; none where the answer does not say (GeoJSON)."""
    fields = answer.get("fields")
    if not isinstance(fields, list):
        return None
    return frozenset(
        str(field.get("name"))
        for field in fields
        if isinstance(field, dict) and field.get("type") in _DATES
    )


def _rows(features: list[Fields], dates: frozenset[str] | None, source: Source) -> Extraction:
    rows = [
        _dated(answers.part(one, "attributes") or answers.part(one, "properties"), dates)
        for one in features
    ]
    names = tuple(dict.fromkeys(name for row in rows for name in row))
    known = columns(names, source)
    entries = tuple(
        entry_of(row, known, guid=known.of(row, "id"), link=None, base=source.url) for row in rows
    )
    lacking = missing(known, names) if rows else ()
    return Extraction(
        entries=entries, warnings=tuple(f"no row has the field « {name} »" for name in lacking)
    )


def _dated(row: Fields, dates: frozenset[str] | None) -> Mapping[str, Any]:
    return {
        name: _moment(value) if _is_moment(value, name, dates) else value
        for name, value in row.items()
    }


def _is_moment(value: object, name: str, dates: frozenset[str] | None) -> bool:
    if not isinstance(value, int) or isinstance(value, bool):
        return False
    return value in _MOMENTS_MS if dates is None else name in dates


def _moment(ms: int) -> str:
    """Write milliseconds since 1970, in UTC; at midnight there it is a day without an hour."""
    try:
        moment = datetime.fromtimestamp(ms // 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return ""
    return moment.date().isoformat() if ms % _DAY_MS == 0 else moment.isoformat()


def _hub(page: Page, answer: Fields, source: Source) -> Extraction:
    found = answers.objects(page, answer, "features", platform="ArcGIS Hub")
    entries = tuple(_dataset(one, source) for one in found)
    links = [one for one in answer.get("links") or () if isinstance(one, dict)]
    following = next((answers.text(one, "href") for one in links if one.get("rel") == "next"), "")
    return Extraction(
        entries=entries,
        total=answers.number(answer, "numberMatched"),
        next_ask=following_ask(page, following),
        may_be_empty=True,
    )


def _dataset(one: Fields, source: Source) -> Entry:
    about = answers.part(one, "properties")
    number = answers.text(one, "id")
    created, modified = about.get("created"), about.get("modified")
    return Entry(
        link=urljoin(source.url, f"/datasets/{number}/about") if number else None,
        guid=number or None,
        title=html_of(answers.text(about, "title", "name")) or None,
        html=answers.text(about, "description", "snippet"),
        published=_moment(created) if isinstance(created, int) else None,
        updated=_moment(modified) if isinstance(modified, int) else None,
        categories=answers.texts(about, "tags"),
        base_url=source.url,
    )
