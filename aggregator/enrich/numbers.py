"""Numbers of délibérations, as councils write them."""

import re

MOST = 50

_NUMBER = re.compile(
    r"\bd[ée]lib(?:[ée]rations?|\.)?\s?(?:n\s?[°ºo]\.?|num[ée]ro)\s?"
    r"([0-9A-Z](?:[0-9A-Z]|[-_/.](?=[0-9A-Z])){0,24})",
    re.IGNORECASE,
)


def deliberation_numbers(text: str) -> tuple[str, ...]:
    """Return the numbers of the délibérations that a text names, in order, each once."""
    found = (match[1].upper() for match in _NUMBER.finditer(text))
    return tuple(dict.fromkeys(found))[:MOST]
