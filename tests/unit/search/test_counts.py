"""What search counts, compared with plain SQL over the same posts."""

import random
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest

from aggregator.language import words
from aggregator.search import Query, search

POSTS = 1_000
QUERIES = 150
WORDS = ("vélo", "école", "élu", "cœur", "budget", "rue", "fête", "l’eau", "d’un", "vote", "Épeule")
INSTANCES = (None, "conseil-citoyen", "cric", "pic")
QUARTIERS = ("hommelet", "epeule", "pile", "alma")
SOURCES = ("cq-hommelet", "nord-eclair", "blog-alma")
KINDS = ("blog", "comite-de-quartier", "presse")
YEARS = range(2014, 2020)

# Each facet of a post as (facet, value) rows, without the index and its tokens.
FACETS_SQL = """
CREATE TEMP VIEW facet_rows AS
SELECT p.id, 'instance' AS facet, i.slug AS value
    FROM posts AS p JOIN instances AS i ON i.id = p.instance_id
UNION ALL SELECT p.id, 'source', s.slug FROM posts AS p JOIN sources AS s ON s.id = p.source_id
UNION ALL SELECT p.id, 'genre', k.slug FROM posts AS p JOIN kinds AS k ON k.id = p.kind_id
UNION ALL SELECT p.id, 'annee', CAST(p.year AS TEXT) FROM posts AS p
UNION ALL SELECT x.post_id, 'quartier', q.slug
    FROM post_quartiers AS x JOIN quartiers AS q ON q.id = x.quartier_id
"""


@pytest.fixture
def town(connection: sqlite3.Connection, posts: Any) -> Iterator[sqlite3.Connection]:
    dice = random.Random(7)
    connection.execute("CREATE TEMP TABLE said (id INTEGER, word TEXT, PRIMARY KEY (id, word))")
    connection.execute(FACETS_SQL)
    for _ in range(POSTS):
        title = " ".join(dice.choices(WORDS, k=2))
        text = " ".join(dice.choices(WORDS, k=4))
        uid = posts.add(
            title,
            text,
            instance=dice.choice(INSTANCES),
            quartiers=tuple(dice.sample(QUARTIERS, k=dice.randint(0, 3))),
            source=dice.choice(SOURCES),
            kind=dice.choice(KINDS),
            year=dice.choice(YEARS),
        )
        connection.executemany(
            "INSERT OR IGNORE INTO said SELECT id, ? FROM posts WHERE uid = ?",
            [(word, uid) for word in words(f"{title} {text}")],
        )
    yield connection
    connection.execute("DROP VIEW facet_rows")
    connection.execute("DROP TABLE said")


def some(dice: random.Random, values: Any) -> tuple[Any, ...]:
    """Choose no value, mostly, or one or two."""
    return tuple(dice.sample(list(values), k=dice.choice((0, 0, 0, 1, 2))))


def any_query(dice: random.Random) -> Query:
    return Query(
        text=" ".join(dice.sample(WORDS, k=dice.choice((0, 0, 1, 1, 2, 3)))),
        instances=some(dice, INSTANCES[1:]),
        quartiers=some(dice, QUARTIERS),
        sources=some(dice, SOURCES),
        kinds=some(dice, KINDS),
        years=some(dice, YEARS),
    )


def plainly(connection: sqlite3.Connection, query: Query) -> set[int]:
    """Return the ids of the posts a query asks for, facet by facet and word by word."""
    rows = connection.execute("SELECT id FROM posts").fetchall()
    ids = {number for (number,) in rows}
    for facet in ("instance", "quartier", "source", "genre", "annee"):
        if selected := query.selected(facet):
            marks = ",".join("?" * len(selected))
            rows = connection.execute(
                f"SELECT id FROM facet_rows WHERE facet = ? AND value IN ({marks})",
                (facet, *selected),
            ).fetchall()
            ids &= {number for (number,) in rows}
    for word in words(query.text):
        if len(word) > 1:
            rows = connection.execute("SELECT id FROM said WHERE word = ?", (word,)).fetchall()
            ids &= {number for (number,) in rows}
    return ids


def test_totals_hits_and_facets_are_those_of_plain_sql(town: sqlite3.Connection) -> None:
    dice = random.Random(8)
    sizes = []
    for _ in range(QUERIES):
        query = any_query(dice)
        results = search(town, query)
        expected = plainly(town, query)
        sizes.append(len(expected))
        assert (results.total.value, results.total.exact) == (len(expected), True), query
        marks = ",".join(map(str, sorted(expected)))
        newest = town.execute(
            f"SELECT uid FROM posts WHERE id IN ({marks}) ORDER BY id DESC LIMIT 20"
        ).fetchall()
        assert [hit.uid for hit in results.hits] == [uid for (uid,) in newest], query
        counted = {
            (facet, line.value): line.count
            for facet, lines in results.facets.items()
            for line in lines
            if line.count
        }
        plain = town.execute(
            f"SELECT facet, value, count(*) FROM facet_rows WHERE id IN ({marks}) GROUP BY 1, 2"
        ).fetchall()
        assert counted == {(facet, value): count for facet, value, count in plain}, query
    # The queries are worth something: some find nothing, some much, most something.
    assert min(sizes) == 0
    assert max(sizes) == POSTS
    assert sum(0 < size < POSTS for size in sizes) > QUERIES / 2


def test_a_count_is_what_selecting_the_value_gives(town: sqlite3.Connection) -> None:
    from aggregator.search import with_

    for query in (Query(text="vélo"), Query(years=(2016,)), Query()):
        results = search(town, query)
        for facet, lines in results.facets.items():
            for line in lines:
                if not query.selected(facet):
                    narrowed = search(town, with_(query, facet, line.value))
                    assert narrowed.total.value == line.count, (query, facet, line)
