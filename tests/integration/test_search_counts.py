"""Every count of every facet is that of plain SQL, on a town of many posts.

The bare index says which posts hold the words; filters and counts are plain SQL over the tables of
posts, without facet tokens. Totals and facets are counted in full up to limits that are in
proportion here, so that they are met. In full (minutes): COUNTED_POSTS=100000 COUNTED_QUERIES=500.
"""

import json
import os
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from aggregator.language import STOP_WORDS, fold
from aggregator.model import DOCUMENTS
from aggregator.search import FACETS, FacetValue, Query, Results, finding, search
from aggregator.search.query import without_facet
from aggregator.search.vocabulary import Vocabulary
from aggregator.store import reading

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
POSTS = int(os.environ.get("COUNTED_POSTS", "10000"))
QUERIES = int(os.environ.get("COUNTED_QUERIES", "120"))
# At 100,000 posts they are those of the program.
COUNTED_POSTS, CAPPED_FACETS, COUNTED_TOTAL = POSTS // 10, POSTS // 20, POSTS // 2
THEMES_SHOWN = 100
ZONE = ZoneInfo("Europe/Paris")
TIMED = ("annee", "mois")

_PLAIN = """
CREATE TEMP TABLE plain AS
SELECT p.id, p.uid, p.published, coalesce(p.author, '') AS author, i.slug AS instance,
    s.slug AS source, k.slug AS genre, p.language AS langue, p.year AS annee,
    printf('%04d-%02d', f.month / 100, f.month % 100) AS mois, f.documents
FROM posts AS p JOIN post_facets AS f USING (id)
JOIN sources AS s ON s.id = p.source_id JOIN kinds AS k ON k.id = p.kind_id
LEFT JOIN instances AS i ON i.id = p.instance_id
"""
_PREPARED = (
    _PLAIN,
    "CREATE UNIQUE INDEX temp.plain_id ON plain (id)",
    "CREATE TEMP TABLE said (id INTEGER PRIMARY KEY)",
    "CREATE TEMP TABLE asked (id INTEGER PRIMARY KEY)",
)
_WORDS = """
SELECT spelling, term, max(posts) AS held FROM terms WHERE length(term) > 3
GROUP BY term HAVING count(*) = 1 AND held > 2 ORDER BY term
"""
_SELECTED = {
    **{name: f"{name} IN (SELECT value FROM json_each(?))" for name in ("instance", "source")},
    **{name: f"{name} IN (SELECT value FROM json_each(?))" for name in ("genre", "langue", "mois")},
    "annee": "CAST(annee AS TEXT) IN (SELECT value FROM json_each(?))",
    "quartier": "id IN (SELECT post_id FROM post_quartiers JOIN quartiers ON id = quartier_id"
    " WHERE slug IN (SELECT value FROM json_each(?)))",
    "theme": "id IN (SELECT post_id FROM post_themes JOIN themes ON id = theme_id"
    " WHERE slug IN (SELECT value FROM json_each(?)))",
    "document": "documents & (SELECT sum(1 << d.key) FROM json_each(?2) AS d"
    " WHERE d.value IN (SELECT value FROM json_each(?1)))",
}
_COUNTS = {
    **{
        name: f"SELECT {name}, count(*) FROM plain JOIN asked USING (id)"
        f" WHERE {name} IS NOT NULL GROUP BY 1"
        for name in ("instance", "source", "genre", "langue", "mois")
    },
    "annee": "SELECT CAST(annee AS TEXT), count(*) FROM plain JOIN asked USING (id) GROUP BY 1",
    "quartier": "SELECT slug, count(*) FROM post_quartiers JOIN asked ON asked.id = post_id"
    " JOIN quartiers AS q ON q.id = quartier_id GROUP BY 1",
    "theme": "SELECT slug, count(*) FROM post_themes JOIN asked ON asked.id = post_id"
    " JOIN themes AS t ON t.id = theme_id GROUP BY 1",
    "document": "SELECT d.value, count(*) FROM plain JOIN asked USING (id)"
    " JOIN json_each(?) AS d ON documents >> d.key & 1 GROUP BY 1",
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A query, and what the bare index is asked for its words."""

    query: Query
    match: str


class Plain:
    """The database, asked by plain SQL."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        for statement in _PREPARED:
            connection.execute(statement)
        self.values = {
            facet: [value for (value,) in connection.execute(f"SELECT slug FROM {table}")]
            for facet, table in (
                *(("instance", "instances"), ("quartier", "quartiers"), ("source", "sources")),
                *(("genre", "kinds"), ("theme", "themes")),
            )
        }
        (oldest, newest) = connection.execute("SELECT min(annee), max(annee) FROM plain").fetchone()
        self.years = range(oldest, newest + 1)
        self._found: dict[Query, list[int]] = {}  # of what was said last
        self._asked: Sequence[int] = ()

    @cached_property
    def words(self) -> list[tuple[str, list[str]]]:
        """Words as written that are forms of one word only, and all these forms."""
        # « Quartier 4 » is a name, and names are more than their words.
        named = {"quartier", "instance", "source", *STOP_WORDS}
        dice = Random(5)
        found = self.connection.execute(_WORDS).fetchall()
        # As many usual ones as rare ones.
        usual = sorted(found, key=lambda row: -row[2])[:400]
        drawn = [*dice.sample(usual, 200), *dice.sample(found, 300)]
        rows = [(spelling, term) for spelling, term, _ in drawn if term not in named]
        return [
            (spelling, forms)
            for spelling, term in rows
            if re.fullmatch("[a-z]+", term) and len(forms := self._forms(term)) < 25
        ]

    def _forms(self, term: str) -> list[str]:
        vocabulary = Vocabulary(self.connection)
        vocabulary.learn([term])
        return list(vocabulary.forms(term))

    def is_word(self, text: str) -> bool:
        """Tell whether some post holds a word."""
        found = self.connection.execute("SELECT 1 FROM terms WHERE term = ?", (fold(text),))
        return found.fetchone() is not None

    def say(self, match: str) -> None:
        """Ask the bare index."""
        self._found.clear()
        self.connection.execute("DELETE FROM temp.said")
        statement = "SELECT id FROM plain WHERE ? = ''"
        if match:
            statement = "SELECT rowid FROM posts_fts WHERE posts_fts MATCH ?"
        self.connection.execute(f"INSERT INTO temp.said {statement}", (match,))

    def ids(self, query: Query, *, but: Sequence[str] = ()) -> list[int]:
        """Return what answers of what was said, the newest first.

        Args:
            query: Its filters.
            but: Facets whose selection is left out.
        """
        for facet in but:
            query = without_facet(query, facet)
        if query not in self._found:
            self._found[query] = self._ids(query)
        return self._found[query]

    def _ids(self, query: Query) -> list[int]:
        statement = "SELECT id FROM plain JOIN said USING (id) WHERE author LIKE ?"
        rows = self._column(f"{statement} ORDER BY published DESC, id DESC", f"%{query.author}%")
        for facet in FACETS:
            if query.selected(facet):
                more = (json.dumps(list(DOCUMENTS)),) if facet == "document" else ()
                kept = set(
                    self._column(
                        f"SELECT id FROM plain WHERE {_SELECTED[facet]}",
                        json.dumps(query.selected(facet)),
                        *more,
                    )
                )
                rows = [number for number in rows if number in kept]
        low, high = (_moment(day) for day in (query.since, query.until))
        if low or high:
            kept = set(
                self._column(
                    "SELECT id FROM plain WHERE annee > 0 AND published >= ? AND published < ?",
                    low or "0",
                    high or "9",
                )
            )
            rows = [number for number in rows if number in kept]
        return rows

    def counts(self, facet: str, ids: Sequence[int]) -> dict[str, int]:
        """Return how many of these posts have each value."""
        if ids != self._asked:
            self._asked = ids
            self.connection.execute("DELETE FROM temp.asked")
            self.connection.executemany(
                "INSERT INTO temp.asked VALUES (?)", [(number,) for number in ids]
            )
        more = (json.dumps(list(DOCUMENTS)),) if facet == "document" else ()
        return dict(self.connection.execute(_COUNTS[facet], more).fetchall())

    def uids(self, ids: Sequence[int]) -> list[str]:
        return [
            self.connection.execute("SELECT uid FROM posts WHERE id = ?", (number,)).fetchone()[0]
            for number in ids
        ]

    def _column(self, statement: str, *parameters: str) -> list[int]:
        return [number for (number,) in self.connection.execute(statement, parameters)]


def _moment(day: date | None) -> str:
    if day is None:
        return ""
    moment = datetime.combine(day, time(), ZONE).astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town of many generated posts, indexed by the program."""
    path = tmp_path_factory.mktemp("counts") / "town.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCHMARKS)
        from corpus import build

        build(path, POSTS)
    return path


@pytest.fixture
def plain(database: Path) -> Iterator[Plain]:
    with reading(database) as connection:
        connection.execute("PRAGMA query_only = OFF")  # for temporary tables
        yield Plain(connection)


@pytest.fixture(autouse=True)
def limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "COUNTED_POSTS", COUNTED_POSTS)
    monkeypatch.setattr(finding, "CAPPED_FACETS", CAPPED_FACETS)
    monkeypatch.setattr(finding, "COUNTED_TOTAL", COUNTED_TOTAL)


def asked(dice: Random, plain: Plain) -> Asked:
    """Make a query of any kind."""
    text, match = _words(dice, plain)
    years = plain.years
    months = [f"{year}-{month:02d}" for year in years for month in range(1, 13)]

    def some(values: Sequence[str]) -> tuple[str, ...]:
        return tuple(dice.sample(values, k=dice.choice((0, 0, 0, 0, 0, 1, 3))))

    query = Query(
        text=text,
        instances=some(plain.values["instance"]),
        quartiers=some(plain.values["quartier"]),
        # Few sources write most of the posts.
        sources=some(plain.values["source"][:20]),
        kinds=some(plain.values["genre"]),
        themes=some(plain.values["theme"]),
        years=tuple(map(int, some([str(year) for year in years]))),
        months=some(months),
        documents=some(list(DOCUMENTS)),
        languages=some(["fr", "nl", "en", "pt", "ar"]),
        author=dice.choice(("", "", "", "", "", "Haddad")),
        since=dice.choice((None, None, None, None, date(years[2], 6, 30))),
        until=dice.choice((None, None, None, None, date(years[-3], 2, 28))),
    )
    return Asked(query=query, match=match)


def _words(dice: Random, plain: Plain) -> tuple[str, str]:
    chosen = dice.sample(plain.words, k=dice.choice((0, 0, 1, 1, 1, 2, 2, 3)))
    # Two words that posts write as one too are more than two words.
    for (one, _), (other, _) in pairwise(chosen):
        if plain.is_word(one + other):
            return _words(dice, plain)
    if not chosen:
        return "", ""
    said = [_said(forms) for _, forms in chosen]
    written = [spelling for spelling, _ in chosen]
    kind = dice.choice(("all", "all", "either", "not"))
    if len(chosen) > 1 and kind == "either":
        rest = said[2:]
        text = " ".join([f"{written[0]} OU {written[1]}", *written[2:]])
        return text, " AND ".join([f"({said[0]} OR {said[1]})", *rest])
    if len(chosen) > 1 and kind == "not":
        text = " ".join([*written[:-1], f"-{written[-1]}"])
        return text, f"({' AND '.join(said[:-1])}) NOT {said[-1]}"
    return " ".join(written), " AND ".join(said)


def _said(forms: Sequence[str]) -> str:
    return "{title text documents} : (" + " OR ".join(f'"{form}"' for form in forms) + ")"


def test_every_count_is_that_of_plain_sql(plain: Plain) -> None:
    dice = Random(11)
    sizes, capped = [], 0
    for _ in range(QUERIES):
        one = asked(dice, plain)
        plain.say(one.match)
        expected = plain.ids(one.query)
        results = search(plain.connection, one.query)
        sizes.append(len(expected))
        if results.corrected is not None:
            assert not expected, one
            continue
        assert results.reach is None
        _check_total(results, len(expected), one)
        assert [hit.uid for hit in results.hits] == plain.uids(expected[:20]), one
        capped += not results.facets_exact
        _check_facets(plain, results, one)
    assert min(sizes) == 0
    assert max(sizes) > COUNTED_TOTAL
    assert sum(0 < size < COUNTED_POSTS for size in sizes) >= QUERIES / 5
    assert capped > QUERIES / 20


def _check_total(results: Results, expected: int, one: Asked) -> None:
    assert results.total.exact == (
        expected <= COUNTED_TOTAL or (not one.query.text and not one.query.is_filtered)
    ), one
    assert results.total.value == (expected if results.total.exact else COUNTED_TOTAL), one


def _check_facets(plain: Plain, results: Results, one: Asked) -> None:
    whole = {}
    for facet in FACETS:
        ids = _counted_over(plain, facet, one.query)
        whole[facet] = len(ids) <= COUNTED_POSTS
        if facet in TIMED:
            _check_time(results.facets[facet], plain.counts(facet, ids), one)
            continue
        expected = plain.counts(facet, ids if whole[facet] else ids[:CAPPED_FACETS])
        _check_lines(results.facets[facet], expected, (facet, one))
        if facet != "theme":
            counted = {line.value for line in results.facets[facet] if line.count}
            assert counted == set(expected), (facet, one)
    assert results.facets_exact == all(whole[facet] for facet in FACETS if facet not in TIMED)


def _counted_over(plain: Plain, facet: str, query: Query) -> list[int]:
    if facet == "mois":  # within years only, chosen by either
        years = query.years or tuple({int(month[:4]) for month in query.months})
        return plain.ids(replace(query, years=years), but=("mois",)) if years else []
    return plain.ids(query, but=TIMED if facet == "annee" else (facet,))


def _check_lines(
    lines: Sequence[FacetValue], expected: Mapping[str, int], about: tuple[str, Asked]
) -> None:
    facet, one = about
    counted = {line.value: line.count for line in lines}
    assert counted == {value: expected.get(value, 0) for value in counted}, about
    assert {line.value for line in lines if line.selected} == set(one.query.selected(facet)), about
    # Of very many themes the most frequent ones.
    left = [posts for value, posts in expected.items() if value not in counted]
    assert not left or facet == "theme", about
    if left:
        shown = [line.count for line in lines if not line.selected]
        assert len(lines) >= THEMES_SHOWN, about
        assert max(left) <= min(shown), about


def _check_time(lines: Sequence[FacetValue], expected: Mapping[str, int], one: Asked) -> None:
    for line in lines:
        posts = expected.get(line.value, 0)
        assert line.count == posts if line.exact else line.count <= posts, (line, one)
    assert {value for value, posts in expected.items() if posts} <= {line.value for line in lines}
    seen = sum(line.count for line in lines)
    assert all(line.exact for line in lines) or seen == COUNTED_TOTAL, one
