"""What the town calls things: facet values both ways, and names that mean the same.

It changes with the moderators' list only, so it is read once for each state of the list, not
once a search.
"""

import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from aggregator.language import STOP_WORDS, fold, indexed_text, lemma, words

# Rows of facet, id, slug, name, group, other names.
_NAMES = """
SELECT 'instance', id, slug, name, '', aliases FROM instances
UNION ALL SELECT 'quartier', id, slug, name, sector, aliases FROM quartiers
UNION ALL SELECT 'source', id, slug, name, '', '[]' FROM sources
UNION ALL SELECT 'genre', id, slug, name, '', '[]' FROM kinds
"""
_KEPT = 4  # states of lists: one process reads one database, tests many
_LONGEST_NAME = 8  # words; longer names are not recognised in a query

_WORD = re.compile(r"[^\W_]+")
# The beginning of the tokens of what has a name (db/migrations).
_ARTICLES = frozenset(("le", "la", "les", "l", "de", "du", "des", "d", "au", "aux", "a", "s"))
_TOKENS = {"instance": "xi", "quartier": "xq", "source": "xs"}

Name = tuple[str, ...]  # the words of a name, folded

_known: dict[tuple[str, str], "Names"] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One value of a facet that the list describes."""

    number: int
    slug: str
    label: str
    group: str
    aliases: tuple[str, ...]
    names: tuple[Name, ...]  # words of the label and the aliases


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """All values of instance, quartier, source and genre, and all names that mean the same."""

    by_slug: Mapping[tuple[str, str], Value]  # (facet, slug)
    by_number: Mapping[tuple[str, int], Value]  # (facet, id)
    # `key` of a name → the other names of its groups; a name of several words may have none.
    same: Mapping[Name, tuple[Name, ...]]
    longest: int  # words that count in the longest of these keys
    by_lemma: Mapping[str, frozenset[str]]

    def named(self, lemmas: Name) -> list[str]:
        """Return the tokens of the instances, quartiers and sources named by all these words."""
        found = [self.by_lemma.get(word, frozenset()) for word in lemmas]
        return sorted(frozenset.intersection(*found)) if found else []

    def values(self, facet: str) -> list[Value]:
        """Return the values of a facet, in the order of the database."""
        return [value for (of, _), value in self.by_slug.items() if of == facet]

    @classmethod
    def read(cls, connection: sqlite3.Connection) -> "Names":
        """Return the names as the list stands."""
        state = _state(connection)
        if state is None:
            return _read(connection)
        if state not in _known:
            while len(_known) >= _KEPT:
                _known.pop(next(iter(_known)), None)
            _known[state] = _read(connection)
        return _known[state]


def key(name: str) -> Name:
    """Return what two spellings of a name share: the lemmas of its words, grammar left out.

    Nothing for a name that is all grammar but for one word (« Quartiers Est »): without it, it
    would be that word.

    >>> key("conseils de quartiers")
    ('conseil', 'quartier')
    """
    written = _WORD.findall(indexed_text(name))
    counted = [word for word in written if says_something(fold(word))]
    dropped = [fold(word) for word in written if word not in counted]
    if len(counted) == 1 and not _ARTICLES.issuperset(dropped):
        return ()
    return tuple(lemma(word) for word in counted or written)


def says_something(word: str) -> bool:
    """Tell whether a folded word counts in a name: no grammar, no single letter."""
    return word not in STOP_WORDS and (len(word) > 1 or word.isdigit())


def _state(connection: sqlite3.Connection) -> tuple[str, str] | None:
    """Return what tells one state of a list from others; None where it cannot be told."""
    town = connection.execute("SELECT digest FROM town").fetchone()
    path = next(row[2] for row in connection.execute("PRAGMA database_list") if row[1] == "main")
    return (path, town[0]) if town and path else None


def _read(connection: sqlite3.Connection) -> Names:
    values = [
        (
            facet,
            Value(
                number=number,
                slug=slug,
                label=label,
                group=group,
                aliases=(others := tuple(json.loads(aliases))),
                names=tuple(tuple(words(name)) for name in (label, *others)),
            ),
        )
        for facet, number, slug, label, group, aliases in map(tuple, connection.execute(_NAMES))
    ]
    same = _same(_groups(connection, values))
    return Names(
        by_slug={(facet, value.slug): value for facet, value in values},
        by_number={(facet, value.number): value for facet, value in values},
        same=same,
        longest=max(map(len, same), default=0),
        by_lemma=_by_lemma(values),
    )


def _groups(connection: sqlite3.Connection, values: Iterable[tuple[str, Value]]) -> list[list[str]]:
    """Return groups of names as written: of the list, and of synonyms.yaml."""
    named = {
        (facet, value.slug): [value.label, *value.aliases]
        for facet, value in values
        if facet in {"instance", "quartier"}
    }
    groups = [list(group) for group in named.values()]
    # A body that became another answers for it, and the other way round.
    for slug, became in connection.execute("SELECT slug, became FROM instances"):
        groups += [
            [*named[("instance", slug)], *named.get(("instance", heir), [])]
            for heir in json.loads(became)
        ]
    synonyms: dict[int, list[str]] = defaultdict(list)
    for group, member in connection.execute("SELECT group_id, words FROM synonyms"):
        synonyms[group].append(member)
    return [*groups, *synonyms.values()]


def _same(groups: Iterable[Iterable[str]]) -> dict[Name, tuple[Name, ...]]:
    """Join the groups that a name is in: its key leads to the other names of all of them."""
    same: dict[Name, dict[Name, None]] = defaultdict(dict)
    for group in groups:
        named = {tuple(words(indexed_text(name))): key(name) for name in group}
        keys = {name: of for name, of in named.items() if of and len(name) <= _LONGEST_NAME}
        for of in keys.values():
            same[of] |= {name: None for name, other in keys.items() if other != of}
    return {of: tuple(members) for of, members in same.items() if members or len(of) > 1}


def _by_lemma(values: Iterable[tuple[str, Value]]) -> dict[str, frozenset[str]]:
    """Return, for each lemma, the tokens of the instances, quartiers and sources it names."""
    named: dict[str, set[str]] = defaultdict(set)
    for facet, value in values:
        if facet in _TOKENS:
            for name in (value.label, *value.aliases):
                for word in key(name):
                    named[word].add(f"{_TOKENS[facet]}{value.number}")
    return {word: frozenset(tokens) for word, tokens in named.items()}
