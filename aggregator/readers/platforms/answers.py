"""Reaching into an answer: what is missing, or of another kind, is said with its name."""

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from aggregator.errors import NothingFound
from aggregator.model import Page
from aggregator.readers.charset import decode

Fields = Mapping[str, Any]

_LONGEST_CHARS = 200_000  # of one text; the tidier cuts long before
_SHOWN_CHARS = 120


def read_json(page: Page, *, platform: str) -> Fields:
    """Read an answer that is one JSON object.

    Args:
        page: The answer.
        platform: Its name, for people.

    Raises:
        NothingFound: It is something else.
    """
    try:
        found = json.loads(decode(page).lstrip("\ufeff"))
    # Nested too deep; and Python refuses numbers of thousands of digits.
    except (ValueError, RecursionError):
        changed(page, platform, "the answer is not JSON")
    if not isinstance(found, dict):
        changed(page, platform, "the answer is not a JSON object")
    return found


def objects(page: Page, holder: Fields, key: str, *, platform: str) -> list[Fields]:
    """Return the objects of a list that must be there; what is no object among them is left out.

    Raises:
        NothingFound: There is no such list.
    """
    found = holder.get(key)
    if not isinstance(found, list):
        changed(page, platform, f"the answer has no list « {key} »")
    return [one for one in found if isinstance(one, dict)]


def changed(page: Page, platform: str, what: str) -> NoReturn:
    """Refuse an answer of another shape.

    Raises:
        NothingFound: Always.
    """
    raise NothingFound(
        f"{page.url}: {what}: {platform} changed, or the address is none of {platform}; compare it"
        " with docs/moderateurs.md",
        url=page.url,
    )


def text(holder: Fields, *keys: str) -> str:
    """Return the first text that stands under one of some keys; a number counts as one."""
    for key in keys:
        value = holder.get(key)
        if isinstance(value, bool):
            continue
        if isinstance(value, int | float):
            return str(value)
        if isinstance(value, str) and value.strip():
            return value.strip()[:_LONGEST_CHARS]
    return ""


def part(holder: Fields, key: str) -> Fields:
    """Return the object that stands under a key; an empty one where there is none."""
    value = holder.get(key)
    return value if isinstance(value, dict) else {}


def texts(holder: Fields, key: str) -> tuple[str, ...]:
    """Return the texts of a list, or the one text that stands in its place."""
    value = holder.get(key)
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list):
        return ()
    return tuple(one.strip() for one in value if isinstance(one, str) and one.strip())


def number(holder: Fields, key: str) -> int | None:
    """Return a whole number that stands under a key."""
    value = holder.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def cut(value: str) -> str:
    """Return the beginning of a text on one line, for a list of what was refused."""
    line = " ".join(value[: 4 * _SHOWN_CHARS].split())
    return line if len(line) <= _SHOWN_CHARS else line[: _SHOWN_CHARS - 1] + "…"
