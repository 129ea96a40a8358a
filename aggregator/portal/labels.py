"""Words and small pieces of markup that templates use."""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from aggregator.model import State
from aggregator.portal.french import bound, number
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
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_HEADING = re.compile(r"<(/?)h[1-6]\b")


def state_count(state: State, count: int) -> str:
    """Say how many sources are in a state: « 1 silencieuse », « 2 silencieuses »."""
    words = STATES[state] if count < 2 else _STATES_OF_MANY.get(state, STATES[state])
    return f"{number(count)} {words}"


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
