"""What search finds and counts, compared with plain Python and plain SQL over the same posts.

Which posts answer is worked out from their texts, word by word; how many have each facet value by
SQL without the index and its tokens.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from aggregator.language import fold, indexed_text, lemma, lemmas, words
from aggregator.model import DOCUMENTS
from aggregator.search import FACETS, Query, search, with_

POSTS = 1_000
QUERIES = 150
FIRST = date(2014, 1, 10)
# Several forms of the same words; ways to write them; grammar.
WORDS = (
    *("vélo", "vélos", "école", "Écoles", "élu", "élu·e·s", "cœur", "coeurs", "budget", "rue"),
    *(
        "fête",
        "fêtes",
        "l’eau",
        "d’un",
        "vote",
        "Épeule",
        "comité",
        "marché",
        "marchent",
        "culture",
    ),
)
INSTANCES = (None, "conseil-citoyen", "cric", "pic")
QUARTIERS = ("hommelet", "epeule", "pile", "alma")
SOURCES = ("cq-hommelet", "nord-eclair", "blog")
KINDS = ("blog", "comite-de-quartier", "presse")
THEMES = ("Culture", "Vélo", "Vie associative")
LANGUAGES = ("fr", "nl", "ar")
AUTHORS = (None, "Aurélie Corbin", "Driss Benali")
YEARS = range(2014, 2020)
# Posts filed under what is called so need not say it, beside other words; under a theme never.
FILED = {"epeule": ("quartier", "epeule"), "comite": ("source", "cq-hommelet")}
THEMED = {"velo": "velo", "velos": "velo", "culture": "culture"}

# Each facet of a post as (id, facet, value) rows.
FACETS_SQL = """
CREATE TEMP TABLE facet_rows AS
SELECT p.id, 'instance' AS facet, i.slug AS value
    FROM posts AS p JOIN instances AS i ON i.id = p.instance_id
UNION ALL SELECT p.id, 'source', s.slug FROM posts AS p JOIN sources AS s ON s.id = p.source_id
UNION ALL SELECT p.id, 'genre', k.slug FROM posts AS p JOIN kinds AS k ON k.id = p.kind_id
UNION ALL SELECT p.id, 'langue', p.language FROM posts AS p
UNION ALL SELECT p.id, 'annee', iif(p.year > 0, substr(p.published, 1, 4), '0') FROM posts AS p
UNION ALL SELECT p.id, 'mois', substr(p.published, 1, 7) FROM posts AS p WHERE p.year > 0
UNION ALL SELECT x.post_id, 'quartier', q.slug
    FROM post_quartiers AS x JOIN quartiers AS q ON q.id = x.quartier_id
UNION ALL SELECT x.post_id, 'theme', t.slug
    FROM post_themes AS x JOIN themes AS t ON t.id = x.theme_id
UNION ALL SELECT f.id, 'document', d.value
    FROM post_facets AS f JOIN json_each(?) AS d ON f.documents >> d.key & 1
"""
_COUNTS = """
SELECT value, count(*) FROM temp.facet_rows
WHERE facet = ? AND id IN (SELECT value FROM json_each(?)) GROUP BY 1
"""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A query, and what it consists of."""

    query: Query
    groups: Sequence[Sequence[str]]  # words, of each group one
    absent: Sequence[str]


