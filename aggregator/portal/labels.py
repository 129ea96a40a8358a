"""Words and small pieces of markup that templates use."""

import re
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from aggregator.model import DOCUMENT_KINDS, State
from aggregator.portal.french import bound, counted, number, size
from aggregator.portal.queries.rows import PostDocument
from aggregator.search import Segment

# Health as a word: colour alone says nothing to many.
STATES: Mapping[State, str] = {
    State.NEW: "pas encore relevée",
    State.OK: "à jour",
    State.LATE: "en retard",
    State.SILENT: "silencieuse",
    State.EMPTY: "vide",
    State.DRIFTED: "à vérifier",
    State.MOVED: "déplacée",
    State.FAILING: "en panne",
    State.GONE: "fermée",
    State.PAUSED: "en pause",
    State.UNLISTED: "retirée de la liste",
}
# The states whose beginning says something to visitors.
DATED_STATES = frozenset({State.DRIFTED, State.FAILING, State.GONE, State.PAUSED, State.UNLISTED})
HINT = 88  # characters of an undated post's extract in lists; with the ellipsis, 90
_STATES_OF_MANY: Mapping[State, str] = {
    State.NEW: "pas encore relevées",
    State.SILENT: "silencieuses",
    State.EMPTY: "vides",
    State.GONE: "fermées",
    State.MOVED: "déplacées",
    State.UNLISTED: "retirées de la liste",
}
# What became of reading a document, where nothing tells more.
DOCUMENT_STATES: Mapping[str, str] = {
    "waiting": "Pas encore lu.",
    "read": "",
    "scanned": "Numérisé sans texte\u00a0: la recherche ne peut pas le lire.",
    "encrypted": "Protégé par un mot de passe.",
    "damaged": "Le fichier est abîmé ou illisible.",
    "too_large": "Trop long pour être lu en entier.",
    "refused": "Le site ne permet pas de le lire.",
    "gone": "Retiré de son site.",
    "failed": "Il n’a pas pu être lu.",
}
# Of many, in the order on screen.
DOCUMENT_COUNTS: Mapping[str, tuple[str, str]] = {
    "read": ("lu", "lus"),
    "partly": ("lu en partie", "lus en partie"),
    "waiting": ("pas encore lu", "pas encore lus"),
    "scanned": ("numérisé sans texte", "numérisés sans texte"),
    "encrypted": ("protégé par un mot de passe", "protégés par un mot de passe"),
    "too_large": ("trop long pour être lu en entier", "trop longs pour être lus en entier"),
    "damaged": ("illisible", "illisibles"),
    "refused": ("que leur site ne permet pas de lire",) * 2,
    "gone": ("retiré de son site", "retirés de leur site"),
    "failed": ("qui n’a pas pu être lu", "qui n’ont pas pu être lus"),
}
REFS_SHOWN = 8
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_HEADING = re.compile(r"<(/?)h[1-6]\b")


def state_count(state: State, count: int) -> str:
    """Say how many sources are in a state: « 1 silencieuse », « 2 silencieuses »."""
    words = STATES[state] if count < 2 else _STATES_OF_MANY.get(state, STATES[state])
    return f"{number(count)} {words}"


def document_count(state: str, count: int) -> str:
    """Say how many documents are in a state: « 3 numérisés sans texte »."""
    one, many = DOCUMENT_COUNTS[state]
    return f"{number(count)} {one if count < 2 else many}"


def document_line(document: PostDocument) -> str:
    """Say what a document is: « Compte rendu, PDF, 12 pages, 2,3 Mo. », or nothing."""
    parts = (
        DOCUMENT_KINDS.get(document.kind, ""),
        document.media.upper(),
        counted(document.pages, "page", "pages") if document.media == "pdf" else "",
        size(document.size_bytes) if document.size_bytes else "",
    )
    return ", ".join(filter(None, parts)) + "." * any(parts)


def document_notes(document: PostDocument) -> str:
    """Say what else there is to know of a document: sentences, or nothing."""
    notes = [document.reason or DOCUMENT_STATES[document.state]]
    if document.state == "scanned":
        notes = [DOCUMENT_STATES["scanned"]]
    elif document.state == "read" and 0 < document.read_pages < document.pages:
        pages = counted(document.read_pages, "page", "pages")
        notes.append(f"La recherche en lit {pages} sur {number(document.pages)}.")
    if document.refs:
        notes.append(_references(document.refs))
    return " ".join(filter(None, notes))


def _references(refs: Sequence[str]) -> str:
    shown, more = ", ".join(refs[:REFS_SHOWN]), len(refs) - REFS_SHOWN
    others = f" et {counted(more, 'autre', 'autres')}" if more > 0 else ""
    many = "Délibérations" if len(refs) > 1 else "Délibération"
    return f"{many} n°\u00a0{shown}{others}."


def host_of(url: str) -> str:
    """Return a site's name as people say it: its host, without « www. »."""
    return (urlsplit(url).hostname or url).removeprefix("www.")


def language_mark(language: str) -> Markup:
    """Return the attribute that marks words of another language (RGAA 8.7), or nothing."""
    if language == "fr" or not _LANGUAGE.fullmatch(language):
        return Markup("")
    return Markup(' lang="{}"').format(language)


def third_party(html: str) -> Markup:
    """Return stored HTML for the page: sanitised when it was stored, its headings below ours."""
    return Markup(_HEADING.sub(r"<\1h2", html))  # noqa: S704 - normalise/ sanitised it


def segments(found: Iterable[Segment]) -> Markup:
    """Write a title or extract with what was searched lit."""
    # The pieces are short and many: one template loop each would be half the time of a page.
    return Markup("").join(
        Markup("<mark>{}</mark>").format(one.text) if one.lit else escape(bound(one.text))
        for one in found
    )
