"""A database of generated posts, in the real schema: French words in their natural proportions.

The words and how often each is used come from `wordfreq` (some 300,000 for French, accents kept).
A fifth of a post's words belong to its subject, so that words come together as in real texts.
Of each number of posts and seed there is one database only, whatever the machine.
"""

import json
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from texts import theme_name, write

from aggregator.clock import to_iso
from aggregator.language import slugified
from aggregator.model import DOCUMENTS, KINDS
from aggregator.store import Store
from aggregator.store.ids import first_id
from aggregator.store.opening import open_writable

SOURCES, INSTANCES, QUARTIERS, SECTORS, THEMES = 400, 8, 25, 5, 200
YEARS = 12
NEWEST = datetime(2025, 12, 31, 12, tzinfo=UTC)
FOREIGN = {"nl": 0.02, "en": 0.015, "pt": 0.0075, "ar": 0.0075}  # 5 % of posts
WITH_DOCUMENT = 0.08
_LANGUAGES = (("fr", *FOREIGN), (1 - sum(FOREIGN.values()), *FOREIGN.values()))
_ENDINGS = {"pdf": "pdf", "texte": "docx", "tableur": "ods", "presentation": "pptx"}
_PROCESSES = 2
_BATCH = 2_000
_ZONE = ZoneInfo("Europe/Paris")
_GIVEN = ("Aïcha", "Bernard", "Chloé", "Driss", "Élodie", "Farid", "Gaëlle", "Hugo", "Inès", "Loïc")
_FAMILY = ("Vandamme", "Lefèbvre", "Benali", "Da-Silva", "Dubois", "Kowalski", "Haddad", "Traoré")


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """How long it took, in seconds."""

    rows_s: float  # writing the posts, their texts made on the way
    index_s: float  # index, facets, themes and terms, all by the program


def build(path: Path, posts: int, *, seed: int = 1) -> Built:
    """Write a database of that many posts, and let the program index it."""
    start = time.perf_counter()
    write_posts(path, posts, seed=seed)
    written = time.perf_counter()
    # It was made by none of today's rules (index_rules), so opening it makes all there is to make.
    with Store.open(path):
        pass
    return Built(rows_s=written - start, index_s=time.perf_counter() - written)


def write_posts(path: Path, posts: int, *, seed: int = 1) -> None:
    """Write town and posts, and nothing of what the program makes of them."""
    with closing(open_writable(path)[0]) as connection:
        # Nobody reads it yet, and a database half built is thrown away.
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -400000")
        _add_town(connection)
        chunks = [(seed, first, posts) for first in range(0, posts, _BATCH)]
        # Not `fork`: what the caller has open, threads among it, stays out of the children.
        with get_context("spawn").Pool(_PROCESSES) as pool:
            for batch in pool.imap(_chunk, chunks):
                connection.execute("BEGIN")
                _add(connection, batch)
                connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


# --- posts ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    kind: int
    instance: int | None
    quartiers: tuple[int, ...]
    display: str