class Plain:
    """The same posts, asked without the index."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        connection.execute(FACETS_SQL, (json.dumps(list(DOCUMENTS)),))
        self._said: dict[str, set[int]] = defaultdict(set)  # word, folded → posts
        self._stems: dict[str, set[str]] = defaultdict(set)  # word, folded → lemmas
        self._filed: dict[tuple[str, str], set[int]] = defaultdict(set)
        for number, said in connection.execute("SELECT id, title || ' ' || text FROM posts"):
            for spelling in indexed_text(said).replace("’", " ").split():
                self._said[fold(spelling).lower()].add(number)
                self._stems[fold(spelling).lower()].update(lemmas(spelling.lower()))
        for number, facet, value in connection.execute("SELECT * FROM temp.facet_rows"):
            self._filed[facet, value].add(number)
        self._all = {number for (number,) in connection.execute("SELECT id FROM posts")}

    def ids(self, asked: Asked, *, but: Iterable[str] = ()) -> set[int]:
        """Return the posts that answer, the selections of some facets left out."""
        found = set(self._all)
        for facet in FACETS:
            if facet not in but and (selected := asked.query.selected(facet)):
                found &= set().union(*(self._filed[facet, value] for value in selected))
        for group in asked.groups:
            is_alone = len(asked.groups) == 1
            found &= set().union(*(self._answer(word, is_alone=is_alone) for word in group))
        for word in asked.absent:
            found -= self._holding(word)
        return found & self._of_author(asked.query.author) & self._between(asked.query)

    def counts(self, facet: str, ids: Iterable[int]) -> dict[str, int]:
        return dict(self.connection.execute(_COUNTS, (facet, json.dumps(list(ids)))).fetchall())

    def newest(self, ids: Iterable[int]) -> list[str]:
        rows = self.connection.execute(
            "SELECT uid FROM posts WHERE id IN (SELECT value FROM json_each(?))"
            " ORDER BY year > 0 DESC, published DESC, id DESC LIMIT 20",
            (json.dumps(list(ids)),),
        )
        return [uid for (uid,) in rows]

    def _answer(self, word: str, *, is_alone: bool) -> set[int]:
        typed = fold(_typed(word))
        found = self._holding(word)
        if not is_alone and typed in FILED:
            found = found | self._filed[FILED[typed]]
        return found | self._filed["theme", THEMED.get(typed, "")]

    def _holding(self, word: str) -> set[int]:
        """Return the posts that hold a word in any of its forms."""
        typed = fold(_typed(word))
        meant, known = lemma(_typed(word)), self._stems[typed]
        stems = {meant} if meant in known or not known else known
        forms = {form for form, of in self._stems.items() if of & stems} | {typed}
        return set().union(*(self._said[form] for form in forms))

    def _of_author(self, name: str) -> set[int]:
        rows = self.connection.execute(
            "SELECT id FROM posts WHERE ? = '' OR author LIKE '%' || ? || '%'", (name, name)
        )
        return {number for (number,) in rows}

    def _between(self, query: Query) -> set[int]:
        if query.since is None and query.until is None:
            return self._all
        rows = self.connection.execute(
            "SELECT id FROM posts WHERE year > 0 AND published >= ? AND published < ?",
            (str(query.since or date(1, 1, 1)), str(query.until or date(9999, 1, 1))),
        )
        return {number for (number,) in rows}


def _typed(word: str) -> str:
    """Return what is searched of a word: l’eau → eau, élu·e·s → one of its forms."""
    if "·" in word:
        return words(indexed_text(word))[0]
    return word.rpartition("’")[2]


@pytest.fixture
def plain(posts: Any) -> Plain:
    dice = Random(7)
    for _ in range(POSTS):
        posts.add(
            " ".join(dice.choices(WORDS, k=2)),
            " ".join(dice.choices(WORDS, k=3)),
            instance=dice.choice(INSTANCES),
            quartiers=tuple(dice.sample(QUARTIERS, k=dice.randint(0, 2))),
            source=dice.choice(SOURCES),
            kind=dice.choice(KINDS),
            themes=tuple(dice.sample(THEMES, k=dice.choice((0, 0, 1, 2)))),
            documents=tuple(dice.sample(list(DOCUMENTS), k=dice.choice((0, 0, 0, 1, 2)))),
            language=dice.choice(LANGUAGES),
            author=dice.choice(AUTHORS),
            day=FIRST + timedelta(days=dice.randint(0, 2_000)),
            is_dated=dice.random() < 0.95,
        )
    posts.count()
    return Plain(posts.connection)


def some(dice: Random, values: Iterable[Any], *, most: int = 2) -> tuple[Any, ...]:
    """Choose no value, mostly, or several."""
    return tuple(dice.sample(list(values), k=dice.choice((0, 0, 0, 0, 1, most))))


def asked(dice: Random) -> Asked:
    """Make a query of any kind."""
    chosen = dice.sample(WORDS, k=dice.choice((0, 1, 1, 2, 2, 3)))
    # Grammar counts where there is nothing else.
    groups = [[word] for word in chosen if word != "d’un"] or [[word] for word in chosen]
    if len(groups) > 1 and dice.random() < 0.3:
        groups = [[*groups[0], *groups[1]], *groups[2:]]
    others = [word for word in WORDS if word not in chosen]
    absent = [dice.choice(others)] if chosen and dice.random() < 0.2 else []
    written = [" OU ".join(group) for group in groups] + [f"-{word}" for word in absent]
    query = Query(
        text=" ".join(written),
        instances=some(dice, INSTANCES[1:]),
        quartiers=some(dice, QUARTIERS),
        sources=some(dice, SOURCES),
        kinds=some(dice, KINDS),
        themes=some(dice, ("culture", "velo", "vie-associative")),
        years=some(dice, YEARS, most=3),
        months=some(dice, [f"{year}-{month:02d}" for year in YEARS for month in (2, 7)], most=4),
        documents=some(dice, DOCUMENTS),
        languages=some(dice, LANGUAGES),
        author=dice.choice(("", "", "", "Corbin")),
        since=dice.choice((None, None, None, date(2016, 3, 1))),
        until=dice.choice((None, None, None, date(2018, 6, 15))),
    )
    return Asked(query=query, groups=groups, absent=absent)


def apart(facet: str, query: Query) -> Query | None:
    """Return what a facet is counted over: months within years only, chosen by either."""
    if facet != "mois" or query.years:
        return query
    years = {int(month[:4]) for month in query.months}
    return replace(query, years=tuple(years)) if years else None


def test_totals_hits_and_facets_are_those_of_plain_sql(plain: Plain) -> None:
    dice = Random(8)
    sizes = []
    for _ in range(QUERIES):
        one = asked(dice)
        results = search(plain.connection, one.query)
        expected = plain.ids(one)
        if results.corrected is not None:
            assert not expected, one
            continue
        sizes.append(len(expected))
        assert (results.total.value, results.total.exact) == (len(expected), True), one
        assert [hit.uid for hit in results.hits] == plain.newest(expected), one
        assert results.facets_exact
        for facet, lines in results.facets.items():
            counted = {line.value: line.count for line in lines if line.count}
            of = apart(facet, one.query)
            but = ("annee", "mois") if facet == "annee" else (facet,)
            ids = set() if of is None else plain.ids(replace(one, query=of), but=but)
            assert counted == plain.counts(facet, ids), (facet, one)
            selected = {line.value for line in lines if line.selected}
            assert selected == set(one.query.selected(facet))
    # The queries are worth something: some find nothing, some much, most something.
    assert min(sizes) == 0
    assert max(sizes) > POSTS / 2
    assert sum(0 < size < POSTS for size in sizes) > QUERIES / 2


def test_a_count_is_what_selecting_the_value_gives(plain: Plain) -> None:
    for query in (Query(text="vélo"), Query(years=(2016,)), Query()):
        results = search(plain.connection, query)
        for facet, lines in results.facets.items():
            for line in lines:
                if not query.selected(facet):
                    narrowed = search(plain.connection, with_(query, facet, line.value))
                    assert narrowed.total.value == line.count, (query, facet, line)
