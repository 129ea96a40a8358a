"""Decidim: processes and assemblies, their meetings, news, proposals and debates (GraphQL).

https://docs.decidim.org/en/develop/develop/api/ ; the fields that are asked for are those that
all versions since 0.24 have, in so far as the newest did not lose them.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from urllib.parse import urljoin

from aggregator.model import Ask, Entry, Extraction, Page, Source
from aggregator.readers.platforms import answers
from aggregator.readers.platforms.answers import Fields
from aggregator.readers.platforms.decidim.asking import KINDS, State, Waiting, ask_for, spaces_query
from aggregator.readers.platforms.decidim.entries import entry_of_node, entry_of_space
from aggregator.readers.platforms.graphql import data_of, listed, nodes

NAME = "Decidim"
_SPACES = {"participatoryProcesses": "processes", "assemblies": "assemblies"}
_MOST_WAITING = 1_000
_ADDRESS = re.compile(r"https?://[^/]+/(?:processes|assemblies)(?:/([\w-]{1,120}))?(?:[/?]|$)")
_HOST = re.compile(r"https?://(?:[\w-]+\.)*decidim[\w-]*\.")


def first_ask(source: Source, *, now: datetime) -> Ask:  # noqa: ARG001 - as all platforms
    """Ask for all processes and assemblies, and what they consist of."""
    return Ask(url=urljoin(source.url, "/api"), body=json.dumps({"query": spaces_query()}).encode())


def read_answer(page: Page, source: Source, *, ask: Ask) -> Extraction:
    """Read spaces, or what some of their components hold, and say what to ask for next."""
    data, complaint = data_of(page, platform=NAME)
    state = State.read(ask.state)
    if state is None:
        return _read_spaces(page, source, ask, data, complaint)
    if complaint and not any(data.values()):
        return _refused(page, ask, state, complaint)
    entries: list[Entry] = []
    further: list[Waiting] = []
    missing = [complaint] if complaint else []
    language = source.language or "fr"
    for component in state.asked:
        given, holds = answers.part(data, component.alias), KINDS[component.kind].holds
        if not isinstance(given.get(holds), dict):
            missing.append(f"{component.path} has no « {holds} »")
        held, before = nodes(answers.part(given, holds))
        entries += [
            entry_of_node(node, component, site=source.url, language=language) for node in held
        ]
        if before is not None:
            further.append(replace(component, before=before))
    left = replace(state, waiting=(*state.waiting, *further)[:_MOST_WAITING])
    return Extraction(
        entries=tuple(entries),
        warnings=(f"{page.url}: a part is not given: {'; '.join(missing)}",) if missing else (),
        next_ask=ask_for(ask.url, left),
        language=language,
        may_be_empty=True,
    )


def recognise(url: str) -> tuple[tuple[str, str], ...] | None:
    """Tell a Decidim by its addresses, or by its name."""
    if match := _ADDRESS.match(url):
        return (("space", match[1]),) if match[1] else ()
    return () if _HOST.match(url) else None


def _read_spaces(page: Page, source: Source, ask: Ask, data: Fields, complaint: str) -> Extraction:
    if not any(isinstance(data.get(name), list) for name in _SPACES):
        why = f" ({complaint})" if complaint else ""
        answers.changed(
            page,
            NAME,
            f"its interface gives no « participatoryProcesses »{why}; where it is closed, describe"
            " the pages with a recipe",
        )
    wanted = None if source.service is None else source.service.option("space")
    language = source.language or "fr"
    found = [
        (path, one)
        for name, path in _SPACES.items()
        for one in listed(data, name)
        if wanted is None or answers.text(one, "slug") == wanted
    ]
    if wanted is not None and not found:
        answers.changed(page, NAME, f"there is no process nor assembly « {wanted} »")
    # What is new comes first: the limits of a visit may keep it from the rest.
    found.sort(key=lambda pair: answers.text(pair[1], "publishedAt"), reverse=True)
    waiting = tuple(one for path, space in found for one in _components(path, space))
    return Extraction(
        entries=tuple(
            entry_of_space(one, path, site=source.url, language=language) for path, one in found
        ),
        next_ask=ask_for(ask.url, State(waiting=waiting[:_MOST_WAITING])),
        warnings=(f"{page.url}: a part is not given: {complaint}",) if complaint else (),
        language=language,
        may_be_empty=True,
    )


def _refused(page: Page, ask: Ask, state: State, complaint: str) -> Extraction:
    """Ask for less of these components, whose version lacks a field; or go on without them."""
    kind = state.asked[0].kind
    if kind not in state.plain:
        simpler = State(waiting=(*state.asked, *state.waiting), plain=(*state.plain, kind))
        return Extraction(entries=(), next_ask=ask_for(ask.url, simpler), may_be_empty=True)
    left = tuple(one for one in state.waiting if one.kind != kind)
    return Extraction(
        entries=(),
        warnings=(f"{page.url}: nothing of kind « {kind} » is given: {complaint}",),
        next_ask=ask_for(ask.url, replace(state, waiting=left)),
        may_be_empty=True,
    )


def _components(path: str, space: Fields) -> Iterator[Waiting]:
    slug = answers.text(space, "slug")
    for one in listed(space, "components"):
        number, kind = answers.text(one, "id"), answers.text(one, "__typename")
        if kind in KINDS and number.isascii() and number.isdecimal() and len(number) < 20:
            yield Waiting(number=number, kind=kind, path=f"/{path}/{slug}/f/{number}")
