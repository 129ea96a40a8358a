"""Fields typed among the words: `instance:cric depuis:2015-06 auteur:"Aurélie Corbin"`.

A field that is understood becomes a filter of the query; one that is not is explained by a note,
and its value searched as plain words.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from aggregator.language import fold, slugified, words
from aggregator.language.french_dates import MONTHS
from aggregator.model import DOCUMENTS
from aggregator.search.model import Note, Query
from aggregator.search.names import Names, Value
from aggregator.search.query import FIELDS as COLUMNS

_FIELD = re.compile(r'(?<!\S)([^\W\d_]{2,14}):\s?("[^"]*"|“[^”]*”|«[^»]*»|[^\s"“”«»]+)')
_QUOTES = '"“”«»\u00a0\u202f '
_DAY = re.compile(r"(\d{4})(?:[-/](\d{1,2}))?(?:[-/](\d{1,2}))?")
_FRENCH_DAY = re.compile(r"(?:(\d{1,2})[-/])?(\d{1,2})[-/](\d{4})")
_MONTHS = {fold(name): number for number, name in enumerate(MONTHS, 1)}
_NEAR = 0.7  # similarity, from 0 to 1, from which a name is proposed for another
_TRIED = 2_000  # names compared to find the nearest

# What the field is called (folded), and the facet or filter it stands for.
FIELDS: Mapping[str, str] = {
    "instance": "instance",
    "quartier": "quartier",
    "source": "source",
    "genre": "genre",
    "theme": "theme",
    "annee": "annee",
    "mois": "mois",
    "avec": "document",
    "document": "document",
    "langue": "langue",
    "auteur": "auteur",
    "depuis": "depuis",
    "avant": "avant",
}
_NAMED = frozenset(("instance", "quartier", "source", "genre"))
_FORMATS = {
    **{name: name for name in DOCUMENTS},
    **dict.fromkeys(("doc", "docx", "odt", "rtf", "word"), "texte"),
    **dict.fromkeys(("xls", "xlsx", "ods", "csv", "excel"), "tableur"),
    **dict.fromkeys(("ppt", "pptx", "odp", "diaporama"), "presentation"),
}
_LANGUAGES = {
    **dict.fromkeys(("fr", "francais"), "fr"),
    **dict.fromkeys(("nl", "neerlandais", "flamand"), "nl"),
    **dict.fromkeys(("en", "anglais"), "en"),
    **dict.fromkeys(("ar", "arabe"), "ar"),
    **dict.fromkeys(("pt", "portugais"), "pt"),
    **dict.fromkeys(("es", "espagnol"), "es"),
    **dict.fromkeys(("it", "italien"), "it"),
    **dict.fromkeys(("pl", "polonais"), "pl"),
    **dict.fromkeys(("de", "allemand"), "de"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """A query whose fields were read."""

    query: Query  # its text: what is left, fields that were not understood included
    words: str  # of that text, what to search: of such fields their values only
    notes: tuple[Note, ...]


def understand(query: Query, names: Names, themes: Callable[[str], str | None]) -> Understood:
    """Turn the fields in a query's text into filters.

    Args:
        query: As typed.
        names: The town's.
        themes: Finds the slug of a theme, or None.
    """
    if ":" not in query.text:
        return Understood(query=query, words=query.text, notes=())
    notes: list[Note] = []
    text, searched, done = "", "", 0
    for found in _FIELD.finditer(query.text):
        before = query.text[done : found.start()]
        done = found.end()
        changed, note = _read(query, found, names, themes)
        text += before
        searched += before
        if changed is not None:
            query = changed
            continue
        text += found.group()
        searched += found.group(2) if note else found.group()
        notes += [note] if note else []
    text, searched = text + query.text[done:], searched + query.text[done:]
    return Understood(
        query=replace(query, text=" ".join(text.split())), words=searched, notes=tuple(notes)
    )


def _read(
    query: Query,
    found: re.Match[str],
    names: Names,
    themes: Callable[[str], str | None],
) -> tuple[Query | None, Note | None]:
    """Return the query narrowed by a field, or a note on it; neither for what is no field."""
    typed, value = found.group(1), found.group(2).strip(_QUOTES)
    field = FIELDS.get(fold(typed))
    if field is None:
        nearest = _nearest(fold(typed), FIELDS)
        note = Note(kind="field", typed=f"{typed}:{value}", nearest=f"{nearest}:{_quoted(value)}")
        return None, note if nearest else None
    changes = _changes(query, field, value, names, themes)
    if changes is not None:
        return replace(query, **changes), None
    nearest = _nearest_value(field, value, names)
    return None, Note(
        kind="value",
        typed=f"{typed}:{value}",
        nearest=f"{typed}:{_quoted(nearest)}" if nearest else "",
    )


def _changes(
    query: Query,
    field: str,
    value: str,
    names: Names,
    themes: Callable[[str], str | None],
) -> dict[str, Any] | None:
    """Return the fields of Query that a field sets; None where its value makes no sense."""
    if field == "auteur":
        return {"author": value} if words(value) else None
    if field in {"depuis", "avant"}:
        day = _day(value)
        return None if day is None else {"since" if field == "depuis" else "until": day}
    chosen = _facet_value(field, value, names, themes)
    if chosen is None:
        return None
    column = COLUMNS[field]
    return {column: tuple(dict.fromkeys((*getattr(query, column), chosen)))}


def _facet_value(
    field: str, value: str, names: Names, themes: Callable[[str], str | None]
) -> str | int | None:
    if field in _NAMED:
        return _slug(field, value, names)
    if field == "theme":
        return themes(value)
    if field == "annee":
        return int(value) if re.fullmatch(r"[12]\d{3}", value) else None
    if field == "mois":
        day = _day(value)
        return None if day is None else f"{day:%Y-%m}"
    return (_FORMATS if field == "document" else _LANGUAGES).get(fold(value))


def _slug(field: str, value: str, names: Names) -> str | None:
    """Find a value by its slug, its name, another of its names, or a part that only it has."""
    slug = slugified(value, longest=100)
    if (field, slug) in names.by_slug:
        return slug
    candidates = names.values(field)
    for one in candidates:
        if slug in _slugs(one):
            return one.slug
    holding = [one.slug for one in candidates if _holds(one, slug)]
    return holding[0] if len(holding) == 1 else None


def _slugs(value: Value) -> Iterator[str]:
    return (slugified(name, longest=100) for name in (value.slug, value.label, *value.aliases))


def _holds(value: Value, slug: str) -> bool:
    return bool(slug) and any(f"-{slug}-" in f"-{name}-" for name in _slugs(value))


def _nearest_value(field: str, value: str, names: Names) -> str:
    if field in _NAMED:
        slugs = {name: one.slug for one in names.values(field)[:_TRIED] for name in _slugs(one)}
        return slugs.get(_nearest(slugified(value, longest=100), slugs), "")
    known: Mapping[str, object] = _FORMATS if field == "document" else _LANGUAGES
    return _nearest(fold(value), known) if field in {"document", "langue"} else ""


def _nearest(typed: str, known: Mapping[str, object]) -> str:
    # Here, for few queries are wrong, and it loads a library.
    from rapidfuzz import distance, process  # noqa: PLC0415

    best = process.extractOne(
        typed,
        list(known),
        scorer=distance.DamerauLevenshtein.normalized_similarity,
        score_cutoff=_NEAR,
    )
    return str(best[0]) if best else ""


def _quoted(value: str) -> str:
    return f'"{value}"' if " " in value else value


def _day(value: str) -> date | None:
    """Read 2015, 2015-06, 2015-06-25, 25/06/2015, 06/2015 or « juin 2015 »: the first day of it."""
    if found := _DAY.fullmatch(value):
        year, month, day = found.groups()
    elif found := _FRENCH_DAY.fullmatch(value):
        day, month, year = found.groups()
    else:
        name, _, year = fold(value).rpartition(" ")
        number = _MONTHS.get(name)
        month, day = (str(number), None) if number else (None, None)
        if number is None or not re.fullmatch(r"\d{4}", year):
            return None
    try:
        return date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
