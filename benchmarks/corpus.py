"""A database of generated posts, in the real schema: French words in their natural proportions."""

import random
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice, product
from pathlib import Path

from aggregator.clock import to_iso
from aggregator.model import KINDS
from aggregator.store.ids import first_id
from aggregator.store.opening import open_writable

SOURCES = 400
INSTANCES = 8
QUARTIERS = 25
YEARS = 12
BODY_WORDS = 200
TITLE_WORDS = 8
_BATCH = 2_000


def build(path: Path, posts: int, *, seed: int = 1) -> None:
    """Write a database of that many posts, and leave its index merged as after a night."""
    connection, _ = open_writable(path)
    connection.execute("PRAGMA synchronous = OFF")
    _add_town(connection)
    rows = _rows(random.Random(seed), posts)
    while batch := list(islice(rows, _BATCH)):
        connection.execute("BEGIN")
        _add(connection, batch)
        connection.execute("COMMIT")
    connection.execute("INSERT INTO posts_fts (posts_fts) VALUES ('rebuild')")
    connection.execute("INSERT INTO posts_fts (posts_fts) VALUES ('optimize')")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _vocabulary() -> list[str]:
    """Some 14,000 words, most frequent first: grammar, then town life among invented words."""
    text = (Path(__file__).parent / "words.txt").read_text("utf-8")
    grammar, civic, syllables = (paragraph.split() for paragraph in text.split("\n\n"))
    made = ("".join(parts) for count in (2, 3) for parts in product(syllables, repeat=count))
    mixed = [invented for word in civic for invented in (word, *islice(made, 3))]
    return list(dict.fromkeys([*grammar, *mixed, *made]))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    id: int
    title: str
    text: str
    published: datetime
    source: int
    instance: int | None
    quartier: int | None
    kind: int


def _rows(dice: random.Random, posts: int) -> Iterator[_Row]:
    vocabulary = _vocabulary()
    # Zipf's law, flattened at the top as in real French: « de » is 4 to 5 % of the words.
    weights = list(accumulate(1 / (rank + 2.7) for rank in range(1, len(vocabulary) + 1)))
    newest = datetime(2025, 12, 31, tzinfo=UTC)
    for number in range(posts):
        words = dice.choices(vocabulary, cum_weights=weights, k=TITLE_WORDS + BODY_WORDS)
        # No two posts share a second, so each has the first id of its own.
        published = newest - timedelta(days=365.25 * YEARS * (1 - number / posts))
        yield _Row(
            id=first_id(published),
            title=" ".join(words[:TITLE_WORDS]).capitalize(),
            text=" ".join(words[TITLE_WORDS:]).capitalize() + ".",
            published=published,
            # A few sources write most of the posts.
            source=int(SOURCES * dice.random() ** 2) + 1,
            instance=dice.choice([None, *range(1, INSTANCES + 1)]),
            quartier=dice.choice([None, *range(1, QUARTIERS + 1)]),
            kind=dice.randint(1, len(KINDS)),
        )


def _add_town(connection: sqlite3.Connection) -> None:
    connection.executemany("INSERT INTO kinds (slug, name) VALUES (?, ?)", KINDS.items())
    connection.executemany(
        "INSERT INTO instances (slug, name) VALUES (?, ?)",
        [(f"instance-{n}", f"Instance {n}") for n in range(1, INSTANCES + 1)],
    )
    connection.executemany(
        "INSERT INTO quartiers (slug, name, sector) VALUES (?, ?, 'nord')",
        [(f"quartier-{n}", f"Quartier {n}") for n in range(1, QUARTIERS + 1)],
    )
    connection.executemany(
        "INSERT INTO sources (slug, name, url, kind_id, reader, language, display, listed_since)"
        " VALUES (?, ?, 'https://example.org/', 1, 'feed', 'fr', 'excerpt',"
        " '2020-01-01T00:00:00Z')",
        [(f"source-{n}", f"Source {n}") for n in range(1, SOURCES + 1)],
    )


def _add(connection: sqlite3.Connection, rows: list[_Row]) -> None:
    connection.executemany(
        "INSERT INTO posts (id, uid, source_id, guid, url, title, excerpt, text, language,"
        " published, date_origin, instance_id, kind_id, year, fac, digest, first_seen, last_seen)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'fr', ?, 'stated', ?, ?, ?, ?, '', ?, ?)",
        [_post(row) for row in rows],
    )
    connection.executemany(
        "INSERT INTO post_facets VALUES (?, ?, ?, ?, ?)",
        [(r.id, r.instance, r.source, r.kind, r.published.year) for r in rows],
    )
    connection.executemany(
        "INSERT INTO post_quartiers VALUES (?, ?)",
        [(row.id, row.quartier) for row in rows if row.quartier is not None],
    )


def _post(row: _Row) -> tuple[object, ...]:
    moment = to_iso(row.published)
    url = f"https://example.org/{row.id}"
    tokens = f"xs{row.source} xk{row.kind} xy{row.published.year}"
    tokens += "" if row.instance is None else f" xi{row.instance}"
    tokens += "" if row.quartier is None else f" xq{row.quartier}"
    described = (row.title, row.text[:280], row.text, moment, row.instance, row.kind)
    kept = (row.published.year, tokens, moment, moment)
    return (row.id, f"p{row.id}", row.source, url, url, *described, *kept)
