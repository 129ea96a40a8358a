"""The judged set: queries as citizens type them, and the posts that answer each.

`relevance/posts-*.yaml` hold posts written for it, `relevance/queries-*.yaml` the queries with
their answers: 3 what they look for, 2 clearly about it, 1 would be accepted. The posts of the
sample town (demo/sites) belong to the set too, called `<file>/<slug>`.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "relevance"
KINDS = (
    *("plain", "plural", "feminine", "verb", "accents", "ligature", "elision", "hyphen"),
    *("inclusive", "acronym", "old-name", "two-words", "misspelling"),
)
GRADES = (1, 2, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenPost:
    """A post written for the set."""

    id: str
    date: date
    title: str
    text: str
    author: str | None = None
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedQuery:
    """A query, who would ask it, and the grades of the posts that answer it, by name."""

    query: str
    kind: str
    why: str
    relevant: Mapping[str, int]
    intended: str = ""  # what a misspelling stands for

    @property
    def is_held_out(self) -> bool:
        """Whether it is in the third that nobody looks at while tuning."""
        return int(sha256(self.query.encode()).hexdigest(), 16) % 3 == 0


def written_posts(folder: Path = FOLDER) -> list[WrittenPost]:
    """Read the posts written for the set."""
    return [
        WrittenPost(**{**entry, "categories": tuple(entry.get("categories", ()))})
        for entry in _entries(folder, "posts")
    ]


def judged_queries(folder: Path = FOLDER) -> list[JudgedQuery]:
    """Read the queries and their judgements."""
    return [
        JudgedQuery(**{**entry, "query": str(entry["query"])})
        for entry in _entries(folder, "queries")
    ]


def complaints(queries: Sequence[JudgedQuery], posts: Iterable[str]) -> Iterator[str]:
    """Say what is wrong with the judgements, given the names of all posts."""
    names = Counter(posts)
    yield from (f"{name}: two posts are called so" for name, times in names.items() if times > 1)
    asked = Counter(query.query for query in queries)
    yield from (f"« {text} »: judged twice" for text, times in asked.items() if times > 1)
    for query in queries:
        yield from (f"« {query.query} »: {text}" for text in _faults(query, names.keys()))


def _faults(query: JudgedQuery, names: Collection[str]) -> Iterator[str]:
    yield from (f"no such post: {name}" for name in query.relevant if name not in names)
    yield from (
        f"{name} has grade {grade}" for name, grade in query.relevant.items() if grade not in GRADES
    )
    if not query.relevant:
        yield "no post answers it"
    if query.kind not in KINDS:
        yield f"no such kind: {query.kind}"
    if (query.kind == "misspelling") != bool(query.intended):
        yield "`intended` belongs to misspellings, and each has one"


def _entries(folder: Path, what: str) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob(f"{what}-*.yaml")):
        yield from yaml.safe_load(path.read_text(encoding="utf-8"))
