"""What helps somebody whose search found little, or was not understood: sentences with links."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from aggregator.language import fold
from aggregator.portal.french import counted
from aggregator.portal.links import address
from aggregator.search import Note, Query, Total, Wider

_EVERYWHERE: Mapping[str, str] = {
    "instance": "toutes instances confondues",
    "quartier": "dans tous les quartiers",
    "source": "dans toutes les sources",
    "genre": "dans tous les genres",
    "theme": "dans tous les thèmes",
    "annee": "toutes années confondues",
    "mois": "tous mois confondus",
    "document": "avec ou sans document",
    "langue": "dans toutes les langues",
}
_DAYS = "2016, 2016-06 ou 25/06/2016"
_UNKNOWN: Mapping[str, str] = {
    "instance": "aucune instance ne porte ce nom",
    "quartier": "aucun quartier ne porte ce nom",
    "source": "aucune source ne porte ce nom",
    "genre": "aucun genre de source ne porte ce nom",
    "theme": "aucun thème ne porte ce nom",
    "annee": "une année s’écrit 2016",
    "mois": "un mois s’écrit 2016-06",
    "depuis": f"une date s’écrit {_DAYS}",
    "avant": f"une date s’écrit {_DAYS}",
    "avec": "les documents sont pdf, texte, tableur ou presentation",
    "document": "les documents sont pdf, texte, tableur ou presentation",
    "langue": "une langue s’écrit fr, nl ou en",
    "auteur": "il y manque un nom",
}
_QUOTE = '[\\s"“”«»]*'


@dataclass(frozen=True, slots=True, kw_only=True)
class Misread:
    """A field that was not understood, and what may have been meant."""

    typed: str
    reason: str
    nearest: str  # may be empty, as `href`
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Widened:
    """A search that asks for less."""

    label: str
    href: str
    found: str  # « 12 publications »


def misread(note: Note, query: Query) -> Misread:
    """Explain a note on a query."""
    field, _, value = note.typed.partition(":")
    reason = f"il n’y a pas de filtre «\u00a0{field}\u00a0»"
    if note.kind == "value":
        reason = _UNKNOWN.get(fold(field), "ce filtre n’a pas cette valeur")
    href = ""
    if note.nearest:
        # Quotes are not in the note.
        typed = re.compile(f"{re.escape(field)}:{_QUOTE}{re.escape(value)}{_QUOTE}")
        text = typed.sub(lambda _: f"{note.nearest} ", query.text, count=1).strip()
        href = address(replace(query, text=text))
    return Misread(typed=note.typed, reason=reason, nearest=note.nearest, href=href)


def widened(wider: Wider) -> Widened:
    """Say what a wider search leaves out."""
    return Widened(label=_label(wider), href=address(wider.query), found=count_of(wider.total))


def _label(wider: Wider) -> str:
    if wider.kind == "facet":
        return _EVERYWHERE[wider.dropped[0]]
    if wider.kind == "word":
        return f"sans «\u00a0{' ou '.join(wider.dropped)}\u00a0»"
    return "sans les guillemets" if wider.kind == "quotes" else "sans aucun filtre"


def count_of(total: Total) -> str:
    """Write how many were found: « plus de 50 000 publications »."""
    return "plus de " * (not total.exact) + counted(total.value, "publication", "publications")
