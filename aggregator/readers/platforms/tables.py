"""Rows of a table about which little is known: which column is the title, the date, the place.

The list may name them (`title: nom_de_l_evenement`); else they are looked for by the names that
portals of towns use. Names are compared folded: « Date de début » is `date_de_debut`.
"""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from aggregator.language import slugified
from aggregator.model import Entry, Source
from aggregator.readers.markup import html_of
from aggregator.readers.platforms.answers import Fields, text

# The first that a row has is taken.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "title": (
        *("title", "titre", "title_fr", "intitule", "nom", "name", "objet", "libelle", "label"),
        *("nom_de_l_evenement", "nom_evenement", "titre_fr", "titre_de_l_evenement"),
    ),
    "start": (
        *("firstdate_begin", "date_start", "date_debut", "date_de_debut", "datedebut", "start"),
        *("start_date", "startdate", "begin", "debut", "date_evenement", "date_de_l_evenement"),
        *("dtstart", "horaire_debut", "date_heure_debut"),
    ),
    "end": (
        *("lastdate_end", "date_end", "date_fin", "date_de_fin", "datefin", "end", "end_date"),
        *("enddate", "fin", "dtend", "horaire_fin", "date_heure_fin"),
    ),
    "day": (
        *("date", "date_publication", "date_de_publication", "published", "publication"),
        *("date_parution", "dateparution", "jour"),
    ),
    "created": ("created", "created_at", "createdat", "date_creation", "creationdate", "cree_le"),
    "updated": (
        *("updated", "updated_at", "updatedat", "modified", "date_maj", "date_modification"),
        *("date_de_mise_a_jour", "last_edited_date", "editdate", "maj"),
    ),
    "text": (
        *("free_text", "longdescription_fr", "longdescription", "description_longue"),
        *("description", "description_fr", "descriptif", "texte", "contenu", "content", "body"),
        *("commentaire", "commentaires", "detail", "details", "resume", "chapo", "observations"),
    ),
    "summary": ("description", "description_fr", "chapo", "resume", "accroche", "lead_text"),
    "link": (
        *("link", "lien", "url", "canonicalurl", "url_fiche", "lien_url", "site_web", "website"),
        *("web", "site_internet", "page"),
    ),
    "place": (
        *("placename", "location_name", "address_name", "nom_du_lieu", "lieu", "place", "salle"),
        *("location", "nom_lieu", "venue"),
    ),
    "address": ("address", "adresse", "location_address", "address_street", "adresse_complete"),
    "id": ("uid", "id", "identifiant", "recordid", "globalid", "objectid", "fid", "gid"),
    "tags": ("tags", "keywords", "keywords_fr", "mots_cles", "categorie", "theme", "thematique"),
    "when": ("space_time_info", "daterange_fr", "horaires", "horaire", "dates"),
    "timetable": ("timetable", "timings"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which field of a table is what; a name that is missing is not there."""

    names: Mapping[str, str]
    is_event: bool

    def of(self, row: Fields, role: str) -> str:
        """Return what a row says in a role; empty where it says nothing."""
        name = self.names.get(role)
        return "" if name is None else _line(row.get(name))


def columns(fields: Sequence[str], source: Source) -> Columns:
    """Tell what the fields of a table are, as the list names them or by their names.

    Args:
        fields: Their names.
        source: Its service's options name some of them.
    """
    folded: dict[str, str] = {}
    for name in fields:
        folded.setdefault(_folded(name), name)
    names = {
        role: folded[known[0]]
        for role, candidates in _NAMES.items()
        if (known := [name for name in candidates if name in folded])
    }
    service = source.service
    told = {} if service is None else dict(service.options)
    starts = (
        "start" in names or "timetable" in names or not told.keys().isdisjoint({"end", "place"})
    )
    for option in told.keys() & {"title", "end", "text", "link", "place", "date"}:
        role = option if option != "date" else ("start" if starts else "day")
        names[role] = folded.get(_folded(told[option]), told[option])
    if "date" in told and starts:
        names.pop("timetable", None)
    return Columns(names=names, is_event=starts)


@lru_cache(maxsize=4096)
def _folded(name: str) -> str:
    return slugified(name, longest=100).replace("-", "_")


def missing(columns: Columns, fields: Sequence[str]) -> tuple[str, ...]:
    """Return the fields that the list names, and the table does not have."""
    return tuple(name for name in columns.names.values() if name not in fields)


def entry_of(row: Fields, columns: Columns, *, guid: str, link: str | None, base: str) -> Entry:
    """Return a row as an entry; of an event the announced time is no date of publication.

    Args:
        row: What it says.
        columns: What its fields are.
        guid: What identifies it.
        link: Its page, where it names none.
        base: The portal's address.
    """
    body, short = columns.of(row, "text"), columns.of(row, "summary")
    place = _place(columns.of(row, "place"), columns.of(row, "address"))
    when = columns.of(row, "when") if columns.is_event else ""
    created, updated = columns.of(row, "created"), columns.of(row, "updated")
    entry = Entry(
        link=columns.of(row, "link") or link,
        guid=guid,
        title=html_of(columns.of(row, "title")) or None,
        html=_paragraphs(body if short == body else f"{short}\n\n{body}", when, place),
        summary=_markup(short),
        published=created or updated or None,
        updated=updated or None,
        categories=tags(row.get(columns.names.get("tags", ""))),
        base_url=base,
    )
    if not columns.is_event:
        return replace(entry, published=columns.of(row, "day") or entry.published)
    starts, ends = span(row.get(columns.names.get("timetable", "")))
    return replace(
        entry,
        starts=starts or columns.of(row, "start") or None,
        ends=ends if starts else columns.of(row, "end") or None,
        place=place or None,
    )


def tags(value: object) -> tuple[str, ...]:
    """Return the tags that a list or a text with commas holds."""
    if isinstance(value, str):
        value = value.replace(";", ",").split(",")
    if not isinstance(value, list):
        return ()
    return tuple(one.strip() for one in value[:50] if isinstance(one, str) and one.strip())


def span(value: object) -> tuple[str | None, str | None]:
    """Return when the first of several times begins and the last one ends.

    OpenAgenda's data sets write « 2018-02-02T22:00:00 2018-02-02T05:30:00;… », in the town's time
    (their « space_time_info » says the same hours), in any order; newer ones a JSON list of begin
    and end, with their zone. An end before its begin is of the night that follows.
    """
    pairs = _pairs(value)
    if not pairs:
        return None, None
    first = min(begin for begin, _ in pairs)
    last = max(_after(begin, end) for begin, end in pairs)
    return first.isoformat(), last.isoformat()


_MOST_TIMES = 5_000


def _pairs(value: object) -> list[tuple[datetime, datetime]]:
    if isinstance(value, str) and value.lstrip().startswith("["):
        import json  # noqa: PLC0415 - of few data sets

        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return []
    if isinstance(value, list):
        said = [(one.get("begin"), one.get("end")) for one in value if isinstance(one, dict)]
    elif isinstance(value, str):
        said = [_two(one.split()) for one in value.split(";")]
    else:
        return []
    pairs = [(_moment(begin), _moment(end)) for begin, end in said[:_MOST_TIMES]]
    known = [(begin, end or begin) for begin, end in pairs if begin is not None]
    # Times with a zone and times without cannot be compared.
    zoned = {moment.tzinfo is not None for pair in known for moment in pair}
    return known if len(zoned) == 1 else []


def _two(words: list[str]) -> tuple[str | None, str | None]:
    return (words[0], words[1]) if len(words) == 2 else (None, None)


def _moment(said: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        return None


def _after(begin: datetime, end: datetime) -> datetime:
    return end + timedelta(days=1) if begin - timedelta(days=1) < end < begin else end


def _line(value: object) -> str:
    """Return one field as text: numbers and lists of texts as well."""
    if isinstance(value, list):
        return ", ".join(one for one in value[:50] if isinstance(one, str))
    return text({"": value}, "")


def _place(name: str, address: str) -> str:
    known = [part for part in (name, address) if part]
    if len(known) == 2 and name.casefold() in address.casefold():
        known = [address]
    return ", ".join(known)


def _paragraphs(body: str, *lines: str) -> str:
    """Return a body and what else is to be found by words: when and where, as the row says it."""
    known = body.casefold()
    more = [line for line in lines if line and line.casefold() not in known]
    return _markup(body.strip()) + "".join(f"<p>{html.escape(line)}</p>" for line in more)


def _markup(value: str) -> str:
    """Return a text as HTML; one that holds markup is it already."""
    return value if "</" in value or "<br" in value or "<p>" in value else html_of(value)
