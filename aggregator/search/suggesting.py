"""How what is being typed may go on: words of the posts, and names to filter by."""

import sqlite3
from collections.abc import Iterator
from itertools import islice

from aggregator.language import STOP_WORDS, fold, indexed_text, words
from aggregator.search.model import Query, Suggestion
from aggregator.search.names import Names, Value
from aggregator.search.vocabulary import LAST

_SHORTEST = 2  # letters typed; one begins half of everything
_LONGEST = 100
_MAX_NAMES = 4  # so that there is room for words

# The most usual words that begin so.
_WORDS = """
SELECT spelling, max(posts) AS posts FROM terms
WHERE term >= :typed AND term < :typed || :last AND length(term) > :length
GROUP BY term ORDER BY posts DESC LIMIT :limit
"""


def suggest(connection: sqlite3.Connection, text: str, *, limit: int = 8) -> tuple[Suggestion, ...]:
    """Return what a text may become, names first; nothing before two letters.

    Args:
        connection: The database.
        text: What stands in the box, the last word maybe unfinished.
        limit: How many at most.
    """
    cleaned = " ".join(text[:_LONGEST].split())
    before, _, last = cleaned.rpartition(" ")
    typed = words(indexed_text(last))
    if not typed or len(typed[-1]) < _SHORTEST:
        return ()
    names = suggest_names(connection, cleaned, limit=min(limit, _MAX_NAMES))
    found = [
        Suggestion(kind="mot", label=(whole := f"{before} {word}".strip()), query=Query(text=whole))
        for word in _completed(connection, typed[-1], limit - len(names))
    ]
    return (*names, *found)


def suggest_names(
    connection: sqlite3.Connection, text: str, *, limit: int = _MAX_NAMES
) -> tuple[Suggestion, ...]:
    """Return the instances, quartiers and sources of which every word typed begins a word."""
    names = Names.read(connection)
    return tuple(islice(_names(names, " ".join(text[:_LONGEST].split())), limit))


def _completed(connection: sqlite3.Connection, typed: str, limit: int) -> list[str]:
    parameters = {
        "typed": typed,
        "last": LAST,
        "length": len(typed),
        "limit": limit + len(STOP_WORDS) // 10,
    }
    rows = connection.execute(_WORDS, parameters)
    found = [spelling for spelling, _ in rows if fold(spelling) not in STOP_WORDS]
    return found[:limit]


def _names(names: Names, text: str) -> Iterator[Suggestion]:
    """Give the names of which every word typed begins one."""
    typed = [word for word in words(indexed_text(text)) if word not in STOP_WORDS]
    for facet in ("instance", "quartier", "source"):
        for value in names.values(facet):
            if typed and _begins(typed, value):
                yield _filter(facet, value)


def _begins(typed: list[str], value: Value) -> bool:
    return any(
        all(any(word.startswith(part) for word in name) for part in typed) for name in value.names
    )


def _filter(facet: str, value: Value) -> Suggestion:
    if facet == "instance":
        return Suggestion(kind="instance", label=value.label, query=Query(instances=(value.slug,)))
    if facet == "quartier":
        return Suggestion(kind="quartier", label=value.label, query=Query(quartiers=(value.slug,)))
    return Suggestion(kind="source", label=value.label, query=Query(sources=(value.slug,)))
