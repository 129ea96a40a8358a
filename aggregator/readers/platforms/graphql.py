"""Questions in GraphQL, and the two shapes of their answers (https://spec.graphql.org/)."""

import json
from collections.abc import Sequence

from aggregator.model import Page
from aggregator.readers.platforms import answers
from aggregator.readers.platforms.answers import Fields

# Newest first: both platforms number what is published, and list it by number.
LAST = 25  # the most that Consul gives at once


def connection(name: str, fields: str, before: str | None) -> str:
    """Return the question for the last nodes of a list, or those before a cursor."""
    cursor = "" if before is None else f", before: {json.dumps(before)}"
    return (
        f"{name}(last: {LAST}{cursor}) {{ pageInfo {{ hasPreviousPage startCursor }}"
        f" edges {{ node {{ {fields} }} }} }}"
    )


def data_of(page: Page, *, platform: str) -> tuple[Fields, str]:
    """Return what an answer holds, and what it complains of.

    Args:
        page: The answer.
        platform: Its name, for people.

    Raises:
        NothingFound: It is no answer of GraphQL.
    """
    answer = answers.read_json(page, platform=platform)
    told = listed(answer, "errors")
    complaint = answers.cut(answers.text(told[0], "message")) if told else ""
    if "data" not in answer and not complaint:
        answers.changed(page, platform, "the answer has no « data »")
    return answers.part(answer, "data"), complaint


def nodes(found: Fields) -> tuple[Sequence[Fields], str | None]:
    """Return the nodes of a list, newest first, and the cursor of those before them."""
    held = [answers.part(one, "node") for one in listed(found, "edges")]
    info = answers.part(found, "pageInfo")
    before = answers.text(info, "startCursor") if info.get("hasPreviousPage") is True else ""
    return [node for node in reversed(held) if node], before or None


def listed(holder: Fields, key: str) -> Sequence[Fields]:
    """Return the objects of a list that may be missing: a part may be refused."""
    found = holder.get(key)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
