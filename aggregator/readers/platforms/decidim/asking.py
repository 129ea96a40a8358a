"""What is asked of a Decidim, a few components at a time."""

import json
from dataclasses import asdict, dataclass, replace
from typing import Self

from aggregator.model import Ask
from aggregator.readers.platforms.graphql import connection

# Newer versions allow five aliases in one question, and all a complexity of 5,000.
_AT_ONCE = 4
_TEXT = "{ translations { locale text } }"
_DATES = "createdAt updatedAt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of component.

    Attributes:
        holds: The list in it, and the part of its address.
        plain: What is asked of each thing at least.
        rest: What is asked besides, unless the version does not know it.
    """

    holds: str
    plain: str
    rest: str


KINDS = {
    "Meetings": Kind(
        holds="meetings",
        plain=f"id title {_TEXT} description {_TEXT} startTime endTime address location {_TEXT}",
        rest=f"{_DATES} closingReport {_TEXT} attachments {{ url }}",
    ),
    "Blogs": Kind(
        holds="posts",
        plain=f"id title {_TEXT} body {_TEXT}",
        rest=f"{_DATES} attachments {{ url }}",
    ),
    "Proposals": Kind(
        holds="proposals",
        plain=f"id title {_TEXT} body {_TEXT} publishedAt",
        rest=f"{_DATES} state answer {_TEXT} address attachments {{ url }}",
    ),
    "Debates": Kind(
        holds="debates",
        plain=f"id title {_TEXT} description {_TEXT}",
        rest=_DATES,
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A component to be asked."""

    number: str
    kind: str  # a key of KINDS
    path: str  # of its address
    before: str | None = None  # the cursor from which to go on

    @property
    def alias(self) -> str:
        """Its name in a question and in the answer."""
        return f"c{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How far the questions have come.

    Attributes:
        asked: The components of the question under way.
        waiting: Those to come.
        plain: The kinds of which less is asked.
    """

    asked: tuple[Waiting, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    plain: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Read what `ask_for` wrote; None before the first such question."""
        if not text:
            return None
        found = json.loads(text)
        return cls(
            asked=tuple(Waiting(**one) for one in found["asked"]),
            waiting=tuple(Waiting(**one) for one in found["waiting"]),
            plain=tuple(found["plain"]),
        )


def spaces_query() -> str:
    """Return the question for all processes and assemblies."""
    fields = (
        f"id slug title {_TEXT} shortDescription {_TEXT} description {_TEXT} publishedAt"
        " components { id __typename }"
    )
    return f"{{ participatoryProcesses {{ {fields} }} assemblies {{ {fields} }} }}"


def ask_for(url: str, state: State) -> Ask | None:
    """Ask for what some of the waiting components hold, all of one kind; None: none waits."""
    if not state.waiting:
        return None
    kind = state.waiting[0].kind
    asked = [one for one in state.waiting if one.kind == kind][:_AT_ONCE]
    left = tuple(one for one in state.waiting if one not in asked)
    query = "".join(_part(one, is_plain=kind in state.plain) for one in asked)
    now = replace(state, asked=tuple(asked), waiting=left)
    return Ask(
        url=url, body=json.dumps({"query": f"{{ {query}}}"}).encode(), state=json.dumps(asdict(now))
    )


def _part(component: Waiting, *, is_plain: bool) -> str:
    kind = KINDS[component.kind]
    fields = kind.plain if is_plain else f"{kind.plain} {kind.rest}"
    held = connection(kind.holds, fields, component.before)
    return (
        f"{component.alias}: component(id: {json.dumps(component.number)})"
        f" {{ ... on {component.kind} {{ {held} }} }} "
    )