@cache
def _sources() -> tuple[_Source, ...]:
    dice = Random("sources")
    return tuple(
        _Source(
            kind=dice.randint(1, len(KINDS)),
            instance=dice.choice([None, *range(1, INSTANCES + 1)]),
            quartiers=tuple(dice.sample(range(1, QUARTIERS + 1), dice.choice([0, 0, 1, 2]))),
            display=dice.choice(["title", "excerpt", "excerpt", "excerpt", "full"]),
        )
        for _ in range(SOURCES)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tags:
    id: int
    source: int
    documents: tuple[str, ...]
    language: str
    quartiers: tuple[int, ...]
    themes: tuple[int, ...]
    month: int  # 202512, in the town

    @property
    def facets(self) -> tuple[object, ...]:
        """The row of post_facets."""
        source = _sources()[self.source - 1]
        bits = sum(1 << list(DOCUMENTS).index(key) for key in self.documents)
        named = (self.id, source.instance, self.source, source.kind, self.month // 100)
        return (*named, self.month, self.language, bits)

    @property
    def tokens(self) -> str:
        """The words of the column `fac`, as store/tags.py writes them."""
        source = _sources()[self.source - 1]
        instance = [] if source.instance is None else [f"xi{source.instance}"]
        own = f"xs{self.source} xk{source.kind} xy{self.month // 100} xm{self.month}"
        return " ".join(
            chain(
                instance,
                (f"xq{number}" for number in self.quartiers),
                (own, f"xl{self.language}"),
                (f"xd{key}" for key in self.documents),
                (f"xt{number}" for number in self.themes),
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One post: its rows in `posts` and `post_facets`, its quartiers and its themes."""

    id: int
    post: tuple[object, ...]
    facets: tuple[object, ...]
    quartiers: tuple[int, ...]
    themes: tuple[int, ...]


def _chunk(part: tuple[int, int, int]) -> list[_Row]:
    seed, first, posts = part
    dice = Random(f"{seed} {first}")
    return [_row(dice, number, posts) for number in range(first, min(first + _BATCH, posts))]


def _row(dice: Random, number: int, posts: int) -> _Row:
    # No two posts share a second, so each has the first id of its own.
    published = NEWEST - timedelta(days=365.25 * YEARS * (1 - (number + 1) / posts))
    local = published.astimezone(_ZONE)
    source = int(SOURCES * dice.random() ** 3) + 1  # a few sources write most of the posts
    elsewhere = [dice.randint(1, QUARTIERS)] if dice.random() < 0.2 else []
    tags = _Tags(
        id=first_id(published),
        source=source,
        documents=_documents(dice),
        language=dice.choices(*_LANGUAGES)[0],
        quartiers=tuple(sorted({*_sources()[source - 1].quartiers, *elsewhere})),
        themes=tuple(sorted(dice.sample(range(1, THEMES + 1), dice.choice((0, 1, 1, 2))))),
        month=local.year * 100 + local.month,
    )
    return _Row(
        id=tags.id,
        post=_post(dice, tags, published),
        facets=tags.facets,
        quartiers=tags.quartiers,
        themes=tags.themes,
    )


def _documents(dice: Random) -> tuple[str, ...]:
    if dice.random() >= WITH_DOCUMENT:
        return ()
    return (dice.choices(list(DOCUMENTS), (75, 13, 7, 5))[0],)


def _post(dice: Random, tags: _Tags, published: datetime) -> tuple[object, ...]:
    subject = tags.themes[0] if tags.themes else dice.randint(1, THEMES)
    title, text = write(dice, tags.language, subject)
    author = f"{dice.choice(_GIVEN)} {dice.choice(_FAMILY)}" if dice.random() < 0.6 else None
    url, moment = f"https://example.org/{tags.id}", to_iso(published)
    links = "".join(f'<a href="{url}.{_ENDINGS[key]}">Document</a>' for key in tags.documents)
    _, instance, _, kind, year, *_ = tags.facets
    return (
        *(tags.id, f"p{tags.id}", tags.source, url, url, title, text[:280], author),
        *(
            tags.language,
            moment,
            json.dumps([theme_name(n) for n in tags.themes], ensure_ascii=False),
        ),
        *(instance, kind, year, tags.tokens, moment, moment),
        *(f"<p>{text}</p>{links}", text),
    )


# --- rows -----------------------------------------------------------------------------------------

_POST = """
INSERT INTO posts (id, uid, source_id, guid, url, title, excerpt, author, language, published,
    categories, instance_id, kind_id, year, fac, first_seen, last_seen, html, text,
    date_origin, digest)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'stated', '')
"""
_FACETS = """
INSERT INTO post_facets (id, instance_id, source_id, kind_id, year, month, language, documents)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""


def _add(connection: sqlite3.Connection, rows: list[_Row]) -> None:
    connection.executemany(_POST, [row.post for row in rows])
    connection.executemany(_FACETS, [row.facets for row in rows])
    connection.executemany(
        "INSERT INTO post_quartiers (post_id, quartier_id) VALUES (?, ?)",
        [(row.id, number) for row in rows for number in row.quartiers],
    )
    connection.executemany(
        "INSERT INTO post_themes (post_id, theme_id) VALUES (?, ?)",
        [(row.id, number) for row in rows for number in row.themes],
    )
    connection.execute(
        "INSERT INTO shown_texts (id, excerpt, text)"
        " SELECT p.id, p.excerpt, iif(s.display = 'full', p.text, '')"
        " FROM posts AS p JOIN sources AS s ON s.id = p.source_id"
        " WHERE s.display <> 'title' AND p.id BETWEEN ? AND ?",
        (rows[0].id, rows[-1].id),
    )


def _add_town(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO town VALUES (1, 'Corpus', 'Europe/Paris', '')")
    connection.executemany("INSERT INTO kinds (slug, name) VALUES (?, ?)", KINDS.items())
    connection.executemany(
        "INSERT INTO instances (slug, name) VALUES (?, ?)",
        [(f"instance-{n}", f"Instance {n}") for n in range(1, INSTANCES + 1)],
    )
    connection.executemany(
        "INSERT INTO quartiers (slug, name, sector) VALUES (?, ?, ?)",
        [
            (f"quartier-{n}", f"Quartier {n}", f"Secteur {n % SECTORS + 1}")
            for n in range(1, QUARTIERS + 1)
        ],
    )
    connection.executemany(
        "INSERT INTO sources (slug, name, url, kind_id, instance_id, quartiers, reader, language,"
        " display, listed_since) VALUES (?, ?, 'https://example.org/', ?, ?, ?, 'feed', 'fr', ?,"
        " '2014-01-01T00:00:00Z')",
        [
            (
                *(f"source-{n}", f"Source {n}", source.kind, source.instance),
                json.dumps([f"quartier-{number}" for number in source.quartiers]),
                source.display,
            )
            for n, source in enumerate(_sources(), start=1)
        ],
    )
    connection.executemany(
        "INSERT INTO themes (slug, name) VALUES (?, ?)",
        [(slugified(theme_name(n), longest=60), theme_name(n)) for n in range(1, THEMES + 1)],
    )
