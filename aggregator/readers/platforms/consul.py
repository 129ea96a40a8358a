"""Consul Democracy: debates and citizens' proposals, newest first (GraphQL).

https://docs.consuldemocracy.org/tech_docs/features/graphql : at most 25 of each at once, and two
lists in one question.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode, urljoin

from aggregator.model import Ask, Entry, Extraction, Page, Source
from aggregator.readers.markup import html_of
from aggregator.readers.platforms import answers
from aggregator.readers.platforms.answers import Fields
from aggregator.readers.platforms.graphql import connection, data_of, listed, nodes

NAME = "Consul"
_TAGS = "tags { edges { node { name } } }"
_LISTS: Mapping[str, str] = {
    "debates": f"id title description public_created_at {_TAGS}",
    "proposals": f"id title summary description public_created_at {_TAGS}",
}
_HOST = re.compile(r"https?://(?:[\w-]+\.)*consul(?:-[\w-]+|democracy)?\.")


def first_ask(source: Source, *, now: datetime) -> Ask:  # noqa: ARG001 - as all platforms
    """Ask for the newest of both lists."""
    return _ask(urljoin(source.url, "/graphql"), dict.fromkeys(_LISTS))


def _ask(url: str, cursors: Mapping[str, str | None]) -> Ask:
    """Ask for what stands before some cursors, which are the state of the next answer too."""
    query = " ".join(connection(name, _LISTS[name], at) for name, at in cursors.items())
    return Ask(
        url=f"{url}?{urlencode({'query': f'{{ {query} }}'})}", state=json.dumps(list(cursors))
    )


def read_answer(page: Page, source: Source, *, ask: Ask) -> Extraction:
    """Read debates and proposals, and say what to ask for next."""
    data, complaint = data_of(page, platform=NAME)
    asked = json.loads(ask.state)
    given = [name for name in asked if isinstance(data.get(name), dict)]
    if not given:
        why = f" ({complaint})" if complaint else ""
        answers.changed(page, NAME, f"its interface gives no « {' » nor « '.join(asked)} »{why}")
    entries: list[Entry] = []
    cursors: dict[str, str | None] = {}
    for name in given:
        held, before = nodes(answers.part(data, name))
        entries += [_entry(node, name, source) for node in held]
        if before is not None:
            cursors[name] = before
    missing = [f"« {name} » is not given" for name in asked if name not in given]
    warning = "; ".join([*missing, *([complaint] if complaint else [])])
    url = ask.url.partition("?")[0]
    return Extraction(
        entries=tuple(entries),
        warnings=(f"{page.url.partition('?')[0]}: {warning}",) if warning else (),
        next_ask=_ask(url, cursors) if cursors else None,
        may_be_empty=True,
    )


def recognise(url: str) -> tuple[tuple[str, str], ...] | None:
    """Tell a Consul that has this name."""
    return () if _HOST.match(url) else None


def _entry(node: Fields, name: str, source: Source) -> Entry:
    """Return one as an entry; who wrote it is left out, as a citizen's name."""
    number = answers.text(node, "id")
    tags = [answers.part(edge, "node") for edge in listed(answers.part(node, "tags"), "edges")]
    summary = _html(answers.text(node, "summary"))
    return Entry(
        link=urljoin(source.url, f"/{name}/{number}"),
        guid=f"{name}/{number}",
        title=html_of(answers.text(node, "title")) or None,
        html=summary + _html(answers.text(node, "description")),
        summary=summary,
        published=answers.text(node, "public_created_at") or None,
        categories=tuple(filter(None, (answers.text(tag, "name") for tag in tags))),
        base_url=source.url,
    )


def _html(text: str) -> str:
    return text if "</" in text or "<br" in text else html_of(text)
